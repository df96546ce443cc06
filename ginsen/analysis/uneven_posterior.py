"""The posterior of β from readings at any times: a likelihood on a grid that closes in on it.

The model is a f^-β plus white noise. The amplitude a is profiled; β from -0.5 to 4 and the floor
live on a grid of a few dozen points, renewed where the likelihood is high until that part fills it,
and interpolated there. Frequencies are in units of the sampling rate, times in intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline, RectBivariateSpline

from ginsen.analysis.uneven_tree import Innovations, Tree, whitened
from ginsen.types import Array

LEAST, MOST = -0.5, 4.0
NODES = 9
FINE = 161

TOP_FREQUENCY = 0.4
"""Where the floor is compared with the power law."""

LEAST_RATIO = 0.001
P_NO_FLOOR = 0.1
"""Prior probability of no floor; the rest is even in the logarithm of floor over signal."""

CLEAR_OF_FLOOR = 8.0
"""A floor is thought of only where the signal rises above it at this multiple of the lowest f."""

WIDEST_KNOWN = 18.0
"""A floor that is known may be more or less than the signal by e to this."""

DEPTH = 12.0
"""Log-likelihood below the best at which nothing counts any more: 4.9 standard deviations."""

START = 256
"""Readings that tell where to look first."""


@dataclass(frozen=True, eq=False)
class Question:
    """Values at the times of a tree, and what is known of the floor.

    `floor` is the variance of its white noise in each value: None for unknown, 0 for none.
    `levels` are those of the tree that count.
    """

    tree: Tree
    values: Array
    floor: float | None
    levels: tuple[int, ...]

    def short(self) -> Question:
        """The same of the first few hundred readings, all levels counted."""
        tree = Tree.of(self.tree.levels[0].time[:START], self.tree.integration)
        return Question(tree, self.values[:START], self.floor, tuple(range(len(tree.levels))))

    def noises(self, betas: Array, unit: Array) -> Array:
        """Variances of the floor at unit amplitude, (β, unit), for `unit` from 0 to 1, the most.

        A density W, one-sided, is a variance W/2 in each value.
        """
        beta = betas[:, None]
        if self.floor == 0:
            return np.zeros((betas.size, unit.size))
        at_top = TOP_FREQUENCY**-beta / 2
        if self.floor is not None:
            return np.asarray(at_top * np.exp(WIDEST_KNOWN * (2 * unit - 1)))
        time = self.tree.levels[0].time
        foot = CLEAR_OF_FLOOR * 2 / (time[-1] - time[0])
        least = math.log(LEAST_RATIO)
        most = np.maximum(-beta * math.log(foot / TOP_FREQUENCY), least + 0.5)
        return np.asarray(at_top * np.exp(least + (most - least) * unit))

    def log_likelihood(self, betas: Array, noises: Array) -> Array:
        """Of white noise of variance `noises`, (β, noises), at unit amplitude, which is profiled.

        A known floor fixes the amplitude as its variance over that at unit amplitude.
        """
        log, square, n = np.zeros(noises.shape), np.zeros(noises.shape), 0
        for level in whitened(self.tree, self.values[None], betas, noises):
            if level.level in self.levels:
                log += level.log_deviation.sum(axis=-1)
                square += (level.values[0] ** 2).sum(axis=-1)
                n += level.log_deviation.shape[-1]
        if not self.floor:
            # Readings that stand still, as a record's first may, leave nothing but rounding.
            return np.asarray(-log - n / 2 * np.log(np.maximum(square / n, 1e-30)))
        amplitude = self.floor / noises
        return np.asarray(-log - n / 2 * np.log(amplitude) - square / amplitude / 2)

    def innovations(self, fit: Posterior, *others: Array) -> list[Innovations]:
        """Those of the values, and of `others` of the same shape, under a fit."""
        columns = np.stack([self.values, *others])
        return list(whitened(self.tree, columns, np.array([fit.beta]), np.array([[fit.noise]])))


@dataclass(frozen=True)
class Posterior:
    """The marginal of β: mean, standard deviation, 95 % bounds; `edge` if it peaks at an end.

    `amplitude` belongs to f^-β with f in units of the sampling rate; `noise` is the variance of
    the floor in each value at unit amplitude.
    """

    beta: float
    sigma: float
    low: float
    high: float
    noise: float
    amplitude: float
    p_no_floor: float
    edge: float | None


def posterior(question: Question) -> Posterior:
    """The posterior of β."""
    box = _Box((LEAST, MOST), (0.0, 1.0))
    if question.values.size > 2 * START:
        box, _, _ = _closed_in(question.short(), box)
    box, table, none = _closed_in(question, box)
    betas, units = np.linspace(*box.beta, FINE), np.linspace(*box.unit, FINE)
    fine = _fine(table, FINE)
    bare = np.asarray(CubicSpline(box.betas, none)(betas))
    best = max(float(fine.max()), float(bare.max()))
    weight, without = np.exp(fine - best), P_NO_FLOOR * np.exp(bare - best)
    share = (box.unit[1] - box.unit[0]) / FINE
    if question.floor is None:
        share *= 1 - P_NO_FLOOR
    else:
        without = np.zeros(FINE)
    marginal = share * weight.sum(axis=1) + without
    p = marginal / marginal.sum()
    mean = float(p @ betas)
    sigma = math.sqrt(float(p @ (betas - mean) ** 2))
    low, high = np.interp([0.025, 0.975], np.cumsum(p) - p / 2, betas)
    row = int(np.argmin(np.abs(betas - mean)))
    noise = question.noises(np.array([mean]), units)[0] @ weight[row] * share / marginal[row]
    peak = float(betas[np.argmax(p)])
    edge = next((end for end in (LEAST, MOST) if abs(peak - end) < 0.05), None)
    fit = Posterior(mean, sigma, float(low), float(high), float(noise), math.nan,
                    float(without.sum() / marginal.sum()), edge)
    counted = np.concatenate([level.values[0, 0, 0] for level in question.innovations(fit)
                              if level.level in question.levels])
    return replace(fit, amplitude=float(np.mean(counted**2)))


@dataclass(frozen=True)
class _Box:
    """The part of the grid that is looked at: β, and the floor from 0 (least) to 1 (most)."""

    beta: tuple[float, float]
    unit: tuple[float, float]

    @property
    def betas(self) -> Array:
        return np.linspace(*self.beta, NODES)

    @property
    def units(self) -> Array:
        return np.linspace(*self.unit, NODES)


def _closed_in(question: Question, box: _Box) -> tuple[_Box, Array, Array]:
    """The box that holds all that counts, its log-likelihood (β, floor), and that of no floor."""
    for _ in range(12):
        units = box.units if question.floor != 0 else box.units[:1]
        noises = question.noises(box.betas, units)
        if question.floor is None:
            noises = np.append(noises, np.zeros((NODES, 1)), axis=1)
        table = question.log_likelihood(box.betas, noises)
        none, best = table[:, -1], table.max(axis=1)
        if question.floor is None:
            table = table[:, :-1]
        elif question.floor == 0:
            table = np.repeat(table, NODES, axis=1)
        new = _Box(_closer(box.beta, best, (LEAST, MOST)),
                   _closer(box.unit, table.max(axis=0), (0.0, 1.0)))
        if _fills(new.beta, box.beta) and _fills(new.unit, box.unit):
            break
        box = new
    return box, table, none


def _closer(edges: tuple[float, float], best: Array,
            limits: tuple[float, float]) -> tuple[float, float]:
    """The range in which `best`, at NODES points between `edges`, comes close to its maximum."""
    step = (edges[1] - edges[0]) / (NODES - 1)
    near = np.flatnonzero(best > best.max() - DEPTH)
    low = edges[0] + step * (near[0] - 1 if near[0] else -NODES / 2)
    high = edges[0] + step * (near[-1] + 1 if near[-1] < NODES - 1 else 1.5 * NODES)
    return max(low, limits[0]), min(high, limits[1])


def _fills(new: tuple[float, float], old: tuple[float, float]) -> bool:
    """Whether the range asked for is the one that is there, or nearly."""
    width = old[1] - old[0]
    return (new[1] - new[0] > 0.6 * width and new[0] > old[0] - 0.01 * width
            and new[1] < old[1] + 0.01 * width)


def _fine(table: Array, size: int) -> Array:
    """A table interpolated on a finer grid."""
    nodes, fine = np.linspace(0, 1, NODES), np.linspace(0, 1, size)
    return np.asarray(RectBivariateSpline(nodes, nodes, table)(fine, fine))
