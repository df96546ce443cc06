"""Noise of exact spectrum read at uneven times, on a fine lattice, never periodic."""

import numpy as np
from exact_noise import fine_noise
from scipy.linalg import cho_solve
from scipy.signal import fftconvolve, firwin

from ginsen.analysis.uneven_covariance import filtered, integrated

FINE = 16
KINDS = ("thinned", "jitter", "gaps", "meter")
DUTY = 0.5


def times(kind, n, rng):
    """Times of about `n` readings, in intervals.

    thinned: every other one of an even record, at random; jitter: 10 % of the interval, rms;
    gaps: 5 % missing, in five stretches; meter: a clock whose intervals vary by 10 %.
    """
    if kind == "thinned":
        t = np.sort(rng.permutation(2 * n)[:n]).astype(float)
    elif kind == "jitter":
        t = np.sort(np.arange(n) + 0.1 * rng.standard_normal(n))
    elif kind == "gaps":
        kept = np.ones(n, dtype=bool)
        for first in (np.arange(5) + rng.uniform(0.1, 0.8, 5)) * n / 5:
            kept[int(first) : int(first) + n // 100] = False
        t = np.flatnonzero(kept).astype(float)
    else:
        # On the fine lattice, so that every reading is an exact mean of it.
        t = np.cumsum(np.round(FINE * (1 + 0.1 * rng.standard_normal(n)))) / FINE
    return t - t[0]


def read(kind, t, beta, rng):
    """Readings at `t`: behind a sharp filter at 0.5, or by a meter that integrates half the time.

    One-sided density `density(beta)` f^-beta.
    """
    if kind == "meter":
        x = fine_noise(int(t[-1]) + 2, beta, rng, FINE)
        wide = round(DUTY * FINE)
        total = np.concatenate([[0.0], np.cumsum(x - x[x.size // 2])])
        at = np.round(t * FINE).astype(int)
        return (total[at + wide] - total[at]) / wide
    taps = firwin(256 * FINE + 1, 1 / FINE, window=("kaiser", 8.0))
    x = fine_noise(int(t[-1]) + 8 + taps.size // FINE, beta, rng, FINE)
    return _between(fftconvolve(x - x[x.size // 2], taps, "valid"), (t + 3) * FINE)


def drawn(t, beta, duty, count, rng):
    """`count` records at `t` from the full covariance, level and line left out, shape (count, n).

    And the least standard deviation of β of such a record, by its Fisher information, amplitude
    unknown. `duty` None is a sharp filter.
    """
    lag, step = np.abs(t[:, None] - t), 1e-3
    line = np.polynomial.legendre.legvander(2 * t / t[-1] - 1, 1)

    def covariance(b):
        parts = np.array_split(lag, max(1, t.size // 50))  # a few rows at a time, for memory
        rows = [filtered(part.ravel(), np.array([[b]]), 1 / t[-1]) if duty is None else
                integrated(part.ravel(), duty, np.array([[b]]), 1 / t[-1]) for part in parts]
        return np.concatenate(rows, axis=1).reshape(lag.shape)

    beta += 2e-3  # off the poles of the generalised covariance at 1 and 3
    change = (covariance(beta + step) - covariance(beta - step)) / (2 * step)
    C = covariance(beta)
    C += 1e4 * np.abs(C).max() * line @ line.T  # any level and slope
    root = np.linalg.cholesky(C)
    W = cho_solve((root, True), change)
    information = np.array([[np.sum(W * W.T), np.trace(W)], [np.trace(W), len(W) - 2]]) / 2
    records = rng.standard_normal((count, len(W))) @ root.T
    records -= (records @ np.linalg.pinv(line).T) @ line.T
    return records, np.linalg.inv(information)[0, 0] ** 0.5


def density(beta):
    """One-sided density at a frequency of 1 per interval, low frequencies."""
    return 2 / FINE * (2 * np.pi / FINE) ** -beta


def _between(x, place):
    """A record with nothing above 1/32 of its rate, between its samples: a quintic through six."""
    k = np.floor(place).astype(int)
    offsets = range(-2, 4)
    value = np.zeros(place.size)
    for j in offsets:
        weight = np.ones(place.size)
        for m in offsets:
            if m != j:
                weight *= (place - k - m) / (j - m)
        value += weight * x[k + j]
    return value
