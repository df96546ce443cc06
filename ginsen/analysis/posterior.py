"""What binned ordinates say about β where the floor is known: a likelihood on a grid.

Bin b holds n ordinates of mean power m, each χ² with one degree around S. So
ln L = -½ Σ n (ln S + m/S) with S = a s(f; β) + floor. The amplitude is profiled (the same, up to a
constant, as integrating it out under 1/a), β lives on a grid that is drawn around what the data
leave possible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline

from ginsen.analysis.drift import COARSE, response_of
from ginsen.analysis.reflection import log_gain
from ginsen.analysis.spectrum import Band, bins_of, log_shape
from ginsen.types import Array

BETAS = np.linspace(-0.5, 4.0, 91)
STEP = 0.05
RANGE = 4.5

TILT = 0.15
"""Takes from the median what the skewness of posteriors adds; chosen on simulated spectra."""

DEPTH = 9.0
"""How far below its maximum, in ln L, a likelihood still matters: beyond four standard deviations
it does not."""

MARGIN = 3
SCAN = 6
"""Every so many nodes are looked at first, where a look is dear."""

FINE = 96
WIDE = 2e4
MOST_ROUNDS = 40


@dataclass(frozen=True, eq=False)
class Posterior:
    """The marginal of β: median, standard deviation, 95 % bounds; and the model at the median.

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
class Marginal:
    """The density of β, evenly spaced, and ln ∫ L dβ."""

    betas: Array
    density: Array
    log_evidence: float


@lru_cache(maxsize=64)
def shapes_of(band: Band, duty: float | None) -> Array:
    """Ln s of the bins of a band at every β of the grid, shape (β, bins)."""
    frequency = bins_of(band).frequency
    return np.asarray(log_shape(frequency, BETAS, duty)
                      + log_gain(2 * band.size * frequency, BETAS, band.detrend))


@lru_cache(maxsize=64)
def remaining_of(band: Band, duty: float | None) -> Array:
    """The same of a record that a drift was taken out of, as `response_of` the band pools it."""
    gain = CubicSpline(COARSE, response_of(band).log_gain)(BETAS)
    return np.asarray(log_shape(bins_of(band).frequency, BETAS, duty) + gain)


def rows_of(shape: Array, betas: Array) -> Array:
    """Ln s at `betas` between those of the grid: linear, as ln s very nearly is."""
    place = (betas - BETAS[0]) / STEP
    row = np.minimum(place.astype(np.intp), BETAS.size - 2)
    share = (place - row)[:, None]
    return np.asarray(shape[row] * (1 - share) + shape[row + 1] * share)


def known_floor(shape: Array, count: Array, power: Array, floor: float) -> Posterior:
    """The posterior of β where the floor is known, in the units of `power`; it may be 0.

    `shape` is ln s at every β of the grid, shape (β, bins).
    """
    marginal = (marginal_of(shape, count, power, floor) if floor
                else Bare.of(shape, count).marginal(power))
    return with_model(summed_up([(1.0, marginal)]), shape, count, power, floor)


def with_model(found: tuple[float, float, float, float, float | None], shape: Array, count: Array,
               power: Array, floor: float) -> Posterior:
    """What `summed_up` found of β, with the model of the bins at its median over that floor."""
    beta, sigma, low, high, edge = found
    row, _ = row_of(shape, beta)
    if floor == 0:
        log_a = math.log(float(np.exp(-row) @ (count * power)) / float(count.sum()))
    else:
        log_a = float(_over_floor(row[None], count, power, floor, None)[1][0])
    signal = np.exp(log_a + row)
    return Posterior(beta, sigma, low, high, math.exp(log_a), floor, float(floor == 0),
                     signal + floor, signal, edge)


def marginal_of(shape: Array, count: Array, power: Array, floor: float) -> Marginal:
    """The density of β where the floor is known and above 0, on even nodes.

    The prior is Jeffreys' for β at the likeliest amplitude, √F with F what is left of the Fisher
    information on β once ln a is fitted (even in β, but where a floor or a front end hides more of
    one β than of another), tilted by exp(-TILT β).
    """
    scan, log_a, _ = _over_floor(shape[::SCAN], count, power, floor, None, 0.1)
    rows = peak_of(scan, SCAN, BETAS.size)
    guess = np.interp(BETAS[rows], BETAS[::SCAN], log_a)
    table, _, share = _over_floor(shape[rows], count, power, floor, guess)
    table += 0.5 * np.log(_information(shape[rows], count * share**2)) - TILT * BETAS[rows]
    return _interpolated(rows, table, float(count.sum()))


@dataclass(frozen=True, eq=False)
class Bare:
    """What a likelihood without a floor needs that does not depend on the data.

    1/s, ½ Σ n ln s and ln of the prior's density at every β of the grid.
    """

    count: Array
    inverse: Array
    half_log: Array
    log_prior: Array

    @classmethod
    def of(cls, shape: Array, count: Array) -> Bare:
        """Of bins worth `count` ordinates whose ln s at each β of the grid is `shape`."""
        prior = np.sqrt(_information(shape, count)) * np.exp(-TILT * BETAS)
        return cls(count, np.exp(-shape), 0.5 * shape @ count,
                   np.log(prior / (prior.mean() * RANGE)))

    def marginal(self, power: Array) -> Marginal:
        """The density of β, on even nodes; the prior is that of `marginal_of`."""
        n = float(self.count.sum())
        table = -0.5 * n * np.log(self.inverse @ (self.count * power)) - self.half_log
        rows = peak_of(table)
        return _interpolated(rows, table[rows] + self.log_prior[rows], n)


