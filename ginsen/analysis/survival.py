"""Times that were waited for, some of them in vain: what is censored is not dropped."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import CensoredData, ecdf

from ginsen.types import Array, Flags


@dataclass(frozen=True)
class Survival:
    """The median of a waiting time, with its 95 % interval, of `seen` and `censored` ones.

    In the unit of the times. `median` and `high` are infinite where more than half, or too many to
    tell, were still waiting when they were last looked at; `low` is NaN where nothing was seen.
    """

    median: float
    low: float
    high: float
    seen: int
    censored: int


def survival(times: npt.ArrayLike, seen: npt.ArrayLike) -> Survival:
    """Kaplan and Meier's median of `times` (n,), those not `seen` being least values.

    The product-limit estimate is that of Kaplan and Meier, J. Am. Stat. Assoc. 53, 457 (1958); the
    median is the first time at which no more than half are left. Its interval are the medians of
    the pointwise band, Greenwood's variance on the log(-log) scale (Brookmeyer and Crowley,
    Biometrics 38, 29 (1982)). Raises ValueError for arrays of different lengths or without a time.
    """
    t, was_seen = _checked(times, seen)
    if not was_seen.any():
        return Survival(math.inf, math.nan, math.inf, 0, t.size)
    left = ecdf(CensoredData(uncensored=t[was_seen], right=t[~was_seen])).sf
    with warnings.catch_warnings():
        # Where all or none are left the band has no width, which SciPy warns of.
        warnings.simplefilter("ignore", RuntimeWarning)
        band: Any = left.confidence_interval(0.95, method="log-log")
    low = np.where(left.probabilities == 0, 0.0, band.low.probabilities)
    return Survival(
        _first(left.quantiles, left.probabilities), _first(left.quantiles, low),
        _first(left.quantiles, band.high.probabilities),
        int(np.count_nonzero(was_seen)), int(np.count_nonzero(~was_seen)))


def survival_curve(times: npt.ArrayLike, seen: npt.ArrayLike) -> tuple[Array, Array]:
    """Every time, and the share still waiting after it, as in `survival`."""
    t, was_seen = _checked(times, seen)
    left = ecdf(CensoredData(uncensored=t[was_seen], right=t[~was_seen])).sf
    return np.asarray(left.quantiles), np.asarray(left.probabilities)


def survival_medians(times: Array, seen: Flags) -> Array:
    """The medians of `survival` along the last axis, of many sets at once."""
    # Of equal times those seen count first: who is censored then was still waiting.
    order = np.lexsort((~seen, times), axis=-1)
    t, was_seen = (np.take_along_axis(each, order, axis=-1) for each in (times, seen))
    waiting = np.arange(t.shape[-1], 0, -1, dtype=np.float64)
    left = np.cumprod(1 - was_seen.astype(np.float64) / waiting, axis=-1)
    reached = left <= 0.5 + 1e-12
    first = np.take_along_axis(t, reached.argmax(axis=-1)[..., np.newaxis], axis=-1)[..., 0]
    return np.where(reached.any(axis=-1), first, np.inf)


def _first(times: Array, left: Array) -> float:
    """The first time at which no more than half are left; infinite if there is none."""
    reached = np.flatnonzero(left <= 0.5 + 1e-12)
    return float(times[reached[0]]) if reached.size else math.inf


def _checked(times: npt.ArrayLike, seen: npt.ArrayLike) -> tuple[Array, Flags]:
    t, was_seen = np.asarray(times, dtype=np.float64), np.asarray(seen, dtype=np.bool_)
    if t.ndim != 1 or t.shape != was_seen.shape or not t.size:
        raise ValueError(f"times has shape {t.shape}, seen {was_seen.shape}: both are (n,), n at "
                         "least 1")
    return t, was_seen
