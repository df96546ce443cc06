"""What a wafer map found: one number a die."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.bootstrap import median_bands
from ginsen.analysis.campaign import Cycle


@dataclass(frozen=True)
class DieResult:
    """One die: its place, how its run ended, and the value that is mapped.

    `value` is NaN where the run did not tell it; a `censored` one is less than the true one.
    """

    column: int
    row: int
    subdie: int
    outcome: str
    value: float
    censored: bool


@dataclass(frozen=True)
class WaferResult:
    """The dies in the order of their route, and the median of the `measure` that is mapped.

    `measure` is a name with its unit. The median is over the dies that have a value, that of
    `survival` where some are censored; NaN without one.
    """

    measure: str
    runs: int
    failed: int
    median: float
    dies: tuple[DieResult, ...]


def wafer_result(cycles: Sequence[Cycle], measure: str) -> WaferResult:
    """The dies that `cycles` were measured on, each with its value of `measure`."""
    found = [each for cycle in cycles if (each := cycle.measure(measure)) is not None]
    median = math.nan
    if found:
        waited = found[0].censored is not None
        median = median_bands([(np.array([each.value for each in found]),
                                np.array([not each.censored for each in found]) if waited
                                else None)]).median
    return WaferResult(measure, len(cycles),
                       sum(cycle.outcome.startswith("failed") for cycle in cycles), median,
                       tuple(_die(cycle, measure) for cycle in cycles))


def _die(cycle: Cycle, key: str) -> DieResult:
    found = cycle.measure(key)
    return DieResult(*(cycle.die or (0, 0, 0)), cycle.outcome,
                     math.nan if found is None else found.value,
                     found is not None and bool(found.censored))
