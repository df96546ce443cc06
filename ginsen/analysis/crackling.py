"""The crackling relation, three ways, and the spectrum of activity beside it.

Of sizes P(S) ∝ S^-τ and lifetimes P(T) ∝ T^-α of avalanches whose mean size is ⟨S⟩ ∝ T^γ scaling
asks for γ = (α - 1)/(τ - 1) (Sethna, Dahmen & Myers 2001, Nature 410, 242); the shapes of all
lifetimes then fall on one curve when divided by T^(γ - 1). The spectrum of the activity goes as
f^-γ for τ < 2 (Kuntz & Sethna 2000, Phys. Rev. B 62, 11699). That it holds is no proof of anything:
independent events at random have (α - 1)/(τ - 1) near 1.35 too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.avalanches import Avalanches
from ginsen.analysis.power_law import PowerLaw
from ginsen.types import Array

DRAWS = 60
FEWEST = 20
"""Avalanches of one lifetime whose mean shape counts."""
SHORTEST = 4
"""Bins of a shape: a shorter one has none."""
PLACES = np.linspace(0.05, 0.95, 19)
GAMMAS = np.linspace(0.5, 3.0, 126)


@dataclass(frozen=True)
class Exponent:
    """An exponent with its 95 % interval."""

    value: float
    low: float
    high: float

    def overlaps(self, other: Exponent) -> bool:
        """Whether the two intervals have a value in common."""
        return self.low <= other.high and other.low <= self.high


def gamma_of_exponents(sizes: PowerLaw, lifetimes: PowerLaw) -> Exponent | None:
    """(α - 1)/(τ - 1), errors carried on to first order; None where τ is not above 1."""
    tau, alpha = sizes.exponent, lifetimes.exponent
    if sizes.exponent_low <= 1:
        return None
    value = (alpha - 1) / (tau - 1)
    sigma = math.hypot(lifetimes.sigma, value * sizes.sigma) / (tau - 1)
    return Exponent(value, value - 1.96 * sigma, value + 1.96 * sigma)


def gamma_of_means(found: Avalanches, low: int, high: int, *, seed: int = 0) -> Exponent | None:
    """The slope of ln ⟨S⟩ against ln T for lifetimes from `low` to `high` bins.

    Weighted by the number of avalanches; the interval is a bootstrap over avalanches. None where
    fewer than four lifetimes occur, or fifty avalanches.
    """
    held = (found.lifetime >= low) & (found.lifetime <= high)
    T, S = (each[held].astype(np.float64) for each in (found.lifetime, found.size))
    if np.unique(T).size < 4 or T.size < 50:
        return None
    random = np.random.default_rng(seed)
    slopes = [_slope(T[chosen], S[chosen]) for chosen in
              random.integers(T.size, size=(DRAWS, T.size))]
    return _with_spread(_slope(T, S), np.array(slopes))


def gamma_of_shapes(found: Avalanches, low: int, high: int, *, seed: int = 0) -> Exponent | None:
    """The γ for which the mean shapes of lifetimes from `low` to `high` bins agree best.

    The variance of the scaled shapes between lifetimes, over the square of their mean, is least
    (Marshall et al. 2016, Front. Physiol. 7, 250). Lifetimes count that are at least four bins long
    and occur twenty times; the interval is a bootstrap over avalanches of each. None where fewer
    than three do.
    """
    shapes = []
    for lifetime in range(max(low, SHORTEST), high + 1):
        mine = found.first[found.lifetime == lifetime]
        if mine.size >= FEWEST:
            rows = found.activity[mine[:, None] + np.arange(lifetime)]
            shapes.append(rows.astype(np.float64))
    if len(shapes) < 3:
        return None
    random = np.random.default_rng(seed)
    T = np.array([rows.shape[1] for rows in shapes], dtype=np.float64)

    def collapsed(drawn: bool) -> float:
        means = np.array([
            np.interp(PLACES, (np.arange(rows.shape[1]) + 0.5) / rows.shape[1],
                      (rows[random.integers(len(rows), size=len(rows))] if drawn
                       else rows).mean(axis=0)) for rows in shapes])
        scaled = means * T[:, None] ** (1 - GAMMAS[:, None, None])
        cost = scaled.var(axis=1).mean(axis=1) / scaled.mean(axis=(1, 2)) ** 2
        return float(GAMMAS[np.argmin(cost)])

    return _with_spread(collapsed(False), np.array([collapsed(True) for _ in range(DRAWS)]))


def _slope(T: Array, S: Array) -> float:
    """Of ln ⟨S⟩ against ln T, each lifetime weighted by how often it occurs."""
    lifetimes, which = np.unique(T, return_inverse=True)
    n = np.bincount(which).astype(np.float64)
    mean = np.bincount(which, S) / n
    x, y = np.log(lifetimes), np.log(mean)
    x = x - np.average(x, weights=n)
    return float((n * x) @ y / ((n * x) @ x))


def _with_spread(value: float, drawn: Array) -> Exponent:
    sigma = float(np.std(drawn))
    return Exponent(value, value - 1.96 * sigma, value + 1.96 * sigma)
