"""What Keithley's source meters have in common: what fits into a phase, ramps, output off."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ginsen.instruments.source_meter import InstrumentError, OutputNotOff, SourceMeter
from ginsen.instruments.specification import ranges, settling
from ginsen.types import Phase

MARGIN = 1.02  # of a reading's time, which no data sheet gives exactly

OFF_STATES = {"open": "HIMP", "zero": "NORM"}
TERMINALS = {"front": "FRON", "rear": "REAR"}


class KeithleySourceMeter(SourceMeter):
    """A Keithley source meter on PyMeasure's class, whose `adapter`, `ask` and `write` it uses."""

    adapter: Any
    ask: Any
    write: Any
    isShutdown: bool  # noqa: N815
    source_voltage: Any
    source_current: Any
    _number: Callable[[str], float]
    _raise_errors: Any
    _hertz: float | None = None

    def reading_time(self, phase: Phase) -> float:
        """How long (s) one reading takes: the source, then the current."""
        return self.sheet.timing.reading_time(phase.nplc, self._mains(), readback=True)

    def integration_time(self, phase: Phase) -> float:
        """How long (s) the current of one reading is integrated."""
        return phase.nplc / self._mains()

    def _mains(self) -> float:
        """The power line frequency (Hz) it integrates by, asked once: a running 2400 is silent."""
        if self._hertz is None:
            self._hertz = self._number(":SYST:LFR?")
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
        """Stop and output off, read back; everything is tried twice.

        No step waits for the success of another: not every interface has a device clear (pyvisa-py
        has none on USB). The identity is asked for in the same message as the state, so that a late
        reply to an earlier question can't pass for "off".
        """
        answer = "no answer"
        for _ in range(2):
            for step in (lambda: self.write(":ABOR"), lambda: self.write(":OUTP OFF"),
                         self.adapter.connection.clear, lambda: self.write(":ABOR"),
                         lambda: self.write(":OUTP OFF")):
                with contextlib.suppress(Exception):
                    step()
            try:
                answer = str(self.ask(":OUTP?;*IDN?")).strip()
            except Exception as problem:  # a time-out, or bytes that are no text
                answer = str(problem)
                continue
            state, _, identity = answer.partition(";")
            if state == "0" and f"MODEL {self.sheet.model}" in identity.upper():
                return
        raise OutputNotOff(f"{self.adapter.resource_name}: the output could not be read back as "
                           f"off ({answer}). Look at the bench.")

    def close(self) -> None:
        """End the session; the output is left as it is."""
        self.adapter.close()

    def shutdown(self) -> None:
        """Output off and read back; PyMeasure's ramps to zero first, which moves a sample."""
        self.off()
        self.isShutdown = True
