"""Random numbers that depend on nothing but who asks, and for the how-manieth time."""

from __future__ import annotations

import math

import numpy as np

from ginsen.physics.kernel import kernel
from ginsen.types import Array

_STRIDE = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


def keys(count: int, *seed: int) -> Array:
    """One stream for each of `count` processes, shape (n,): whole numbers below 2^53, as floats.

    The same `seed` gives the same streams.
    """
    return np.random.default_rng(seed).integers(0, 2**53, count).astype(np.float64)


@kernel
def uniform(key: float, number: float) -> float:
    """The number at place `number` (0, 1, 2, …) of stream `key`, uniform above 0 and up to 1.

    When it is asked for, and between which others, does not matter: integrators that step
    differently meet the same chance. The generator is SplitMix64 (Steele, Lea and Flood, Proc.
    OOPSLA 2014, p. 453), entered at any place.
    """
    start = np.uint64(key) * _FIRST
    x = (start ^ (start >> np.uint64(32))) + np.uint64(number + 1.0) * _STRIDE
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    x = x ^ (x >> np.uint64(31))
    return (float(x >> np.uint64(11)) + 1.0) * _UNIT


@kernel
def exponential(key: float, number: float) -> float:
    """The number at place `number` of stream `key`, exponential with mean 1."""
    return -math.log(uniform(key, number))
