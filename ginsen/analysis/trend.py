"""Whether a window goes up or down by more than its own noise would."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from ginsen.analysis.colour import coefficients, colours
from ginsen.types import Array

P_TREND = 0.1
"""Prior probability of a trend."""
HEIGHT = 30.0
"""How far a trend stands out, if there is one, in standard deviations of the noise."""
FEWEST = 32


@dataclass(frozen=True)
class Trend:
    """The change over a window in the unit of the values, and that noise has its share.

    `change` is what the first cosine (half a period) takes from the first to the last sample,
    `z` the same in standard deviations of the noise; `probability` is that of a trend.
    """

    change: float
    z: float
    probability: float


def trend(values: Array) -> Trend:
    """The trend of one window of evenly spaced values (n,), n at least 32.

    The first DCT-II ordinate holds most of any trend and, under noise of density S(f), has the
    variance of S there. The law of that noise comes from the fourth ordinate on, where a straight
    line leaves nothing; every law is weighted as `colours` says, so that the prediction for the
    first ordinate is a mixture of Student's t. A trend is taken to add a normal amplitude `HEIGHT`
    times as wide. Raises ValueError for fewer values or one that is not finite.
    """
    if values.ndim != 1 or values.size < FEWEST or not np.isfinite(values).all():
        raise ValueError(f"values has shape {values.shape}: a trend takes {FEWEST} finite values")
    if np.ptp(values) == 0:
        return Trend(0.0, 0.0, 0.0)
    n = values.size
    first = float(coefficients(values, detrend=False)[1])
    found = colours(coefficients(values) ** 2)
    kept = found.weight > 1e-6
    weight, spread = found.weight[kept], np.sqrt(found.at_first()[kept])

    def predicted(width: float) -> float:
        scale = spread * width
        return float(weight @ (student.pdf(first / scale, found.count) / scale))

    noise, both = predicted(1.0), predicted(math.hypot(1.0, HEIGHT))
    total = P_TREND * both + (1 - P_TREND) * noise
    change = -2 * math.sqrt(2 / n) * math.cos(math.pi / (2 * n)) * first
    return Trend(change, -first / math.sqrt(float(weight @ spread**2) / float(weight.sum())),
                 P_TREND * both / total if total > 0 else 1.0)
