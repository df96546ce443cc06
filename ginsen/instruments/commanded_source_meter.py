"""What source meters that obey commands have in common: what fits a phase, ramps, output off."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ginsen.instruments.conversation import Conversation
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff, SourceMeter
from ginsen.instruments.specification import ranges, settling
from ginsen.types import Emergency, Phase

MARGIN = 1.02  # of a reading's time, which no data sheet gives exactly

OFF_STATES = {"open": "HIMP", "zero": "NORM", "ramp": "HIMP"}
"""How the output rests when off, by the station's safe state."""

RAMP = (21, 10e-3)
"""Steps from a level to 0 V, and seconds between two, where the safe state is a ramp."""

TERMINALS = {"front": "FRON", "rear": "REAR"}


class CommandedSourceMeter(Conversation, SourceMeter):
    """A source meter that is told in words what to do, on PyMeasure's class or instrument."""

    isShutdown: bool  # noqa: N815
    source_voltage: Any
    source_current: Any
    _hertz: float | None = None
    _given_up = False  # whether the last `off` waited in vain
    _ramps = False  # whether the level is lowered in steps before the output goes off
    _stop: tuple[str, ...] = (":ABOR",)  # what ends whatever runs
    _switch_off = ":OUTP OFF"
    _output_question = ":OUTP?"

    def reading_time(self, phase: Phase) -> float:
        """How long (s) one reading takes: the source, then the current."""
        return self.sheet.timing.reading_time(phase.nplc, self._mains(), readback=True)

    def integration_time(self, phase: Phase) -> float:
        """How long (s) the current of one reading is integrated."""
        return phase.nplc / self._mains()

    def lead(self, phase: Phase) -> float:
        """The level stands for the duty before a reading is over; its time is that of the current.

        Level and relay have settled when a phase counts as started.
        """
        waits = 0.0 if phase.rest == "hold" else (phase.duty * phase.interval
                                                  - self.reading_time(phase))
        return waits + self.reading_time(phase) - self.integration_time(phase) / 2

    def _mains(self) -> float:
        """The power line frequency (Hz) it integrates by, asked once: a running 2400 is silent."""
        if self._hertz is None:
            self._hertz = self.ask_for(":SYST:LFR?", _mains_frequency, "50 or 60 was")
        return self._hertz

    def _verify(self, phase: Phase, what: str, got: float, wanted: float,
                step: float = 0.0) -> None:
        """A setting that was read back may differ by 0.1 % or by the resolution `step`."""
        if not math.isclose(got, wanted, rel_tol=1e-3, abs_tol=step):
            self._raise_errors(f"phase {phase.name!r}")
            raise InstrumentError(f"phase {phase.name!r}: asked for a {what} of {wanted:g}, the "
                                  f"{self.sheet.model} holds {got:g}. The phase was not started.")

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: integration, ranges and times must be the instrument's."""
        super().check(phases)
        for phase in phases:
            low, high = self.sheet.nplc
            if not low <= phase.nplc <= high:
                raise ValueError(f"phase {phase.name!r}: NPLC {phase.nplc:g} is not between "
                                 f"{low:g} and {high:g}")
            try:
                ranges(phase, self.sheet)
            except ValueError as problem:
                raise ValueError(f"phase {phase.name!r}: {problem}") from None
            self._check_times(phase)

    def switching_time(self, phase: Phase) -> float:
        """How long (s) the level needs to stand after a rest; 0 where it is held."""
        if phase.rest == "hold":
            return 0.0
        return settling(phase, self.sheet) + (phase.rest == "open") * self.sheet.timing.relay

    def _check_times(self, phase: Phase) -> None:
        """A reading, and with a duty below one the relay, must fit into what they are given."""
        switching = self.switching_time(phase)
        needed = switching + self.reading_time(phase) * MARGIN
        if needed > phase.interval * phase.duty:
            raise ValueError(
                f"phase {phase.name!r}: a reading at NPLC {phase.nplc:g} takes "
                f"{needed * 1e3:.3g} ms; it does not fit into the "
                f"{phase.interval * phase.duty * 1e3:g} ms that interval and duty leave")
        rest = phase.interval * (1 - phase.duty)
        if phase.rest != "hold" and switching > rest:
            raise ValueError(f"phase {phase.name!r}: a rest {phase.rest!r} of {rest * 1e3:.3g} ms "
                             f"is shorter than the {switching * 1e3:.3g} ms that switching takes")

    # PyMeasure sleeps on the wall clock between steps, which moves no simulated bench.

    def ramp_to_voltage(self, target_voltage: float, steps: int = 30, pause: float = 20e-3) -> None:
        """Ramp the source voltage (V) in equal steps, `pause` seconds apart."""
        for level in np.linspace(self.source_voltage, target_voltage, steps):
            self.source_voltage = float(level)
            self.clock.sleep(pause)

    def ramp_to_current(self, target_current: float, steps: int = 30, pause: float = 20e-3) -> None:
        """Ramp the source current (A) in equal steps, `pause` seconds apart."""
        for level in np.linspace(self.source_current, target_current, steps):
            self.source_current = float(level)
            self.clock.sleep(pause)

    def off(self) -> None:
        """Stop and output off, read back; everything is tried twice, then on a new session.

        No step waits for the success of another: not every interface has a device clear (pyvisa-py
        has none on USB). The state is asked for with a proof that the answer is to this question.
        A new session is waited for, the first time, as long as for any other question, so that a
        wire that comes back also gives back what the buffer holds; meanwhile the guard tries, too.
        """
        if self._ramps:
            with contextlib.suppress(Exception):
                self._ramp_down()
        state: str | None = None
        given_up, self._given_up = self._given_up, False
        for attempt in range(3):
            if attempt == 2:
                with contextlib.suppress(Exception):
                    self.alarmed(f"{self._where} was not read back as off")
                    self._reopen() if given_up else self._opened_anew()
            for command in (*self._stop, self._switch_off, "", *self._stop, self._switch_off):
                with contextlib.suppress(Exception):
                    self.write(command) if command else self._clear()
            state = self._proof(self._output_question)
            if state == "0":
                if attempt:
                    # An output that is off stays off, whether or not that can be written down.
                    with contextlib.suppress(Exception):
                        self.noted(f"the output was read back as off at attempt {attempt + 1}")
                return
        self._given_up = True
        raise OutputNotOff(f"{self.adapter.resource_name}: the output could not be read back as "
                           f"off ({state or 'no answer'}). Look at the bench.")

    @property
    def overvoltage(self) -> float | None:
        """The lowest of the instrument's own voltage limits (V) not below the station's, if any."""
        return next((step for step in self.sheet.overvoltage if step >= self.limits.voltage), None)

    def _ramp_down(self) -> None:
        """Lower the level to 0 V in small steps, where the output is on."""
        for command in self._stop:
            self.write(command)
        if self._switch(self._output_question):
            self.ramp_to_voltage(0.0, *RAMP)

    def emergency(self, name: str) -> Emergency:
        """Abort and output off, whatever it is doing; its own off state decides how it rests."""
        return Emergency(
            name, self._where, self.adapter.connection.read_termination or "",
            commands=(*self._stop, self._switch_off), question=f"{self._output_question};*IDN?",
            off="0;", identity=self._known_by)

    def close(self) -> None:
        """End the session; the output is left as it is."""
        self.adapter.close()

    def shutdown(self) -> None:
        """Output off and read back; PyMeasure's ramps to zero first, which moves a sample."""
        self.off()
        self.isShutdown = True


def _mains_frequency(answer: str) -> float:
    return (50.0, 60.0)[(50.0, 60.0).index(float(answer))]
