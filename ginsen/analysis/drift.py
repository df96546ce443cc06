"""A smooth drift, taken out of every record, and what that does to the noise.

Whatever a smooth curve looks like, its DCT-II coefficients fall like k^-2 with the slopes at its
ends: their difference in even ordinates, their sum in odd ones; the next terms, from the third and
fifth derivatives, like k^-4 and k^-6 (integrate by parts). The first pair of curves is fitted to
the orders 2 to 64 and taken out of all, always; the others where the record asks for them. Noise of
β above 2 has slopes at its ends too and loses them; as fit and noise are both known, so is what
remains on average, for every β. The first pair costs next to nothing: orders 2 and 3, below the
band, fix most of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ginsen.analysis.reflection import ORDERS, covariance, log_gain
from ginsen.analysis.spectrum import Band, Bins, bins_of, deviance_of
from ginsen.types import Array

WEIGHT = 0.75
"""Orders are weighted by k^WEIGHT, as noise of β = 1.5 asks for; from 0 to 3 it is nearly best."""

COARSE = np.linspace(-0.5, 4.0, 19)
FIRST = 2
FARTHEST = 2048
"""Where a drift is no more than 1e-5 of what it is at the foot of the band."""

MOST_CURVES = 3
HIGHEST_FOOT = 16
"""A band that begins above this order has no drift in it to speak of."""


@dataclass(frozen=True, eq=False)
class Response:
    """What is left of noise in the bins of a band once a drift has been taken out.

    `log_gain`, shape (β of COARSE, bins), is ln of its mean power over f^-β at the bin's frequency,
    where power is as `mean` gives it; `count` is what each bin is worth in ordinates, `deviance`
    what `deviance_of` makes of that. `thirds` are the bins with which thirds of ln f begin.
    """

    bins: Bins
    white: Array
    count: Array
    deviance: tuple[float, float]
    thirds: list[int]
    log_gain: Array

    def mean(self, spectrum: Array) -> Array:
        """The mean power of each bin, that of white noise unchanged."""
        return np.asarray(np.add.reduceat(spectrum[self.bins.part] ** 2, self.bins.starts)
                          / self.white)


def without_drift(spectrum: Array, band: Band) -> Array:
    """The coefficients of a record less as many pairs of curves as the band says."""
    rest = np.array(spectrum)
    if band.low <= HIGHEST_FOOT:
        curves, fitted = _fit(*_orders(band), band.curves)
        low = rest[FIRST:FARTHEST]
        low -= curves[:low.size] @ (fitted @ low[:fitted.shape[1]])
    return rest


def leftover_p(rest: Array, band: Band, beta: float, amplitude: float, floor: float) -> float:
    """The probability that noise alone looks as much like the next pair of curves.

    The part of either that is not among the curves taken out is a sum of coefficients of known
    variance; both squares together are χ² with two degrees. The noise is amplitude · f^-β + floor
    with f in units of the sampling rate.
    """
    if band.low > HIGHEST_FOOT:
        return 1.0
    onto, log_variance = _next(*_orders(band), band.curves, band.detrend)
    found = onto @ rest[FIRST:FIRST + onto.shape[1]]
    place = np.interp(beta, COARSE, np.arange(COARSE.size))
    row = min(int(place), COARSE.size - 2)
    log_noise = log_variance[row] + (place - row) * (log_variance[row + 1] - log_variance[row])
    # The table is of noise whose density is 1 at f = 1/T.
    variance = (amplitude * band.size**beta * np.exp(log_noise)
                + floor * np.sum(onto**2, axis=1))
    return math.exp(-0.5 * float(np.sum(found**2 / variance)))


@lru_cache(maxsize=64)
def response_of(band: Band) -> Response:
    """The response of a band."""
    bins, b = bins_of(band), COARSE[:, None]
    orders = 2 * band.size * bins.frequency
    gain = np.exp(log_gain(orders, COARSE, band.detrend))
    white, worth = np.ones(bins.ordinates.size), np.ones(bins.ordinates.size)
    if band.low <= HIGHEST_FOOT:
        of_order, left, of_white = _left(*_orders(band), band.curves, band.detrend)
        low = bins.ordinates < FIRST + of_white.size
        at = bins.ordinates[low] - FIRST
        white[low], worth[low] = of_white[at], left[at]
        # Orders that share a bin: each at its own frequency, as seen from that of the bin.
        inside = np.repeat(np.arange(bins.sizes.size), bins.sizes)[low]
        own = of_order[:, at] * (bins.ordinates[low] / orders[inside]) ** -b
        whole = np.searchsorted(bins.starts + bins.sizes, np.count_nonzero(low), side="right")
        starts = bins.starts[:whole]
        if whole:
            gain[:, :whole] = np.add.reduceat(own, starts, axis=1)[:, :whole] / bins.count[:whole]
    per_bin = np.add.reduceat(white, bins.starts)
    count = np.add.reduceat(worth, bins.starts)
    f = bins.frequency
    thirds = np.searchsorted(f, f[0] * (f[-1] / f[0]) ** (np.arange(3) / 3))
    return Response(bins, per_bin, count, deviance_of(count), thirds.tolist(),
                    np.log(gain * (bins.count / per_bin)))


def _orders(band: Band) -> tuple[int, int, tuple[int, ...]]:
    """What the curves and their fit depend on: the same for bands of all lengths."""
    lines = tuple(line for line in band.lines if line <= ORDERS + 4)
    return band.low, min(ORDERS, band.high), lines


@lru_cache(maxsize=16)
def _fit(low: int, high: int, lines: tuple[int, ...], pairs: int) -> tuple[Array, Array]:
    """The curves at orders from FIRST up to FARTHEST, and what fits them to those up to `high`."""
    curves, weight = _curves(low, pairs), _weight(high, lines)
    return curves, np.linalg.pinv(curves[:weight.size] * weight[:, None]) * weight


@lru_cache(maxsize=16)
def _next(low: int, high: int, lines: tuple[int, ...], pairs: int,
          detrend: int) -> tuple[Array, Array]:
    """What sums up the pair after `pairs`, and ln of its variance in noise of each β of COARSE."""
    weight = _weight(high, lines)
    curves = _curves(low, pairs + 1)[:weight.size] * weight[:, None]
    base, _ = np.linalg.qr(curves)
    onto = base[:, -2:].T * weight
    variance = [np.diag(onto @ covariance(beta, detrend)[:weight.size, :weight.size] @ onto.T)
                for beta in COARSE.tolist()]
    return onto, np.log(variance)


def _curves(low: int, pairs: int) -> Array:
    """The curves at orders from FIRST to FARTHEST, even and odd in turn, each 1 at order `low`."""
    k = np.arange(FIRST, FARTHEST)
    return np.stack([(k % 2 == parity) * (low / k) ** (2.0 * (pair + 1))
                     for pair in range(pairs) for parity in (0, 1)], axis=1)


def _weight(high: int, lines: tuple[int, ...]) -> Array:
    """How much the orders from FIRST to `high` count in the fit; mains lines count nothing."""
    k = np.arange(FIRST, high + 1)
    weight = np.asarray(k**WEIGHT)
    for line in lines:
        weight[np.abs(k - line) <= 4] = 0
    return weight



@lru_cache(maxsize=16)
def _left(low: int, high: int, lines: tuple[int, ...], pairs: int,
          detrend: int) -> tuple[Array, Array, Array]:
    """Of each order up to `high`: ⟨c²⟩ over f^-β, its worth in ordinates, white noise's ⟨c²⟩."""
    curves, fitted = _fit(low, high, lines, pairs)
    near = fitted.shape[1]
    keep = np.eye(near) - curves[:near] @ fitted
    half = np.arange(FIRST, FIRST + near) / 2
    gain = [np.sum(keep @ covariance(beta, detrend)[:near, :near] * keep, axis=1) * half**beta
            for beta in COARSE.tolist()]
    return np.array(gain), np.diag(keep), np.sum(keep**2, axis=1)
