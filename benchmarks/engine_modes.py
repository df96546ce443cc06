"""The fast mode against the exact one over 10⁵ steps of 1 ms, under the same chance.

    OMP_NUM_THREADS=1 python benchmarks/engine_modes.py [SEEDS]

For each seed: the greatest distance of the fast mode's current from a direct solution for the very
same junctions; then what a record shows, in either mode: mean, rms over a mean of 10 s windows, β
from 0.1 to 10 Hz with its interval, and events.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from ginsen.analysis import estimate_beta
from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kirchhoff import Circuit, circuit, reduce
from ginsen.physics.network import random_network
from ginsen.physics.stochastic_junction import stochastic_junctions
from ginsen.types import Array

STEPS, DT = 100_000, 1e-3
BLOCK = 100


def prepared(built: Circuit, chance: int, volts: float, *, exact: bool) -> Engine:
    """A network that has activated under `volts` for 20 s."""
    law = stochastic_junctions(len(built.edges), FilamentModel(), FluctuatorModel(), 300.0,
                               sample=1, chance=chance)
    engine = Engine(built, law, exact=exact)
    engine.advance(20.0, drive(volts))
    return engine


def drive(volts: float) -> list[tuple[float, float, float, float]]:
    return [(volts, 0.0, np.inf, 1.0), (0.0, 0.0, np.inf, 1.0)]


def described(current: Array) -> str:
    windows = current.reshape(10, -1)
    rms = np.median(windows.std(axis=1) / windows.mean(axis=1))
    fit = estimate_beta(current.reshape(-1, 10).mean(axis=1), dt=10 * DT, band=(0.1, 10.0))
    slope = (fit.reason if fit.beta is None
             else f"{fit.beta:.2f} ({fit.beta_low:.2f} to {fit.beta_high:.2f})")
    return f"mean {current.mean():.4e} A, rms {rms:.2e}, beta {slope}"


def main(seeds: int) -> None:
    network = random_network(100, 30e-6, 10e-6, 1e-6, 1)
    ends = network.farthest_pair()
    built = circuit(100, network.junctions, ends)
    volts = 0.4 * network.distance(*ends)
    for seed in range(seeds):
        for exact in (False, True):
            start = time.process_time()
            engine = prepared(built, seed, volts, exact=exact)
            before = engine.work.events
            seen, worst = [], 0.0
            for _ in range(STEPS // BLOCK):
                seen.append(engine.advance(DT, drive(volts), BLOCK).final_current[:, 0])
                truth = volts * reduce(built, engine.conductances()).admittance[0, 0]
                worst = max(worst, abs(seen[-1][-1] / truth - 1))
            spent = time.process_time() - start
            print(f"seed {seed}, {'exact' if exact else 'fast '}: {described(np.concatenate(seen))}"
                  f", {engine.work.events - before} events, worst {worst:.1e}, {spent:.1f} s CPU",
                  flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
