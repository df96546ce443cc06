"""PyMeasure's Keithley 2400, corrected where it harms a measurement.

PyMeasure's class carries the connection, the error queue and most settings. Each thing that it gets
wrong is corrected here with its reason beside it. Manual pages are those of the User's Manual
2400S-900-01 Rev. K (September 2011).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import keithley2400
from pymeasure.instruments.validators import strict_discrete_range, strict_range
from pyvisa import InvalidSession, VisaIOError
from pyvisa.constants import StatusCode

from ginsen.instruments.clock import clock_of
from ginsen.instruments.conversation import WAITS, Conversation
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Clock

BUFFER_FULL = 1
"""Bit of the status byte once a run that `:STAT:MEAS:ENAB 512` looks at has filled the buffer."""


class CorrectedKeithley2400(Conversation, keithley2400.Keithley2400):  # type: ignore[misc]
    """Keithley 2400 SourceMeter, by PyMeasure's names.

    `adapter` is a VISA resource name. Waiting is done on `clock`, by default the VISA library's.
    Nothing is sent on opening.
    """

    model = "2400"

    def __init__(self, adapter: Any, name: str = "Keithley 2400 SourceMeter", *,
                 clock: Clock | None = None, **kwargs: Any) -> None:
        if str(adapter).upper().endswith("::SOCKET"):
            # A raw socket has no END: only the line feed says that a reply is complete.
            kwargs.setdefault("read_termination", "\n")
        # Past PyMeasure's constructor, which sets the format: what reads sets it here.
        super(keithley2400.Keithley2400, self).__init__(adapter, name, **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)

    # PyMeasure sends :MEASure?, which puts the compliance back to 105 µA or 21 V, the integration
    # time to one line cycle, and switches the output on (pages 17-2 to 17-5). :READ? does not.

    @property
    def current(self) -> float:
        """Measure the current in A (float), NaN where there is none."""
        return self._reading(":SENS:FUNC 'CURR'", 1)

    @property
    def voltage(self) -> float:
        """Measure the voltage in V (float), NaN where there is none."""
        return self._reading(":SENS:FUNC 'VOLT'", 0)

    @property
    def resistance(self) -> float:
        """Measure voltage over current in Ω (float), at the level sourced, NaN where there is none.

        In its automatic mode the 2400 would drive a current of its own choice, up to 100 mA.
        """
        return self._reading(":SENS:RES:MODE MAN;:SENS:FUNC 'RES'", 2)

    def measure_all(self) -> dict[str, float]:
        """Measure voltage (V), current (A), resistance (Ω), time (s) and status at once."""
        self.reset_data_format()
        return dict(super().measure_all())

    def _reading(self, prepare: str, place: int) -> float:
        """One reading, as the instrument is set up; `place` is where in it the value stands."""
        numbers = self._numbers(
            f":FORM:DATA ASC;:FORM:ELEM VOLT,CURR,RES,TIME,STAT;{prepare};:READ?", 5)
        return float(numbers[place])

    # PyMeasure sends six digits (%g) where the instrument keeps seven.

    source_delay = Instrument.control(
        ":SOUR:DEL?", ":SOUR:DEL %.9e",
        """Control the time in s between a new source level and a reading, 0 to 999.9999.""",
        validator=strict_range, values=(0, 999.9999))

    trigger_delay = Instrument.control(
        ":TRIG:DEL?", ":TRIG:DEL %.9e",
        """Control the time in s between a trigger and what it sets off, 0 to 999.9999.""",
        validator=strict_range, values=(0, 999.9999))

    arm_timer = Instrument.control(
        ":ARM:TIM?", ":ARM:TIM %.9e",
        """Control the interval of the arm layer's timer in s, 0.001 to 99999.99.""",
        validator=strict_range, values=(0.001, 99999.99))

    # PyMeasure makes any number of points 1024 without a word; prepares a buffer that may still be
    # active (+800); and asks *STB?, which a 2400 answers only when it has finished (page 16-3).

    buffer_points = Instrument.control(
        ":TRAC:POIN?", ":TRAC:POIN %d",
        """Control how many readings fill the buffer (int), 1 to 2500.""",
        validator=lambda value, values: strict_discrete_range(value, values, 1),
        values=(1, 2500), cast=int)

    def config_buffer(self, points: int = 64, delay: float = 0.0) -> None:
        """Prepare `points` readings, `delay` seconds after each trigger, for `start_buffer`."""
        self.disable_buffer()
        super().config_buffer(points, delay)

    def is_buffer_full(self) -> bool:
        """Whether the readings prepared by `config_buffer` are all there."""
        status = self._status_byte()
        return bool((self._whole_number("*STB?") if status is None else status) & BUFFER_FULL)

    def wait_for_buffer(self, should_stop: Callable[[], bool] = lambda: False,
                        timeout: float = 60, interval: float = 0.1) -> None:
        """Wait on the station's clock until the buffer is full, told to stop, or `timeout` (s)."""
        end = self.clock.now() + timeout
        while not self.is_buffer_full() and not should_stop():
            if self.clock.now() > end:
                raise InstrumentError(f"{self.name}: the buffer was not full after {timeout:g} s.")
            self.clock.sleep(interval)

    def _status_byte(self) -> int | None:
        """By serial poll, the one question a running 2400 answers; None on a wire that has none.

        A session that broke is opened anew; what runs in the instrument goes on. Raises
        InstrumentError where that does not help.
        """
        problem: Exception | None = None
        if self._where.upper().endswith("::SOCKET"):
            return None
        for wait in WAITS:
            if problem is not None:
                self._adrift = True
                self.heard()
                self.clock.sleep(wait)
                with contextlib.suppress(VisaIOError, OSError):
                    self._reopen()
            try:
                status = int(self.adapter.connection.read_stb())
            except (VisaIOError, OSError, InvalidSession) as fault:
                if (isinstance(fault, VisaIOError)
                        and fault.error_code == StatusCode.error_nonsupported_operation):
                    return None
                problem = fault
            else:
                self.heard()
                if problem is not None:
                    self.noted(f"no serial poll ({problem}); polled again on a new session")
                return status
        raise InstrumentError(f"{self._where} does not answer a serial poll: {problem}")
