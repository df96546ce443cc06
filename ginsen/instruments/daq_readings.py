"""From the volts of a card's inputs to readings, of each what the others leave of the voltage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.datasheets.daq_with_amplifier import REACH, SCANS_A_CYCLE, Amplifier, sheet_with
from ginsen.instruments.specification import u_current, u_voltage
from ginsen.types import Array, Phase, Samples

RAIL = 0.999 * REACH
"""V from which an amplifier is taken to be at its rail: it has no number for the current."""


def currents_of(volts: Array, amplifiers: Sequence[Amplifier]) -> Array:
    """The mean currents (A) of `volts` of shape (readings, conversions, inputs).

    Returned in shape (readings, inputs), NaN where a conversion was at the rail.
    """
    gain = np.array([each.gain for each in amplifiers])
    offset = np.array([each.offset for each in amplifiers])
    means = (volts.mean(axis=1) - offset) / gain
    return np.asarray(np.where(np.any(np.abs(volts) >= RAIL, axis=1), np.nan, means))


def at_least(currents: Array, amplifiers: Sequence[Amplifier]) -> float:
    """What all inputs carried together (A), in the reading in which that was most.

    At its rail an amplifier carries its full scale, if not more.
    """
    full_scales = np.array([each.full_scale for each in amplifiers])
    return float(np.max(np.sum(np.where(np.isnan(currents), full_scales, np.abs(currents)),
                               axis=1), initial=0.0))


def samples_of(currents: Array, time: Array, level: Array, phase: Phase, width: int,
               amplifiers: Sequence[Amplifier], resistance: float) -> list[Samples]:
    """The samples of each input, readings being means of `width` conversions.

    All electrodes share the series `resistance` R (Ω). The voltage of an input is the level (V)
    less R times the currents of the others: V - R I is then what lies across the sample.
    """
    # The sheet tells the noise of ten conversions a line cycle; a reading is one at least.
    averaged = Phase(phase.name, phase.level, phase.duration, phase.interval, phase.compliance,
                     nplc=width / SCANS_A_CYCLE)
    sheets = [sheet_with(each) for each in amplifiers]
    u_currents = np.stack([u_current(current, averaged, sheet)
                           for current, sheet in zip(currents.T, sheets, strict=True)], axis=1)
    u_level = u_voltage(level, averaged, sheets[0])
    samples = []
    for place in range(len(amplifiers)):
        others, u_others = (np.delete(each, place, axis=1) for each in (currents, u_currents))
        current, voltage = currents[:, place], level - resistance * others.sum(axis=1)
        samples.append(Samples(
            time, voltage, current, compliance=np.isnan(current) | np.isnan(voltage),
            u_voltage=np.hypot(u_level, resistance * np.linalg.norm(u_others, axis=1)),
            u_current=u_currents[:, place]))
    return samples
