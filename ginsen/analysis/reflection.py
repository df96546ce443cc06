"""What mirroring a short record does to the mean of its low ordinates, exactly.

An ordinate of the DCT-II looks at the spectrum through the transform of its cosine on [0, 1], which
is not a line: a little power comes from elsewhere, most of it at low orders and steep spectra.
Self-similar noise has no scale, so the factor by which ⟨c_k²⟩ differs from S(k/2T) depends on the
order k and on β alone:

    g_k(β) = (k/2)^β ∫ |f|^-β |Φ_k(f)|² df,   Φ_k(f) = ∫₀¹ √2 cos(πku) e^(-2πifu) du,

less, in Φ_k, the projections on the level, line or parabola that is taken out of the record (the
transform of a Legendre polynomial is a spherical Bessel function; Abramowitz & Stegun 10.1.14).
This is the expected periodogram of Sykulski et al. 2019 (Biometrika 106, 251) for a cosine
transform. White noise and the random walk have g = 1 for even k; noise of β = 3 has 1.27 at k = 4.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import spherical_jn

from ginsen.types import Array

ORDERS = 64
"""Beyond it the factor is carried on as the power law it has become."""


def log_gain(orders: Array, betas: Array, detrend: int = 1) -> Array:
    """Ln g at `orders` ≥ 2 (which need not be whole), shape (β, orders).

    `detrend` is the degree of the polynomial taken out: 0, 1 or 2.

    Between two orders, even and odd ones are averaged, as a bin that holds several does.
    """
    table = gains(tuple(betas.tolist()), detrend) - 1
    whole = np.arange(2, ORDERS + 1)
    # Two octaves apart in one parity: the exponent with which the rest dies away.
    last, before = table[:, -1], table[:, ORDERS // 4 - 2]
    fall = np.log(np.maximum(np.abs(before), 1e-6) / np.maximum(np.abs(last), 1e-6)) / np.log(4)
    smooth = table.copy()
    smooth[:, 1:-1] = table[:, 1:-1] / 2 + (table[:, 2:] + table[:, :-2]) / 4
    nearest = np.clip(np.round(orders), 2, ORDERS).astype(np.intp)
    single = np.abs(orders - nearest) < 1e-6
    found = np.where(single[None, :], table[:, nearest - 2],
                     np.stack([np.interp(orders, whole, row) for row in smooth]))
    beyond = orders > ORDERS
    found[:, beyond] = last[:, None] * (ORDERS / orders[beyond]) ** np.clip(fall, 0, 1)[:, None]
    return np.asarray(np.log1p(found))


@lru_cache(maxsize=6)
def gains(betas: tuple[float, ...], detrend: int) -> Array:
    """g_k(β) for k = 2 … 64, shape (β, k). The betas lie above -1 and below 5."""
    seen, f, weight = _seen(detrend)
    k, b = np.arange(2, ORDERS + 1)[:, None], np.array(betas)
    integral = (np.abs(seen) ** 2 * weight) @ (f[:, None] ** -b)
    tail = 2 / np.pi**2 * f[-1] ** (-b - 1) / (1 + b)
    return np.asarray(((integral + tail) * (k / 2) ** b).T)


@lru_cache(maxsize=128)
def covariance(beta: float, detrend: int) -> Array:
    """⟨c_j c_k⟩ for j, k = 2 … 64 of noise |f|^-β on [0, 1]: what its ends make common.

    Nought between an even and an odd order, and next to nought off the diagonal below β = 2.
    """
    seen, f, weight = _seen(detrend)
    return np.asarray(((seen * (weight * f**-beta)) @ np.conj(seen.T)).real)


@lru_cache(maxsize=3)
def _seen(detrend: int) -> tuple[NDArray[np.complex128], Array, Array]:
    """Φ_k(f) for k = 2 … 64, the frequencies, and weights that make a sum the integral over all f.

    Even steps of a tenth of a radian are exact for a band-limited integrand; only f → 0 needs finer
    ones. The phase of half a record is left out, which makes Φ real or imaginary.
    """
    k = np.arange(2, ORDERS + 1)[:, None]
    pole = np.pi * k
    w = np.concatenate([np.geomspace(1e-5, 0.5, 120)[:-1], np.arange(0.5, 4 * pole[-1, 0], 0.1)])
    weight = np.zeros_like(w)
    weight[1:] += np.diff(w) / 2
    weight[:-1] += np.diff(w) / 2
    difference = pole**2 - w**2
    difference[np.abs(difference) < 1e-9] = 1e-9
    seen = 1j * w * (1 - (-1.0) ** k * np.exp(-1j * w)) / difference * np.exp(0.5j * w)
    if detrend >= 1:  # a line has odd k only, a parabola even k
        seen[1::2] -= 12j / pole[1::2] ** 2 * spherical_jn(1, w / 2)
    if detrend >= 2:
        seen[::2] += 60 / pole[::2] ** 2 * spherical_jn(2, w / 2)
    return np.sqrt(2) * seen, w / (2 * np.pi), weight / np.pi
