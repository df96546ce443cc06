"""When the samples of a window were taken: evenly, or why they count as uneven."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ginsen.analysis.spectrum import inner
from ginsen.types import Array

LARGEST_JITTER = 0.01
LONGEST_GAP = 1.5


@dataclass(frozen=True)
class Sampling:
    """The interval (s) of a window, when it began and ended, and why it is uneven if it is."""

    dt: float
    start: float = math.nan
    stop: float = math.nan
    uneven: str | None = None


def sampling_of(x: Array, dt: float | None, times: npt.ArrayLike | None) -> Sampling:
    """How `x` was sampled: every `dt` s, or at `times` (s), of which exactly one is given.

    Times that jitter by less than 1 % (rms) count as even at their mean interval. Raises ValueError
    for arguments that make no sense.
    """
    if dt is not None and times is None:
        if not 0 < dt < math.inf:
            raise ValueError(f"dt is {dt!r} s: a sampling interval is finite and above 0")
        return Sampling(float(dt))
    if dt is not None or times is None:
        raise ValueError("estimate_beta takes either dt or times, exactly one of the two")
    t = np.asarray(times, dtype=np.float64)
    if t.shape != x.shape:
        raise ValueError(f"times has shape {t.shape}, values {x.shape}: each value has one time")
    if t.size < 2:
        return Sampling(math.nan, uneven=f"too short: {t.size} samples")
    if not math.isfinite(t.sum()):
        return Sampling(math.nan, uneven="unevenly sampled: some times are not finite")
    start, stop = float(t[0]), float(t[-1])
    steps = np.diff(t)
    if steps.min() <= 0:
        return Sampling(math.nan, start, stop, "unevenly sampled: time stands still or runs back "
                        f"after {t[np.argmin(steps)]:.6g} s")
    mean = (stop - start) / steps.size
    longest = float(steps.max())
    if longest > LONGEST_GAP * mean:
        usual = float(np.median(steps))
        return Sampling(usual, start, stop, f"unevenly sampled: a gap of {longest:.3g} s after "
                        f"{t[np.argmax(steps)]:.6g} s, where {usual:.3g} s is usual")
    jitter = math.sqrt(max(0.0, inner(steps, steps) / steps.size / mean**2 - 1))
    if jitter > LARGEST_JITTER:
        return Sampling(mean, start, stop, f"unevenly sampled: intervals of {mean:.3g} s jitter by "
                        f"{100 * jitter:.2g} % (rms)")
    return Sampling(mean, start, stop)
