"""The levels of a staircase."""

from __future__ import annotations

import math

from ginsen.protocols.protocol import ParameterError

MOST_STEPS = 10_000


def staircase(maximum: float, step: float) -> list[float]:
    """0, `step`, 2 `step`, … (V), up to the last one that is not above `maximum`.

    Raises ParameterError for a staircase without a step, or of more than 10 000.
    """
    steps = math.floor(maximum / step + 1e-9)
    if not 1 <= steps <= MOST_STEPS:
        raise ParameterError(f"steps of {step:g} V make {steps} up to {maximum:g} V; a staircase "
                             f"has 1 to {MOST_STEPS}.")
    return [round(k * step, 9) for k in range(steps + 1)]
