"""Steps of a conductance: when, how high, how sure, over noise of its own colour.

A step is found where the record, whitened by the spectrum of its noise, shows one that this noise
alone would not. On raw 1/f samples the usual change-point searches find 40 to 75 steps in 2000
samples that hold none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import dst, fft
from scipy.stats import t as student

from ginsen.analysis.colour import LOWEST, Colours, coefficients, colours
from ginsen.types import Array, Flags

RARE = 1e-3
"""Of a record without a step, the share in which one is seen."""
MOST_STEPS = 200
FEWEST = 32


@dataclass(frozen=True)
class Step:
    """A step before sample `index`: its `height`, the bounds of its 95 % interval, its p-value.

    In the unit of the values. `p` is how likely the noise shows one as clear anywhere in the
    record; the interval holds if the step is where it was found.
    """

    index: int
    height: float
    low: float
    high: float
    p: float


def find_steps(values: Array, *, rare: float = RARE) -> tuple[Step, ...]:
    """The steps of an evenly sampled record (n,), n at least 32, in order of time.

    One after the other: the clearest step that is left, judged over the noise as it is without it
    (over a spectrum fitted to it too, a step hides itself), until the next has p above `rare`.
    Heights are then fitted together by generalised least squares. Raises ValueError for fewer
    values, one that is not finite, or a `rare` outside 0 to 1.
    """
    if values.ndim != 1 or values.size < FEWEST or not np.isfinite(values).all():
        raise ValueError(f"values has shape {values.shape}: steps are looked for in {FEWEST} or "
                         "more finite values, shape (n,)")
    if not 0 < rare < 1:
        raise ValueError(f"rare is {rare!r}: a probability above 0 and below 1")
    if np.ptp(values) == 0:
        return ()
    unit = float(np.std(values))
    spectrum = coefficients(values / unit)
    found: list[int] = []
    noise = colours(spectrum**2)
    while len(found) < MOST_STEPS:
        rest = _without(spectrum, found, noise)
        coarse = colours(rest**2)
        at, _ = _Filter.of(rest, coarse).clearest(_free(values.size, found))
        fine = colours(_without(spectrum, [*found, at], coarse) ** 2)
        rest = _without(spectrum, found, fine)
        at, p = _Filter.of(rest, fine).clearest(_free(values.size, found))
        if p > rare:
            break
        found.append(at)
        noise = fine
    return _measured(spectrum, _placed(spectrum, sorted(found), noise, rare), noise, unit)


@dataclass(frozen=True, eq=False)
class _Filter:
    """What a whitened record of n samples has in common with a unit step before each of them.

    A step before sample t has the DCT-II coefficients shape_k sin(πkt/n). So `scores`, its products
    with the record for t = 1 ... n-1, are one sine transform, and the product of two steps is half
    of overlaps(t - u) - overlaps(t + u), a cosine transform, `overlaps` (2n,).
    """

    scores: Array
    overlaps: Array
    noise: Colours

    @classmethod
    def of(cls, spectrum: Array, noise: Colours) -> _Filter:
        """The filter of a record's DCT-II coefficients (n,) under `noise`."""
        n = spectrum.size
        k = np.arange(LOWEST, n)
        shape = -math.sqrt(2 / n) / (2 * np.sin(np.pi * k / (2 * n)))
        white = np.zeros((2, n))
        white[:, k] = shape / noise.density(k) * np.array([spectrum[k], shape])
        return cls(dst(white[0, 1:], type=1) / 2, fft(white[1], 2 * n).real, noise)

    @property
    def size(self) -> int:
        """The number of samples."""
        return self.scores.size + 1

    def clearest(self, free: Flags) -> tuple[int, float]:
        """Where, of the places that are `free` (n-1,), a step is clearest, and its p-value."""
        itself = (self.overlaps[0] - self.overlaps[2 * np.arange(1, self.size)]) / 2
        z = np.where(free, np.abs(self.scores) / np.sqrt(np.maximum(itself, 1e-300)), 0)
        at = int(np.argmax(z))
        return at + 1, self.p(float(z[at]))

    def p(self, z: float) -> float:
        """How likely noise alone has |z| so large in one of n places.

        Student's t allows for a noise known from `count` ordinates only.
        """
        here = min(2 * float(student.sf(z, self.noise.count)), 1 - 1e-12)
        return -math.expm1(self.size * math.log1p(-here))

    def heights(self, indices: Sequence[int]) -> tuple[Array, Array]:
        """Of steps before the samples `indices`, by generalised least squares; covariance."""
        t = np.asarray(indices, dtype=np.intp)
        products = (self.overlaps[np.abs(t[:, None] - t)] - self.overlaps[t[:, None] + t]) / 2
        covariance = np.linalg.pinv(products)
        return covariance @ self.scores[t - 1], covariance


def _without(spectrum: Array, indices: Sequence[int], noise: Colours) -> Array:
    """What is left of a record when its steps are taken out."""
    if not indices:
        return spectrum
    heights, _ = _Filter.of(spectrum, noise).heights(indices)
    stairs = np.zeros(spectrum.size)
    stairs[np.asarray(indices)] = heights
    return np.asarray(spectrum - coefficients(np.cumsum(stairs), detrend=False))


def _free(size: int, known: Sequence[int]) -> Flags:
    """Before which samples, from the second on, a step may be."""
    free = np.ones(size - 1, dtype=np.bool_)
    free[np.asarray(known, dtype=np.intp) - 1] = False
    return free


def _placed(spectrum: Array, indices: list[int], noise: Colours, rare: float) -> list[int]:
    """Each step once more at its clearest place between its neighbours, now that all are known.

    One that was found beside its place while another was missing may have been found twice: what
    is then left of it has p above `rare`, and it is left out.
    """
    for index in tuple(indices):
        i = indices.index(index)
        others = indices[:i] + indices[i + 1:]
        between = np.zeros(spectrum.size - 1, dtype=np.bool_)
        between[others[i - 1] if i else 0:
                others[i] - 1 if i < len(others) else spectrum.size - 1] = True
        at, p = _Filter.of(_without(spectrum, others, noise), noise).clearest(between)
        indices = others if p > rare else [*others[:i], at, *others[i:]]
    return indices


def _measured(spectrum: Array, indices: Sequence[int], noise: Colours,
              unit: float) -> tuple[Step, ...]:
    """Steps at `indices` with heights in `unit`, intervals and p-values."""
    if not indices:
        return ()
    matched = _Filter.of(spectrum, colours(_without(spectrum, indices, noise) ** 2))
    heights, covariance = matched.heights(indices)
    deviations = np.sqrt(np.diag(covariance))
    reach = float(student.ppf(0.975, matched.noise.count))
    return tuple(
        Step(index, height * unit, (height - reach * sigma) * unit,
             (height + reach * sigma) * unit, matched.p(abs(height) / sigma))
        for index, height, sigma in zip(indices, heights.tolist(), deviations.tolist(),
                                        strict=True))
