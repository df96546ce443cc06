"""The two fitted twins beside their records: each statistic of `ginsen calibrate`, run after run.

    GINSEN_REFERENCE_DATA=... python benchmarks/calibration_twins.py [--runs 12]

What is a logarithm there is given as the number itself; of the twin the geometric mean and, in
brackets, the least and the greatest of the runs.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from ginsen.analysis import with_phases
from ginsen.calibration import TwinModel
from ginsen.calibration.device_file import PLACES
from ginsen.calibration.statistics import statistics
from ginsen.calibration.stimulus import holds_of
from ginsen.calibration.twin import imagined
from ginsen.records.reading import read_record

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

INTEGRATION = 0.005
"""s. How long the readings at 7 V took is not published. A mean over all of the 30 ms would leave
a change and the next one nearly independent (r = -0.07 in the twin); the records' have r = -0.3."""

HISTORY = {"formed_for": 100.0, "rested": 120.0}
"""s: of the sample at 2 V, found with its other numbers; see its device file."""


def model_of(name: str) -> TwinModel:
    """The twin of a bundled device file."""
    table = tomllib.loads((files("ginsen.sim_backend.devices") / f"{name}.toml").read_text("utf-8"))
    network = table["network"]
    model = TwinModel(wires=network["wires"], pad=network.get("pad_um", 0.0) * 1e-6,
                      seed=network["seed"])
    model = model.having({parameter: table[section][key]
                          for parameter, (section, key) in PLACES.items() if key in table[section]})
    fastest = table["fluctuators"].get("fastest_per_s", model.fluctuating.fastest)
    return replace(model, fluctuating=replace(model.fluctuating, fastest=fastest))


def beside(record: str, model: TwinModel, runs: int, until: float, integration: float) -> None:
    path = Path(os.environ["GINSEN_REFERENCE_DATA"]) / record
    holds = holds_of(with_phases(read_record(path)), until=until, integration=integration)
    made = np.array([list(statistics(imagined(model, holds, chance)).values())
                     for chance in range(runs)])
    print(f"{record}, real | {runs} runs of the twin")
    for (name, value), column in zip(statistics(holds).items(), made.T, strict=True):
        numbers = np.array([value, np.nanmean(column), np.nanmin(column), np.nanmax(column)])
        real, middle, low, high = np.exp(numbers) if ": ln " in name else numbers
        print(f"  {name.replace('ln ', ''):28s} {real:.3g} | {middle:.3g} ({low:.2g} to "
              f"{high:.2g})", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=12)
    runs = options.parse_args().runs
    beside("nwn_7V_run4.csv", model_of("fluctuating_network_narrow"), runs, math.inf, INTEGRATION)
    beside("agnw_pulse_2V.txt", replace(model_of("fluctuating_network_wide"), **HISTORY), runs,
           220.0, math.inf)


if __name__ == "__main__":
    main()
