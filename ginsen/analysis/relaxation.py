"""Laws of relaxation fitted under coloured noise.

Ordinary least squares takes 1/f noise for a trend: its intervals hold the truth in 4 to 24 of 100
cases. Here residuals and model are whitened alike, DCT-II coefficients weighted by k^(b/2) with b
from the residuals (in wavelets: Carter & Winn 2009, ApJ 704, 51), and the Bayesian information
criterion chooses between laws.

Where the residuals wander as freely as a random walk (b near 2: forgetting in steps), whitening
leaves the increments and says next to nothing about the level, so that a whitened curve may miss
the data by any offset. Then the laws are fitted to means over equal stretches of ln t, each
counted once: a description, whose standard errors are not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.fft import dct
from scipy.optimize import least_squares

from ginsen.analysis.posterior import known_floor, shapes_of
from ginsen.analysis.spectrum import band_of, bins_of, coefficients
from ginsen.types import Array

MOST_POINTS = 2048
"""Longer curves are averaged down to at most this many points: a law has five parameters."""

WANDERING = 1.75
"""From this noise exponent on the curve is described in ln t instead of whitened."""

PER_DECADE = 12

FINEST = 1e-6
"""Residuals below this share of the first read, as of a computed curve, do not tell laws apart."""


@dataclass(frozen=True)
class Law:
    """One law, linear in its amplitudes: `basis` gives their columns, shape (n, amplitudes).

    The last amplitude is the level at rest; its column is one everywhere. `starts` are values of
    the `rates`, the parameters it is not linear in, all above zero, from which to search.
    """

    rates: tuple[str, ...]
    amplitudes: tuple[str, ...]
    basis: Callable[[Array, Array], Array]
    starts: Callable[[Array], list[tuple[float, ...]]]
    bounds: Callable[[Array], list[tuple[float, float]]]


@dataclass(frozen=True)
class Relaxation:
    """The law that explains a curve best."""

    law: str
    parameters: Mapping[str, float]
    errors: Mapping[str, float]
    bic: Mapping[str, float]
    noise_exponent: float


def _exponential(t: Array, rates: Array) -> Array:
    return np.column_stack([np.exp(-t / rates[0]), np.ones_like(t)])


def _stretched(t: Array, rates: Array) -> Array:
    return np.column_stack([np.exp(-(t / rates[0]) ** rates[1]), np.ones_like(t)])


def _power(t: Array, rates: Array) -> Array:
    return np.column_stack([t ** -rates[0], np.ones_like(t)])


def _two_exponentials(t: Array, rates: Array) -> Array:
    return np.column_stack([np.exp(-t / rates[0]), np.exp(-t / rates[1]), np.ones_like(t)])


def _times(t: Array) -> tuple[float, float]:
    """Within which a time constant can be told: a tenth of the first age, ten times the last."""
    return 0.1 * float(t[0]), 10 * float(t[-1])


def _at(t: Array, share: float) -> float:
    """A time between the first and the last age, by its share of the way in ln t."""
    return float(t[0] ** (1 - share) * t[-1] ** share)


LAWS: Mapping[str, Law] = {
    "exponential": Law(
        ("tau_s",), ("amplitude_S", "rest_S"), _exponential,
        lambda t: [(_at(t, 0.4),), (_at(t, 0.8),)], lambda t: [_times(t)]),
    "stretched exponential": Law(
        ("tau_s", "gamma"), ("amplitude_S", "rest_S"), _stretched,
        lambda t: [(_at(t, 0.4), 0.5), (_at(t, 0.8), 0.5), (_at(t, 0.8), 1.0)],
        lambda t: [_times(t), (0.05, 2.0)]),
    "power law": Law(
        ("exponent",), ("amplitude_S", "rest_S"), _power,
        lambda t: [(0.1,), (0.7,)], lambda t: [(0.005, 5.0)]),
    "two exponentials": Law(
        ("tau_1_s", "tau_2_s"), ("amplitude_1_S", "amplitude_2_S", "rest_S"), _two_exponentials,
        lambda t: [(_at(t, 0.2), _at(t, 0.7)), (_at(t, 0.5), _at(t, 0.9))],
        lambda t: [_times(t), _times(t)]),
}


def fit_laws(t: Array, y: Array) -> Relaxation | None:
    """The best of the four laws for `y` at ages `t` > 0, both of shape (n,), evenly spaced.

    None where no law explains more than a constant does.

    A level at rest below zero is not allowed: it is then left out.
    """
    full = t, y
    t, y = _thinned(t), _thinned(y)
    plain = min((_solved(law, t, y, None) for law in LAWS.values()), key=lambda s: s.cost)
    b = _colour(plain.residual) if plain.cost > t.size * FINEST**2 else 0.0
    weights: Array | None = np.maximum(np.arange(t.size), 1.0) ** (b / 2)
    if b >= WANDERING:
        (t, y), weights = _per_ln_t(*full), None
    n = t.size
    fits = {name: _solved(law, t, y, weights) for name, law in LAWS.items()}
    bic = {name: n * math.log(max(fit.cost / n, FINEST**2))
           + math.log(n) * (fit.rates.size + fit.amplitudes.size) for name, fit in fits.items()}
    level = y - y.mean()
    still = float(np.sum(_white(level, weights)[0 if weights is None else 1:] ** 2))
    constant = n * math.log(max(still / n, FINEST**2)) + math.log(n)
    best = min(bic, key=lambda name: bic[name])
    if constant <= bic[best]:
        return None
    law, fit = LAWS[best], fits[best]
    names = law.rates + law.amplitudes
    values = np.concatenate([fit.rates, fit.amplitudes])
    errors = (np.full(values.shape, np.nan) if weights is None
              else _errors(law, t, fit, weights))
    return Relaxation(best, dict(zip(names, values.tolist(), strict=True)),
                      dict(zip(names, errors.tolist(), strict=True)), bic, b)


@dataclass(frozen=True, eq=False)
class _Solution:
    rates: Array
    amplitudes: Array
    residual: Array
    cost: float


def _thinned(x: Array) -> Array:
    """Means over equal blocks, so few that at most MOST_POINTS remain."""
    m = -(-x.size // MOST_POINTS)
    return x if m == 1 else x[: x.size // m * m].reshape(-1, m).mean(axis=1)


def _per_ln_t(t: Array, y: Array) -> tuple[Array, Array]:
    """Means of t and y over equal stretches of ln t, those without a point left out."""
    stretch = np.floor(PER_DECADE * np.log10(t / t[0])).astype(np.int64)
    count = np.bincount(stretch)
    held = count > 0
    return (np.bincount(stretch, t)[held] / count[held],
            np.bincount(stretch, y)[held] / count[held])


def _white(columns: Array, weights: Array | None) -> Array:
    if weights is None:
        return columns
    return np.asarray((dct(columns, type=2, norm="ortho", axis=0).T * weights).T)


def _solved(law: Law, t: Array, y: Array, weights: Array | None) -> _Solution:
    """Least squares over the rates, the amplitudes solved for each (variable projection)."""
    target = _white(y, weights)

    def amplitudes(rates: Array) -> tuple[Array, Array]:
        columns = law.basis(t, rates)
        white = _white(columns, weights)
        a = np.asarray(np.linalg.lstsq(white, target, rcond=None)[0], dtype=np.float64)
        if a[-1] < 0:
            a = np.append(np.linalg.lstsq(white[:, :-1], target, rcond=None)[0], 0.0)
        return a, white @ a - target

    def misses(logarithms: Array) -> Array:
        return amplitudes(np.exp(logarithms))[1]

    bounds = np.log(np.array(law.bounds(t)).T)
    best = min((least_squares(misses, np.clip(np.log(start), bounds[0] + 1e-6, bounds[1] - 1e-6),
                              bounds=bounds, max_nfev=60) for start in law.starts(t)),
               key=lambda found: float(found.cost))
    rates = np.exp(best.x)
    a, _ = amplitudes(rates)
    return _Solution(rates, a, y - law.basis(t, rates) @ a, 2 * float(best.cost))


def _colour(residual: Array) -> float:
    """The exponent b of the residuals' spectrum, 0 to 2.5."""
    band = band_of(residual.size, 1.0, None, None)
    bins = bins_of(band)
    power = bins.mean(coefficients(residual) ** 2)
    power = np.maximum(power, 1e-30 * power.max())
    return float(np.clip(known_floor(shapes_of(band, None), bins.count, power, 0.0).beta, 0, 2.5))


def _errors(law: Law, t: Array, fit: _Solution, weights: Array) -> Array:
    """Standard errors of rates and amplitudes, from the whitened Jacobian; NaN if singular."""
    step = 1e-5
    slopes = [(law.basis(t, fit.rates * np.where(np.arange(fit.rates.size) == i, 1 + step, 1.0))
               - law.basis(t, fit.rates)) @ fit.amplitudes / (step * rate)
              for i, rate in enumerate(fit.rates)]
    jacobian = _white(np.column_stack([*slopes, law.basis(t, fit.rates)]), weights)
    variance = fit.cost / (t.size - jacobian.shape[1])
    scale = np.linalg.norm(jacobian, axis=0)
    normal = (jacobian / scale).T @ (jacobian / scale)
    if np.linalg.cond(normal) > 1e14:
        return np.full(scale.shape, np.nan)
    return np.asarray(np.sqrt(variance * np.diag(np.linalg.inv(normal))) / scale)
