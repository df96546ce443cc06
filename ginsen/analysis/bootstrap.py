"""How sure a median over cycles and samples is: two questions, two bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.survival import survival_medians
from ginsen.types import Array, Flags

DRAWS = 1000
CENTRAL = (0.025, 0.975)

Values = tuple[Array, Flags | None]
"""The values of one sample's cycles; where they are waited for, which of them were seen."""


@dataclass(frozen=True)
class Bands:
    """A median and its two 95 % bands, in the unit of the values.

    `over_cycles` is how it varies had other cycles of the same samples been measured,
    `over_samples` had other samples. A band is None where nothing repeats: no sample with two
    cycles, or only one sample. Infinite is longer than was waited for.
    """

    median: float
    over_cycles: tuple[float, float] | None
    over_samples: tuple[float, float] | None


def median_bands(samples: Sequence[Values], *, seed: int = 0, draws: int = DRAWS) -> Bands:
    """The median over samples of each one's median over its cycles, with percentile bootstraps.

    Each sample gives the values of its cycles, (n,) with n at least 1, and, where they are waited
    for, which were seen: its median is then that of `survival`. For one band the cycles are drawn
    anew within every sample, for the other the samples with their medians (Efron and Tibshirani,
    An Introduction to the Bootstrap, 1993, chapter 13). Raises ValueError without a sample, or for
    one without a cycle.
    """
    if not samples or not all(values.size for values, _ in samples):
        raise ValueError("a median needs a sample, and every sample a cycle")
    random = np.random.default_rng(seed)
    of_samples = np.array([float(_medians(values, seen)) for values, seen in samples])
    over_cycles = over_samples = None
    if any(values.size > 1 for values, _ in samples):
        drawn = np.array([_redrawn(values, seen, random, draws) for values, seen in samples])
        over_cycles = _band(np.median(drawn, axis=0))
    if len(samples) > 1:
        drawn = random.choice(of_samples, size=(draws, len(samples)))
        over_samples = _band(np.median(drawn, axis=1))
    return Bands(float(np.median(of_samples)), over_cycles, over_samples)


def _redrawn(values: Array, seen: Flags | None, random: np.random.Generator,
             draws: int) -> Array:
    """The median of one sample's cycles, drawn anew `draws` times."""
    chosen = random.integers(values.size, size=(draws, values.size))
    return _medians(values[chosen], None if seen is None else seen[chosen])


def _medians(values: Array, seen: Flags | None) -> Array:
    """Along the last axis."""
    return np.median(values, axis=-1) if seen is None else survival_medians(values, seen)


def _band(medians: Array) -> tuple[float, float]:
    """The central 95 %, by order statistics: between infinities nothing can be interpolated."""
    low, high = np.quantile(medians, CENTRAL, method="inverted_cdf")
    return float(low), float(high)
