"""PyMeasure's Keithley 2450, corrected for the instrument's native SCPI command set.

PyMeasure's class carries the connection, the error queue and the single readings. Each thing that
it gets wrong natively is corrected here with its reason beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import keithley2450
from pymeasure.instruments.validators import strict_range

from ginsen.instruments.clock import clock_of
from ginsen.instruments.conversation import Conversation
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Array, Clock

BUFFER = "defbuffer1"

RESTING = ("IDLE", "EMPTY", "BUILDING")
MOVING = ("RUNNING", "PAUSED", "WAITING", "ABORTING", "ABORTED", "FAILED")
"""States of a trigger model; Reference Manual, :TRIGger:STATe?."""


class NativeKeithley2450(Conversation, keithley2450.Keithley2450):  # type: ignore[misc]
    """Keithley 2450 SourceMeter under `*LANG SCPI`, by PyMeasure's names.

    `adapter` is a VISA resource name. Waiting is done on `clock`, by default the VISA library's.
    """

    model = "2450"

    def __init__(self, adapter: Any, name: str = "Keithley 2450 SourceMeter", *,
                 clock: Clock | None = None, **kwargs: Any) -> None:
        if str(adapter).upper().endswith("::SOCKET"):
            # A raw socket has no END: only the line feed says that a reply is complete.
            kwargs.setdefault("read_termination", "\n")
        super().__init__(adapter, name, **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)

    # PyMeasure clips these without a word (truncated_range) and sends six digits (%g).

    compliance_current = Instrument.control(
        ":SOUR:VOLT:ILIM?", ":SOUR:VOLT:ILIM %.9e",
        """Control the current limit of the voltage source in A (float), 1 nA to 1.05 A.""",
        validator=strict_range, values=(1e-9, 1.05))

    compliance_voltage = Instrument.control(
        ":SOUR:CURR:VLIM?", ":SOUR:CURR:VLIM %.9e",
        """Control the voltage limit of the current source in V (float), 0.02 V to 210 V.""",
        validator=strict_range, values=(0.02, 210))

    current_range = Instrument.control(
        ":SENS:CURR:RANG?", ":SENS:CURR:RANG:AUTO 0;:SENS:CURR:RANG %.9e",
        """Control the current measure range in A (float), up to ± 1.05 A; auto range goes off.""",
        validator=strict_range, values=(-1.05, 1.05))

    current_nplc = Instrument.control(
        ":SENS:CURR:NPLC?", ":SENS:CURR:NPLC %.9e",
        """Control the integration time of current readings in power line cycles, 0.01 to 10.""",
        validator=strict_range, values=(0.01, 10))

    source_current = Instrument.control(
        ":SOUR:CURR?", ":SOUR:CURR:LEV %.9e",
        """Control the source current in A (float), up to ± 1.05 A.""",
        validator=strict_range, values=(-1.05, 1.05))

    source_voltage_range = Instrument.control(
        ":SOUR:VOLT:RANG?", ":SOUR:VOLT:RANG:AUTO 0;:SOUR:VOLT:RANG %.9e",
        """Control the source voltage range in V (float), up to ± 210 V; auto range goes off.""",
        validator=strict_range, values=(-210, 210))

    voltage_range = Instrument.control(
        ":SENS:VOLT:RANG?", ":SENS:VOLT:RANG:AUTO 0;:SENS:VOLT:RANG %.9e",
        """Control the voltage measure range in V (float), up to ± 210 V; auto range goes off.""",
        validator=strict_range, values=(-210, 210))

    source_voltage = Instrument.control(
        ":SOUR:VOLT?", ":SOUR:VOLT:LEV %.9e",
        """Control the source voltage in V (float), up to ± 210 V.""",
        validator=strict_range, values=(-210, 210))

    # PyMeasure's buffer is the 2400's (:TRAC:FEED ...); the native one is fed by a trigger model.

    def config_buffer(self, points: int = 64, delay: float = 0.0) -> None:
        """Prepare `points` readings, `delay` seconds after one another, for `start_buffer`."""
        self.write(f':TRIG:LOAD "SimpleLoop", {points:d}, {delay:.9e}, "{BUFFER}"')
        self._raise_errors("config_buffer")

    def start_buffer(self) -> None:
        """Start what `config_buffer` prepared."""
        self.write(":INIT")

    def is_buffer_full(self) -> bool:
        """Whether the readings prepared are all there."""
        return not self._state()[0]

    def wait_for_buffer(self, should_stop: Callable[[], bool] = lambda: False,
                        timeout: float = 60, interval: float = 0.1) -> None:
        """Wait on the station's clock until the buffer is full, told to stop, or `timeout` (s)."""
        end = self.clock.now() + timeout
        while not self.is_buffer_full() and not should_stop():
            if self.clock.now() > end:
                raise InstrumentError(f"{self.name}: the buffer was not full after {timeout:g} s.")
            self.clock.sleep(interval)

    @property
    def buffer_data(self) -> Array:
        """Get the readings in the buffer, shape (n,), in the unit measured."""
        count = self._whole_number(f':TRAC:ACT? "{BUFFER}"')
        if not count:
            return np.empty(0)
        return self._numbers(f':TRAC:DATA? 1, {count}, "{BUFFER}", READ')

    def reset_buffer(self) -> None:
        """Empty the buffer."""
        self.write(f':TRAC:CLE "{BUFFER}"')

    def stop_buffer(self) -> None:
        """Stop the trigger model."""
        self.write(":ABOR")

    def _state(self) -> tuple[bool, int]:
        """Whether the trigger model runs, and how many errors are queued; in one exchange."""
        state, errors = self.ask_for(":TRIG:STAT?;:SYST:ERR:COUN?", _state_and_count,
                                     "the trigger model's state and a number of errors were")
        if state in ("FAILED", "ABORTED"):
            raise InstrumentError(f"the 2450's trigger model has {state.lower()}.")
        return state not in RESTING, errors


def _state_and_count(answer: str) -> tuple[str, int]:
    """`RUNNING;RUNNING;3;0` and the like: state of the model, of its parts, errors."""
    state, *_, errors = answer.split(";")
    if state not in (*RESTING, *MOVING) or not errors.isdecimal():
        raise ValueError
    return state, int(errors)
