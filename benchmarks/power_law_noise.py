"""Gaussian noise of an exactly known spectrum that is not periodic.

The covariance of the noise (β < 1), of its increments (1 ≤ β < 3) or of theirs (β = 3) is
integrated from the spectrum to rounding, embedded in a circulant matrix (Davies & Harte 1987,
Biometrika 74, 95; Dietrich & Newsam 1997, SIAM J. Sci. Comput. 18, 1088) and cumulated. Synthesis
by a circular FFT would make records that close on themselves, which hides leakage.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.fft import irfft, rfft

NODES = 12
GRADED = 24


def noise(n: int, beta: float, rng: np.random.Generator, duty: float | None = None) -> np.ndarray:
    """A record of `n` samples a second apart whose one-sided density is 2 f^-β, f in Hz.

    Behind a sharp filter before sampling, or with `duty` the mean over that share of each second.
    """
    times = times_cumulated(beta)
    values = np.sqrt(_eigenvalues(n, beta, duty) * n)
    z = rng.standard_normal((2, n + 1))
    z[1, [0, -1]] = 0
    z[0, [0, -1]] *= np.sqrt(2)
    record = irfft(values * (z[0] + 1j * z[1]), 2 * n)[:n]
    for _ in range(times):
        record = np.cumsum(record)
    return record


def times_cumulated(beta: float) -> int:
    """How often stationary increments have to be taken."""
    return 0 if beta < 1 else 1 if beta < 3 else 2


def spectrum(f: np.ndarray, beta: float, duty: float | None) -> np.ndarray:
    """Two-sided density at f below ½: f^-β, or what a meter's integration and sampling make of it.

    Σ_k |f + k|^-β sinc²(duty (f + k)); the far terms, whose ripple is known, as an integral.
    """
    if duty is None:
        return f**-beta
    total = np.zeros_like(f)
    reach = 100
    for k in range(-reach, reach + 1):
        total += np.abs(f + k) ** -beta * np.sinc(duty * (f + k)) ** 2
    # Over whole periods of the ripple sin² is one half; duty 1 has the same sin² in every term.
    mean = np.sin(np.pi * duty * f) ** 2 if duty == 1 else 0.5
    return total + 2 * mean * (reach + 0.5) ** (-1 - beta) / (1 + beta) / (np.pi * duty) ** 2


@lru_cache(maxsize=32)
def _eigenvalues(n: int, beta: float, duty: float | None) -> np.ndarray:
    """Of the circulant matrix of size 2n that embeds the covariance."""
    times = times_cumulated(beta)

    def density(f: np.ndarray) -> np.ndarray:
        return spectrum(f, beta, duty) * (2 * np.sin(np.pi * f)) ** (2 * times)

    covariance = _covariance(density, n)
    values = rfft(np.concatenate([covariance, covariance[-2:0:-1]])).real
    if values.min() < -1e-6 * values.max():
        raise RuntimeError(f"no embedding: {values.min() / values.max():.1g} at β = {beta}")
    return np.maximum(values, 0)


def _covariance(density: Callable[[np.ndarray], np.ndarray], n: int) -> np.ndarray:
    """2 ∫₀^½ density cos(2πkf) df for k = 0 … n: Gauss's rule on panels 1/(2n) wide.

    The same node of all panels together is one FFT; the panel at f = 0, where the density may be
    singular, is halved again and again.
    """
    x, w = np.polynomial.legendre.leggauss(NODES)
    x, w = (x + 1) / 2, w / 2
    k = np.arange(n + 1)
    total = np.zeros(n + 1)
    for node, weight in zip(x, w, strict=True):
        values = np.zeros(2 * n)
        values[1:n] = density((np.arange(1, n) + node) / (2 * n))
        turned = np.conj(np.fft.fft(values))[: n + 1] * np.exp(1j * np.pi * k * node / n)
        total += weight / n * turned.real
    edges = np.append(0.0, 0.5 ** np.arange(GRADED, -1, -1)) / (2 * n)
    for low, high in pairwise(edges):
        for node, weight in zip(x, w, strict=True):
            f = low + (high - low) * node
            total += 2 * weight * (high - low) * density(np.array([f])) * np.cos(2 * np.pi * k * f)
    return total
