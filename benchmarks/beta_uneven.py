"""β from uneven times: error over the Cramér-Rao bound for those times, and what holds β.

    python benchmarks/beta_uneven.py [--sizes 1000,4000] [--records 400] [--drawn 2000] [--kinds …]

Noise of exact spectrum (not periodic), every other sample taken away at random; read with 10 %
jitter; with 5 % missing in five gaps; and by a meter that integrates half of each interval while
its clock's intervals vary by 10 %. The times of a cell are the same in all its records, and the
bound is that of the full covariance of readings at these times, amplitude unknown, level and line
left out. Columns, RMSE over the bound first: the maximum of the likelihood and how often its
curvature's 95 % holds β, of `--drawn` records drawn from the full covariance; then bias and
coverage of `--records` records made on a fine lattice: `estimate_beta_uneven` with the floor known
to be absent and left free, a line through the logarithms of a Lomb-Scargle periodogram (its
interval from the line's own error), and linear interpolation to even times before `estimate_beta`,
no floor. Prints a table in Markdown; the last column is the CPU time of one estimate, floor free.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import lombscargle
from scipy.stats import linregress

from ginsen.analysis import FrontEnd, estimate_beta
from ginsen.analysis.uneven import estimate_beta_uneven
from ginsen.analysis.uneven_tree import Tree, whitened

sys.path.append(str(Path(__file__).parents[1] / "tests" / "analysis"))
from uneven_noise import DUTY, KINDS, drawn, read, times

DRAWN = 10**6
Answer = tuple[float, float, float] | None


def maxima(tree: Tree, records: np.ndarray, beta: float, least: float) -> str:
    """RMSE over the bound and coverage of the maximum and curvature of the likelihood, no floor."""
    place = np.arange(-3.0, 4.0)
    betas, errors, sigmas = beta + 2e-3 + least * place, [], []
    for part in np.array_split(records, max(1, len(records) // 200)):
        log, square, n = np.zeros((betas.size, 1)), np.zeros((betas.size, len(part))), 0
        for level in whitened(tree, part, betas, np.zeros((betas.size, 1))):
            log += level.log_deviation.sum(axis=-1)
            square += np.sum(level.values[:, :, 0] ** 2, axis=-1).T
            n += level.log_deviation.shape[-1]
        second, first, _ = np.polyfit(place, -log - n / 2 * np.log(square / n), 2)
        errors.append(-first / (2 * second))
        sigmas.append(np.sqrt(-1 / (2 * second)))
    error, sigma = np.concatenate(errors), np.concatenate(sigmas)
    held = np.mean(np.abs(error) < 1.96 * sigma)
    return f"{np.sqrt(np.mean(error**2)):.2f}, {100 * held:.1f} %"


def periodogram(t: np.ndarray, x: np.ndarray) -> Answer:
    """A line through a Lomb-Scargle periodogram."""
    f = np.arange(1, t.size // 2) / t[-1]
    line = linregress(np.log(f), np.log(lombscargle(t, x - x.mean(), 2 * np.pi * f)))
    return -line.slope, -line.slope - 1.96 * line.stderr, -line.slope + 1.96 * line.stderr


def interpolated(t: np.ndarray, x: np.ndarray, front_end: FrontEnd | None) -> Answer:
    """Linear interpolation, then the even estimator."""
    dt = t[-1] / (t.size - 1)
    even = np.interp(dt * np.arange(t.size), t, x)
    fit = estimate_beta(even, dt=dt, front_end=front_end, floor=0.0)
    return None if fit.beta is None else (fit.beta, fit.beta_low, fit.beta_high)


def cell(kind: str, size: int, beta: float, records: int, drawings: int) -> str:
    """One row of the table."""
    seed = [KINDS.index(kind), size, round(10 * beta)]
    t = times(kind, size, np.random.default_rng(seed))
    rng = np.random.default_rng([*seed, DRAWN])
    draws, least = drawn(t, beta, DUTY if kind == "meter" else None, drawings, rng)
    limit = maxima(Tree.of(t, DUTY if kind == "meter" else None), draws, beta, least)
    front_end = FrontEnd(DUTY) if kind == "meter" else None
    spent = 0.0

    def ours(floor: float | None) -> Callable[[np.ndarray], Answer]:
        def answer(x: np.ndarray) -> Answer:
            nonlocal spent
            begun = time.process_time()
            fit = estimate_beta_uneven(x, t, front_end=front_end, floor=floor)
            spent = time.process_time() - begun
            return None if fit.beta is None else (fit.beta, fit.beta_low, fit.beta_high)
        return answer

    methods = {"no floor": ours(0.0), "free": ours(None), "line": lambda x: periodogram(t, x),
               "even": lambda x: interpolated(t, x, front_end)}
    answers: dict[str, list[Answer]] = {name: [] for name in methods}
    quickest = np.inf
    for record in range(records):
        x = read(kind, t, beta, np.random.default_rng([*seed, record]))
        for name, method in methods.items():
            answers[name].append(method(x))
            if name == "free":
                quickest = min(quickest, spent)
    shared = " | ".join(shown(answers[name], beta, least) for name in methods)
    return (f"| {kind} | {size} | {beta:g} | {least:.4f} | {limit} | {shared} "
            f"| {f'{1e3 * quickest:.0f}' if records else '–'} |")


def shown(answers: list[Answer], beta: float, least: float) -> str:
    """RMSE over the bound, bias, per cent that hold β, and how many were refused."""
    if not answers:
        return "–"
    given = np.array([answer for answer in answers if answer is not None])
    refused = f", {len(answers) - len(given)} refused" if len(given) < len(answers) else ""
    if not len(given):
        return "all refused"
    error = given[:, 0] - beta
    held = np.mean((given[:, 1] <= beta) & (beta <= given[:, 2]))
    return (f"{np.sqrt(np.mean(error**2)) / least:.2f}, {np.mean(error):+.3f}, "
            f"{100 * held:.0f} %{refused}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--drawn", type=int, default=2000)
    parser.add_argument("--sizes", default="1000,4000")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--betas", default="0,0.5,1,1.5,2,3")
    options = parser.parse_args()
    print("| times | n | β | bound | likelihood | no floor | floor free | Lomb-Scargle and line "
          "| interpolated, even | ms |\n|---|---|---|---|---|---|---|---|---|---|")
    for size in options.sizes.split(","):
        for kind in options.kinds.split(","):
            for beta in options.betas.split(","):
                print(cell(kind, int(size), float(beta), options.records, options.drawn),
                      flush=True)


if __name__ == "__main__":
    main()
