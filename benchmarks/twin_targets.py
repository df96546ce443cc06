"""The twin beside real networks: the same windows, the same estimator, the same bands.

    GINSEN_REFERENCE_DATA=... python benchmarks/twin_targets.py [--seeds 8]

Two real samples (the data folder's README names them), two device files. Each row is the median
over windows and, in brackets, their 10th and 90th percentile. The twin is sampled as the record
beside it was, over means of 20 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np

from ginsen.types import Array

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from ginsen.analysis import estimate_beta
from ginsen.sim_backend.devices.device import GROUND, OPEN, Source
from ginsen.sim_backend.devices.fluctuating_network import FluctuatingNetwork
from ginsen.sim_backend.devices.loader import load_device

WINDOW = 30.0
AGES = (1.0, 10.0, 100.0)
INTEGRATION = 0.02


def twin(name: str, seed: int) -> FluctuatingNetwork:
    text = (files("ginsen.sim_backend.devices") / f"{name}.toml").read_text("utf-8")
    device = load_device(tomllib.loads(text), Path())
    assert isinstance(device, FluctuatingNetwork)
    device.reseed(seed)
    return device


def read(device: FluctuatingNetwork, volts: float, seconds: float, interval: float,
         above: float = np.inf) -> Array:
    """G every `interval` seconds, each a mean over the integration time."""
    source = (Source(volts), GROUND)
    values = []
    for _ in range(round(seconds / interval)):
        values.append(device.advance(INTEGRATION, source).current[0] / volts)
        if interval > INTEGRATION:
            device.advance(interval - INTEGRATION, source)
        if values[-1] > above:
            break
    return np.array(values)


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
    options.add_argument("--seeds", type=int, default=8)
    given = options.parse_args()
    data = Path(os.environ["GINSEN_REFERENCE_DATA"])

    print(" " * 28, "rms %, β 0.1-10 Hz, β 1-10 Hz, S_G/G² at 1 Hz (1/Hz), |ΔG|/G %")
    latencies = []
    for run in ("run2", "run4"):
        latency, values = plateau_of(data / f"nwn_7V_{run}.csv")
        latencies.append(latency)
        show(f"real, 7 V, {run}", windows(values, 0.03))
    rows, found = [], []
    for seed in range(given.seeds):
        device = twin("fluctuating_network", seed)
        found.append(0.03 * read(device, 3.0, 600, 0.03, above=1e-6).size)
        read(device, 3.0, 5, 0.03)
        rows.append(windows(read(device, 3.0, 300, 0.03), 0.03))
    show(f"twin, 3 V, {given.seeds} runs", np.concatenate(rows))
    print(f"latency (s): real {np.round(latencies, 0)}, twin {np.round(found, 0)}")

    time, current, voltage = np.loadtxt(data / "agnw_pulse_2V.txt", usecols=(0, 1, 2)).T
    pulse, after = voltage > 1, (voltage < 0.1) & (time > time[voltage > 1][-1])
    learning = (current / voltage)[pulse]
    show("real, 2 V pulse", windows(learning[round(10 / 0.051):], 0.051))
    rows, curves = [], []
    for seed in range(given.seeds):
        device = twin("fluctuating_network_wide", seed)
        rows.append(windows(read(device, 5.0, 102, 0.051)[round(10 / 0.051):], 0.051))
        device.advance(0.5, (OPEN, OPEN))
        reads = read(device, 0.01, 250, 0.249)
        curves.append(reads / reads[0])
    show(f"wide twin, 5 V, {given.seeds} runs", np.concatenate(rows))

    print("G over first read at 1, 10, 100 s")
    age = time[after] - time[pulse][-1]
    reads = (current / voltage)[after]
    forgetting("real, 2 V pulse", np.array([[np.interp(t, age, reads / reads[0]) for t in AGES]]))
    ages = 0.5 + 0.249 * np.arange(curves[0].size)
    forgetting("wide twin", np.array([[np.interp(t, ages, curve) for t in AGES]
                                      for curve in curves]))


if __name__ == "__main__":
    main()
