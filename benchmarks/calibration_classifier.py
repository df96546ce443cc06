"""Can windows of the twin be told from measured ones? The area under the curve of a classifier.

    GINSEN_REFERENCE_DATA=... python benchmarks/calibration_classifier.py [--runs 12]

Logistic regression (with a penalty) on what a window of 10 s is like, whatever its mean: rms, the
spectrum at 1 Hz, β in two bands, the median change from reading to reading, steps and dwell times,
the skewness of G and the kurtosis of its changes. Cross-validated: the windows of a block, part of
a record or of a run of the twin, are judged by a classifier that saw none of them. The interval is
that of 1000 bootstraps over blocks. 0.5 is indistinguishable, 1 told apart every time.

What is the area where nothing is to be told? Windows of one run are alike, so that neither 0.5 nor
the bootstrap says it. Two things do: the two records of the one sample at 7 V, one against the
other; and runs of the twin, as many and as long as the records, in the records' place.
"""

from __future__ import annotations

import argparse
import os
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from calibration_twins import HISTORY, INTEGRATION, model_of
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import kurtosis, rankdata, skew
from twin_targets import plateau_of

from ginsen.analysis import with_phases
from ginsen.calibration.statistics import FLUCTUATION, SETTLING, fluctuation
from ginsen.calibration.stimulus import Hold, holds_of
from ginsen.calibration.twin import imagined
from ginsen.records.reading import read_record
from ginsen.types import Array

DT, WINDOW, BLOCK = 0.03, 10.0, 150.0
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


def blocks_of(G: Array, dt: float, seconds: float = BLOCK) -> list[Array]:
    size = round(seconds / dt)
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


def compared(real: list[Array], made: list[Array]) -> tuple[float, float, float]:
    """The area, and its 95 % interval."""
    scores = held_out(real, made)
    random = np.random.default_rng(1)

    def drawn(blocks: list[Array]) -> Array:
        chosen = random.integers(0, len(blocks), len(blocks))
        return np.concatenate([blocks[k] for k in chosen])

    low, high = np.percentile([area(*map(drawn, scores)) for _ in range(1000)], (2.5, 97.5))
    return area(*(np.concatenate(each) for each in scores)), float(low), float(high)


def show(name: str, real: list[Array], made: list[Array]) -> None:
    auc, low, high = compared(real, made)
    counts = [f"{sum(map(len, each))} windows in {len(each)} blocks" for each in (real, made)]
    print(f"{name}: AUC {auc:.2f} ({low:.2f} to {high:.2f}); {counts[0]}, {counts[1]}")
    for k, each in enumerate(NAMES):
        one, two = (np.concatenate(x)[:, k] for x in (real, made))
        print(f"    {each:18s} {np.median(one):7.2f} | {np.median(two):7.2f}  "
              f"alone {max(area(one, two), 1 - area(one, two)):.2f}", flush=True)


def show_null(name: str, records: list[list[Array]], made: list[list[Array]]) -> None:
    """Each of `records` in the records' place, against what of the twin has no part in it."""
    areas = np.array([area(*(np.concatenate(each) for each in held_out(record, blocks)))
                      for record, blocks in zip(records, made, strict=True)])
    print(f"{name}, the twin in the records' place: AUC {np.median(areas):.2f} "
          f"({np.percentile(areas, 10):.2f} to {np.percentile(areas, 90):.2f}, 10th and 90th "
          f"percentile of {areas.size})", flush=True)


def narrow_runs(count: int, seconds: float) -> list[Array]:
    """G of the narrow twin from 5 s after its activation on, of runs that activate in time."""
    bias = Hold("bias", 7.0, DT, INTEGRATION, 0.0, np.full(round(2000 / DT), 1e-9), 1e-6)
    model, made = model_of("fluctuating_network_narrow"), []
    for seed in range(count):
        run, = imagined(model, (bias,), seed, after_activation=seconds + SETTLING)
        if run.G.max() > 1e-6:
            made.append(run.G[np.argmax(run.G > 1e-6) + round(SETTLING / DT):])
    return made


def at_seven_volts(data: Path, count: int) -> None:
    """Run after run of the twin stands for the long record, the beginning of the next for the short
    one: a sample is another at another age."""
    two, four = (plateau_of(data / f"nwn_7V_{run}.csv")[1] for run in ("run2", "run4"))
    blocks = [blocks_of(G, DT) for G in narrow_runs(count, DT * four.size)]
    short = int(DT * two.size / WINDOW)
    made = [[*each, after[0][:short]]
            for each, after in zip(blocks, blocks[1:] + blocks[:1], strict=True)]
    show("7 V, records | narrow twin", [*blocks_of(four, DT), *blocks_of(two, DT)],
         [block for each in made for block in each])
    show_null("7 V", made, [[block for j, each in enumerate(made)
                             if (j - k) % len(made) not in (0, 1, len(made) - 1) for block in each]
                            for k in range(len(made))])
    show("7 V, run 4 | run 2", blocks_of(four, DT, 30.0), blocks_of(two, DT, 30.0))
    half = four.size // 2
    show("7 V, run 4, first half | second half", blocks_of(four[:half], DT, 75.0),
         blocks_of(four[half:], DT, 75.0))


def at_two_volts(data: Path, count: int) -> None:
    """The pulse, from 10 s on; a block is 30 s."""
    holds = holds_of(with_phases(read_record(data / "agnw_pulse_2V.txt")), until=120.0)[:1]
    dt, model = holds[0].interval, replace(model_of("fluctuating_network_wide"), **HISTORY)
    settled = round(10.0 / dt)
    made = [blocks_of(imagined(model, holds, seed)[0].G[settled:], dt, 30.0)
            for seed in range(count)]
    show("2 V, record | wide twin", blocks_of(holds[0].G[settled:], dt, 30.0),
         [block for each in made for block in each])
    show_null("2 V", made, [[block for j, each in enumerate(made) if j != k for block in each]
                            for k in range(count)])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=12)
    count = options.parse_args().runs
    data = Path(os.environ["GINSEN_REFERENCE_DATA"])
    warnings.simplefilter("ignore", RuntimeWarning)
    at_two_volts(data, count)
    at_seven_volts(data, count)


if __name__ == "__main__":
    main()
