"""β while the samples come in: the newest window of each length, again and again."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from ginsen.analysis.beta import LONGEST_GAP, estimate_beta
from ginsen.analysis.spectrum import FrontEnd
from ginsen.types import Array, Flags, Samples, SpectralFit


class LiveBeta:
    """Estimates of β over the last `windows` samples, each renewed every `hop` of its length.

    Fed with `Samples` it takes current and time; a point in compliance, one that is not a number,
    a gap of over 1.5 intervals or a clock that runs back starts all windows afresh, as `restart`
    does. Fed with plain values it needs `dt` (s). The other arguments are those of
    `estimate_beta`, and so is every result: what it gives for the same window. Memory is bounded
    by the longest window and the largest feed.
    """

    def __init__(self, windows: tuple[int, ...] = (256, 1024, 4096), *, dt: float | None = None,
                 hop: float = 1 / 8, band: tuple[float, float] | None = None,
                 front_end: FrontEnd | None = None, floor: float | None = None,
                 line_frequency: float | None = None) -> None:
        if not windows or any(window < 1 for window in windows):
            raise ValueError(f"windows is {windows}: lengths in samples, each at least 1")
        if not 0 < hop <= 1:
            raise ValueError(f"hop is {hop!r}: a share of the window above 0 and at most 1")
        if dt is not None and not 0 < dt < math.inf:
            raise ValueError(f"dt is {dt!r} s: a sampling interval is finite and above 0")
        self.windows = windows
        self._hops = tuple(max(1, round(window * hop)) for window in windows)
        self._dt, self._band, self._front_end = dt, band, front_end
        self._floor, self._line_frequency = floor, line_frequency
        self._timed = False
        self.restart()

    def restart(self) -> None:
        """Forget the samples so far: a new phase, level or range begins."""
        self._values = np.empty(0)
        self._times = np.empty(0)
        self._count = 0
        self._due = list(self.windows)

    def feed(self, samples: Samples | Array) -> tuple[SpectralFit | None, ...]:
        """Take samples in; give, for each window, its newest estimate if one has become due.

        Raises ValueError for plain values where `dt` was not given.
        """
        timed = isinstance(samples, Samples)
        if timed != self._timed:
            self.restart()
        self._timed = timed
        values, times, usable = self._columns(samples)
        newest: list[SpectralFit | None] = [None] * len(self.windows)
        cut = self._gaps(times) | ~usable
        cut[1:] |= ~usable[:-1]
        edges = [0, *np.flatnonzero(cut[1:]) + 1, values.size] if values.size else []
        for first, stop in pairwise(edges):
            if cut[first]:
                self.restart()
            if usable[first]:
                fits = self._take(values[first:stop], times[first:stop])
                newest = [fit or old for fit, old in zip(fits, newest, strict=True)]
        return tuple(newest)

    def _columns(self, samples: Samples | Array) -> tuple[Array, Array, Flags]:
        """Values, times and which of them can be used."""
        if isinstance(samples, Samples):
            values, times = samples.current, samples.time
            return values, times, np.isfinite(values) & np.isfinite(times) & ~samples.compliance
        if self._dt is None:
            raise ValueError("LiveBeta was fed plain values: dt is to be given when it is made")
        values = np.asarray(samples, dtype=np.float64)
        times = np.asarray(self._dt * (self._count + np.arange(values.size)), dtype=np.float64)
        return values, times, np.isfinite(values)

    def _gaps(self, times: Array) -> Flags:
        """Before which samples the clock jumps ahead, or runs back."""
        steps = np.diff(np.concatenate([self._times, times]))
        if steps.size == 0:
            return np.zeros(times.shape, dtype=np.bool_)
        usual = self._dt or float(np.median(steps))
        gaps = (steps > LONGEST_GAP * usual) | (steps <= 0)
        return np.asarray(np.append(np.zeros(1, np.bool_), gaps)[-times.size:])

    def _take(self, values: Array, times: Array) -> list[SpectralFit | None]:
        """Append samples that follow without a gap; the estimates that have become due."""
        self._values = np.concatenate([self._values, values])
        self._times = np.concatenate([self._times, times])
        self._count += values.size
        fits: list[SpectralFit | None] = []
        for i, (window, hop) in enumerate(zip(self.windows, self._hops, strict=True)):
            late = self._count - self._due[i]
            if late < 0:
                fits.append(None)
                continue
            late %= hop
            self._due[i] = self._count - late + hop
            stop = self._values.size - late
            fits.append(self._estimate(slice(stop - window, stop)))
        longest = max(self.windows)
        self._values, self._times = self._values[-longest:], self._times[-longest:]
        return fits

    def _estimate(self, part: slice) -> SpectralFit:
        return estimate_beta(self._values[part], dt=None if self._timed else self._dt,
                             times=self._times[part] if self._timed else None, band=self._band,
                             front_end=self._front_end, floor=self._floor,
                             line_frequency=self._line_frequency)
