"""What the network adds to β: a network of the twin minus its own junctions, each alone.

    python benchmarks/twin_beta.py [--seeds 12]

A lone junction feels the voltage that one of the n junctions of the shortest path would, so that
its atoms come and go as often. A lone tip has too few rearrangements for a power law of its own:
most single records are refused one. β is therefore that of the mean over runs of S_G / G², each
from 100 s of means over 20 ms at constant bias: the slope over octaves of 0.1 to 10 Hz, the same on
both sides. Intervals are the 95 % ones of 2000 bootstraps over runs.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.fft import dct

from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.network import random_network
from ginsen.physics.stochastic_junction import stochastic_junctions
from ginsen.types import Array

DT, SECONDS, FORMING = 0.02, 100.0, 5.0
EDGES = 0.1 * 2.0 ** np.arange(7.65)
FILAMENT, TIP = FilamentModel(), FluctuatorModel()


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


def compare(label: str, volts: float, seeds: int, *, wires: int = 100, box: float = 30e-6,
            temperature: float = 300.0) -> None:
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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=12)
    seeds = options.parse_args().seeds
    for volts in (3.0, 4.0, 5.0):
        compare(f"bias {volts:g} V", volts, seeds)
    for temperature in (280.0, 320.0):
        compare(f"4 V at {temperature:g} K", 4.0, seeds, temperature=temperature)
    for wires, box in ((50, 21.2e-6), (200, 42.4e-6)):
        compare(f"4 V, {wires} wires", 4.0, seeds, wires=wires, box=box)


if __name__ == "__main__":
    main()
