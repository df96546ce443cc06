"""The newest samples of a stream, side by side in memory made once."""

from __future__ import annotations

import numpy as np

from ginsen.types import Array


class Ring:
    """The newest `size` values and times of a stream, as views that need no copy.

    They are written one after the other into twice the room; when that is full, the newest move
    back to its beginning. So memory is constant, and a sample is moved at most once on average.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._store = np.empty((2, 2 * size))
        self.clear()

    def __len__(self) -> int:
        return min(self._stop, self._size)

    def clear(self) -> None:
        """Forget everything."""
        self._stop = 0

    def append(self, values: Array, times: Array) -> None:
        """Take samples in; the oldest are forgotten."""
        first = max(0, values.size - self._size)
        values, times = values[first:], times[first:]
        if self._stop + values.size > self._store.shape[1]:
            kept = min(self._size - values.size, self._stop)
            self._store[:, :kept] = self._store[:, self._stop - kept:self._stop]
            self._stop = kept
        stop = self._stop + values.size
        self._store[0, self._stop:stop] = values
        self._store[1, self._stop:stop] = times
        self._stop = stop

    def window(self, size: int, late: int = 0) -> tuple[Array, Array]:
        """The newest `size` values and times but for the last `late`."""
        stop = self._stop - late
        values, times = self._store[:, stop - size:stop]
        return values, times
