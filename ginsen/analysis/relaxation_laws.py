"""Laws by which a conductance relaxes, as functions of age."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ginsen.types import Array


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

STEPS = "steps"
"""The fifth: constant but for steps, each with its own time and height."""
