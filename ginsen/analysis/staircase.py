"""Current against voltage, from a record that stays at one level after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.units import Amperes, Volts, Watts
from ginsen.types import Record

SETTLED = 1 / 2
"""The share of a level, counted from its end, of which the median is taken."""


@dataclass(frozen=True)
class LevelPoint:
    """One level: medians over its second half of the voltage read back and of the current."""

    voltage: Volts
    current: Amperes
    in_compliance: float


@dataclass(frozen=True)
class CurrentVoltage:
    """An I-V curve, point by point in order of time.

    The areas ∮ I dV (W) are those of the loops at positive and at negative voltage, above zero
    where |I| on the way back exceeds that on the way out: the network has learned.
    """

    positive_area: Watts
    negative_area: Watts
    points: tuple[LevelPoint, ...]


def current_voltage(record: Record) -> CurrentVoltage | None:
    """The I-V curve of the record's phases, one point each; None where there are fewer than two."""
    points = tuple(_point(record, span.part) for span in record.spans)
    if len(points) < 2:
        return None
    return CurrentVoltage(_area(points, +1), _area(points, -1), points)


def _point(record: Record, part: slice) -> LevelPoint:
    samples = record.samples[part]
    last = samples[int(len(samples) * (1 - SETTLED)):]
    return LevelPoint(float(np.median(last.voltage)), float(np.median(last.current)),
                      float(np.mean(last.compliance)))


def _area(points: Sequence[LevelPoint], sign: int) -> float:
    """∮ I dV of the half plane of this sign, backwards, by the trapezoidal rule."""
    V = sign * np.array([point.voltage for point in points])
    I = sign * np.array([point.current for point in points])  # noqa: E741
    return -float(np.sum(np.diff(np.maximum(V, 0.0)) * (I[1:] + I[:-1]) / 2))
