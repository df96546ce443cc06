"""β while the samples come in: the newest window of each length, again and again."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from ginsen.analysis.beta import KnownFloor, estimate_beta
from ginsen.analysis.decimation import FACTOR, Decimator
from ginsen.analysis.refusal import WIDEST_SIGMA
from ginsen.analysis.ring import Ring
from ginsen.analysis.sampling import LONGEST_GAP
from ginsen.analysis.spectrum import FrontEnd
from ginsen.types import Array, Flags, Samples, SpectralFit

LONGEST_WHOLE = 2**20
"""Samples of a window that are kept as they are; a longer one is kept at ¼, 1/16 … of the rate."""

LATELY = 64
"""Intervals that say what is usual where nobody does."""


@cache
def prepare() -> None:
    """Compute what all estimates share, a quarter of a second once a process.

    The first estimate of a run would otherwise hold up whoever takes its readings for as long.
    """
    estimate_beta(np.random.default_rng(0).normal(size=256), dt=1.0)


class LiveBeta:
    """Estimates of β over the last `windows` samples, each renewed every `hop` of its length.

    Fed with `Samples` it takes current and time; a point in compliance, one that is not a number,
    a gap of over 1.5 intervals or a clock that runs back starts all windows afresh, as `restart`
    does. Fed with plain values it needs `dt` (s). The other arguments are those of
    `estimate_beta`, and so is every result: what it gives for the same window, but that a β whose
    standard deviation is above `widest` is not told yet.

    A window over LONGEST_WHOLE samples is decimated as it comes: its highest frequency is then as
    much lower, its `count` that of the samples it was made of. Memory does not grow: it is that of
    the longest window (LONGEST_WHOLE at most), one hop, and the largest feed.
    """

    def __init__(self, windows: tuple[int, ...] = (256, 1024, 4096), *, dt: float | None = None,
                 hop: float = 1 / 8, band: tuple[float, float] | None = None,
                 front_end: FrontEnd | None = None, floor: KnownFloor | None = None,
                 line_frequency: float | None = None, widest: float = WIDEST_SIGMA) -> None:
        if not windows or any(window < 1 for window in windows):
            raise ValueError(f"windows is {windows}: lengths in samples, each at least 1")
        if not 0 < hop <= 1:
            raise ValueError(f"hop is {hop!r}: a share of the window above 0 and at most 1")
        if dt is not None and not 0 < dt < math.inf:
            raise ValueError(f"dt is {dt!r} s: a sampling interval is finite and above 0")
        self.windows = windows
        self._dt, self._band, self._front_end = dt, band, front_end
        self._floor, self._line_frequency, self._widest = floor, line_frequency, widest
        self._kept = tuple(_kept(window, hop) for window in windows)
        sizes = [0] * (1 + max(kept.level for kept in self._kept))
        for kept in self._kept:
            sizes[kept.level] = max(sizes[kept.level], kept.size + kept.hop)
        self._rings = tuple(Ring(size) for size in sizes)
        self._timed = False
        self.restart()

    def restart(self) -> None:
        """Forget the samples so far: a new phase, level or range begins."""
        for ring in self._rings:
            ring.clear()
        self._counts = [0] * len(self._rings)
        self._due = [kept.size for kept in self._kept]
        self._recent = np.empty(0)
        self._usual = math.nan
        self._decimators: tuple[Decimator, ...] = ()

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
        times = np.asarray(self._dt * (self._counts[0] + np.arange(values.size)), dtype=np.float64)
        return values, times, np.isfinite(values)

    def _gaps(self, times: Array) -> Flags:
        """Before which samples the clock jumps ahead, or runs back."""
        gaps = np.zeros(times.shape, dtype=np.bool_)
        known = np.concatenate([self._recent, times])
        steps = np.diff(known)
        if not self._timed or steps.size == 0:
            return gaps
        self._usual = self._dt or float(np.median(steps))
        wide = (steps > LONGEST_GAP * self._usual) | (steps <= 0)
        gaps[times.size - min(times.size, steps.size):] = wide[-times.size:]
        return gaps

    def _take(self, values: Array, times: Array) -> list[SpectralFit | None]:
        """Take samples in that follow without a gap; the estimates that have become due."""
        self._recent = np.append(self._recent, times[-LATELY:])[-LATELY:]
        for level, ring in enumerate(self._rings):
            if level:
                values, times = self._decimator(level).feed(values, times)
            ring.append(values, times)
            self._counts[level] += values.size
        fits: list[SpectralFit | None] = []
        for i, kept in enumerate(self._kept):
            late = self._counts[kept.level] - self._due[i]
            if late < 0:
                fits.append(None)
                continue
            late %= kept.hop
            self._due[i] = self._counts[kept.level] - late + kept.hop
            fits.append(self._estimate(kept, *self._rings[kept.level].window(kept.size, late)))
        return fits

    def _decimator(self, level: int) -> Decimator:
        """What makes a level of the one before it; only the first undoes the meter's averaging."""
        if not self._decimators:
            interval = self._dt or self._usual
            duty = self._front_end.integration / interval if self._front_end is not None else 0.0
            self._decimators = tuple(Decimator(0.0 if k else duty)
                                     for k in range(len(self._rings) - 1))
        return self._decimators[level - 1]

    def _estimate(self, kept: _Kept, values: Array, times: Array) -> SpectralFit:
        factor = FACTOR**kept.level
        fit = estimate_beta(
            values, dt=None if self._timed or self._dt is None else self._dt * factor,
            times=times if self._timed else None, band=self._band,
            front_end=None if kept.level else self._front_end, floor=self._floor,
            line_frequency=self._line_frequency, widest=self._widest)
        return replace(fit, count=fit.count * factor) if kept.level else fit


@dataclass(frozen=True)
class _Kept:
    """A window as it is kept: at which level, and its size and hop in samples of that level."""

    level: int
    size: int
    hop: int


def _kept(window: int, hop: float) -> _Kept:
    level = 0
    while window > LONGEST_WHOLE * FACTOR**level:
        level += 1
    return _Kept(level, window // FACTOR**level, max(1, round(window / FACTOR**level * hop)))
