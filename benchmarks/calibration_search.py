"""The numbers of the wide twin, searched: the set whose statistics are nearest those of its record.

    pip install cma
    GINSEN_REFERENCE_DATA=... python benchmarks/calibration_search.py [--wires 100] [--rounds 20]

`ginsen calibrate` finds what a record allows; where the twin can't be like the record in all that
is compared, its mean is a compromise that may miss what a sample is for. This looks for the one set
of numbers with the least root mean square distance, in natural logarithms and β, of the mean
statistics of a few runs from those of the 2 V record's pulse and first 50 s of read: covariance
matrix adaptation (Hansen, arXiv:1604.00772), begun at a set by hand. cma is under the BSD licence.
"""

from __future__ import annotations

import argparse
import math
import os
import time
import warnings
from dataclasses import replace
from pathlib import Path

import cma
import numpy as np

from ginsen.analysis import with_phases
from ginsen.calibration import TwinModel
from ginsen.calibration.parameters import Parameter, Parameters
from ginsen.calibration.statistics import statistics
from ginsen.calibration.stimulus import Hold, holds_of
from ginsen.calibration.twin import imagined
from ginsen.records.reading import read_record
from ginsen.types import Array

RECORD, UNTIL = "agnw_pulse_2V.txt", 163.7
FASTEST = 100.0
"""1/s: what flips more often than five times a reading, of 51 ms, is an average there."""

FAR = 10.0
"""The distance of a run that is no sample at all."""

START = Parameters((
    Parameter("growth_barrier", "eV", 0.936, 0.03, positive=False),
    Parameter("growth_spread", "eV", 0.045, 0.4),
    Parameter("loss_barrier", "eV", 0.82, 0.02, positive=False),
    Parameter("loss_spread", "eV", 0.041, 0.4),
    Parameter("supply", "1/s", 690.0, 0.7),
    Parameter("widest", "atoms", 10.0, 0.25),
    Parameter("size", "", 0.015, 0.5),
    Parameter("barrier_spread", "eV", 0.17, 0.3),
    Parameter("box", "µm", 28.5, 0.06),
    Parameter("pad", "µm", 7.5, 0.15),
    Parameter("formed_for", "s", 50.0, 0.5),
    Parameter("rested", "s", 70.0, 0.5),
))


def distance(model: TwinModel, holds: tuple[Hold, ...], observed: Array, runs: int,
             first: int) -> float:
    try:
        made = np.array([list(statistics(imagined(model, holds, chance)).values())
                         for chance in range(first, first + runs)])
    except ValueError:  # no path joins the pads
        return FAR
    found = float(np.sqrt(np.mean((made.mean(axis=0) - observed) ** 2)))
    return found if math.isfinite(found) else FAR


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--wires", type=int, default=100)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    warnings.simplefilter("ignore", RuntimeWarning)

    record = with_phases(read_record(Path(os.environ["GINSEN_REFERENCE_DATA"]) / RECORD))
    holds = holds_of(record, until=UNTIL)
    observed = np.array(list(statistics(holds).values()))
    base = TwinModel(wires=given.wires)
    base = replace(base, fluctuating=replace(base.fluctuating, fastest=FASTEST))

    def model_at(point: Array) -> TwinModel:
        values = START.values(point)
        return replace(base.having(values), pad=values["pad"] * 1e-6)

    search = cma.CMAEvolutionStrategy(np.zeros(len(START.entries)), 0.7,
                                      {"seed": given.seed, "verbose": -9, "popsize": 10})
    for turn in range(given.rounds):
        begun = time.process_time()
        points = search.ask()
        # The same chances for all of a round, others in the next: no set wins by luck twice.
        found = [distance(model_at(point), holds, observed, given.runs, turn * given.runs)
                 for point in points]
        search.tell(points, found)
        best = START.values(points[int(np.argmin(found))])
        print(f"{turn + 1}: {min(found):.2f} ({np.median(found):.2f}), "
              f"{time.process_time() - begun:.0f} s |",
              ", ".join(f"{name} {value:.4g}" for name, value in best.items()), flush=True)
    middle = START.values(search.mean)
    print("mean:", distance(model_at(search.mean), holds, observed, 12, 10_000),
          ", ".join(f"{name} {value:.4g}" for name, value in middle.items()))


if __name__ == "__main__":
    main()
