"""Avalanches: changes of a conductance that follow each other without a pause."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ginsen.types import Array

Counts = npt.NDArray[np.int64]

EVENT = 3.0
"""Default threshold of an event in standard deviations of the changes of G, as of their median."""


@dataclass(frozen=True, eq=False)
class Avalanches:
    """Runs of busy bins between idle ones, the first and the last of a record left out.

    `activity` (bins,) are the events per bin of `bin_width` (s); avalanche i begins at bin
    `first[i]`, lasts `lifetime[i]` bins and has `size[i]` events, all of shape (avalanches,).
    """

    activity: Counts
    bin_width: float
    first: Counts
    lifetime: Counts
    size: Counts

    def __len__(self) -> int:
        return int(self.size.size)


def usual_threshold(G: Array) -> float:
    """The size of a change (S) from which on it is an event if nothing else is said.

    `EVENT` standard deviations, estimated by the median of |ΔG| (over 0.6745 as of a normal).
    """
    return EVENT * float(np.median(np.abs(np.diff(G)))) / 0.6745


def find_events(G: Array, threshold: float) -> Counts:
    """Before which samples |ΔG| exceeds `threshold` (S): shape (events,).

    Raises ValueError for a threshold that is not above 0.
    """
    if not 0 < threshold < math.inf:
        raise ValueError(f"threshold is {threshold!r} S: an event is a change above a finite one "
                         "larger than 0")
    return np.asarray(np.flatnonzero(np.abs(np.diff(G)) > threshold) + 1, dtype=np.int64)


def usual_bin(events: Counts) -> float:
    """The mean interval between events, in samples (Beggs & Plenz 2003, J. Neurosci. 23, 11167).

    Raises ValueError for fewer than two events.
    """
    if events.size < 2:
        raise ValueError(f"{events.size} events have no interval between them")
    return float(events[-1] - events[0]) / (events.size - 1)


def find_avalanches(events: Counts, bin_samples: float, dt: float = 1.0) -> Avalanches:
    """Avalanches of `events` (indices of samples) in bins of `bin_samples`, not less than one.

    `dt` (s) is the sampling interval. Raises ValueError where there is no event.
    """
    if events.size == 0:
        raise ValueError("no event: nothing exceeds the threshold")
    width = max(1.0, bin_samples)
    activity = np.bincount(((events - events[0]) / width).astype(np.int64))
    return avalanches_of(activity, width * dt)


def avalanches_of(activity: Counts, bin_width: float = 1.0) -> Avalanches:
    """Avalanches of the `activity` (bins,), events per bin of `bin_width` (s)."""
    busy = np.concatenate([[False], activity > 0, [False]])
    edges = np.flatnonzero(busy[1:] != busy[:-1])
    first, stop = edges[::2], edges[1::2]
    # What touches an end of the record may have begun before, or gone on after it.
    whole = (first > 0) & (stop < activity.size)
    first, stop = first[whole], stop[whole]
    running = np.concatenate([[0], np.cumsum(activity)])
    return Avalanches(activity, bin_width, first, stop - first, running[stop] - running[first])
