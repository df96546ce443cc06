"""Laws of relaxation fitted under coloured noise.

Ordinary least squares takes 1/f noise for a trend: its intervals hold the truth in 4 to 24 of 100
cases. Here residuals and model are whitened alike, DCT-II coefficients over the root of the noise's
own spectrum (in wavelets: Carter & Winn 2009, ApJ 704, 51). That spectrum is fitted anew to what
each law leaves, so that laws are compared by their whole likelihood, noise included, with the
Bayesian information criterion.

Where the residuals wander as freely as a random walk (exponent near 2) whitening leaves the
increments and says next to nothing about the level, so that a whitened curve may miss the data by
any offset; and reads at uneven times have no such spectrum. Then the laws are fitted to means over
equal stretches of ln t, each counted once: a description, whose errors are not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import least_squares

from ginsen.analysis.colour import Colours, coefficients, colours
from ginsen.analysis.relaxation_laws import LAWS, STEPS, Law
from ginsen.analysis.steps import Step, find_steps
from ginsen.types import Array

MOST_POINTS = 2048
"""Longer curves are averaged down to at most this many points: a law has five parameters."""

WANDERING = 1.75
"""From this noise exponent on the curve is described in ln t instead of whitened."""

UNEVEN = 0.1
"""Rms deviation of the intervals from their median, relative: beyond it there is no spectrum."""

PER_DECADE = 12
NOISE_PARAMETERS = 3
ROUNDS = 2
"""Of fitting a law under the noise that it left before."""

FINEST = 1e-6
"""Residuals below this share of the first read, as of a computed curve, do not tell laws apart."""


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The law that explains a curve best.

    `covariance` is that of ln(rates) and amplitudes, in the order of `parameters`; NaN where the
    curve is only described. `steps` are those of the law of steps, their indices turned into ages.
    """

    law: str
    parameters: Mapping[str, float]
    covariance: Array
    bic: Mapping[str, float]
    noise_exponent: float
    steps: tuple[tuple[float, Step], ...] = ()

    @property
    def errors(self) -> dict[str, float]:
        """Standard errors of the parameters, to first order."""
        deviations = np.sqrt(np.diag(self.covariance))
        rates = len(LAWS[self.law].rates) if self.law in LAWS else 0
        return {name: float(sigma * value if i < rates else sigma) for i, ((name, value), sigma)
                in enumerate(zip(self.parameters.items(), deviations, strict=True))}

    def curve(self, t: Array) -> Array:
        """The law at ages `t` (s), shape (n,)."""
        if self.law == STEPS:
            level = np.full(t.shape, self.parameters["rest_S"])
            for age, step in self.steps:
                level[t < age] -= step.height
            return level
        law = LAWS[self.law]
        values = np.array(list(self.parameters.values()))
        return np.asarray(law.basis(t, values[:len(law.rates)]) @ values[len(law.rates):])


@dataclass(frozen=True, eq=False)
class _Fit:
    """Rates and amplitudes, what they leave, under which noise, and -2 ln L (None: described)."""

    rates: Array
    amplitudes: Array
    residual: Array
    cost: float
    noise: Colours | None = None
    deviance: float = math.inf


def fit_laws(t: Array, y: Array) -> Relaxation | None:
    """The best law for `y` at ages `t` > 0, both of shape (n,), n at least 16, in order of t.

    None where no law explains more than a constant does. A level at rest below zero is not
    allowed: it is then left out.
    """
    full = t, y
    if not _even(t):
        return _described(*full, exponent=math.nan)
    t, y = _thinned(t), _thinned(y)
    fits = {name: _under_own_noise(law, t, y) for name, law in LAWS.items()}
    bic = {name: fit.deviance + math.log(t.size) * (fit.rates.size + fit.amplitudes.size)
           for name, fit in fits.items()}
    stepped = _stepped(t, y)
    if stepped is not None:
        bic[STEPS] = stepped.bic[STEPS]
    constant = _deviance(coefficients(y - y.mean(), detrend=False))[0] + math.log(t.size)
    best = min(bic, key=lambda name: bic[name])
    if constant <= bic[best]:
        return None
    if best == STEPS and stepped is not None:
        return replace(stepped, bic=bic)
    noise = fits[best].noise
    exponent = 0.0 if noise is None else noise.mean_exponent
    if exponent >= WANDERING:
        return _described(*full, exponent=exponent)
    return _relaxation(best, t, fits[best], bic, exponent)


def _under_own_noise(law: Law, t: Array, y: Array) -> _Fit:
    """A law fitted under the noise that it leaves itself."""
    fit = _solved(law, t, y, None, law.starts(t))
    if fit.cost <= t.size * FINEST**2:
        # A computed curve: what is left is rounding, and no two laws are told apart by it.
        return replace(fit, deviance=t.size * math.log(FINEST**2))
    k = np.maximum(np.arange(t.size), 1)
    for _ in range(ROUNDS):
        noise = colours(coefficients(fit.residual, detrend=False) ** 2)
        fit = _solved(law, t, y, 1 / np.sqrt(noise.density(k)), [tuple(fit.rates)])
    deviance, noise = _deviance(coefficients(fit.residual, detrend=False))
    return replace(fit, noise=noise, deviance=deviance)


