"""How long a network keeps its path, beside a lone junction: by redundancy and by bias.

    python benchmarks/twin_lifetime.py [--seeds 24]

Square lattices of junctions, `long` in series and `wide` side by side, with junctions across; the
lone junction is 1 x 1. Each is formed by 0.55 V per junction in series for 10 s and then held at a
bias per junction for at most 10 000 s. Lifetimes, medians over runs with the 95 % intervals of 2000
bootstraps, are the time until G is below a half, and below a hundredth, of G when the bias begins.
The tips' fluctuations are left out. A run that outlives its time counts as that long.
"""

from __future__ import annotations

import argparse

import numpy as np

from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.stochastic_junction import stochastic_junctions
from ginsen.types import Array

FORMING, FORMED, LONGEST, STEP = 0.55, 10.0, 10_000.0, 1.0
BIASES = (0.001, 0.1, 0.2)
SHAPES = ((1, 1), (1, 4), (4, 1), (9, 1), (4, 4), (9, 3), (9, 9))
SHARES = (0.5, 0.01)


def lattice(long: int, wide: int) -> tuple[int, Array]:
    """The number of nodes and the edges; the first and the last node are the electrodes."""
    def node(x: int, y: int) -> int:
        return 0 if x == 0 else 1 + (long - 1) * wide if x == long else 1 + (x - 1) * wide + y

    along = [(node(x, y), node(x + 1, y)) for x in range(long) for y in range(wide)]
    across = [(node(x, y), node(x, y + 1)) for x in range(1, long) for y in range(wide - 1)]
    return 2 + (long - 1) * wide, np.array(along + across)


def lifetimes(long: int, wide: int, bias: float, seed: int) -> list[float]:
    nodes, edges = lattice(long, wide)
    law = stochastic_junctions(len(edges), FilamentModel(), FluctuatorModel(count=0), 300.0,
                               sample=seed, chance=seed)
    engine = Engine(circuit(nodes, edges, [0, nodes - 1]), law, current_accuracy=1e-4,
                    voltage_accuracy=5e-2)

    def held(volts: float, seconds: float, times: int) -> Array:
        sources = [(volts * long, 0.0, np.inf, 1.0), (0.0, 0.0, np.inf, 1.0)]
        return engine.advance(seconds, sources, times).final_current[:, 0] / (volts * long)

    held(FORMING, FORMED, 1)
    first = held(bias, 0.0, 1)[0]
    G = held(bias, STEP, round(LONGEST / STEP))
    ends = []
    for share in SHARES:
        # From then on it stays below: a break that heals is no end.
        above = np.flatnonzero(share * first <= G)
        ends.append(STEP * float(above[-1] + 1) if above.size else 0.0)
    return ends


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=24)
    seeds = options.parse_args().seeds
    random = np.random.default_rng(1)
    for bias in BIASES:
        print(f"{bias:g} V per junction: lifetime to a half, to a hundredth (s)")
        for long, wide in SHAPES:
            times = np.array([lifetimes(long, wide, bias, seed) for seed in range(seeds)])
            drawn = np.median(times[random.integers(0, seeds, (2000, seeds))], axis=1)
            low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
            print(f"  {long} x {wide}: ", *(
                f"{middle:6.4g} ({a:.4g} to {b:.4g}; {np.sum(column >= LONGEST)} outlived)"
                for middle, a, b, column in zip(np.median(times, axis=0), low, high, times.T,
                                                strict=True)), flush=True)


if __name__ == "__main__":
    main()
