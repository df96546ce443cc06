"""What may be wrong with a window although a β came out of it.

Each test is made on the ordinates divided by the fitted model, so that it means the same for every
β, and each answers with a number whose distribution under the model is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import dst, rfft
from scipy.special import gammaincc

from ginsen.analysis.drift import Response
from ginsen.analysis.posterior import Posterior, row_of
from ginsen.analysis.spectrum import FEWEST_BINS, Bins
from ginsen.types import Array

HIGHEST_OF_STEP = 1024
"""Ordinates a step is looked for in: of any but the steepest noise it lives in the lowest."""



@dataclass(frozen=True)
class Step:
    """The most significant step of a record: before which sample, how high, and its p-value."""

    index: int
    height: float
    p: float


def misfit(response: Response, power: Array, model: Array,
           parameters: float) -> tuple[float, float]:
    """Overdispersion, and the probability of a deviance at least as large under the model.

    The deviance Σ n (m/S - 1 - ln m/S) has the mean and variance of `deviance_of`, less what the
    fit of `parameters` takes; its distribution is taken as the gamma with both.
    """
    x = power / model
    deviance = float(response.count @ (x - 1 - np.log(x)))
    mean, variance = response.deviance[0] - parameters, response.deviance[1] - 2 * parameters
    return deviance / mean, float(gammaincc(mean**2 / variance, deviance * mean / variance))


def roots_of(bins: Bins, model: Array) -> Array:
    """1/√S of every ordinate of the band."""
    return np.repeat(1 / np.sqrt(model), bins.sizes)


def half_split(white: Array, bins: Bins, fit: Posterior) -> tuple[float, float]:
    """Z of second half less first: in β, and in the logarithm of the power law's amplitude.

    `white` are the band's coefficients times `roots_of` the fit. Where the power changes at half
    time, S (1 ∓ ε), an ordinate goes together with its neighbours: ⟨w_k w_(k+m)⟩ =
    -(2/πm) sin(πm/2) ε for odd m; in one state that is 0, and its variance 1 (Dwivedi & Subba Rao
    2011, J. Time Ser. Anal. 32, 68). m = 1 and 3 hold 90 % of what the two halves tell.
    """
    n = bins.count
    pairs = np.zeros(white.size)
    np.multiply(white[1:], white[:-1], out=pairs[1:])
    pairs[3:] -= (1 / 3) * white[3:] * white[:-3]
    contrast = np.add.reduceat(pairs, bins.starts)
    share = fit.signal / fit.model
    x = np.log(bins.frequency)
    x = x - (n * share**2) @ x / (n @ share**2)
    slopes = np.array([share * x, -share])
    found = (slopes @ contrast) / np.sqrt((1 + 1 / 9) * (slopes**2 @ n))
    return float(found[0]), float(found[1])


def largest_step(white: Array, size: int, bins: Bins, roots: Array,
                 highest: int = HIGHEST_OF_STEP) -> Step:
    """The step that the whitened record shows most clearly, and how likely noise alone shows it.

    A unit step before sample t of n, `size`, has DCT-II coefficients
    -√(2/n) sin(πkt/n) / (2 sin(πk/2n)), so the matched filters of all t are one sine transform. Of
    long records the ordinates below `highest` are used, and as many places, but not the first and
    the last hundredth: there a step is a slope or an outlier. The p-value allows for that many
    independent places.
    """
    places = min(size, highest)
    used = int(np.searchsorted(bins.ordinates, places))
    k = bins.ordinates[:used]
    template = np.zeros(places)
    template[k] = _step_at(size, places)[k] * roots[:used]
    matched = template.copy()
    matched[k] *= white[:used]
    against = dst(matched[1:], type=1) / 2
    even = rfft(template**2).real
    itself = (even[0] - np.concatenate([even[1:], even[(places - 1) // 2:0:-1]])) / 2
    z = np.abs(against) / np.sqrt(itself)
    ends = places // 100
    z[:ends] = z[places - 1 - ends:] = 0
    t = int(np.argmax(z))
    here = min(math.erfc(float(z[t]) / math.sqrt(2)), 1 - 1e-12)
    return Step(round((t + 1) * size / places), float(against[t] / itself[t]),
                -math.expm1(places * math.log1p(-here)))


@lru_cache(maxsize=12)
def _step_at(n: int, size: int) -> Array:
    """What a unit step leaves in each ordinate below `size`, but for the sine of its place."""
    k = np.arange(1, size)
    return np.append(0.0, -math.sqrt(2 / n) / (2 * np.sin(np.pi / (2 * n) * k)))


def sub_bands(shape: Array, response: Response, power: Array,
              fit: Posterior) -> tuple[tuple[float, float, float, float], ...]:
    """β and its standard deviation in thirds (in log f) of the band; frequencies in units of fs.

    Each by one step of Fisher scoring from the fit of the whole, which is as good as the maximum
    where the thirds agree (Le Cam's one-step estimate); the floor is that of the whole.
    """
    f, n, starts = response.bins.frequency, response.count, response.thirds
    stops = [*starts[1:], n.size]
    if min(stop - start for start, stop in zip(starts, stops, strict=True)) < FEWEST_BINS:
        return ()
    _, slope = row_of(shape, fit.beta)
    share = fit.signal / fit.model
    up = n * share
    excess = up * (power / fit.model - 1)
    up *= share
    a, b, d, g, h = np.add.reduceat(
        np.array([up, up * slope, up * slope**2, excess, excess * slope]), starts, axis=1)
    determinant = np.maximum(a * d - b * b, 1e-12)
    betas = (fit.beta + (a * h - b * g) / determinant).tolist()
    sigmas = np.sqrt(2 * a / determinant).tolist()
    return tuple((float(f[start]), float(f[stop - 1]), beta, sigma) for start, stop, beta, sigma
                 in zip(starts, stops, betas, sigmas, strict=True))
