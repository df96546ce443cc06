"""β over time in bounded memory."""

from __future__ import annotations

import math

import numpy as np

from ginsen.types import Array, SpectralFit

MOST = 600


class BetaTrack:
    """Estimates of β as they come, at most `most` of them; of a longer run every second is kept.

    Where no β is honest there is a gap, and `reason` says why of the newest.
    """

    def __init__(self, most: int = MOST) -> None:
        self.newest: SpectralFit | None = None
        self._most = most
        self._rows: list[tuple[float, float, float, float]] = []
        self._every, self._skipped = 1, 0

    def append(self, fit: SpectralFit) -> None:
        """Take the newest estimate in."""
        self.newest = fit
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        if fit.beta is None or fit.beta_low is None or fit.beta_high is None:
            self._rows.append((fit.stop, math.nan, math.nan, math.nan))
        else:
            self._rows.append((fit.stop, fit.beta, fit.beta_low, fit.beta_high))
        if len(self._rows) > self._most:
            self._rows = self._rows[::2]
            self._every *= 2

    def gap(self) -> None:
        """Draw no line to the next estimate: another phase begins."""
        if self._rows and not math.isnan(self._rows[-1][1]):
            self._rows.append((self._rows[-1][0], math.nan, math.nan, math.nan))

    def curves(self) -> tuple[Array, Array, Array, Array]:
        """Time (s) of each window's end, β, and the bounds of its 95 % interval."""
        time, beta, low, high = np.array(self._rows, dtype=np.float64).reshape(-1, 4).T
        return time, beta, low, high
