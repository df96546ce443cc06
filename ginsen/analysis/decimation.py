"""A stream at a quarter of its rate, for windows too long to be kept whole."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import firwin2

from ginsen.types import Array

FACTOR = 4
TAPS = 127
"""Long enough that of what would fold onto the lowest 0.4 of the new rate 1e-6 is left."""


class Decimator:
    """Every fourth sample of what a sharp filter leaves below 0.4 of the new rate.

    What a meter loses there by averaging over the share `duty` of each interval is given back, so
    that the samples that come out have no front end but the filter. The time of each is that of the
    middle of what it was made of.
    """

    def __init__(self, duty: float) -> None:
        # The window smears each corner by 0.014: they keep as far from 0.4 and 0.6 of the new rate.
        f = np.append(np.linspace(0, 0.4 / FACTOR + 0.014, 33), [0.6 / FACTOR - 0.014, 0.5])
        gain = 1 / np.sinc(duty * f)
        gain[-2:] = 0
        self._taps = firwin2(TAPS, f, gain, window=("kaiser", 8.0), fs=1.0)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._left = np.empty((2, 0))

    def feed(self, values: Array, times: Array) -> tuple[Array, Array]:
        """Take samples in, evenly spaced and without gaps; what has become complete."""
        self._left = np.concatenate([self._left, np.stack([values, times])], axis=1)
        count = max(0, (self._left.shape[1] - TAPS) // FACTOR + 1)
        if not count:
            return np.empty(0), np.empty(0)
        seen = sliding_window_view(self._left[0], TAPS)[::FACTOR][:count]
        middle = self._left[1, TAPS // 2::FACTOR][:count].copy()
        self._left = self._left[:, count * FACTOR:].copy()
        return seen @ self._taps, middle
