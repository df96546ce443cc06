"""Readings of a Keithley 2400: five elements, the status word, and how they are printed.

2400S-900-01 Rev. K, pages 18-47 to 18-54 (formats) and 4-3, 4-4 (ohms).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2400_setup import Setup, range_limited
from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400 as Smu

NOT_A_NUMBER = 9.91e37
"""What stands for an element that was neither sourced nor measured (page 18-50)."""

ELEMENTS = ("VOLT", "CURR", "RES", "TIME", "STAT")
"""In the order of a reading, in whichever order they were asked for (figure 18-1)."""

TIME_OVERFLOW = 100_000.0
"""Seconds after which the clock begins anew (page 18-50)."""

# Bits of the status word (pages 18-50 and 18-51).
OVER_RANGE = 1 << 0
FILTERED = 1 << 1
FRONT = 1 << 2
COMPLIANCE = 1 << 3
PROTECTION = 1 << 4
AUTOMATIC_OHMS = 1 << 10
MEASURED = {"VOLT": 1 << 11, "CURR": 1 << 12, "RES": 1 << 13}
SOURCED = {"VOLT": 1 << 14, "CURR": 1 << 15}
RANGE_COMPLIANCE = 1 << 16
REMOTE_SENSE = 1 << 22


class Row(NamedTuple):
    """One reading: volts, amperes, ohms, seconds on the instrument's clock, status word.

    `moment` is the bench time (s) at which it began.
    """

    voltage: float
    current: float
    resistance: float
    time: float
    status: int
    moment: float


def take(smu: Smu) -> Waiting[Row]:
    """Measure once; automatic ohms as often as it takes to find its range."""
    row = smu.row((yield from smu.unit.read()))
    for _ in KEITHLEY_2400.measure_resistance.ranges:
        if not (smu.setup.driven and smu.setup.ohms_autorange):
            break
        better = _better_ohms(smu.setup.ohms_range, row.resistance)
        if better == smu.setup.ohms_range:
            break
        smu.change(ohms_range=better)
        row = smu.row((yield from smu.unit.read()))
    return row


def row_of(setup: Setup, reading: Reading, *, level: float, clock: float, front: bool,
           overvoltage: bool) -> Row:
    """A reading of the electrical model as the instrument reports it.

    `level` is the one programmed, `clock` (s) the instrument's time. What was not measured is what
    was programmed if it is sourced, else not a number (page 17-4).
    """
    source = "VOLT" if reading.source_unit == "V" else "CURR"
    sense = "VOLT" if reading.unit == "V" else "CURR"
    found = {source: reading.source, sense: reading.value}
    told = {function: found[function] if function in setup.functions else NOT_A_NUMBER
            for function in ("VOLT", "CURR")}
    if source not in setup.functions:
        told[source] = level
    resistance = NOT_A_NUMBER
    if "RES" in setup.functions:
        resistance = _resistance(setup, found["VOLT"], found["CURR"], reading.limited)
    over = OVERFLOW in (*told.values(), resistance)
    status = (
        (OVER_RANGE if over else 0)
        | (FILTERED if setup.filtered else 0)
        | (FRONT if front else 0)
        | (AUTOMATIC_OHMS if setup.driven else 0)
        | (PROTECTION if overvoltage else 0)
        | sum(MEASURED[function] for function in setup.functions)
        | SOURCED[source]
        | (REMOTE_SENSE if setup.remote_sense else 0)
    )
    if reading.limited:
        status |= RANGE_COMPLIANCE if range_limited(setup) else COMPLIANCE
    return Row(told["VOLT"], told["CURR"], resistance, clock, status, reading.time)


def printed(rows: Sequence[Row], elements: Sequence[str], *, binary: bool,
            big_endian: bool) -> str | bytes:
    """Rows in text, or as 4-byte floats behind one #0 (page 18-48)."""
    places = [ELEMENTS.index(element) for element in elements]
    if not binary:
        return ",".join(f"{row[place]:+.6E}" for row in rows for place in places)
    values = [row[place] for row in rows for place in places]
    return b"#0" + struct.pack(f"{'>' if big_endian else '<'}{len(values)}f", *values)


def _resistance(setup: Setup, voltage: float, current: float, limited: bool) -> float:
    if OVERFLOW in (voltage, current) or current == 0 or (setup.driven and limited):
        return OVERFLOW
    ohms = voltage / current
    reach = setup.ohms_range * KEITHLEY_2400.measure_resistance.over_range
    return OVERFLOW if setup.driven and abs(ohms) > reach else ohms


def _better_ohms(present: float, value: float) -> float:
    """The full scale (Ω) to measure `value` on, `present` where it is right."""
    ranges = KEITHLEY_2400.measure_resistance
    if value == OVERFLOW:
        return next((each.full_scale for each in ranges.ranges if each.full_scale > present),
                    present)
    return ranges.holding(value).full_scale
