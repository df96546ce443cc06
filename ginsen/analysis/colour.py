"""The colour of the noise under a curve: what a trend, a step or a law is to be judged against.

An estimate of β refuses a record in which anything but noise happens. Here noise is what is in the
way, so a law for its spectrum is wanted always, and how sure it is matters more than its exponent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from ginsen.types import Array

Indices = npt.NDArray[np.intp]

LOWEST = 4
"""The first ordinate that tells of the noise: those below hold what happened to the sample."""
HIGHEST = 0.8
"""Of all ordinates: above it lie the edges of filters."""
BINS_PER_OCTAVE = 4
EXPONENTS = np.linspace(0.0, 2.8, 57)
FLOORS = np.concatenate([[0.0], np.geomspace(0.01, 300.0, 24)])
"""Of the power law's density at the last ordinate."""


@dataclass(frozen=True, eq=False)
class Colours:
    """Every law tried for the squared DCT-II coefficients of a record, and what speaks for it.

    Law i says scale_i ((k / last)^-exponent_i + floor_i) at ordinate k; `weight` is its posterior
    probability, `count` the number of ordinates it was judged by. Shapes (laws,).
    """

    exponent: Array
    floor: Array
    scale: Array
    weight: Array
    count: int
    last: int

    @property
    def mean_exponent(self) -> float:
        """The posterior mean of the exponent."""
        return float(self.weight @ self.exponent)

    def density(self, ordinates: Indices) -> Array:
        """The likeliest law at `ordinates` (m,) of at least 1, in squared units of the values."""
        i = int(np.argmax(self.weight))
        relative = (ordinates / self.last) ** -self.exponent[i] + self.floor[i]
        return np.asarray(self.scale[i] * relative)

    def at_first(self) -> Array:
        """Every law at ordinate 1, shape (laws,), of a record from which no line was taken out.

        Noise steeper than f^-2 has a slope of its own: towards f^-3, where it has no bound, its
        first ordinate holds 1/(3 - exponent) times what the law says.
        """
        relative = (1 / self.last) ** -self.exponent + self.floor
        return np.asarray(self.scale * relative * np.maximum(1, 1 / (3 - self.exponent)))


def coefficients(values: Array, *, detrend: bool = True) -> Array:
    """The orthonormal DCT-II along the first axis, after the least-squares line is taken out."""
    if detrend:
        x = np.arange(values.shape[0]) - (values.shape[0] - 1) / 2
        values = values - values.mean(axis=0)
        values = values - np.multiply.outer(x, x @ values / (x @ x))
    return np.asarray(dct(values, type=2, norm="ortho", axis=0))


def colours(squares: Array) -> Colours:
    """What the squared coefficients (n,) of a record, n at least 16, say of its noise.

    Whittle's likelihood of ordinates pooled over a quarter of an octave, every law's scale at its
    maximum, and even odds for every exponent and every floor. Raises ValueError for fewer.
    """
    n = squares.size
    if n < 16:
        raise ValueError(f"{n} ordinates say nothing of a noise's colour: it takes 16")
    starts, count, inverse, log_shape = _laws(n)
    last = int(HIGHEST * n)
    mean = np.add.reduceat(squares[LOWEST:last + 1], starts) / count
    mean = np.maximum(mean, 1e-30 * max(float(mean.max()), 1e-300))
    total = float(count.sum())
    scale = inverse @ mean / total
    log_likelihood = -0.5 * (total * np.log(scale) + log_shape @ count)
    weight = np.exp(log_likelihood - log_likelihood.max())
    exponent, floor = (each.ravel() for each in np.meshgrid(EXPONENTS, FLOORS, indexing="ij"))
    return Colours(exponent, floor, scale, weight / weight.sum(), int(total), last)


@lru_cache(maxsize=16)
def _laws(n: int) -> tuple[Indices, Array, Array, Array]:
    """Where the bins begin, how many each holds, that over every law, and ln of the law.

    The last two have shape (laws, bins).
    """
    last = int(HIGHEST * n)
    k = np.arange(LOWEST, last + 1)
    which = np.floor(BINS_PER_OCTAVE * np.log2(k / LOWEST) + 1e-9)
    starts = np.flatnonzero(np.diff(which, prepend=-1.0))
    count = np.diff(np.append(starts, k.size)).astype(np.float64)
    centre = np.exp(np.add.reduceat(np.log(k / last), starts) / count)
    shape = (centre ** -EXPONENTS[:, None])[:, None, :] + FLOORS[:, None]
    shape = shape.reshape(-1, count.size)
    return starts, count, count / shape, np.log(shape)
