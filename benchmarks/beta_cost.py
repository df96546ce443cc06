"""What an estimate of β costs, in CPU time, the best of many.

    OMP_NUM_THREADS=1 python benchmarks/beta_cost.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from power_law_noise import noise

from ginsen.analysis import LiveBeta, estimate_beta

SIZE = 16_000
WINDOW = 131_072


def best(action: Callable[[], object], times: int = 300) -> float:
    spent = []
    for _ in range(times):
        begun = time.process_time()
        action()
        spent.append(time.process_time() - begun)
    return min(spent)


def main() -> None:
    rng = np.random.default_rng(1)
    for beta in (0.0, 1.0, 2.0):
        x = noise(SIZE, beta, rng)
        floored = x + rng.normal(0, 0.05 ** (-beta / 2), SIZE)
        clean = best(partial(estimate_beta, x, dt=1.0))
        free = best(partial(estimate_beta, floored, dt=1.0))
        known = best(partial(estimate_beta, floored, dt=1.0, floor=2 * 0.05**-beta))
        print(f"{SIZE} samples, β = {beta:g}: clean {1e3 * clean:.2f} ms, floor free "
              f"{1e3 * free:.2f} ms, floor known {1e3 * known:.2f} ms")
    x, hop = noise(4 * WINDOW, 1.0, rng), WINDOW // 8
    live, blocks = LiveBeta((WINDOW,), dt=1e-5), iter(x.reshape(-1, hop))
    for _ in range(8):
        live.feed(next(blocks))
    print(f"window {WINDOW}, hop 1/8, floor free: "
          f"{1e6 * best(lambda: live.feed(next(blocks)), 24) / hop:.3f} µs per sample")


if __name__ == "__main__":
    main()
