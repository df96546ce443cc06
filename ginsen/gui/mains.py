"""Where the mains stand in a spectrum, directly or folded."""

from __future__ import annotations

import math

import numpy as np

from ginsen.analysis.spectrum import band_of
from ginsen.types import Array

_TO_EITHER_SIDE = 4
"""Ordinates, as the estimator of β leaves them out."""


def mains_stretches(size: int, interval: float, mains: float) -> Array:
    """Stretches of frequency (Hz), shape (n, 2), that hold the mains and their harmonics.

    Of `size` samples every `interval` s, `mains` in Hz; none where that is not known. A line is
    seen at its distance from the nearest multiple of the sampling rate; one at zero is an offset
    and left out.
    """
    if not (math.isfinite(mains) and mains > 0):
        return np.empty((0, 2))
    lines = np.array([line for line in band_of(size, interval, None, mains).lines if line],
                     dtype=np.float64)
    around = np.column_stack([lines - _TO_EITHER_SIDE, lines + _TO_EITHER_SIDE])
    return np.asarray(np.clip(around, 1.0, size) / (2 * size * interval))
