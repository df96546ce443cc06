"""A conductance that goes in steps: its plateaus, how long they last, how high the steps are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from ginsen.analysis.beta import LONGEST_GAP
from ginsen.analysis.steps import RARE, Step, find_steps
from ginsen.types import Array

STRETCH = 4096
"""Samples that are searched for steps at once; of each stretch but its middle half is kept."""

QUANTUM = 7.748091729e-5
"""2e²/h (S), exact in the SI of 2019."""


@dataclass(frozen=True)
class Rate:
    """Events per second with the 95 % interval of a Poisson process."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class PathStatistics:
    """Steps of a conductance (S) and what lies between them.

    `times` (s) and `steps` belong together. `levels` (S) are the median conductances of the
    plateaus, one more than there are steps, `dwells` (s) how long those last that begin and end
    with a step. `rate`, `rate_up` and `rate_down` are of all steps, of those up and of those down.
    """

    times: tuple[float, ...]
    steps: tuple[Step, ...]
    levels: tuple[float, ...]
    dwells: tuple[float, ...]
    rate: Rate
    rate_up: Rate
    rate_down: Rate

    @property
    def mean_dwell(self) -> Rate | None:
        """Mean dwell (s) and its 95 % interval if dwells are exponential; None without a dwell."""
        n, total = len(self.dwells), sum(self.dwells)
        if n == 0:
            return None
        low, high = (2 * total / float(chi2.ppf(q, 2 * n)) for q in (0.975, 0.025))
        return Rate(total / n, low, high, n)


def path_statistics(time: npt.ArrayLike, conductance: npt.ArrayLike, *,
                    rare: float = RARE) -> PathStatistics:
    """Steps, dwell times and switching rates of `conductance` (S) at `time` (s), both (n,).

    Steps are told from the noise's own spectrum (`find_steps`, p below `rare` in a stretch of 4096
    samples); dwells too short for the noise are not seen, and rates are those of the steps that
    are. Raises ValueError for fewer than 32 reads, one that is not finite, or a gap of over 1.5
    intervals: a record is cut there first.
    """
    t, G = np.asarray(time, dtype=np.float64), np.asarray(conductance, dtype=np.float64)
    if t.shape != G.shape or t.ndim != 1 or t.size < 32 or not np.isfinite(t).all():
        raise ValueError(f"time has shape {t.shape}, conductance {G.shape}: both are (n,), n at "
                         "least 32")
    intervals = np.diff(t)
    if intervals.min() <= 0 or intervals.max() > LONGEST_GAP * np.median(intervals):
        raise ValueError(f"a gap or a clock that runs back after {t[np.argmax(intervals)]:.6g} s: "
                         "steps are looked for between two such")
    steps = tuple(_all_steps(G, rare))
    edges = [0, *(step.index for step in steps), G.size]
    levels = tuple(float(np.median(G[a:b])) for a, b in pairwise(edges))
    times = tuple(float(t[step.index]) for step in steps)
    span = float(t[-1] - t[0])
    up = sum(step.height > 0 for step in steps)
    return PathStatistics(times, steps, levels, tuple(np.diff(times).tolist()),
                          _rate(len(steps), span), _rate(up, span), _rate(len(steps) - up, span))


def conductance_histogram(conductance: npt.ArrayLike, bins: int = 100, *,
                          unit: float = 1.0) -> tuple[Array, Array]:
    """How often each conductance was met: density per `unit`, (bins,), and edges, (bins + 1,).

    `unit` (S) divides the axis: `QUANTUM` shows it in 2e²/h, which says nothing of whether the
    conductance is quantised. Points that are not finite are left out. Raises ValueError for a unit
    that is not above 0, or where no point is left.
    """
    G = np.asarray(conductance, dtype=np.float64)
    G = G[np.isfinite(G)]
    if not 0 < unit < math.inf or G.size == 0:
        raise ValueError(f"{G.size} conductances over {unit!r} S: a histogram takes one or more, "
                         "over a unit above 0")
    density, edges = np.histogram(G / unit, bins=bins, density=True)
    return density, edges


def _all_steps(G: Array, rare: float) -> list[Step]:
    """The steps of a record of any length, from the middles of stretches that overlap by half."""
    if G.size <= STRETCH:
        return list(find_steps(G, rare=rare))
    half = STRETCH // 2
    starts = [*range(0, G.size - STRETCH, half), G.size - STRETCH]
    # Where two stretches overlap the border runs through the middle of what they share.
    borders = [0, *((a + STRETCH + b) // 2 for a, b in pairwise(starts)), G.size]
    found = []
    for start, (low, high) in zip(starts, pairwise(borders), strict=True):
        for step in find_steps(G[start:start + STRETCH], rare=rare):
            if low <= start + step.index < high:
                found.append(Step(start + step.index, step.height, step.low, step.high, step.p))
    return found


def _rate(count: int, span: float) -> Rate:
    """The exact interval of a Poisson count (Garwood 1936, Biometrika 28, 437) over `span` s."""
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    return Rate(count / span, low / span, float(chi2.ppf(0.975, 2 * count + 2)) / 2 / span, count)
