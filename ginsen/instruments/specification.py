"""What a data sheet says of a phase: the ranges it takes, its times, its uncertainty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ginsen.datasheets.source_meter import Range, SourceMeterSheet
from ginsen.types import Array, Phase


def ranges(phase: Phase, sheet: SourceMeterSheet) -> tuple[Range, Range]:
    """Source range (V) and measure range (A) of a phase.

    Where the phase leaves them open: the smallest that hold its level and its compliance. Raises
    ValueError where no range does, or the level lies beyond the range asked for.
    """
    source = sheet.source_voltage.holding(
        phase.level if phase.source_range is None else phase.source_range)
    measure = sheet.measure_current.holding(
        phase.compliance if phase.measure_range is None else phase.measure_range)
    if abs(phase.level) > source.full_scale * sheet.source_voltage.over_range:
        raise ValueError(f"a level of {phase.level:g} V lies beyond the source range, "
                         f"{source.full_scale:g} V")
    return source, measure


def on_its_ranges(phase: Phase, sheet: SourceMeterSheet) -> Phase:
    """The phase with the ranges it will be run on filled in."""
    source, measure = ranges(phase, sheet)
    return replace(phase, source_range=source.full_scale, measure_range=measure.full_scale)


def settling(phase: Phase, sheet: SourceMeterSheet) -> float:
    """How long (s) source and meter need after the settings of a phase were recalled."""
    return sheet.timing.source_step + max(each.settling for each in ranges(phase, sheet))


def u_current(current: Array | float, phase: Phase, sheet: SourceMeterSheet) -> Array:
    """Standard uncertainty (A) of one reading: specification and noise at its range and NPLC."""
    meter = ranges(phase, sheet)[1]
    return np.asarray(np.hypot(meter.standard_uncertainty(current), meter.noise_at(phase.nplc)))


def u_voltage(voltage: Array | float, phase: Phase, sheet: SourceMeterSheet) -> Array:
    """Standard uncertainty (V) of the source as read back, on the range it is sourced on."""
    source = ranges(phase, sheet)[0].full_scale
    readback = sheet.measure_voltage.at_full_scale(source)
    return np.asarray(np.hypot(readback.standard_uncertainty(voltage),
                               readback.noise_at(phase.nplc)))
