"""What a record would be if nothing but its distribution, or its spectrum, were its own."""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, rfft

from ginsen.types import Array


def shuffled(G: Array, seed: int = 0) -> Array:
    """The same changes of G (n,) in another order: the same events, at random times."""
    random = np.random.default_rng(seed)
    return np.concatenate([G[:1], G[0] + np.cumsum(random.permutation(np.diff(G)))])


def phase_randomised(G: Array, seed: int = 0) -> Array:
    """Changes of the same spectrum as those of G (n,), of random phases: linear noise.

    Theiler et al. 1992, Physica D 58, 77. The changes are taken, not G: they have no trend that
    would make a jump of the ends.
    """
    random = np.random.default_rng(seed)
    changes = np.diff(G)
    spectrum = rfft(changes)
    turned = spectrum * np.exp(2j * np.pi * random.random(spectrum.size))
    turned[0] = spectrum[0]
    if changes.size % 2 == 0:
        turned[-1] = abs(spectrum[-1]) * (1 if random.random() < 0.5 else -1)
    return np.concatenate([G[:1], G[0] + np.cumsum(irfft(turned, changes.size))])
