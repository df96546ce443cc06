"""Readings of a Keithley 2400's buffer as samples.

Manual pages are those of the User's Manual 2400S-900-01 Rev. K (September 2011).
"""

from __future__ import annotations

import numpy as np

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.instruments.conversation import NOT_A_NUMBER
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import u_current, u_voltage
from ginsen.types import Array, Phase, Samples

ELEMENTS = ("VOLT", "CURR", "TIME", "STAT")
"""Of a reading, in the order in which the 2400 sends them (figure 18-1)."""

COMPLIANCE, RANGE_COMPLIANCE = 1 << 3, 1 << 16
"""Bits of the status word (18-51): compliance, or the measure range, limits the source."""

CLOCK_RESTARTS = 100_000.0
"""Seconds after which the 2400's clock begins anew (page 18-50)."""

STAMP = 1.01e-3
"""By how much (s) a time stamp may miss, since it is told in milliseconds, and ..."""
DIGITS = 1e-6
"""... by which share of itself, since it is told in seven digits."""


def rows_of(reply: str, count: int) -> Array:
    """`count` readings of a reply to :TRACe:DATA?, one a row: V, A, s, status word.

    Raises InstrumentError for what are no numbers, or not as many as were asked for.
    """
    try:
        numbers = np.array([float(field) for field in reply.strip().split(",")])
    except ValueError:
        raise InstrumentError(f"the 2400 answered {reply.strip()[:60]!r} to :TRAC:DATA?; numbers "
                              "were expected.") from None
    if numbers.size != len(ELEMENTS) * count:
        raise InstrumentError(f"the 2400 sent {numbers.size} numbers for {count} readings; "
                              f"{len(ELEMENTS)} a reading were asked for.")
    rows = np.where(np.abs(numbers) >= NOT_A_NUMBER, np.nan, numbers).reshape(count, len(ELEMENTS))
    if not np.isfinite(rows[:, 2:]).all():
        raise InstrumentError("the 2400 sent readings without a time or a status.")
    return rows


def samples_of(rows: Array, phase: Phase, first: float) -> Samples:
    """The samples of one filling of the buffer; `first` (s) is the time of its first one.

    Readings are begun by the instrument's timer, so they stand on a grid of `phase.interval`. It is
    finer than their stamps, which are told in milliseconds from the first: where the two agree
    within that, the grid is taken, and the stamp where a reading was late.
    """
    voltage, current, stamp, status = rows.T
    grid = phase.interval * np.arange(len(rows), dtype=np.float64)
    late = (stamp - grid + CLOCK_RESTARTS / 2) % CLOCK_RESTARTS - CLOCK_RESTARTS / 2
    on_time = np.abs(late) <= STAMP + DIGITS * stamp
    return Samples(
        time=first + grid + np.where(on_time, 0.0, late),
        voltage=voltage, current=current,
        compliance=(status.astype(np.int64) & (COMPLIANCE | RANGE_COMPLIANCE)) != 0,
        u_voltage=u_voltage(voltage, phase, KEITHLEY_2400),
        u_current=u_current(current, phase, KEITHLEY_2400))
