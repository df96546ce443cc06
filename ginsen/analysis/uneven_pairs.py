"""Neighbours two by two: what the difference of two says that their surroundings did not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ginsen.types import Array

SIDE = 2
"""Pairs before and after the one looked at, and differences before it, that it is given."""

PAIRS = 2 * SIDE + 1

FREE = 1e4
"""Variance given to level and slope of a neighbourhood, over the largest of its own."""

BLOCK = 2048
"""Matrices treated at a time, so that they stay in the cache."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Means and differences of neighbours two by two, and how these go together.

    Entry s of a list holds the covariances of pair k with pair k + s, shape (β, n - s). `means` and
    `differences` have shape (columns, n); `time` is a pair's centre, `width` the time between its
    members.
    """

    mean_mean: list[Array]
    mean_difference: list[Array]
    difference_mean: list[Array]
    difference_difference: list[Array]
    means: Array
    differences: Array
    time: Array
    width: Array

    @classmethod
    def of(cls, time: Array, covariance: list[Array], data: Array) -> Pairs:
        """Pairs of neighbours of which entry s of `covariance` is that with the s-th after."""
        mean_mean, mean_difference, difference_mean, difference_difference = [], [], [], []
        for k in range(PAIRS):
            aa, bb = covariance[2 * k][:, 0::2], covariance[2 * k][:, 1::2]
            ab = covariance[2 * k + 1][:, 0::2]
            ba = covariance[2 * k - 1][:, 1::2] if k else ab
            mean_mean.append((aa + ab + ba + bb) / 4)
            mean_difference.append((ab - aa + bb - ba) / 2)
            difference_mean.append((ba + bb - aa - ab) / 2)
            difference_difference.append(aa + bb - ab - ba)
        a, b, s, t = data[:, 0::2], data[:, 1::2], time[0::2], time[1::2]
        return cls(mean_mean, mean_difference, difference_mean, difference_difference,
                   (a + b) / 2, b - a, (s + t) / 2, t - s)

    def innovations(self, noises: Array) -> tuple[Array, Array]:
        """Log deviations, shape (β, noises, n), and values, (columns, β, noises, n).

        Of each difference, given the means around it and the differences before it in its
        neighbourhood; `noises`, (β, noises), are variances of white noise in each member.
        """
        n = self.time.size
        windows = n - PAIRS + 1
        log = np.empty((*noises.shape, n))
        values = np.empty((self.means.shape[0], *noises.shape, n))
        ends = _factor(self._neighbourhoods(range(0, windows, windows - 1), PAIRS), noises)
        for end, among in ((0, range(SIDE)), (1, range(SIDE + 1, PAIRS))):
            for k in among:
                place, row = k + end * (n - PAIRS), PAIRS + k
                log[..., place] = np.log(ends[row, row, ..., end])
                values[..., place] = ends[2 * PAIRS :, row, ..., end]
        row, block = PAIRS + SIDE, max(16, BLOCK // noises.size)
        for start in range(0, windows, block):
            A = self._neighbourhoods(range(start, min(start + block, windows)), SIDE + 1)
            here = slice(start + SIDE, start + SIDE + A.shape[-1])
            L = _factor(A, noises)
            log[..., here] = np.log(L[row, row])
            values[..., here] = L[row + 1 :, row]
        return log, values

    def _neighbourhoods(self, which: range, details: int) -> Array:
        """Joint covariance, and data, of PAIRS means and the first `details` differences there.

        Shape (PAIRS + details + columns, PAIRS + details, β, neighbourhoods): the lower triangle of
        the covariance, then the data, means less the middle one.
        """
        d = PAIRS + details
        A = np.zeros((d + self.means.shape[0], d, len(self.mean_mean[0]), len(which)))
        for j in range(PAIRS):
            at = _from(which, j)
            for i in range(j, PAIRS):
                A[i, j] = at(self.mean_mean[i - j])
            for i in range(details):
                A[PAIRS + i, j] = (at(self.mean_difference[i - j]) if i >= j else
                                   _from(which, i)(self.difference_mean[j - i]))
            for i in range(j, details):
                A[PAIRS + i, PAIRS + j] = at(self.difference_difference[i - j])
            A[d:, j] = (at(self.means) - _from(which, SIDE)(self.means))[:, None]
            if j < details:
                A[d:, PAIRS + j] = at(self.differences)[:, None]
        _set_free(A[:d], [_from(which, i)(self.time) for i in range(PAIRS)],
                  [_from(which, i)(self.width) for i in range(details)])
        return A


def _from(which: range, offset: int) -> Callable[[Array], Array]:
    """What takes, for each neighbourhood, the value of its pair number `offset`."""
    part = slice(which.start + offset, which.stop + offset, which.step)
    return lambda values: values[..., part]


def _set_free(A: Array, time: list[Array], width: list[Array]) -> None:
    """Add a level and a slope of great variance to the covariance of means and differences."""
    scale = FREE * np.maximum(np.abs(A[0, 0]), np.abs(A[PAIRS - 1, 0]))
    span = time[-1] - time[0]
    slope = np.stack([t - time[SIDE] for t in time] + width) / span
    for j in range(A.shape[1]):
        A[j:, j] += scale * (slope[j:] * slope[j])[:, None]
        A[j:PAIRS, j] += scale


def _factor(A: Array, noises: Array) -> Array:
    """Cholesky factors of all covariances with white noise in each member, whitened data below.

    Shape (…, …, β, noises, neighbourhoods).
    """
    d = A.shape[1]
    L = np.repeat(A[..., None, :], noises.shape[1], axis=-2)
    for j in range(d):
        L[j, j] += (0.5 if j < PAIRS else 2.0) * noises[..., None]
    for j in range(d):
        L[j, j] = np.sqrt(np.maximum(L[j, j], 1e-14 * A[j, j, :, None]))
        L[j + 1 :, j] /= L[j, j]
        for i in range(j + 1, d):
            L[i:, i] -= L[i:, j] * L[i, j]
    return L
