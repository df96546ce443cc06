"""A long trace in little memory: the least and the greatest of equal stretches."""

from __future__ import annotations

import warnings

import numpy as np

from ginsen.types import Array

COLUMNS = 4096
"""More than a screen has pixels, still so when pairs of stretches have just become one."""


class ThinTrace:
    """Everything of a trace from its first sample on, in at most `columns` stretches.

    As long as there is room every sample is kept. When there is none, neighbouring stretches become
    one, which keeps its least and its greatest value: memory stays the same however long a run
    lasts, a spike is never lost, and taking a sample in costs the same at any time. A value that is
    not a number leaves a gap.
    """

    def __init__(self, columns: int = COLUMNS) -> None:
        if columns < 2 or columns % 2:
            raise ValueError(f"columns is {columns}: an even number, at least 2")
        self._time, self._low, self._high = np.full((3, columns), np.nan)
        self._full = 0
        self._per = 1
        self._rest = np.empty((2, 0))

    def append(self, time: Array, values: Array) -> None:
        """Take samples in, in order of time (s)."""
        t, y = np.hstack([self._rest, [time, values]])
        while t.size >= self._per:
            room = self._time.size - self._full
            if not room:
                self._merge()
                continue
            rows = min(room, t.size // self._per)
            cut = rows * self._per
            here = slice(self._full, self._full + rows)
            self._time[here] = t[:cut:self._per]
            self._low[here], self._high[here] = _extremes(y[:cut].reshape(rows, self._per))
            self._full += rows
            t, y = t[cut:], y[cut:]
        self._rest = np.array([t, y])

    def gap(self) -> None:
        """Draw no line from the last sample to the next: another phase begins."""
        if self._full and np.isfinite(self._high[self._full - 1]):
            self.append(self._time[self._full - 1:self._full].copy(), np.array([np.nan]))

    def curve(self) -> tuple[Array, Array]:
        """Times and values of a line through the least and the greatest of every stretch."""
        here = slice(0, self._full)
        if self._per == 1:
            return self._time[here].copy(), self._low[here].copy()
        t = np.append(np.repeat(self._time[here], 2), self._rest[0])
        y = np.append(np.column_stack([self._low[here], self._high[here]]).ravel(), self._rest[1])
        return t, y

    def _merge(self) -> None:
        """Make one stretch of two, everywhere."""
        half = self._time.size // 2
        self._time[:half] = self._time[::2]
        self._low[:half] = np.fmin(self._low[::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[::2], self._high[1::2])
        self._full, self._per = half, 2 * self._per


def to_columns(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """A line of at most four points a column that looks like the one through all of the points.

    Of as many points as one column takes, the least and the greatest are kept; a stretch that has
    a value that is not a number keeps its gap.
    """
    per = -(-y.size // (2 * columns))
    if per < 2:
        return x, y
    rows = y.size // per
    cut = rows * per
    block = y[:cut].reshape(rows, per)
    low, high = block.min(axis=1), block.max(axis=1)
    return (np.append(np.repeat(x[:cut:per], 2), x[cut:]),
            np.append(np.column_stack([low, high]).ravel(), y[cut:]))


def _extremes(rows: Array) -> tuple[Array, Array]:
    if rows.shape[1] == 1:
        return rows[:, 0], rows[:, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a stretch of NaN alone is a gap
        return np.nanmin(rows, axis=1), np.nanmax(rows, axis=1)
