"""What a stimulus will cost and can tell, before anything is applied."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ginsen.analysis.refusal import WIDEST_SIGMA
from ginsen.analysis.spectrum import FEWEST_BINS, band_of, bins_of
from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.instruments.limits import beyond, left_by
from ginsen.instruments.specification import on_its_ranges, u_current, u_voltage
from ginsen.types import Leads, Limits, Phase

NO_LEADS = Leads()


@dataclass(frozen=True)
class PlannedPhase:
    """One phase as it would run: `phase` with its ranges filled in, `start` in s from the begin.

    `charge` (C) and `energy` (J) are the most that compliance and level allow, less where a
    conductance is expected. `least_conductance` (S) is three standard uncertainties of one reading
    near zero current, `u_conductance` (S) the uncertainty at the expected conductance (NaN without
    one). `sigma_beta` is the least standard deviation of β any estimator can reach on the whole
    phase, infinite where it is too short. `refusals` are what station or instrument would refuse,
    `doubts` what it could not tell; a sentence each.
    """

    phase: Phase
    start: float
    charge: float
    energy: float
    least_conductance: float
    u_conductance: float
    sigma_beta: float
    refusals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def plan(phases: Sequence[Phase], sheet: SourceMeterSheet, limits: Limits, *,
         leads: Leads = NO_LEADS, line_frequency: float = 50.0,
         expected: float | None = None) -> tuple[PlannedPhase, ...]:
    """Walk through a stimulus on the instrument of `sheet`, within `limits`, without touching it.

    `expected` is the conductance (S) to plan for.
    """
    planned = []
    start, before = 0.0, 0.0
    for phase in phases:
        refusals = [*beyond(phase, before, limits, leads, sheet),
                    *_too_slow(phase, sheet, line_frequency)]
        planned.append(_planned(phase, start, sheet, refusals, expected))
        start, before = start + phase.duration, left_by(phase)
    return tuple(planned)


def _planned(phase: Phase, start: float, sheet: SourceMeterSheet, refusals: Sequence[str],
             expected: float | None) -> PlannedPhase:
    try:
        ranged = on_its_ranges(phase, sheet)
    except ValueError as problem:
        nothing = math.nan
        return PlannedPhase(phase, start, nothing, nothing, nothing, nothing, nothing,
                            (*refusals, str(problem)))
    doubts = []
    level = abs(phase.level)
    current = phase.compliance if expected is None else min(phase.compliance, expected * level)
    charge = current * phase.duration * phase.duty
    u_zero = float(u_current(0.0, ranged, sheet))
    least = 3 * u_zero / level if level else math.inf
    u_G = math.nan
    if expected is not None and level:
        u_G = math.hypot(float(u_current(current, ranged, sheet)) / level,
                         expected * float(u_voltage(level, ranged, sheet)) / level)
        if expected < least:
            doubts.append(f"{expected:.2g} S is not resolved: below {least:.2g} S (3u) there is "
                          "only a bound")
        if expected * level > phase.compliance:
            doubts.append(f"{expected:.2g} S would be in compliance")
    sigma = _least_sigma(ranged)
    if sigma > WIDEST_SIGMA:
        doubts.append(f"too short for β: σ(β) above {WIDEST_SIGMA}")
    return PlannedPhase(ranged, start, charge, charge * level, least, u_G, sigma,
                        tuple(refusals), tuple(doubts))


def _too_slow(phase: Phase, sheet: SourceMeterSheet, line_frequency: float) -> list[str]:
    """Whether a reading does not fit into its interval."""
    reading = sheet.timing.reading_time(phase.nplc, line_frequency, readback=True)
    room = phase.interval * phase.duty
    if reading <= room:
        return []
    return [f"a reading takes {reading * 1e3:.3g} ms of {room * 1e3:g} ms"]


def _least_sigma(phase: Phase) -> float:
    bins = bins_of(band_of(phase.count, phase.interval, None, None))
    return bins.least_sigma() if bins.count.size >= FEWEST_BINS else math.inf
