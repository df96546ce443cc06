"""When the noise of a sample changed, told from power and slope of its spectrum.

Not from raw samples: on those of 1/f noise that holds still the usual searches announce 40 to 75
changes in 2000. The newest part of every window, a half or more, is held against all that came
before it since the last change, in power and in its slope over frequency: Δ ln(power) and Δβ.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from ginsen.analysis.colour import LOWEST, Indices, coefficients
from ginsen.types import Array

RARE = 2e-6
"""P-value of an alarm. Eight windows in three parts and 16 half as long make 40 tests to the length
of one: at most one false alarm in 10⁴ lengths asks for 2.5e-6, were they independent."""

PARTS = (0.5, 0.75, 0.875)
"""What of a window may be new: the least tells a large change sooner, the most a smaller one."""

REMEMBERED = 8
"""Windows' lengths that make the state before; more would hold a drift of β against it."""

BLOCKS, SMALLEST_BLOCK = 16, 16


@dataclass(frozen=True)
class Change:
    """A change of state at `time` (s), 95 % between `earliest` and `latest`.

    `what` is `noise` where β or the power of the fluctuations changed, `step` where the level did.
    `announced` (s) is the end of the window that told; `p` how likely nothing had happened.
    """

    time: float
    earliest: float
    latest: float
    announced: float
    what: Literal["noise", "step"]
    p: float


LEAST_SHARE = 1e-12
"""Powers that differ by more than this are as different as can be; the arithmetic stays regular."""


class Past:
    """The spectrum of a state so far, from parts of windows, for the next part to be held against.

    A part is the newest share `new` of a window. All windows have the same number of samples, 64 or
    more.
    """

    def __init__(self, new: float = 0.5) -> None:
        self._new = new
        self._pieces: deque[tuple[float, float, Array]] = deque()

    def take(self, values: Array, start: float, stop: float) -> float:
        """Remember a window from `start` to `stop` (s); the p-value of its new part before that.

        1 where nothing came before. Raises ValueError for fewer than 64 values.
        """
        if values.size < 64:
            raise ValueError(f"{values.size} samples: parts are compared of 64 or more")
        length, size = stop - start, round(self._new * values.size)
        cut, new = stop - self._new * length, _powers(values[-size:])
        if not self._pieces and 2 * size <= values.size:
            self._pieces.append((start, cut, _powers(values[:size])))
        before = [piece for piece in self._pieces if piece[1] <= cut + 1e-6 * length]
        self._pieces.append((cut, stop, new))
        while self._pieces[0][0] < stop - (REMEMBERED + 1) * length:
            self._pieces.popleft()
        if not before:
            return 1.0
        number = (before[-1][1] - before[0][0]) / (stop - cut)
        return _differ(np.mean([piece[2] for piece in before], axis=0), new, max(number, 1.0), size)


def _differ(before: Array, after: Array, number: float, size: int) -> float:
    """The p-value of mean powers in bands, `after` of `size` samples, `before` of `number` such.

    No law of the spectrum is asked for: of a band's power in n + m ordinates, where m came after,
    the share of these is Beta(m/2, n/2) if the spectra are alike, whatever they are. If they differ
    by a power law, ln(after/before) = a + c ln f, that is a logistic regression on ln f. Twice the
    gain in likelihood is χ² with two degrees.
    """
    count, x = _bands(size).count, _bands(size).columns
    if min(before.min(), after.min()) <= 0:
        return 1.0
    both = (1 + number) * count / 2
    q = np.clip(after / (after + number * before), LEAST_SHARE, 1 - LEAST_SHARE)
    law, gain = np.zeros(2), 0.0
    for _ in range(20):
        odds = np.exp(-(x @ law))
        share = q * odds / (1 - q + q * odds)
        weight = both * np.maximum(share * (1 - share), LEAST_SHARE)
        step = np.linalg.solve((x * weight[:, None]).T @ x, x.T @ (both * share - count / 2))
        law = law + np.clip(step, -2, 2)
        ratio = x @ law
        gain = -float(count @ ratio / 2 + both @ np.log(1 - q + q * np.exp(-ratio)))
        if np.abs(step).max() < 1e-4:
            break
    return math.exp(-max(0.0, gain))


@dataclass(frozen=True, eq=False)
class _Bands:
    """Half octaves of the ordinates of a piece, and the parabola that is taken out of it.

    `first` is the lowest ordinate, `starts` those of the bands from there, `count` how many each
    holds, `columns` 1 and ln f of each; `parabola` are 1, t and t², orthonormal. A straight line
    would leave the bend of a smooth drift, and that would count as noise.
    """

    first: int
    starts: Indices
    count: Array
    columns: Array
    parabola: Array


@lru_cache(maxsize=16)
def _bands(size: int) -> _Bands:
    k = np.arange(LOWEST + 1, int(0.8 * size) + 1)
    which = np.floor(2 * np.log2(k / k[0]) + 1e-9)
    starts = np.flatnonzero(np.diff(which, prepend=-1.0))
    count = np.diff(np.append(starts, k.size)).astype(np.float64)
    x = np.add.reduceat(np.log(k), starts) / count
    t = np.linspace(-1, 1, size)
    parabola, _ = np.linalg.qr(np.column_stack([np.ones(size), t, t**2]))
    return _Bands(int(k[0]), starts, count,
                  np.column_stack([np.ones(x.size), x - count @ x / count.sum()]), parabola)


def _powers(values: Array) -> Array:
    """The mean power of a piece in each band, its parabola taken out."""
    bands = _bands(values.size)
    rest = values - bands.parabola @ (bands.parabola.T @ values)
    squares = coefficients(rest, detrend=False)[bands.first:int(0.8 * values.size) + 1] ** 2
    return np.asarray(np.add.reduceat(squares, bands.starts) / bands.count)


def where_noise_changed(values: Array) -> tuple[int, int, int]:
    """The sample before which the noise of a window (n,) changed: likeliest, 2.5 and 97.5 %.

    To a sixteenth of the window, or 16 samples if that is more: its blocks have each a spectrum in
    octaves, and the likelihood of two spectra, the blocks divided between them, is highest at the
    change. Raises ValueError for fewer than 64 samples.
    """
    if values.size < 64:
        raise ValueError(f"{values.size} samples: a change of noise is placed among 64 or more")
    size = max(SMALLEST_BLOCK, values.size // BLOCKS)
    number = values.size // size
    blocks = values[-size * number:].reshape(number, size).T
    power = coefficients(blocks)[1:int(0.8 * size)].T ** 2
    octave = np.floor(np.log2(np.arange(1, power.shape[1] + 1))).astype(np.intp)
    starts = np.flatnonzero(np.diff(octave, prepend=-1))
    count = np.bincount(octave).astype(np.float64)
    running = np.cumsum(np.add.reduceat(power, starts, axis=1), axis=0)
    # A sample that stands still has no power at all, and no logarithm of it.
    before, after = (np.maximum(each, np.finfo(np.float64).tiny)
                     for each in (running[:-1], running[-1] - running[:-1]))
    n = np.arange(1, number)[:, None] * count
    m = number * count - n
    log_likelihood = -0.5 * np.sum(n * np.log(before / n) + m * np.log(after / m), axis=1)
    likelihood = np.exp(log_likelihood - log_likelihood.max())
    below = np.cumsum(likelihood) / likelihood.sum()
    first = values.size - size * number
    places = first + size * (1 + np.array([
        int(np.argmax(likelihood)), *np.searchsorted(below, [0.025, 0.975])]))
    likeliest, earliest, latest = (int(place) for place in places)
    return likeliest, max(0, earliest - size), min(values.size - 1, latest + size)
