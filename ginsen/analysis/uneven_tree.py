"""The likelihood of readings at any times, from coarse to fine.

Neighbours are averaged by pairs, the averages again, up to a few dozen. These few are taken as
they are, less a cubic in time. Downwards from there each pair tells one thing more, the difference
of its two members, and that is looked at given the averages of the pairs around it and the
differences before it (Vecchia 1988, J. R. Stat. Soc. B 50, 297, with averages for points).
Every such conditional is that of the exact model, so what is left out costs precision, never
truth; and with five averages and two differences as conditions next to nothing is left out.
Averages are what carries a signal below white noise: conditions on single readings would not.

Local level and slope are left free at each scale, so that a slow drift is not taken for noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ginsen.analysis import uneven_covariance
from ginsen.analysis.uneven_pairs import PAIRS, Pairs
from ginsen.types import Array

TOP = 63
"""At most as many averages are left at the top; fewer than half of it never."""

DRIFT = 4
"""Polynomials in time of the top averages that are left free: as many as ordinates below 4."""

WIDE = 0.02
"""Where readings spread (variance) more than this over their distance squared, each
one counts."""


@dataclass(frozen=True, eq=False)
class Level:
    """Averages of 2^k readings: the centres and the variances of the times they span."""

    time: Array
    spread: Array

    @property
    def reference(self) -> float:
        """A frequency fit for lags within a neighbourhood of this level."""
        return (self.time.size - 1) / (2 * PAIRS * float(self.time[-1] - self.time[0]))

    def halved(self) -> Level:
        """The level above."""
        first, second = self.time[0::2], self.time[1::2]
        return Level((first + second) / 2, (self.spread[0::2] + self.spread[1::2]) / 2
                     + (second - first) ** 2 / 4)


@dataclass(frozen=True, eq=False)
class Tree:
    """Times in sampling intervals, shape (n,), and all that follows from them alone.

    `integration` is the meter's, None a sharp filter. The last few readings, fewer than one in 32,
    are left out where n is not a small number doubled often enough.
    """

    levels: tuple[Level, ...]
    integration: float | None
    basis: Array

    @classmethod
    def of(cls, times: Array, integration: float | None) -> Tree:
        """The tree over `times`, in order."""
        depth = max(0, int(np.ceil(np.log2((times.size + 1) / (TOP + 1)))))
        size = times.size >> depth << depth
        level = Level(times[:size], np.full(size, 0.0 if integration is None
                                            else integration**2 / 12))
        levels = [level]
        for _ in range(depth):
            levels.append(levels[-1].halved())
        top = levels[-1].time
        place = (top - top.mean()) / (top[-1] - top[0])
        powers = np.polynomial.legendre.legvander(2 * place, DRIFT - 1)
        return cls(tuple(levels), integration, np.linalg.qr(powers, mode="complete")[0][:, DRIFT:])

    @property
    def size(self) -> int:
        """How many readings are taken in."""
        return self.levels[0].time.size


@dataclass(frozen=True, eq=False)
class Innovations:
    """What one level says that the coarser ones did not, at unit amplitude.

    `log_deviation` has shape (β, noises, n); `values`, (columns, β, noises, n), are standard normal
    times the root of the amplitude where the model holds. Level 0 is the finest.
    """

    level: int
    log_deviation: Array
    values: Array


def whitened(tree: Tree, columns: Array, betas: Array, noises: Array) -> Iterator[Innovations]:
    """The innovations of `columns`, shape (columns, n), from the finest level to the top.

    The models are densities f^-β plus white noise of variance `noises`, shape (β, noises), in each
    reading.
    """
    beta = uneven_covariance.off_poles(betas)[:, None]
    data = columns[:, :tree.size]
    covariance = _of_readings(tree, beta)
    for k, level in enumerate(tree.levels[:-1]):
        if k:
            covariance = _of_averages(tree, k, beta, covariance, 2 * PAIRS)
        pairs = Pairs.of(level.time, covariance, data)
        yield Innovations(k, *pairs.innovations(noises / 2**k))
        covariance, data = pairs.mean_mean, pairs.means
    yield _top(tree, beta, covariance, data, noises)


def _of_readings(tree: Tree, beta: Array) -> list[Array]:
    """Covariances of the readings: entry s those of each with the s-th after it."""
    time, f0 = tree.levels[0].time, tree.levels[0].reference
    lags = [time[s:] - time[: time.size - s] for s in range(2 * PAIRS)]
    every = np.concatenate(lags)
    covariance = (uneven_covariance.filtered(every, beta, f0) if tree.integration is None else
                  uneven_covariance.integrated(every, tree.integration, beta, f0))
    return np.split(covariance, np.cumsum([lag.size for lag in lags])[:-1], axis=1)


def _of_averages(tree: Tree, k: int, beta: Array, below: list[Array], lags: int) -> list[Array]:
    """Covariances of the averages of level `k`: entry s those of each with the s-th after it.

    The nearest are sums over the level below, exact. Of the others the readings spread little over
    the distance, and that enters in first order; where a gap lies within one, each reading counts.
    """
    level, readings, f0 = tree.levels[k], tree.levels[0], tree.levels[k].reference
    found = []
    for s in range(lags):
        n = level.time.size - s
        lag, spread = level.time[s:] - level.time[:n], level.spread[s:] + level.spread[:n]
        if s < PAIRS:
            found.append(uneven_covariance.shifted(below[s], lag**2 + spread, beta,
                                                   tree.levels[k - 1].reference, f0))
            continue
        found.append(uneven_covariance.unfiltered(lag, spread, beta, f0))
        wide = np.flatnonzero(spread > WIDE * lag**2)
        if wide.size:
            members = readings.time.reshape(-1, 2**k)
            each = (members[wide + s][:, :, None] - members[wide][:, None, :]).reshape(-1)
            exact = uneven_covariance.unfiltered(each, 2 * readings.spread[0], beta, f0)
            found[-1][:, wide] = exact.reshape(beta.size, wide.size, -1).mean(axis=-1)
    return found


def _top(tree: Tree, beta: Array, below: list[Array], data: Array, noises: Array) -> Innovations:
    """The averages at the top, less a cubic in time, in axes in which they are independent."""
    k, size = len(tree.levels) - 1, data.shape[1]
    C = np.zeros((beta.size, size, size))
    for s, along in enumerate(_of_averages(tree, k, beta, below, size)):
        C[:, np.arange(s, size), np.arange(size - s)] = along
    C += np.tril(C, -1).swapaxes(1, 2)
    variance, axes = np.linalg.eigh(tree.basis.T @ C @ tree.basis)
    total = variance[:, None] + noises[..., None] / 2**k
    total = np.maximum(total, 1e-14 * total[..., -1:])
    values = np.moveaxis(data @ tree.basis @ axes, 1, 0)
    return Innovations(k, np.log(total) / 2, values[:, :, None] / np.sqrt(total))
