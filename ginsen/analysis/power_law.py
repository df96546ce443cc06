"""How counts are distributed: a power law between two cut-offs, and what else it might be.

Without its upper cut-off the usual maximum-likelihood fit of a power law is biased, and at an
exponent of 1.5 its interval never holds the truth. Here every law lives on the same whole numbers,
from `low` to `high`, and is normalised on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from ginsen.types import Array

Counts = npt.NDArray[np.int64]

FEWEST = 50
WIDEST_SUPPORT = 100_000
LEAST_RANGE = 8.0
"""Of `high` over `low`: less than a decade can be any law."""
LEAST_P = 0.1
DRAWS = 100
LOWS = (1, 2, 3, 5, 8, 12)

LAWS: Mapping[str, Callable[[Array], Array]] = {
    "power law": lambda x: np.column_stack([np.log(x)]),
    "exponential": lambda x: np.column_stack([x]),
    "power law with exponential cut-off": lambda x: np.column_stack([np.log(x), x]),
    "lognormal": lambda x: np.column_stack([np.log(x), np.log(x) ** 2]),
}
"""Each is exp(θ·T(x)) over its sum: what stands here is T, shape (n, parameters)."""


@dataclass(frozen=True)
class PowerLaw:
    """P(x) ∝ x^-exponent for whole x from `low` to `high`, with its 95 % interval.

    `p` is how often `count` values drawn from this very law lie as far from it (largest distance of
    the cumulative distributions). `bic` is the Bayesian information criterion of every law on the
    same values: the lowest describes them best.
    """

    exponent: float
    exponent_low: float
    exponent_high: float
    low: int
    high: int
    count: int
    p: float
    bic: Mapping[str, float]

    @property
    def sigma(self) -> float:
        """The standard error of the exponent."""
        return (self.exponent_high - self.exponent_low) / 3.92

    @property
    def best(self) -> str:
        """The law that describes the values best."""
        return min(self.bic, key=lambda name: self.bic[name])


def fit_power_law(values: npt.ArrayLike, low: int = 1, high: int | None = None, *,
                  seed: int = 0) -> PowerLaw:
    """The power law of the `values` (n,), counts, that lie from `low` to `high`, both included.

    Maximum likelihood; the error is that of the Fisher information n Var(ln x), the variance under
    the truncated law. `high` is the largest value if left out. Raises ValueError for values that
    are not counts, limits that make no range, or fewer than 50 values within.
    """
    x = _checked(values)
    high = int(x.max()) if high is None else high
    if not (1 <= low < high <= WIDEST_SUPPORT):
        raise ValueError(f"low is {low}, high {high}: a power law of counts lives from 1 or more "
                         f"to at most {WIDEST_SUPPORT}")
    held = np.bincount(x[(x >= low) & (x <= high)] - low, minlength=high - low + 1)
    n = int(held.sum())
    if n < FEWEST:
        raise ValueError(f"{n} values lie from {low} to {high}: a power law takes {FEWEST}")
    support = np.arange(low, high + 1, dtype=np.float64)
    power = _fitted(LAWS["power law"](support), held, np.array([-1.5]))
    theta, log_p, information = power
    starts = {"exponential": [-n / float(held @ (support - low + 1))]}
    fits = {name: power if name == "power law" else _fitted(
        statistics(support), held, np.array(starts.get(name, [float(theta[0]), 0.0])))
        for name, statistics in LAWS.items()}
    sigma = 1 / math.sqrt(float(information[0, 0]))
    bic = {name: -2 * float(held @ each[1]) + each[0].size * math.log(n)
           for name, each in fits.items()}
    return PowerLaw(-float(theta[0]), -float(theta[0]) - 1.96 * sigma,
                    -float(theta[0]) + 1.96 * sigma, low, high, n,
                    _goodness(support, held, log_p, seed), bic)


def widest_power_law(values: npt.ArrayLike, *, seed: int = 0) -> PowerLaw | None:
    """The power law over the widest range that it describes (p ≥ 0.1); None if there is none.

    The lowest value is one of 1, 2, 3, 5, 8 and 12, the highest the largest met, or that over 2, 4,
    8 … A range holds at least 50 values and spans at least a factor 8. Raises ValueError for values
    that are not counts.
    """
    x = _checked(values)
    top = min(int(x.max()), WIDEST_SUPPORT)
    highs = [top // 2**k for k in range(8)]
    ranges = sorted(((low, high) for low, high in product(LOWS, highs)
                     if high >= LEAST_RANGE * low
                     and np.count_nonzero((x >= low) & (x <= high)) >= FEWEST),
                    key=lambda ends: ends[0] / ends[1])
    for low, high in ranges:
        law = fit_power_law(x, low, high, seed=seed)
        if law.p >= LEAST_P:
            return law
    return None


def _checked(values: npt.ArrayLike) -> Counts:
    x = np.asarray(values)
    if x.ndim != 1 or x.size == 0 or not np.all(x == np.floor(x)) or x.min() < 1:
        raise ValueError(f"values has shape {x.shape}: counts of 1 or more, shape (n,)")
    return x.astype(np.int64)


def _fitted(statistics: Array, held: Counts, start: Array) -> tuple[Array, Array, Array]:
    """Newton's way from `start` to the maximum of a truncated exponential family, T (support, m).

    Gives θ, ln P on the support and the Fisher information. The likelihood is concave: steps that
    would lead down are halved.
    """
    n = held.sum()
    scale = np.abs(statistics).max(axis=0)
    T = statistics / scale
    target = held @ T / n
    theta = start * scale
    likelihood, p = _likelihood(theta, T, target)
    for _ in range(100):
        mean = p @ T
        covariance = (T * p[:, None]).T @ T - np.outer(mean, mean)
        step = np.linalg.lstsq(covariance, target - mean, rcond=1e-12)[0]
        gain = float(step @ (target - mean))
        if gain < 1e-12:
            break
        tried = ((theta + step / 2**k, *_likelihood(theta + step / 2**k, T, target))
                 for k in range(30))
        better = next((each for each in tried if each[1] > likelihood), None)
        if better is None:
            break
        theta, likelihood, p = better
    mean = p @ T
    covariance = (T * p[:, None]).T @ T - np.outer(mean, mean)
    return (theta / scale, np.log(np.maximum(p, 1e-300)),
            n * covariance * np.outer(scale, scale))


def _likelihood(theta: Array, T: Array, target: Array) -> tuple[float, Array]:
    """The mean log-likelihood, and P on the support."""
    exponent = T @ theta
    most = float(exponent.max())
    weight = np.exp(exponent - most)
    total = float(weight.sum())
    return float(theta @ target) - most - math.log(total), weight / total


def _goodness(support: Array, held: Counts, log_p: Array, seed: int) -> float:
    """The share of samples of the fitted law, each fitted again, that lie farther from it."""
    random = np.random.default_rng(seed)
    n = int(held.sum())
    p = np.exp(log_p)
    logs = np.log(support)
    mean = float(p @ logs)
    slope = -(p * (logs - mean))  # dP/dexponent, so that a refit is one step of Newton
    variance = float(p @ (logs - mean) ** 2)

    def distance(counts: Array) -> Array:
        shift = (counts @ logs / n - mean) / -variance
        return np.asarray(np.abs(np.cumsum(
            counts / n - p - shift[..., None] * slope, axis=-1)).max(axis=-1))

    draws = random.multinomial(n, p / p.sum(), size=DRAWS)
    return float(np.mean(distance(draws.astype(np.float64))
                         >= distance(held.astype(np.float64)[None])[0]))
