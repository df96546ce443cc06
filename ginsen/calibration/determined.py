"""Which numbers, or which combinations of them, records determine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ginsen.types import Array

DETERMINED = 0.5
"""A direction counts as determined where its standard deviation is at most this share of before."""

_NAMED = 0.3
"""Shares of a direction below which a number is not named."""


@dataclass(frozen=True)
class Direction:
    """One combination of standardised numbers: its weights, and what is left of its spread.

    `width` is the posterior standard deviation over that of before: near 0 the records determine
    the combination, near 1 they say nothing of it. `weights` names the numbers that make it up,
    those of a small weight left out; their squares add up to at most 1.
    """

    width: float
    weights: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        combination = " ".join(f"{weight:+.2f} {name}" for name, weight in self.weights)
        return f"{self.width:.2f}  {combination}"


def directions(points: Array, names: tuple[str, ...]) -> tuple[Direction, ...]:
    """The axes of the posterior of `points` (n, k), from the best determined to the least.

    Eigenvectors of the covariance of numbers that were standard normal before; the number of
    largest weight counts positive.
    """
    variance, axes = np.linalg.eigh(np.cov(points, rowvar=False))
    found = []
    for width, axis in zip(np.sqrt(np.maximum(variance, 0)), axes.T, strict=True):
        order = np.argsort(-np.abs(axis))
        sign = np.sign(axis[order[0]])
        found.append(Direction(float(width), tuple(
            (names[i], float(sign * axis[i])) for i in order if abs(axis[i]) >= _NAMED)))
    return tuple(found)
