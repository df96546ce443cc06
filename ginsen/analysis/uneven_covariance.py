"""How two readings of power-law noise go together, whatever the time between them.

For a one-sided density f^-β the covariance at lag τ is ∫ f^-β cos 2πfτ df, which diverges at low
frequencies for β ≥ 1. Where only readings less their level and slope are looked at, the first two
terms of the cosine may be left out below any frequency f0,

    C(τ; f0) = ∫ f^-β H(f) [cos 2πfτ - (1 - (2πfτ)²/2) (f < f0)] df,

and this generalised covariance (Matheron 1973, Adv. Appl. Prob. 5, 439) exists for every β below 5
and is analytic in β. H is what stands before the samples: sinc²(fT) for a meter that integrates for
T, a cut at half the sampling rate for a sharp filter. Time is in sampling intervals throughout.
Exponents have shape (β, 1), lags (n,), and what comes out (β, n).
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import rgamma

from ginsen.types import Array

CUT = 0.5
"""Where a sharp filter cuts, in units of the sampling rate."""

REACH = 16.0
"""Beyond this lag series in one over the lag are exact enough, and closed forms cancel."""

_TABLE = np.arange(0, REACH + 1 / 32, 1 / 16)


def _cosines() -> tuple[Array, Array, Array]:
    """Frequencies up to the cut, their weights, and cos x - 1 + x²/2 at every lag of the table."""
    node, weight = np.polynomial.legendre.leggauss(160)
    u = (node + 1) / 2
    f, df = CUT * u**3, CUT * 3 * u**2 * weight / 2
    x = 2 * np.pi * f * _TABLE[:, None]
    small = np.minimum(x, 0.15)  # where the difference would cancel, its series
    series = small**4 / 24 * (1 - small**2 / 30 * (1 - small**2 / 56))
    return f, df, np.where(x < 0.15, series, np.cos(x) - 1 + x**2 / 2)


_FREQUENCY, _WEIGHT, _COSINES = _cosines()


def off_poles(beta: Array) -> Array:
    """`beta`, moved 1e-5 off 1 and 3, where two terms grow without bound and cancel."""
    for pole in (1.0, 3.0):
        beta = np.where(np.abs(beta - pole) < 1e-5, pole + 1e-5, beta)
    return beta


def shifted(covariance: Array, lag_square: Array, beta: Array, old: float, new: float) -> Array:
    """C(τ; old) as C(τ; new), `lag_square` being τ² or, of averages, its mean."""
    level = (new ** (1 - beta) - old ** (1 - beta)) / (1 - beta)
    slope = (new ** (3 - beta) - old ** (3 - beta)) / (3 - beta)
    return np.asarray(covariance - level + 2 * np.pi**2 * slope * lag_square)


def unfiltered(lag: Array, spread: Array | float, beta: Array, f0: float) -> Array:
    """C of two averages far apart: `lag` between their centres, H = 1.

    `spread` is the variance of the times within the one plus that within the other; to its first
    order the mean of C(τ) is C + C'' spread/2.
    """
    power = _constant(beta) * rgamma(beta) * lag ** (beta - 1)
    bent = power * ((beta - 1) * (beta - 2) / 2) * (spread / lag**2)
    return np.asarray(power + bent + _terms(lag**2 + spread, beta, f0))


def integrated(lag: Array, integration: float, beta: Array, f0: float) -> Array:
    """C of two readings that each average over `integration`, for β above -1.

    The covariance τ^(β-1) averaged twice is the second difference of τ^(β+1) / β(β+1): fractional
    Gaussian noise (Mandelbrot & Van Ness 1968, SIAM Rev. 10, 422) continued to every β.
    """
    p, near = beta + 1, np.minimum(lag, REACH)
    second = (near + integration) ** p - 2 * near**p + np.abs(near - integration) ** p
    exact = (_constant(beta) * rgamma(p) / p * second / integration**2
             + _terms(near**2 + integration**2 / 6, beta, f0))
    # Far apart the difference would cancel; there its second order is more than enough.
    far = unfiltered(np.maximum(lag, REACH), integration**2 / 6, beta, f0)
    return np.where(lag < REACH, exact, far)


def filtered(lag: Array, beta: Array, f0: float) -> Array:
    """C of two readings behind a filter that passes all below half the sampling rate, no more.

    Up to `REACH` by quadrature, beyond as C without the filter less what that takes away, by parts.
    """
    table = CubicSpline(_TABLE, _COSINES @ (_WEIGHT * _FREQUENCY**-beta).T)
    near = np.moveaxis(table(np.minimum(lag, REACH)), -1, 0)
    far = np.maximum(lag, REACH)
    phase = 2 * np.pi * CUT * far
    ripple = CUT ** (1 - beta) * (
        np.sin(phase) * (beta * (beta + 1) / phase**3 - 1 / phase)
        + np.cos(phase) * (beta / phase**2 - beta * (beta + 1) * (beta + 2) / phase**4))
    far = unfiltered(far, 0.0, beta, CUT) - ripple
    return shifted(np.where(lag < REACH, near, far), lag**2, beta, CUT, f0)


def _terms(lag_square: Array, beta: Array, f0: float) -> Array:
    """What the first two terms of the cosine contribute from f0 up."""
    return np.asarray(2 * np.pi**2 * f0 ** (3 - beta) / (3 - beta) * lag_square
                      - f0 ** (1 - beta) / (1 - beta))


def _constant(beta: Array) -> Array:
    """∫ f^-β cos 2πfτ df = this / Γ(β) · τ^(β-1): (2π)^β / 4 cos(πβ/2)."""
    pole = 2 * np.round((beta - 1) / 2) + 1  # reckoned from there the cosine keeps its digits
    cosine = -np.sin(np.pi / 2 * pole) * np.sin(np.pi / 2 * (beta - pole))
    return np.asarray((2 * np.pi) ** beta / (4 * cosine))
