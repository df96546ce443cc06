"""Does a whole lone junction, filament and tip, obey Dutta, Dimon and Horn against temperature?

    python benchmarks/twin_junction.py [--junctions 200]

β at 1 Hz from the slope of the spectrum, and from how its density changes with temperature (Phys.
Rev. Lett. 43, 646 (1979), eq. 5), of lone junctions of the twin at constant bias: with all that
happens in them; with a filament that neither grows nor dissolves any more; and without what happens
at the tip. All are formed at 300 K, the same ones for every temperature, and then held at their
bias and temperature. The spectrum is that of many junctions side by side, the sum of their S_G over
the square of the sum of their G, times their number; from 100 s of means over 20 ms each. Intervals
are the 95 % ones of 1000 bootstraps over junctions.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from scipy.fft import dct
from twin_beta import DT, EDGES, FILAMENT, FORMING, SECONDS, TIP, sources

from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import ATTEMPT_FREQUENCY, FluctuatorModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.law import JunctionLaw
from ginsen.physics.stochastic_junction import stochastic_junctions, with_chance
from ginsen.types import Array

TEMPERATURES = np.arange(270.0, 331.0, 12.0)
PATH = 9
"""Junctions that share the bias of a network, as in `twin_beta`."""

BIAS, FORMED, SETTLING = 4.0, 10.0, 10.0
OCTAVES = slice(1, 6)
"""From 0.2 to 6.4 Hz; their middle is near 1 Hz."""

NO_TIP = replace(TIP, count=0)
FROZEN = replace(FILAMENT, growth_barrier=2.0, loss_barrier=2.0)
CASES = {"whole": (FILAMENT, TIP), "tip, filament frozen": (FROZEN, TIP),
         "filament, no tip": (FILAMENT, NO_TIP)}


def engine(law: JunctionLaw) -> Engine:
    return Engine(circuit(2, [[0, 1]], [0, 1]), law)


def spectra(filament: FilamentModel, tip: FluctuatorModel, temperature: float,
            count: int) -> Array:
    """G (S) and then S_G in octaves (S²/Hz) of each junction, shape (count, 1 + octaves)."""
    found, volts = [], BIAS / PATH
    for seed in range(count):
        formed = engine(stochastic_junctions(1, FILAMENT, tip, 300.0, sample=seed, chance=seed))
        formed.advance(FORMED, sources(FORMING / PATH))
        law = stochastic_junctions(1, filament, tip, temperature, sample=seed, chance=seed)
        here = engine(with_chance(law, formed.state()["junctions"],
                                  seed + 1000 * round(temperature)))
        here.advance(SETTLING, sources(volts))
        G = here.advance(DT, sources(volts), round(SECONDS / DT)).current[:, 0] / volts
        time = np.linspace(-1, 1, G.size)
        power = dct(G - np.polyval(np.polyfit(time, G, 1), time), norm="ortho")[1:] ** 2 * 2 * DT
        octave = np.digitize(np.arange(1, G.size) / (2 * G.size * DT), EDGES)
        found.append([G.mean(), *(power[octave == k + 1].mean()
                                  for k in range(EDGES.size)[OCTAVES])])
    return np.array(found)


def exponents(each: Array) -> Array:
    """Of `spectra` (temperatures, count, 1 + octaves): β by slope, β by S(T), S at 1 Hz, (3, t).

    The change with temperature is that of a parabola through ln S over ln T.
    """
    mean = each.mean(axis=1)
    density = np.log(mean[:, 1:] / mean[:, :1] ** 2)
    slopes = -np.polyfit(np.arange(density.shape[1]) * np.log(2), density.T, 1)[0]
    x = np.log(TEMPERATURES)
    told = 1 + (np.polyval(np.polyder(np.polyfit(x, density.mean(axis=1), 2)), x) - 1) \
        / np.log(ATTEMPT_FREQUENCY / (2 * np.pi))
    return np.array((slopes, told, np.exp(density.mean(axis=1))))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--junctions", type=int, default=200)
    count = options.parse_args().junctions
    random = np.random.default_rng(1)
    for name, (filament, tip) in CASES.items():
        each = np.array([spectra(filament, tip, T, count) for T in TEMPERATURES])
        drawn = np.array([exponents(each[:, random.integers(0, count, count)])
                          for _ in range(1000)])
        low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
        found = exponents(each)
        print(f"{name}: rms of the difference {np.sqrt(np.mean((found[0] - found[1]) ** 2)):.2f}")
        for k, T in enumerate(TEMPERATURES):
            print(f"  {T:g} K:", *(f"{what} {found[i, k]:.3g} ({low[i, k]:.3g} to {high[i, k]:.3g})"
                                   for i, what in enumerate(("β", "by S(T)", "S at 1 Hz"))),
                  flush=True)


if __name__ == "__main__":
    main()
