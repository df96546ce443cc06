"""Can windows of the twin be told from measured ones? The area under the curve of a classifier.

    GINSEN_REFERENCE_DATA=... python benchmarks/calibration_classifier.py [--seeds 8]

Logistic regression (with a penalty) on what a window of 10 s is like, whatever its mean: rms, the
spectrum at 1 Hz, β in two bands, the median change from reading to reading, steps and dwell times,
the skewness of G and the kurtosis of its changes. Cross-validated: the windows of a block, 150 s of
a record or one run of the twin, are judged by a classifier that saw none of them. The interval is
that of 1000 bootstraps over blocks. 0.5 is indistinguishable, 1 told apart every time.
"""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from calibration_twins import INTEGRATION, model_of
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import kurtosis, rankdata, skew
from twin_targets import plateau_of

from ginsen.calibration.statistics import FLUCTUATION, fluctuation
from ginsen.calibration.stimulus import Hold
from ginsen.calibration.twin import imagined
from ginsen.types import Array

WINDOW, BLOCK = 10.0, 150.0
PENALTY = 1.0
NAMES = (*FLUCTUATION, "skewness", "ln kurtosis of ΔG")


def features(G: Array, dt: float) -> Array:
    size = round(WINDOW / dt)
    rows = []
    for first in range(0, G.size - size + 1, size):
        part = G[first:first + size]
        rows.append((*fluctuation(part, dt), float(skew(part)),
                     float(np.log(kurtosis(np.diff(part)) + 3))))
    return np.array(rows)


def blocks_of(G: Array, dt: float) -> list[Array]:
    size = round(BLOCK / dt)
    return [features(G[first:first + size], dt) for first in range(0, G.size - size // 3, size)]


def fitted(X: Array, y: Array, weight: Array) -> Array:
    def loss(w: Array) -> tuple[float, Array]:
        margin = X @ w[1:] + w[0]
        slope = weight * (expit(margin) - y)
        value = float(weight @ (np.logaddexp(0, margin) - y * margin))
        return (value + PENALTY / 2 * float(w[1:] @ w[1:]),
                np.append(slope.sum(), X.T @ slope + PENALTY * w[1:]))

    return np.asarray(minimize(loss, np.zeros(X.shape[1] + 1), jac=True, method="L-BFGS-B").x)


def held_out(real: list[Array], made: list[Array], folds: int = 5) -> tuple[list[Array], ...]:
    """The scores of each block, by classifiers that saw other blocks only."""
    judged: tuple[list[Array], ...] = ([np.empty(0)] * len(real), [np.empty(0)] * len(made))
    for fold in range(folds):
        seen = [[block for k, block in enumerate(each) if k % folds != fold]
                for each in (real, made)]
        X = np.concatenate([*seen[0], *seen[1]])
        counts = [sum(map(len, each)) for each in seen]
        y = np.repeat((0.0, 1.0), counts)
        weight = np.repeat([sum(counts) / 2 / count for count in counts], counts)
        centre, scale = X.mean(axis=0), X.std(axis=0) + 1e-12
        w = fitted((X - centre) / scale, y, weight)
        for which, each in enumerate((real, made)):
            for k in range(fold, len(each), folds):
                judged[which][k] = (each[k] - centre) / scale @ w[1:] + w[0]
    return judged


def area(real: Array, made: Array) -> float:
    ranks = rankdata(np.concatenate((real, made)))
    return float((ranks[real.size:].sum() - made.size * (made.size + 1) / 2)
                 / (real.size * made.size))


def compare(name: str, real: list[Array], made: list[Array]) -> None:
    scores = held_out(real, made)
    random = np.random.default_rng(1)

    def drawn(blocks: list[Array]) -> Array:
        chosen = random.integers(0, len(blocks), len(blocks))
        return np.concatenate([blocks[k] for k in chosen])

    auc = area(*(np.concatenate(each) for each in scores))
    low, high = np.percentile([area(*map(drawn, scores)) for _ in range(1000)], (2.5, 97.5))
    windows: npt.NDArray[np.intp] = np.array([sum(map(len, each)) for each in (real, made)])
    print(f"{name}: AUC {auc:.2f} ({low:.2f} to {high:.2f}); {windows[0]} real windows in "
          f"{len(real)} blocks, {windows[1]} of the twin in {len(made)}")
    for k, each in enumerate(NAMES):
        one, two = (np.concatenate(x)[:, k] for x in (real, made))
        print(f"    {each:18s} real {np.median(one):7.2f}  twin {np.median(two):7.2f}  "
              f"alone {max(area(one, two), 1 - area(one, two)):.2f}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=8)
    given = options.parse_args()
    data = Path(os.environ["GINSEN_REFERENCE_DATA"])
    warnings.simplefilter("ignore", RuntimeWarning)

    real = [block for run in ("run2", "run4")
            for block in blocks_of(plateau_of(data / f"nwn_7V_{run}.csv")[1], 0.03)]
    made = []
    empty = np.full(round(1100 / 0.03), 1e-9)
    bias = Hold("bias", 7.0, 0.03, INTEGRATION, 0.0, empty, 1e-6)
    for seed in range(given.seeds):
        run, = imagined(model_of("fluctuating_network_narrow"), (bias,), seed,
                        after_activation=BLOCK + 5)
        if run.G.max() > 1e-6:
            made += blocks_of(run.G[np.argmax(run.G > 1e-6) + round(5 / 0.03):], 0.03)
    compare("7 V", real, made)


if __name__ == "__main__":
    main()