def _interpolated(rows: slice, table: Array, n: float) -> Marginal:
    """The density whose logarithm is `table` at some nodes of the grid."""
    betas, finer = interpolation(BETAS[rows], fine_for(n, FINE))
    density, top = raised(finer @ table)
    return Marginal(betas, density,
                    top + math.log(float(density.sum()) * (betas[1] - betas[0])))


def _information(shape: Array, weight: Array) -> Array:
    """Of each row: ½ Σ w (d ln s/dβ - mean)², w the ordinates of a bin by its share of signal²."""
    slope = np.gradient(shape, STEP, axis=0)
    weight = np.broadcast_to(weight, shape.shape)
    total = weight.sum(axis=1)
    once = np.einsum("ij,ij->i", weight, slope)
    twice = np.einsum("ij,ij,ij->i", weight, slope, slope)
    return np.asarray(np.maximum(0.5 * (twice - once**2 / total), 1e-12))


def _over_floor(shape: Array, count: Array, power: Array, floor: float, log_a: Array | None,
                close: float = 1e-3) -> tuple[Array, Array, Array]:
    """The greatest ln L for each row of ln s, its ln a, and the share of signal in each bin.

    By Fisher scoring from a first guess until no ln a moves by more than `close`.
    """
    if log_a is None:
        log_a = (np.log(np.maximum(power - floor, 0.05 * power)) - shape) @ count / count.sum()
    for _ in range(MOST_ROUNDS):
        signal = np.exp(log_a[:, None] + shape)
        S = signal + floor
        p = signal / S
        step = (p * (power / S - 1)) @ count / (p**2 @ count)
        log_a = log_a + np.minimum(np.maximum(step, -1), 1)
        if np.max(np.abs(step)) < close:
            break
    S = np.exp(log_a[:, None] + shape) + floor
    return np.asarray(-0.5 * (np.log(S) + power / S) @ count), log_a, p


def peak_of(table: Array, stride: int = 1, size: int = 0) -> slice:
    """Which nodes hold all of a peak, with MARGIN to either side.

    `table` is ln L at every node, or at every `stride`-th of `size`.
    """
    size = size or table.size
    kept = np.flatnonzero(table > table.max() - DEPTH)
    spare = MARGIN + stride - 1
    first = max(int(kept[0]) * stride - spare, 0)
    return slice(first, min(int(kept[-1]) * stride + spare + 1, size))


def fine_for(n: float, least: int) -> int:
    """How many places a peak of n ordinates is looked at: more where it is very narrow."""
    return int(least * max(1.0, math.sqrt(n / WIDE)))


def interpolation(nodes: Array, least: int) -> tuple[Array, Array]:
    """At least `least` places evenly between even nodes, and the cubic spline's weights there."""
    times = -(-least // (nodes.size - 1))
    fine = nodes[0] + (nodes[1] - nodes[0]) / times * np.arange(times * (nodes.size - 1) + 1)
    return fine, _spline(nodes.size, times)


def raised(log_density: Array) -> tuple[Array, float]:
    """The exponential of a log density, greatest value 1, and the logarithm that was taken out.

    What is smaller than e^-60 is raised to that: numbers close to the smallest are slow.
    """
    top = float(log_density.max())
    return np.exp(np.maximum(log_density - top, -60.0)), top


def summed_up(parts: Sequence[tuple[float, Marginal]]
              ) -> tuple[float, float, float, float, float | None]:
    """Of densities, each with its share: median, standard deviation, 2.5 % and 97.5 % points.

    Last comes the end of the searched range at which the larger of them peaks, None if at none.
    """
    masses = [(share, part.betas, part.density / part.density.sum()) for share, part in parts]
    mean = sum(share * float(p @ betas) for share, betas, p in masses)
    square = sum(share * float(p @ (betas - mean) ** 2) for share, betas, p in masses)
    at = np.sort(np.concatenate([betas for _, betas, _ in masses]))
    below = sum((share * np.interp(at, betas, np.cumsum(p) - p / 2, 0.0, 1.0)
                 for share, betas, p in masses), start=np.zeros(at.size))
    low, median, high = np.interp([0.025, 0.5, 0.975], below, at).tolist()
    _, betas, p = max(masses, key=lambda part: part[0])
    peak = float(betas[np.argmax(p)])
    edge = next((end for end in (float(BETAS[0]), float(BETAS[-1])) if abs(peak - end) < STEP),
                None)
    return median, math.sqrt(square), low, high, edge


@lru_cache(maxsize=64)
def _spline(nodes: int, times: int) -> Array:
    """What a cubic spline through evenly spaced nodes makes of each."""
    return np.asarray(CubicSpline(np.arange(nodes), np.eye(nodes))(
        np.arange(times * (nodes - 1) + 1) / times))


def row_of(shape: Array, beta: float) -> tuple[Array, Array]:
    """Ln s at one β, and its slope d ln s/dβ."""
    place = (beta - BETAS[0]) / STEP
    row = min(int(place), BETAS.size - 2)
    slope = shape[row + 1] - shape[row]
    return shape[row] + (place - row) * slope, slope / STEP
