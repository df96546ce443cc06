"""What is left of a conductance after a pulse, as curves: of this run and of earlier ones."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ginsen.analysis import Retention, conductance, forgetting_curve
from ginsen.analysis.steps import FEWEST, find_steps
from ginsen.gui.live_run import is_pulse
from ginsen.records import RecordError, read_record
from ginsen.types import Array, Record

log = logging.getLogger(__name__)

MOST_CYCLES = 10
MOST_LOOKED_AT = 60
FEWEST_READS = 16
_POINTS = 400
UNEVEN = 0.5
"""By how much the intervals of evenly spaced reads may differ, over the usual one."""


@dataclass(frozen=True, eq=False)
class ForgettingCurve:
    """Conductance over its first read, at `age` (s) after the pulse's end."""

    age: Array
    ratio: Array


def forgetting_of(record: Record) -> ForgettingCurve | None:
    """The curve after the last pulse of a record; None where no read followed one."""
    spans = record.spans
    after = next((at + 1 for at in reversed(range(len(spans) - 1)) if is_pulse(spans[at].name)),
                 None)
    if after is None:
        return None
    span = spans[after]
    samples = record.samples[span.part]
    G, _ = conductance(samples, record.series_resistance, level=span.level,
                       alternate=span.alternate)
    return ratio_of(samples.time - spans[after - 1].stop, G)


def ratio_of(age: Array, conductance: Array) -> ForgettingCurve | None:
    """A curve over its first read, thinned evenly over the logarithm of age; None if too short."""
    known = np.isfinite(conductance) & (age > 0)
    age, conductance = age[known], conductance[known]
    if age.size < 2 or conductance[0] == 0:
        return None
    wanted = np.geomspace(age[0], age[-1], _POINTS)
    at = np.unique(np.searchsorted(age, wanted).clip(0, age.size - 1))
    return ForgettingCurve(age[at], conductance[at] / conductance[0])


def earlier_cycles(folder: Path, sample: str, pair: str) -> tuple[ForgettingCurve, ...]:
    """The last ten finished cycles of an electrode pair whose recordings are in a folder.

    Not for the window's thread: it reads files.
    """
    curves: list[ForgettingCurve] = []
    for path in sorted(folder.glob("*.h5"), reverse=True)[:MOST_LOOKED_AT]:
        try:
            record = read_record(path)
        except RecordError as problem:
            log.info("%s", problem)  # one that holds no sample, or is still being written
            continue
        told = record.about
        same = (told.get("sample"), told.get("electrode_pair")) == (sample, pair)
        curve = forgetting_of(record) if same and record.outcome.state == "finished" else None
        if curve is not None:
            curves.append(curve)
        if len(curves) == MOST_CYCLES:
            break
    return tuple(reversed(curves))


def median_of(curves: Sequence[ForgettingCurve]) -> ForgettingCurve | None:
    """The median of curves where all of them have values; None of fewer than three."""
    if len(curves) < 3:
        return None
    first, last = max(c.age[0] for c in curves), min(c.age[-1] for c in curves)
    if not first < last:
        return None
    age = np.geomspace(first, last, _POINTS)
    rows = [np.interp(np.log(age), np.log(curve.age), curve.ratio) for curve in curves]
    return ForgettingCurve(age, np.median(rows, axis=0))


@dataclass(frozen=True, eq=False)
class FittedLaw:
    """The law that describes a curve, as ratio, what is left over of it, and its numbers.

    `steps` are the ages (s) at which the conductance jumped.
    """

    age: Array
    ratio: Array
    residual_age: Array
    residual: Array
    retention: Retention
    steps: Array = field(default_factory=lambda: np.empty(0))


def fitted_law(age: Array, conductance: Array, newest: tuple[Array, Array] | None = None,
               ) -> FittedLaw | None:
    """Fit the laws of forgetting to conductances (S) at ages (s); None where none is told.

    Steps are looked for in what the law leaves over of the `newest` ages and conductances, each of
    them and not thinned. Takes a second: not for the window's thread.
    """
    known = np.isfinite(conductance) & (age > 0)
    age, conductance = age[known], conductance[known]
    if age.size < FEWEST_READS or conductance[0] <= 0:
        return None
    retention = forgetting_curve(age, conductance, origin=0.0)
    nothing = np.empty(0)
    if retention.law is None:
        return FittedLaw(nothing, nothing, nothing, nothing, retention)
    x = np.geomspace(age[0], age[-1], 300)
    return FittedLaw(x, retention.curve(x) / retention.first, age,
                     (conductance - retention.curve(age)) / retention.first, retention,
                     steps_beside(retention, *newest) if newest is not None else nothing)


def steps_beside(retention: Retention, age: Array, conductance: Array) -> Array:
    """The ages (s) of steps in evenly spaced reads, beside the law; none where it is steps itself.

    Unevenly spaced reads, or some without a conductance, have no spectrum to tell steps by.
    """
    if age.size < FEWEST or not np.isfinite(conductance).all() or age[0] <= 0:
        return np.empty(0)
    intervals = np.diff(age)
    if np.ptp(intervals) > UNEVEN * np.median(intervals):
        return np.empty(0)
    steps = find_steps(conductance - retention.curve(age))
    return age[[step.index for step in steps]]
