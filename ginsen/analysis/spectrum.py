"""The spectrum of a short record: DCT-II ordinates, log-spaced bins, and the shape of f^-β.

Even reflection at both ends is what the DCT-II assumes, so a record that ends elsewhere than it
began leaks nothing and needs no taper: the ordinates carry the same information as a periodogram,
two for each of its frequencies, each with half a degree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.fft import dct
from scipy.special import polygamma, psi

from ginsen.types import Array

Indices = npt.NDArray[np.intp]

LOWEST_ORDINATE = 4
"""Below it a line taken out and any slow drift have left their mark."""

HIGHEST_FREQUENCY = 0.4
"""In units of the sampling rate: above it lie the edge of anti-alias filters and their images."""

BINS_PER_OCTAVE = 8
FEWEST_BINS = 4
HARMONICS = 10


@dataclass(frozen=True)
class FrontEnd:
    """What stands before the samples: a meter that averages for `integration` (s) per sample."""

    integration: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.integration) and self.integration > 0):
            raise ValueError(f"integration is {self.integration!r} s: a front end averages for a "
                             "finite time above 0 s")


@dataclass(frozen=True)
class Band:
    """Which ordinates of a record of `size` samples are kept: `low` to `high`, both included.

    `lines` are ordinates of mains lines and their images, left out with four to either side.
    `detrend` is the degree of the polynomial that is taken out of the record, `curves` how many
    pairs of curves more (of `drift`).
    """

    size: int
    low: int
    high: int
    lines: tuple[int, ...] = ()
    detrend: int = 1
    curves: int = 1


@dataclass(frozen=True, eq=False)
class Bins:
    """Ordinates pooled over 1/8 octave: `count` of them around `frequency` (units of fs).

    `part` picks the ordinates from a spectrum, `starts` says where in them each bin begins. `sizes`
    is `count` in whole numbers, `deviance` what `deviance_of` makes of it.
    """

    ordinates: Indices
    part: slice | Indices
    starts: Indices
    count: Array
    frequency: Array
    sizes: Indices
    deviance: tuple[float, float]

    def mean(self, power: Array) -> Array:
        """The mean of `power`, one value per ordinate from k = 0, in each bin."""
        return np.asarray(np.add.reduceat(power[self.part], self.starts) / self.count)

    def least_sigma(self) -> float:
        """The Cramér-Rao bound of β from these ordinates, floor absent: 1/√(½ Σ n (x - x̄)²)."""
        x = np.log(self.frequency)
        spread = self.count @ (x - self.count @ x / self.count.sum()) ** 2
        return math.inf if spread <= 0 else math.sqrt(2 / spread)


def deviance_of(count: Array) -> tuple[float, float]:
    """Mean and variance of Σ n (x - 1 - ln x) over bins of n ordinates whose x is χ²_n/n.

    They are Σ n (ln(n/2) - ψ(n/2)) and Σ n² (ψ₁(n/2) - 2/n).
    """
    half = count / 2
    return (float(np.sum(count * (np.log(half) - psi(half)))),
            float(np.sum(count**2 * (polygamma(1, half) - 1 / half))))


def coefficients(values: Array, detrend: int = 1) -> Array:
    """The orthonormal DCT-II of `values` less a polynomial of degree `detrend`, shape (n,).

    For white noise of variance σ² every squared coefficient has mean σ²; ordinate k sits at
    k fs/2n, and the one-sided density there is 2 dt times the squared coefficient.
    """
    level = values - values.mean()
    for polynomial in _polynomials(values.size, detrend):
        level -= inner(polynomial, level) * polynomial
    return np.asarray(dct(level, type=2, norm="ortho", overwrite_x=True))


def inner(a: Array, b: Array) -> float:
    """The inner product of two long vectors without BLAS, which wakes threads at a price."""
    return float(np.einsum("i,i->", a, b))


@lru_cache(maxsize=12)
def _polynomials(size: int, degree: int) -> tuple[Array, ...]:
    """Orthonormal polynomials of degree 1 up to `degree` on `size` even points."""
    x = np.arange(size) - (size - 1) / 2
    found = [x / math.sqrt(x @ x)] if degree else []
    if degree > 1:
        square = x**2 - np.mean(x**2)
        found.append(square / math.sqrt(square @ square))
    return tuple(np.asarray(each) for each in found)


def quantisation_floor(lsb: float, dt: float) -> float:
    """The one-sided density (u²/Hz) of rounding to steps of `lsb` (u), sampled every `dt` s.

    Rounding errors of noise that moves by more than a step from sample to sample are white with
    variance lsb²/12 (Widrow & Kollár, Quantization Noise, 2008, chapter 5), so 2 dt times that;
    it adds to any other known floor.
    """
    return lsb**2 / 6 * dt


def band_of(size: int, dt: float, band: tuple[float, float] | None,
            line_frequency: float | None, detrend: int = 1) -> Band:
    """The ordinates between `band` (Hz), or all that can be trusted, less the mains lines.

    A line at f appears, sampled, at its distance from the nearest multiple of fs; it and its
    images up to the tenth harmonic are left out, two resolutions (2/T) to either side.
    """
    low, high = LOWEST_ORDINATE, math.floor(2 * size * HIGHEST_FREQUENCY)
    if band is not None:
        low = max(low, math.ceil(band[0] * 2 * size * dt * (1 - 1e-12)))
        high = min(size - 1, math.floor(band[1] * 2 * size * dt * (1 + 1e-12)))
    if line_frequency is None:
        return Band(size, low, high, (), detrend)
    harmonics = line_frequency * dt * np.arange(1, HARMONICS + 1)
    images = np.abs(harmonics - np.round(harmonics))
    lines = np.unique(np.round(2 * size * images))
    return Band(size, low, high, tuple(int(line) for line in lines), detrend)


@lru_cache(maxsize=64)
def bins_of(band: Band) -> Bins:
    """The ordinates of a band in bins of 1/8 octave; empty where the band holds none."""
    k = np.arange(band.low, band.high + 1)
    for line in band.lines:
        k = k[np.abs(k - line) > 4]
    which = np.floor(BINS_PER_OCTAVE * np.log2(k / band.low) + 1e-9)
    starts = np.flatnonzero(np.diff(which, prepend=-1.0))
    sizes = np.diff(np.append(starts, k.size))
    count = sizes.astype(np.float64)
    centre = np.exp(np.add.reduceat(np.log(k), starts) / count) if k.size else np.empty(0)
    part = k if band.lines else slice(band.low, band.high + 1)
    return Bins(k, part, starts, count, centre / (2 * band.size), sizes, deviance_of(count))


def log_shape(frequency: Array, betas: Array, duty: float | None) -> Array:
    """Ln s(f; β), shape (β, f), for `frequency` in units of the sampling rate.

    Without a front end s = f^-β. A meter that averages over the share `duty` of each interval
    weights with sinc²(duty · f) and folds what lies beyond fs/2 back:
    s = Σ_k |f + k|^-β sinc²(duty (f + k)); the far terms are summed as an integral.
    `betas` is evenly spaced and above -1, where the sum converges.
    """
    if duty is None:
        return np.asarray(-betas[:, None] * np.log(frequency))
    reach = min(512, max(32, math.ceil(8 / duty)))
    k = np.arange(-reach, reach + 1)
    x = np.abs(frequency[:, None] + k)
    term = np.sinc(duty * x) ** 2 * x ** -betas[0]
    step = x ** -(betas[1] - betas[0]) if betas.size > 1 else x
    # Beyond `reach` sin² is taken at its mean over the outer terms: exact for duty 1.
    ripple = np.mean(np.sin(np.pi * duty * x[:, np.abs(k) > reach // 2]) ** 2, axis=1)
    shape = np.empty((betas.size, frequency.size))
    for row, beta in zip(shape, betas, strict=True):
        tail = 2 * (reach + 0.5) ** (-1 - beta) / (1 + beta) / (np.pi * duty) ** 2
        row[:] = term.sum(axis=1) + ripple * tail
        term *= step
    return np.log(shape)
