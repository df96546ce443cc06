"""What binned ordinates say about β: a likelihood on a grid, its floor integrated out.

Bin b holds n ordinates of mean power m, each χ² with one degree around S. So
ln L = -½ Σ n (ln S + m/S) with S = a (s(f; β)/s_top + ρ): a power law of density `a` at the top
of the band and a white floor ρ times that. The amplitude is profiled (the same, up to a constant,
as integrating it out under 1/a), β and ρ live on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline

from ginsen.analysis.spectrum import Band, bins_of, log_shape
from ginsen.types import Array

BETAS = np.linspace(-0.5, 4.0, 91)
RATIOS = 64
LEAST_RATIO = 0.001
P_NO_FLOOR = 0.1
"""Prior probability of no floor; the rest is uniform in ln ρ."""

CLEAR_OF_FLOOR = 8.0
"""A floor is thought of only where the signal rises above it over three octaves of the band."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """The marginal of β: mean, standard deviation, 95 % bounds; and the model at its mean.

    `model` is S per bin, `signal` its power-law part, in the units of the power given;
    `amplitude` belongs to s(f; β) with f in units of the sampling rate. `edge` is the end of the
    grid at which the marginal peaks, or None.
    """

    beta: float
    sigma: float
    low: float
    high: float
    amplitude: float
    floor: float
    p_no_floor: float
    model: Array
    signal: Array
    edge: float | None


@dataclass(frozen=True, eq=False)
class Grid:
    """What does not depend on the data: G = s/s_top + ρ over β, ρ (last column: none) and bins."""

    weighted_inverse: Array
    half_log: Array
    log_ratio: Array
    refine: Array


@lru_cache(maxsize=64)
def shapes_of(band: Band, duty: float | None) -> Array:
    """Ln s of the bins of a band at every β of the grid, shape (β, bins).

    Noise of β above 2 has a slope at the ends of a window, and that a mean power like k^-4 beside
    the k^-β of ordinate k: the factor 1 + 1.1 (β - 2) k^(β - 4), measured on exact noise of β up
    to 3 (at β = 3 the fourth ordinate holds a quarter too much).
    """
    frequency = bins_of(band).frequency
    ordinate = 2 * band.size * frequency
    slope = 1.1 * np.maximum(0, BETAS - 2)[:, None] * ordinate ** (BETAS[:, None] - 4)
    return np.asarray(log_shape(frequency, BETAS, duty) + np.log1p(slope))


@lru_cache(maxsize=12)
def grid_of(band: Band, duty: float | None) -> Grid:
    """The grid of a band and a front end."""
    bins, shape = bins_of(band), shapes_of(band, duty)
    relative = shape - shape[:, -1:]
    foot = int(np.searchsorted(bins.frequency, CLEAR_OF_FLOOR * bins.frequency[0]))
    most = np.maximum(relative[:, min(foot, bins.count.size - 1)], np.log(LEAST_RATIO) + 0.5)
    unit = np.linspace(0, 1, RATIOS)
    log_ratio = np.log(LEAST_RATIO) + (most - np.log(LEAST_RATIO))[:, None] * unit
    ratio = np.concatenate([np.exp(log_ratio), np.zeros((BETAS.size, 1))], axis=1)
    G = np.exp(relative)[:, None, :] + ratio[:, :, None]
    # Given β the data fix ln ρ to about 2/√n: the fine grid follows the record's length.
    fine = int(np.clip(8 * np.sqrt(band.size), 128, 1600))
    return Grid(bins.count / G, 0.5 * np.log(G) @ bins.count, log_ratio,
                np.asarray(CubicSpline(unit, np.eye(RATIOS))(np.linspace(0, 1, fine))))


def free_floor(band: Band, duty: float | None, power: Array) -> Posterior:
    """The posterior of β from the mean `power` of each bin, the floor unknown."""
    bins, grid = bins_of(band), grid_of(band, duty)
    n = bins.count.sum()
    coarse = -0.5 * n * np.log(grid.weighted_inverse @ power) - grid.half_log
    # ln L is smooth on a scale that does not shrink with n, unlike L: interpolate, then take exp.
    table = np.concatenate([coarse[:, :-1] @ grid.refine.T, coarse[:, -1:]], axis=1)
    betas, table = _zoom(table)
    share = (1 - P_NO_FLOOR) / (table.shape[1] - 1)
    weight = np.exp(table - table.max()) * np.append(np.full(table.shape[1] - 1, share), P_NO_FLOOR)
    marginal = weight.sum(axis=1)
    mean, sigma, low, high, edge = _moments(betas, marginal)
    row = int(np.argmin(np.abs(betas - mean)))
    unit = np.interp(mean, BETAS, grid.log_ratio[:, -1])
    ratios = np.append(np.exp(np.linspace(np.log(LEAST_RATIO), unit, table.shape[1] - 1)), 0.0)
    ratio = float(ratios @ weight[row] / marginal[row])
    signal = np.exp(_shape_at(shapes_of(band, duty), mean))
    relative = signal / signal[-1]
    a = float(bins.count @ (power / (relative + ratio)) / n)
    return Posterior(mean, sigma, low, high, a / float(signal[-1]), a * ratio,
                     float(weight[:, -1].sum() / marginal.sum()), a * (relative + ratio),
                     a * relative, edge)


def known_floor(shape: Array, count: Array, power: Array, floor: float) -> Posterior:
    """The posterior of β where the floor is known, in the units of `power`; it may be 0.

    `shape` is ln s at every β of the grid, shape (β, bins). The amplitude is profiled by Fisher
    scoring in its logarithm.
    """
    log_a = np.log(power @ count / (np.exp(shape) @ count))
    for _ in range(40):
        signal = np.exp(log_a[:, None] + shape)
        S = signal + floor
        p = signal / S
        step = (p * (power / S - 1)) @ count / (p**2 @ count)
        log_a = log_a + np.clip(step, -1, 1)
        if np.max(np.abs(step)) < 1e-9:
            break
    S = np.exp(log_a[:, None] + shape) + floor
    table = -0.5 * (np.log(S) + power / S) @ count
    betas, fine = _zoom(table[:, None])
    mean, sigma, low, high, edge = _moments(betas, np.exp(fine[:, 0] - fine.max()))
    amplitude = float(np.exp(np.interp(mean, BETAS, log_a)))
    signal = amplitude * np.exp(_shape_at(shape, mean))
    return Posterior(mean, sigma, low, high, amplitude, floor, float(floor == 0),
                     signal + floor, signal, edge)


def _shape_at(shape: Array, beta: float) -> Array:
    """Ln s at one β between the grid's: linear, as ln s very nearly is."""
    place = float(np.interp(beta, BETAS, np.arange(BETAS.size)))
    row = min(int(place), BETAS.size - 2)
    return np.asarray(shape[row] + (place - row) * (shape[row + 1] - shape[row]))


def _zoom(table: Array) -> tuple[Array, Array]:
    """The part of a log-likelihood table, shape (β, …), that can matter, on a finer grid of β."""
    best = table.max(axis=1)
    rows = np.flatnonzero(best > best.max() - 25)
    first, last = max(0, rows[0] - 1), min(BETAS.size - 1, rows[-1] + 1)
    low, high = max(0, first - 3), min(BETAS.size, last + 4)
    betas = np.linspace(BETAS[first], BETAS[last], 161)
    return betas, np.asarray(CubicSpline(BETAS[low:high], table[low:high])(betas))


def _moments(betas: Array, marginal: Array) -> tuple[float, float, float, float, float | None]:
    """Mean, standard deviation, 2.5 % and 97.5 % points of a marginal, and the edge it leans on."""
    p = marginal / marginal.sum()
    mean = float(p @ betas)
    sigma = float(np.sqrt(p @ (betas - mean) ** 2))
    below = np.cumsum(p) - p / 2
    low, high = np.interp([0.025, 0.975], below, betas)
    peak = float(betas[np.argmax(p)])
    edge = next((end for end in (float(BETAS[0]), float(BETAS[-1])) if abs(peak - end) < 0.05),
                None)
    return mean, sigma, float(low), float(high), edge
