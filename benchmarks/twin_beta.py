"""What the network adds to β: a network of the twin minus its own junctions, each alone.

First a lone tip against temperature: β from the slope of its spectrum beside β from how its density
at 1 Hz changes with temperature, by the relation of Dutta, Dimon and Horn (Phys. Rev. Lett. 43, 646
(1979), eq. 5). Many rearrangements stand for many tips.

A lone junction feels the voltage that one of the n junctions of the shortest path would, so that
its atoms come and go as often. A lone tip has too few rearrangements for a power law of its own:
most single records are refused one. β is therefore that of the mean over runs of S_G / G², each
from 100 s of means over 20 ms at constant bias: the slope over octaves of 0.1 to 10 Hz, the same on
both sides. Intervals are the 95 % ones of 2000 bootstraps over runs.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.fft import dct

from ginsen.analysis import estimate_beta
from ginsen.physics.chance import keys
from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import (
    ATTEMPT_FREQUENCY,
    FluctuatorModel,
    begin,
    flip,
    fluctuators,
)
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.network import random_network
from ginsen.physics.stochastic_junction import stochastic_junctions
from ginsen.types import Array

DT, SECONDS, FORMING = 0.02, 100.0, 5.0
EDGES = 0.1 * 2.0 ** np.arange(7.65)
FILAMENT, TIP = FilamentModel(), FluctuatorModel()
BLUE, ORANGE = "#0072B2", "#D55E00"
TEMPERATURES = np.arange(250.0, 351.0, 20.0)
BARRIERS = ((1.0, 0.2), (0.8, 0.12))
"""eV, mean and spread: those of the twin, and a narrower distribution where β changes more."""


def sources(volts: float) -> list[tuple[float, ...]]:
    return [(volts, 0.0, np.inf, 1.0), (0.0, 0.0, np.inf, 1.0)]


def spectrum(engine: Engine, forming: float, volts: float) -> Array:
    """ln S_G / G² in octaves, at `volts` after 10 s at `forming` volts and 10 s of settling."""
    engine.advance(1.0, sources(forming), 10)
    engine.advance(1.0, sources(volts), 10)
    current = engine.advance(DT, sources(volts), round(SECONDS / DT)).current[:, 0]
    time = np.linspace(-1, 1, current.size)
    rest = (current - np.polyval(np.polyfit(time, current, 1), time)) / current.mean()
    power = dct(rest, norm="ortho")[1:] ** 2 * 2 * DT
    octave = np.digitize(np.arange(1, current.size) / (2 * current.size * DT), EDGES)
    return np.array([power[octave == k].mean() for k in range(1, EDGES.size)])


def slope(spectra: Array) -> float:
    return -float(np.polyfit(np.arange(spectra.shape[1]) * np.log(2), np.log(spectra.mean(0)),
                             1)[0])


def network(wires: int, box: float, temperature: float, seed: int) -> tuple[Engine, int]:
    made = random_network(wires, box, 10e-6, 1e-6, 11 + seed)
    ends = made.farthest_pair()
    law = stochastic_junctions(len(made.junctions), FILAMENT, TIP, temperature, sample=seed,
                               chance=seed)
    return Engine(circuit(len(made.wires), made.junctions, ends), law), made.distance(*ends)


def lone(temperature: float, seed: int) -> Engine:
    law = stochastic_junctions(1, FILAMENT, TIP, temperature, sample=seed, chance=seed)
    return Engine(circuit(2, [[0, 1]], [0, 1]), law)


def tip_alone(model: FluctuatorModel, temperature: float, seed: int) -> tuple[float, float]:
    """β and the density at 1 Hz of ln G of a tip that nothing else happens to."""
    dt, count = 0.01, 20_000
    parameters, state = (each[0] for each in fluctuators(1, model, temperature, sample=seed,
                                                         chance=seed + round(temperature)))
    key = keys(1, seed + round(temperature), 3)[0]
    begin(0.0, key, parameters, state)
    values, value = np.empty(count), 0.0
    for k in range(count):
        value += flip(dt * (k + 1), key, len(parameters) + 1, parameters, state)
        values[k] = value
    fit = estimate_beta(values, dt=dt, band=(0.2, 5.0))
    if fit.beta is None or fit.amplitude is None:
        raise ValueError(f"no power law at {temperature:g} K: {fit.reason}")
    return fit.beta, fit.amplitude


def draw_tip(axes: Axes, seeds: int) -> None:
    for (barrier, spread), colour, aside in zip(BARRIERS, (BLUE, ORANGE), (-1, 1), strict=True):
        model = FluctuatorModel(count=2000, barrier=barrier, spread=spread, fastest=600)
        found = np.array([[tip_alone(model, T, seed) for T in TEMPERATURES]
                          for seed in range(seeds)])
        measured = found[..., 0]
        x = np.log(TEMPERATURES)
        told = np.array([1 + (np.polyval(np.polyder(np.polyfit(x, row, 2)), x) - 1)
                         / np.log(ATTEMPT_FREQUENCY / (2 * np.pi))
                         for row in np.log(found[..., 1])])
        error = measured.std(axis=0, ddof=1) / np.sqrt(seeds)
        axes.errorbar(TEMPERATURES + aside, measured.mean(axis=0), 1.96 * error, fmt="o", ms=4,
                      lw=1, color=colour)
        axes.plot(TEMPERATURES, told.mean(axis=0), color=colour, lw=1.4,
                  label=f"barriers {barrier:.1f} ± {spread:g} eV")
        print(f"tip, barriers {barrier:g} ± {spread:g} eV: β", np.round(measured.mean(axis=0), 2),
              "±", np.round(1.96 * error, 2), "Dutta-Dimon-Horn",
              np.round(told.mean(axis=0), 2), flush=True)
    axes.legend(frameon=False, fontsize=9)
    axes.set(title="a   A lone tip; the lines are Dutta-Dimon-Horn, from S(T)", xlabel="T (K)",
             ylabel="β from the slope, 0.2 to 5 Hz")


def compare(label: str, volts: float, seeds: int, *, wires: int = 100, box: float = 30e-6,
            temperature: float = 300.0) -> Array:
    """β of network, lone junction and difference: value, low, high, shape (3, 3)."""
    nets, ones = [], []
    for seed in range(seeds):
        engine, path = network(wires, box, temperature, seed)
        nets.append(spectrum(engine, FORMING * path / 9, volts * path / 9))
    for seed in range(8 * seeds):
        ones.append(spectrum(lone(temperature, seed), FORMING / 9, volts / 9))
    random = np.random.default_rng(1)
    many, single = np.array(nets), np.array(ones)
    drawn = np.array([[slope(each[random.integers(0, len(each), len(each))])
                       for each in (many, single)] for _ in range(2000)])
    columns = np.column_stack((drawn, drawn[:, 0] - drawn[:, 1]))
    found = (slope(many), slope(single), slope(many) - slope(single))
    low, high = np.percentile(columns, (2.5, 97.5), axis=0)
    print(f"{label:18s}", *(f"{name} {value:.2f} ({a:.2f} to {b:.2f})  " for name, value, a, b in
                            zip(("network", "lone", "difference"), found, low, high, strict=True)),
          flush=True)
    return np.column_stack((found, low, high))


def draw_network(axes: Axes, seeds: int) -> None:
    rows = {f"{volts:g} V": compare(f"{volts:g} V", volts, seeds) for volts in (3.0, 4.0, 5.0)}
    for temperature in (280.0, 320.0):
        label = f"4 V, {temperature:g} K"
        rows[label] = compare(label, 4.0, seeds, temperature=temperature)
    for wires, box in ((50, 21.2e-6), (200, 42.4e-6)):
        label = f"4 V, {wires} wires"
        rows[label] = compare(label, 4.0, seeds, wires=wires, box=box)
    places = -np.arange(len(rows))
    axes.axvline(0, color="0.7", lw=0.8)
    for place, row in zip(places, rows.values(), strict=True):
        value, low, high = row[2]
        axes.plot((low, high), (place, place), color=BLUE, lw=1.4)
        axes.plot(value, place, "o", ms=5, color=BLUE)
    axes.set_yticks(places, list(rows))
    axes.set(title="b   β of a network minus that of a lone junction",
             xlabel="difference, with 95 % interval")


def draw(path: Path, seeds: int) -> None:
    """A PNG of both, with `seeds` networks and eight times as many lone junctions a row."""
    figure, (tip, beside) = plt.subplots(1, 2, figsize=(11, 3.9), layout="constrained")
    draw_tip(tip, 12)
    draw_network(beside, seeds)
    for axes in (tip, beside):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
