"""A whole stimulus held against a station's limits, at its worst: compliance reached throughout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.instruments.specification import settling
from ginsen.types import Leads, Limits, Phase


def on_time(phase: Phase) -> float:
    """How long (s) the level stands at most, the last reading included."""
    return (phase.duration + phase.interval) * phase.duty


def charge_of(phase: Phase, leads: Leads) -> float:
    """The most charge (C) a phase can send through the sample.

    The current limit for as long as the level stands, and the cable's charge on top: that passes
    at once when a filament closes, faster than any compliance loop.
    """
    return phase.compliance * on_time(phase) + leads.capacitance * abs(phase.level)


def energy_of(phase: Phase, leads: Leads) -> float:
    """The most energy (J) a phase can put into sample and series resistance."""
    return (phase.compliance * on_time(phase) * abs(phase.level)
            + leads.capacitance * phase.level**2 / 2)


def slew_of(before: float, phase: Phase, sheet: SourceMeterSheet, leads: Leads) -> float:
    """How fast (V/s) the level changes from `before` (V) to that of a phase.

    A source meter steps: in the settling time of its data sheet, or in the time constant of series
    resistance and cable where that is longer.
    """
    time = max(settling(phase, sheet), leads.series_resistance * leads.capacitance)
    step = abs(phase.level - before)
    if phase.alternate:
        step = max(step, 2 * abs(phase.level))
    return step / time


def excesses(phases: Sequence[Phase], limits: Limits, leads: Leads,
             sheet: SourceMeterSheet) -> Iterator[tuple[Phase, str]]:
    """What of a stimulus, from 0 V on, is beyond the limits: the phase, and a sentence each."""
    before = 0.0
    for phase in phases:
        yield from ((phase, problem) for problem in beyond(phase, before, limits, leads, sheet))
        before = left_by(phase)


def left_by(phase: Phase) -> float:
    """The level (V) at which a phase leaves the sample."""
    return phase.level if phase.rest == "hold" else 0.0


def beyond(phase: Phase, before: float, limits: Limits, leads: Leads,
           sheet: SourceMeterSheet) -> Iterator[str]:
    """What of one phase, which comes from the level `before` (V), is beyond the limits."""
    if not abs(phase.level) <= limits.voltage:
        yield f"{phase.level:g} V is beyond the station's limit of ± {limits.voltage:g} V"
    if not 0 < phase.compliance <= limits.current:
        yield (f"a compliance of {phase.compliance:g} A is not between 0 and the station's current "
               f"limit, {limits.current:g} A")
    for what, most, limit, unit in (
            ("power", abs(phase.level) * phase.compliance, limits.power, "W"),
            ("charge", charge_of(phase, leads), limits.charge, "C"),
            ("energy", energy_of(phase, leads), limits.energy, "J")):
        if not most <= limit:
            yield (f"at its compliance it could reach {most:.3g} {unit}; the station's limit of "
                   f"{what} is {limit:g} {unit}")
    if limits.slew < float("inf"):
        slew = slew_of(before, phase, sheet, leads)
        if not slew <= limits.slew:
            yield (f"the step from {before:g} V to {phase.level:g} V is as fast as {slew:.3g} V/s; "
                   f"the station's limit is {limits.slew:g} V/s")
