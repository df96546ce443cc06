"""Prediction as a distribution: the end of a forgetting curve, from its beginning.

    GINSEN_REFERENCE_DATA=... python benchmarks/calibration_prediction.py [RECORD] [--split 50]

The twin, the balanced rate equation and an Ornstein-Uhlenbeck process with jumps are fitted to
all of a record up to `--split` seconds into its last phase; each gives `--runs` courses of the
rest, from the conductance read last: a course counts by its ratio to its own value there.
Scores: the continuous ranked probability score (CRPS, the mean over time, in % of that conductance;
of a single course it would be the mean distance), and the share of readings within the 90 % band.

Without RECORD it is the 2 V record of the data folder.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from scipy.optimize import least_squares

from ginsen.analysis import with_phases
from ginsen.analysis.steps import find_steps
from ginsen.calibration import Calibration, TwinModel, calibrate, device_file
from ginsen.calibration.stimulus import Hold, holds_of
from ginsen.calibration.twin import imagined
from ginsen.calibration_report import calibration_sentences, calibration_table
from ginsen.records.reading import read_record
from ginsen.types import Array, Record

RECENT = 5
"""Readings whose median is the conductance read last."""


def fitted(record: Record, split: float, options: argparse.Namespace) -> Calibration:
    """The twin of the record so far."""
    found = calibrate([record], base=TwinModel.of(options.wires, options.pads * 1e-6),
                      members=options.members, seed=options.seed,
                      until=record.spans[-1].start + split,
                      told=lambda turn: print(f"  fitted, round {turn}", flush=True))
    Console().print(calibration_table(found))
    print(*calibration_sentences(found), sep="\n", flush=True)
    if options.device:
        options.device.write_text(device_file(found, [options.record.name]), encoding="utf-8")
    return found


def twin_courses(found: Calibration, holds: tuple[Hold, ...], split: float, runs: int,
                 seed: int) -> Array:
    """G over G at the split, (runs, n): twins from the posterior, each with its own chance."""
    known = round(split / holds[-1].interval)
    courses = []
    for number, model in enumerate(found.draw(runs, seed)):
        G = imagined(model, holds, 1_000_000 + number)[-1].G
        courses.append(G[known:] / np.median(G[known - RECENT:known]))
    return np.array(courses)


def rate_equation_courses(holds: tuple[Hold, ...], split: float, runs: int, seed: int) -> Array:
    """The balanced rate equation, solved exactly between changes of voltage.

    dg/dt = kp (1 - g) - kd g with kp = kp0 exp(ηp |V|), kd = kd0 exp(-ηd |V|) and
    G = Gmin (1 - g) + Gmax g (Miranda, Milano, Ricciardi, IEEE Trans. Nanotechnol. 19, 609 (2020);
    Milano et al., Nat. Mater. 21, 195 (2022)): at constant voltage
    g = g∞ - (g∞ - g0) exp(-(kp + kd) t), g∞ = kp / (kp + kd). Its courses scatter by the
    autoregression of its residuals in the last phase and by the covariance of its parameters.
    """
    known = round(split / holds[-1].interval)
    parts = [hold.G for hold in holds[:-1]] + [holds[-1].G[:known]]
    top = max(part.max() for part in parts)

    def curves(p: Array, last: int) -> list[Array]:
        rate_p, eta_p, rate_d, eta_d = np.exp(p[:4])
        low, high = np.exp(p[4]), np.exp(p[4]) + np.exp(p[5])
        g, found = 1 / (1 + np.exp(-p[6])), []
        for hold, count in zip(holds, [*(h.G.size for h in holds[:-1]), last], strict=True):
            volts = abs(hold.level)
            comes = rate_p * np.exp(min(eta_p * volts, 50.0))
            goes = rate_d * np.exp(-min(eta_d * volts, 50.0))
            rests = rate_d / (rate_p + rate_d)
            g = 1 - rests + (g - 1 + rests) * np.exp(-(rate_p + rate_d) * hold.dead_time)
            ends = comes / (comes + goes)
            age = hold.interval * np.arange(1, count + 1)
            course = ends + (g - ends) * np.exp(-(comes + goes) * age)
            g = course[-1]
            found.append((low + (high - low) * course) * top)
        return found

    def misfit(p: Array) -> Array:
        return np.concatenate([np.log(curve / part) / np.sqrt(part.size)
                               for curve, part in zip(curves(p, known), parts, strict=True)])

    random = np.random.default_rng((seed, 1))
    best = min((least_squares(misfit, start, max_nfev=400) for start in
                np.column_stack([random.uniform(-7, -2, 24), random.uniform(0, 2, 24),
                                 random.uniform(-6, -1, 24), random.uniform(-2, 2, 24),
                                 random.uniform(-4, 0, 24), random.uniform(-2, 0, 24),
                                 random.normal(0, 1, 24)])), key=lambda result: result.cost)
    rest = np.log(parts[-1] / curves(best.x, known)[-1])
    memory = float(np.clip(rest[1:] @ rest[:-1] / (rest @ rest), 0, 0.9999))
    # Residuals that remember are worth (1 - r) / (1 + r) of as many independent ones.
    worth = max(rest.size * (1 - memory) / (1 + memory), 1.0) / rest.size
    spread = np.linalg.pinv(best.jac.T @ best.jac) * 2 * best.cost / worth / len(parts)
    courses = []
    for drawn in random.multivariate_normal(best.x, spread, runs, method="eigh"):
        whole = curves(drawn if np.all(np.abs(drawn - best.x) < 2) else best.x,
                       holds[-1].G.size)[-1]
        noise = autoregression(memory, float(rest.std()), 0.0, whole.size - known, random)
        courses.append(whole[known:] / whole[known - 1] * np.exp(noise))
    return np.array(courses)


def autoregression(memory: float, deviation: float, first: float, count: int,
                   random: np.random.Generator) -> Array:
    kicks = deviation * np.sqrt(1 - memory**2) * random.standard_normal(count)
    values = np.empty(count)
    for k in range(count):
        first = memory * first + kicks[k]
        values[k] = first
    return values


def jumping_courses(holds: tuple[Hold, ...], split: float, runs: int, seed: int) -> Array:
    """An Ornstein-Uhlenbeck process of ln G with jumps: those of the known part, at their rate.

    Between jumps ln G is a first-order autoregression about a mean, which each jump moves along.
    """
    known = round(split / holds[-1].interval)
    x = np.log(holds[-1].G[:known])
    steps = find_steps(x)
    stairs = np.zeros(known)
    for step in steps:
        stairs[step.index] += step.height
    smooth = x - np.cumsum(stairs)
    rest = smooth - smooth.mean()
    memory = float(np.clip(rest[1:] @ rest[:-1] / (rest @ rest), 0, 0.9999))
    random = np.random.default_rng((seed, 2))
    courses = []
    for _ in range(runs):
        count = holds[-1].G.size - known
        noise = autoregression(memory, float(rest.std()), float(rest[-1]), count, random)
        jumps = np.zeros(count)
        if steps:
            heights = np.array([step.height for step in steps])
            number = random.poisson(len(steps) / known * count)
            np.add.at(jumps, random.integers(0, count, number), random.choice(heights, number))
        courses.append(np.exp(noise - rest[-1] + np.cumsum(jumps)))
    return np.array(courses)


def scores(courses: Array, truth: Array) -> tuple[float, float, float]:
    """CRPS (%), coverage of the 90 % band (%), mean width of that band (%)."""
    runs = len(courses)
    ordered = np.sort(courses, axis=0)
    # Σ|x_i - x_j| over pairs from the order statistics.
    weights = 2 * np.arange(1, runs + 1) - runs - 1
    between = (weights @ ordered) * 2 / runs**2
    crps = np.abs(courses - truth).mean(axis=0) - between / 2
    low, high = np.percentile(courses, (5, 95), axis=0)
    return (100 * float(crps.mean()), 100 * float(np.mean((low <= truth) & (truth <= high))),
            100 * float(np.mean(high - low)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("record", nargs="?", type=Path,
                         default=Path(os.environ.get("GINSEN_REFERENCE_DATA", ""))
                         / "agnw_pulse_2V.txt")
    options.add_argument("--split", type=float, default=50.0)
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--members", type=int, default=44)
    options.add_argument("--wires", type=int, default=40)
    options.add_argument("--pads", type=float, default=0.0, help="µm; 0: two wires are contacted")
    options.add_argument("--device", type=Path, help="write the fitted twin there")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    record = with_phases(read_record(given.record))
    holds = holds_of(record)
    known = round(given.split / holds[-1].interval)
    truth = holds[-1].G[known:] / np.median(holds[-1].G[known - RECENT:known])
    print(f"{given.record.name}: {truth.size} readings, {given.split:g} to "
          f"{holds[-1].duration:.0f} s into {holds[-1].name!r}; the last is "
          f"{truth[-1]:.3f} of the first")
    models: dict[str, Callable[[], Array]] = {
        "rate equation": lambda: rate_equation_courses(holds, given.split, given.runs, given.seed),
        "OU with jumps": lambda: jumping_courses(holds, given.split, given.runs, given.seed),
        "twin": lambda: twin_courses(fitted(record, given.split, given), holds, given.split,
                                     given.runs, given.seed)}
    for name, make in models.items():
        begun = time.process_time()
        courses = make()
        crps, coverage, width = scores(courses, truth)
        low, middle, high = np.percentile(courses[:, -1], (5, 50, 95))
        print(f"{name:14s} CRPS {crps:.2f} %  90 % band holds {coverage:.0f} %, width {width:.1f} %"
              f"  last reading {middle:.3f} ({low:.3f} to {high:.3f})  "
              f"{time.process_time() - begun:.0f} s CPU", flush=True)


if __name__ == "__main__":
    main()