def _deviance(residual: Array) -> tuple[float, Colours]:
    """-2 ln L of DCT-II coefficients from the first on, under their own noise; and that noise."""
    noise = colours(residual**2)
    S = np.maximum(noise.density(np.arange(1, residual.size)), FINEST**2)
    return float(np.sum(np.log(S) + residual[1:] ** 2 / S)) + NOISE_PARAMETERS * math.log(
        residual.size), noise


def _stepped(t: Array, y: Array) -> Relaxation | None:
    """The law of steps, or None where there is none."""
    if t.size < 32:
        return None
    steps = find_steps(y)
    if not steps:
        return None
    after = sum((step.height * (np.arange(t.size) < step.index) for step in steps),
                np.zeros(t.size))
    rest = float(np.mean(y + after))
    deviance, noise = _deviance(coefficients(y + after - rest, detrend=False))
    level = float(noise.density(np.array([1]))[0]) / t.size
    return Relaxation(
        STEPS, {"steps": float(len(steps)), "rest_S": rest}, np.diag([0.0, level]),
        {STEPS: deviance + math.log(t.size) * (2 * len(steps) + 1)}, noise.mean_exponent,
        tuple((float(t[step.index]), step) for step in steps))


def _described(t: Array, y: Array, *, exponent: float) -> Relaxation | None:
    """The best law for means over equal stretches of ln t, without errors."""
    t, y = _per_ln_t(t, y)
    fits = {name: _solved(law, t, y, None, law.starts(t)) for name, law in LAWS.items()}
    log = math.log(t.size)
    bic = {name: t.size * math.log(max(fit.cost / t.size, FINEST**2))
           + log * (fit.rates.size + fit.amplitudes.size) for name, fit in fits.items()}
    best = min(bic, key=lambda name: bic[name])
    if t.size * math.log(max(float(np.var(y)), FINEST**2)) + log <= bic[best]:
        return None
    size = fits[best].rates.size + fits[best].amplitudes.size
    return replace(_relaxation(best, t, replace(fits[best], noise=None), bic, exponent),
                   covariance=np.full((size, size), np.nan))


def _relaxation(name: str, t: Array, fit: _Fit, bic: Mapping[str, float],
                exponent: float) -> Relaxation:
    law = LAWS[name]
    values = np.concatenate([fit.rates, fit.amplitudes])
    return Relaxation(name, dict(zip(law.rates + law.amplitudes, values.tolist(), strict=True)),
                      _covariance(law, t, fit), bic, exponent)


def _thinned(x: Array) -> Array:
    """Means over equal blocks, so few that at most MOST_POINTS remain."""
    m = -(-x.size // MOST_POINTS)
    return x if m == 1 else x[: x.size // m * m].reshape(-1, m).mean(axis=1)


def _even(t: Array) -> bool:
    steps = np.diff(t)
    return bool(np.sqrt(np.mean((steps / np.median(steps) - 1) ** 2)) <= UNEVEN)


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
    return np.asarray((coefficients(columns, detrend=False).T * weights).T)


def _solved(law: Law, t: Array, y: Array, weights: Array | None,
            starts: list[tuple[float, ...]]) -> _Fit:
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
                              bounds=bounds, max_nfev=60) for start in starts),
               key=lambda found: float(found.cost))
    rates = np.exp(best.x)
    a, _ = amplitudes(rates)
    return _Fit(rates, a, y - law.basis(t, rates) @ a, 2 * float(best.cost))


def _covariance(law: Law, t: Array, fit: _Fit) -> Array:
    """Of ln(rates) and amplitudes, from the whitened Jacobian; NaN if that is singular."""
    step = 1e-5
    slopes = [(law.basis(t, fit.rates * np.where(np.arange(fit.rates.size) == i, 1 + step, 1.0))
               - law.basis(t, fit.rates)) @ fit.amplitudes / step for i in range(fit.rates.size)]
    weights = (np.full(t.size, 1 / FINEST) if fit.noise is None
               else 1 / np.sqrt(fit.noise.density(np.maximum(np.arange(t.size), 1))))
    jacobian = _white(np.column_stack([*slopes, law.basis(t, fit.rates)]), weights)
    if fit.amplitudes[-1] == 0:
        jacobian = jacobian[:, :-1]  # a rest that is held at zero is not fitted
    scale = np.linalg.norm(jacobian, axis=0)
    size = fit.rates.size + fit.amplitudes.size
    covariance = np.zeros((size, size))
    if scale.min() == 0 or np.linalg.cond(jacobian / scale) > 1e7:
        covariance[:] = np.nan
        return covariance
    inner = np.linalg.inv((jacobian / scale).T @ (jacobian / scale)) / np.outer(scale, scale)
    covariance[:inner.shape[0], :inner.shape[0]] = inner
    return covariance
