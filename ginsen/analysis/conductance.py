"""Conductance of the sample behind its series resistance."""

from __future__ import annotations

import math

import numpy as np

from ginsen.types import Array, Samples


def conductance(samples: Samples, series_resistance: float = 0.0, *,
                level: float | None = None, alternate: bool = False) -> tuple[Array, Array]:
    """G = I / (V - I R) and its standard uncertainty, both in S, shape (n,).

    The uncertainty is carried on to first order from those of V and I, taken as independent
    (GUM 5.1.2): ∂G/∂I = V / (V - I R)², ∂G/∂V = -I / (V - I R)². A point in compliance, or with no
    voltage left across the sample, has no conductance: NaN; nor has any where the `level` asked
    for (V) was 0, whatever offset the voltage shows. With `alternate` both readings of a pair get
    their mean: offsets of the current, the same at either level, drop out. Raises ValueError for
    a negative or infinite `series_resistance` (Ω).
    """
    if not 0 <= series_resistance < math.inf:
        raise ValueError(f"series_resistance is {series_resistance!r} Ω: it is finite, 0 or more")
    V, I = samples.voltage, samples.current  # noqa: E741
    across = V - I * series_resistance
    nothing = samples.compliance | (across == 0) | (level == 0)
    across = np.where(nothing, np.nan, across)
    G = I / across
    if alternate:
        pairs = G.size // 2 * 2
        G[:pairs] = np.repeat(G[:pairs].reshape(-1, 2).mean(axis=1), 2)
    return G, np.hypot(V * samples.u_current, I * samples.u_voltage) / across**2
