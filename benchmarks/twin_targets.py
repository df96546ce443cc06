"""The twin beside real networks: the same windows, the same estimator, the same bands.

    GINSEN_REFERENCE_DATA=... python benchmarks/twin_targets.py [--seeds 4]

Two real samples (the data folder's README names them), and the device files made for them, under
the records' own stimulus, read as `calibration_twins` says. Each row is the median over windows
and, in brackets, their 10th and 90th percentile; windows that are refused a β do not count in β and
density. `calibration_twins` compares the statistics of `ginsen calibrate`, which are never refused.
"""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from calibration_twins import HISTORY, INTEGRATION, model_of

from ginsen.analysis import estimate_beta, with_phases
from ginsen.calibration.stimulus import holds_of, latency
from ginsen.calibration.twin import imagined
from ginsen.records.reading import read_record
from ginsen.types import Array

WINDOW, PLATEAU = 30.0, 125.0
AGES = (1.0, 10.0, 100.0)


def windows(values: Array, dt: float) -> Array:
    """Per window: rms over mean (%), β in 0.1-10 and 1-10 Hz, S_G/G² at 1 Hz, median |ΔG|/G (%)."""
    size, rows = int(WINDOW / dt), []
    time = np.linspace(-1, 1, size)
    for first in range(0, values.size - size + 1, size):
        part = values[first:first + size]
        rest = part - np.polyval(np.polyfit(time, part, 1), time)
        wide, high = (estimate_beta(part, dt=dt, band=(low, min(10.0, 0.4 / dt)))
                      for low in (0.1, 1.0))
        rows.append((100 * rest.std() / part.mean(),
                     *(np.nan if fit.beta is None else fit.beta for fit in (wide, high)),
                     np.nan if wide.amplitude is None else wide.amplitude / part.mean() ** 2,
                     100 * np.median(np.abs(np.diff(part))) / part.mean()))
    return np.array(rows)


def plateau_of(path: Path) -> tuple[float, Array]:
    time, voltage, current = np.loadtxt(path, delimiter=",", skiprows=1).T
    conductance = current / voltage
    on = np.argmax(conductance > 2e-6)
    return time[on] - time[0], conductance[on + round(5 / 0.03):]


def show(name: str, rows: Array) -> None:
    columns = []
    for column in rows.T:
        known = column[np.isfinite(column)]
        low, middle, high = np.percentile(known, (10, 50, 90)) if known.size else (np.nan,) * 3
        columns.append(f"{middle:8.3g} ({low:.2g} to {high:.2g}; {known.size})")
    print(f"{name:28s}", "  ".join(columns), flush=True)


def forgetting(name: str, curves: Array) -> None:
    print(f"{name:28s}", *(f"{np.mean(part):.2f} ± {np.std(part):.2f}" for part in curves.T),
          flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=4)
    seeds = options.parse_args().seeds
    data = Path(os.environ["GINSEN_REFERENCE_DATA"])

    print(" " * 28, "rms %, β 0.1-10 Hz, β 1-10 Hz, S_G/G² at 1 Hz (1/Hz), |ΔG|/G %")
    waited = []
    for run in ("run2", "run4"):
        seconds, values = plateau_of(data / f"nwn_7V_{run}.csv")
        waited.append(seconds)
        show(f"real, 7 V, {run}", windows(values, 0.03))
    bias, = holds_of(with_phases(read_record(data / "nwn_7V_run4.csv")), integration=INTEGRATION)
    assert bias.trigger is not None
    narrow, found, rows = model_of("fluctuating_network_narrow"), [], []
    for seed in range(seeds):
        G = imagined(narrow, (bias,), seed, after_activation=PLATEAU)[0].G
        found.append(latency(G, bias.interval, bias.trigger))
        if G.max() > bias.trigger:
            rows.append(windows(G[round((found[-1] + 5) / bias.interval):], bias.interval))
    show(f"narrow twin, 7 V, {seeds} runs", np.concatenate(rows))
    print(f"latency (s): real {np.round(waited)}, twin {np.round(found)}")

    holds = holds_of(with_phases(read_record(data / "agnw_pulse_2V.txt")), until=220.0)
    wide = replace(model_of("fluctuating_network_wide"), **HISTORY)
    runs = [imagined(wide, holds, seed) for seed in range(seeds)]
    settled = round(10 / holds[0].interval)
    show("real, 2 V pulse", windows(holds[0].G[settled:], holds[0].interval))
    show(f"wide twin, 2 V, {seeds} runs", np.concatenate(
        [windows(pulse.G[settled:], pulse.interval) for pulse, _ in runs]))

    print("G over first read at 1, 10, 100 s")
    places = [math.floor(age / holds[1].interval) for age in AGES]
    forgetting("real, 2 V pulse", holds[1].G[places][None] / holds[1].G[0])
    forgetting("wide twin", np.array([read.G[places] / read.G[0] for _, read in runs]))


if __name__ == "__main__":
    main()
