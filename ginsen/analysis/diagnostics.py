"""What may be wrong with a window although a β came out of it.

Each test is made on the record whitened by the fitted model, so that it means the same for every
β, and each answers with a number whose distribution under the model is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.fft import dst, fft
from scipy.special import gammaincc, polygamma, psi
from scipy.stats import norm

from ginsen.analysis.posterior import Posterior, known_floor, shapes_of
from ginsen.analysis.spectrum import FEWEST_BINS, Band, Bins, Indices, bins_of, coefficients
from ginsen.types import Array


@dataclass(frozen=True)
class Step:
    """The most significant step of a record: before which sample, how high, and its p-value."""

    index: int
    height: float
    p: float


def misfit(bins: Bins, power: Array, model: Array, parameters: float) -> tuple[float, float]:
    """Overdispersion, and the probability of a deviance at least as large under the model.

    The deviance Σ n (m/S - 1 - ln m/S) of bins whose m/S is χ²_n/n has mean
    Σ n (ln(n/2) - ψ(n/2)) and variance Σ n² (ψ₁(n/2) - 2/n), less what the fit of `parameters`
    takes; its distribution is taken as the gamma of that mean and variance.
    """
    n, x = bins.count, power / model
    deviance = float(np.sum(n * (x - 1 - np.log(x))))
    mean = float(np.sum(n * (np.log(n / 2) - psi(n / 2)))) - parameters
    variance = float(np.sum(n**2 * (polygamma(1, n / 2) - 2 / n))) - 2 * parameters
    return deviance / mean, float(gammaincc(mean**2 / variance, deviance * mean / variance))


def half_split(values: Array, band: Band, duty: float | None,
               fit: Posterior) -> tuple[float | None, float | None]:
    """Z of second half less first: in β, and in the logarithm of power over the model's.

    None where a half is too short to have a β.
    """
    half = band.halved()
    bins, n = bins_of(half), half.size
    if bins.count.size < FEWEST_BINS:
        return None, None
    whole = bins_of(band)
    model = np.exp(np.interp(np.log(bins.frequency), np.log(whole.frequency), np.log(fit.model)))
    powers = [bins.mean(coefficients(part) ** 2) for part in (values[:n], values[-n:])]
    if min(float(power.min()) for power in powers) <= 0:
        return None, None
    a, b = (known_floor(shapes_of(half, duty), bins.count, power, fit.floor) for power in powers)
    first, second = (float(bins.count @ (power / model)) for power in powers)
    return ((b.beta - a.beta) / math.hypot(a.sigma, b.sigma),
            math.log(second / first) / math.sqrt(4 / float(bins.count.sum())))


def largest_step(spectrum: Array, bins: Bins, fit: Posterior) -> Step:
    """The step that the whitened record shows most clearly, and how likely noise alone shows it.

    A unit step before sample t has DCT-II coefficients -√(2/n) sin(πkt/n) / (2 sin(πk/2n)), so the
    matched filters of all t are one sine transform. The p-value allows for n independent places.
    """
    n, k = spectrum.size, bins.ordinates
    template = -math.sqrt(2 / n) / (2 * np.sin(np.pi * k / (2 * n)))
    S = _density(k, n, bins, fit)
    matched, energy = np.zeros(n), np.zeros(n)
    matched[k], energy[k] = template * spectrum[k] / S, template**2 / S
    against = dst(matched[1:], type=1) / 2
    itself = (energy.sum() - fft(energy).real[1:]) / 2
    z = against / np.sqrt(itself)
    t = int(np.argmax(np.abs(z)))
    here = min(2 * float(norm.sf(abs(z[t]))), 1 - 1e-12)
    return Step(t + 1, float(against[t] / itself[t]), -math.expm1(n * math.log1p(-here)))


def coherence(spectrum: Array, bins: Bins, fit: Posterior) -> float:
    """The probability that noise alone gives the low ordinates signs so alike.

    A smooth drift has coefficients of one sign, or of alternating sign (it is steep at the start,
    or at the end); noise has signs at random. Whitened coefficients, from an octave below the band
    (where a drift stands out most) upwards, are summed over 1, 2, 3, … octaves, even and odd
    ordinates apart; the two sums squared are χ² with two degrees. Bonferroni for the octaves.

    Above β = 2 noise has a slope at its ends, which does the same: over j octaves the sums then
    have the variance 1 + 0.6 (β - 2)² j, as measured on exact noise of β up to 3.
    """
    n = spectrum.size
    k = np.append(np.arange(-(-bins.ordinates[0] // 2), bins.ordinates[0]), bins.ordinates)
    white = spectrum[k] / np.sqrt(_density(k, n, bins, fit))
    octaves = np.arange(1, math.log2(k[-1] / k[0]))
    spread = 1 + 0.6 * max(0.0, fit.beta - 2) ** 2 * octaves
    both = np.zeros(octaves.size)
    for parity in (0, 1):
        mine = k % 2 == parity
        ends = np.maximum(np.searchsorted(k[mine], k[0] * 2.0**octaves), 1)
        both += np.cumsum(white[mine])[ends - 1] ** 2 / (ends * spread)
    return min(1.0, octaves.size * math.exp(-float(np.max(both, initial=0.0)) / 2))


def sub_bands(bins: Bins, power: Array, shape: Array, floor: float,
              parts: int = 3) -> tuple[tuple[float, float, float, float], ...]:
    """β and its standard deviation in thirds (in log f) of the band; frequencies in units of fs."""
    edges = np.geomspace(bins.frequency[0], bins.frequency[-1] * (1 + 1e-9), parts + 1)
    found = []
    for low, high in pairwise(edges):
        mine = (bins.frequency >= low) & (bins.frequency < high)
        if np.count_nonzero(mine) >= FEWEST_BINS:
            fit = known_floor(shape[:, mine], bins.count[mine], power[mine], floor)
            found.append((float(low), float(high), fit.beta, fit.sigma))
    return tuple(found)


def _density(k: Indices, n: int, bins: Bins, fit: Posterior) -> Array:
    """The fitted model at ordinates `k` of `n`: linear in log f, below the band on as f^-β."""
    x, known = np.log(k / (2 * n)), np.log(bins.frequency)
    signal = np.interp(x, known, np.log(fit.signal)) + fit.beta * np.maximum(0, known[0] - x)
    return np.asarray(np.exp(signal) + fit.floor)
