"""What a fitted law says of ratios and half-life, with 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ginsen.analysis.relaxation import Relaxation
from ginsen.analysis.relaxation_laws import LAWS, STEPS
from ginsen.types import Array

WIDTH = 1.96


@dataclass(frozen=True)
class Interval:
    """A value and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def ratio_by_law(found: Relaxation, age: float, first: float) -> Interval | None:
    """What is left at `age` of what there was at age `first` (both s), by the law.

    The covariance of the parameters is carried on to first order (GUM 5.2.2); of steps the heights
    count as independent. None where the law is a description without errors.
    """
    if found.law == STEPS:
        G = found.curve(np.array([first, age]))
        passed = [step for at, step in found.steps if first < at <= age]
        sigma = math.sqrt(sum((step.high - step.low) ** 2 for step in passed)) / (2 * WIDTH)
        return _interval(float(G[1] / G[0]), sigma / abs(float(G[0])))

    def ratio(values: Array) -> float:
        G = _curve(found.law, values, np.array([first, age]))
        return float(G[1] / G[0])

    return _interval(*_carried(ratio, found))


def half_life_by_law(found: Relaxation, first: float, last: float) -> Interval | None:
    """The age (s) at which the law has fallen to half of what it was at age `first`.

    Its interval is even in ln t. None where that lies beyond the age `last`, or is the age of a
    step, whose error is not known, or where the law is a description without errors.
    """
    if found.law == STEPS:
        return None

    def crossing(values: Array) -> float:
        half = float(_curve(found.law, values, np.array([first]))[0]) / 2
        ends = math.log(first), math.log(1.1 * last)

        def above(x: float) -> float:
            return float(_curve(found.law, values, np.array([math.exp(x)]))[0]) - half

        if above(ends[0]) * above(ends[1]) >= 0:
            return math.nan
        return float(brentq(above, *ends))

    value, sigma = _carried(crossing, found)
    if not (math.isfinite(value) and math.isfinite(sigma)) or value > math.log(last):
        return None
    return Interval(*(math.exp(value + d * WIDTH * sigma) for d in (0, -1, 1)))


def _curve(name: str, values: Array, t: Array) -> Array:
    """A law at ages `t`, of ln(rates) and amplitudes."""
    law = LAWS[name]
    m = len(law.rates)
    return np.asarray(law.basis(t, np.exp(values[:m])) @ values[m:])


def _carried(function: Callable[[Array], float], found: Relaxation) -> tuple[float, float]:
    """A function of ln(rates) and amplitudes, and its standard error."""
    if not np.isfinite(found.covariance).all():
        return math.nan, math.nan
    m = len(LAWS[found.law].rates)
    values = np.array(list(found.parameters.values()))
    values[:m] = np.log(values[:m])
    steps = np.maximum(1e-3 * np.sqrt(np.diag(found.covariance)), 1e-9)
    gradient = np.array([
        (function(values + step * unit) - function(values - step * unit)) / (2 * step)
        for unit, step in zip(np.eye(values.size), steps, strict=True)])
    return function(values), math.sqrt(max(0.0, float(gradient @ found.covariance @ gradient)))


def _interval(value: float, sigma: float) -> Interval | None:
    if not (math.isfinite(value) and math.isfinite(sigma)):
        return None
    return Interval(value, value - WIDTH * sigma, value + WIDTH * sigma)
