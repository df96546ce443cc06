"""Keithley 2450 as a source meter: phases run by its own trigger model. Virtual only.

Commands by the Reference Manual 2450-901-01, in the native SCPI command set.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyvisa

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.instruments.keithley2450_native import BUFFER, NativeKeithley2450
from ginsen.instruments.keithley2450_trigger import (
    MAX_PHASES,
    SENSE_LIST,
    SOURCE_LIST,
    entries,
    trigger_model,
)
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff, SourceMeter
from ginsen.instruments.specification import ranges, settling, u_current, u_voltage
from ginsen.types import Array, Clock, Limits, Phase, Samples

OVERFLOW = 9.9e37  # the instrument's mark for "no number"; Reference Manual, "Reading overflow"
SOURCE_LIMITED = 32  # of a reading's source status: buffer.STAT_LIMIT, TSP reference
BUFFER_SIZE = 1_000_000
CHUNK = 250  # points a query, so that none takes longer than its 100 ms

OFF_STATES = {"open": "HIMP", "zero": "NORM"}
TERMINALS = {"front": "FRON", "rear": "REAR"}


class Keithley2450(NativeKeithley2450, SourceMeter):
    """Keithley 2450 SourceMeter.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `off_state` says how the sample rests with the output off: "open" (relay open) or "zero"
    (0 V, low impedance), `terminals` where it is connected, "front" or "rear". Nothing is sent on
    opening.
    """

    sheet = KEITHLEY_2450

    def __init__(self, adapter: Any, name: str = "Keithley 2450 SourceMeter", *,
                 limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", terminals: str = "front", **kwargs: Any) -> None:
        super().__init__(adapter, name, clock=clock, **kwargs)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._off_state = OFF_STATES[off_state]
        self._terminals = TERMINALS[terminals]
        self._prepared = False
        self._epoch: float | None = None  # whole seconds, so that float64 keeps the nanoseconds
        self._line_frequency: float | None = None
        self._running: tuple[Phase, ...] = ()
        self._taken = 0

    @property
    def source_voltage(self) -> float:
        """Control the source voltage in V (float), within the station's limit."""
        return float(self.ask(":SOUR:VOLT?"))

    @source_voltage.setter
    def source_voltage(self, level: float) -> None:
        self.check_level(level, "source_voltage")
        self.write(f":SOUR:VOLT:LEV {level:.9e}")

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model or command set."""
        identity = str(self.ask("*IDN?")).strip()
        if "MODEL 2450" not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity!r}: the "
                                  "station expects a Keithley 2450.")
        language = str(self.ask("*LANG?")).strip()
        if language != "SCPI":
            raise InstrumentError(f"the 2450 at {self.adapter.resource_name} speaks {language}; "
                                  "set its command set to SCPI (*LANG SCPI) and restart it.")
        return identity

    @property
    def line_frequency(self) -> float:
        """Get the power line frequency in Hz that the instrument integrates by."""
        if self._line_frequency is None:
            self._line_frequency = float(self.ask(":SYST:LFR?"))
        return self._line_frequency

    def integration_time(self, phase: Phase) -> float:
        """How long (s) the current of one reading is integrated."""
        return phase.nplc / self.line_frequency

    def reading_time(self, phase: Phase) -> float:
        """How long (s) one reading takes: the source read back, then the current."""
        return self.sheet.timing.reading_time(phase.nplc, self.line_frequency, readback=True)

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: ranges, integration and interval must be the 2450's."""
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
            if phase.count > BUFFER_SIZE:
                raise ValueError(f"phase {phase.name!r}: {phase.count} samples are more than the "
                                 f"buffer's {BUFFER_SIZE}; lengthen the interval or split it")
            needed = self.reading_time(phase) + 2e-3 * (phase.duty < 1)
            if needed > phase.interval * phase.duty:
                raise ValueError(
                    f"phase {phase.name!r}: a reading at NPLC {phase.nplc:g} takes "
                    f"{needed * 1e3:.3g} ms; it does not fit into the "
                    f"{phase.interval * phase.duty * 1e3:g} ms that interval and duty leave")

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start up to four phases; the last ends with the output off if `off_after`.

        Several phases are set up with the output off, since storing a setting applies it.
        """
        self.check(phases)
        group = self._group(phases)
        if not self._prepared:
            self._set_up()
        for verb in ("DEL", "CRE"):
            self.write(f':SOUR:CONF:LIST:{verb} "{SOURCE_LIST}"')
            self.write(f':SENS:CONF:LIST:{verb} "{SENSE_LIST}"')
        for index, (phase, level) in enumerate(entries(group), start=1):
            self._store(index, phase, level)
        for command in trigger_model(
                group, reading_time=[self.reading_time(phase) for phase in group],
                settling=[settling(phase, self.sheet) for phase in group],
                off_after=off_after and len(group) == len(phases)):
            self.write(command)
        self.write(f':TRAC:CLE "{BUFFER}"')
        self._raise_errors("setting up")
        self._running, self._taken = group, 0
        self.write(":INIT")
        return len(group)

    def _group(self, phases: Sequence[Phase]) -> tuple[Phase, ...]:
        """The leading phases that the timers and the buffer can take at once."""
        if self._output_on():
            return tuple(phases[:1])
        totals = np.cumsum([phase.count for phase in phases[:MAX_PHASES]])
        return tuple(phases[:max(1, int(np.count_nonzero(totals <= BUFFER_SIZE)))])

    def _set_up(self) -> None:
        """What holds for every phase, from a known state, once a session.

        Reset leaves nothing of the front panel behind (filters, remote sense, delays) and the
        output off; the off state is the next thing set, since reset makes it 0 V.
        """
        for command in (
                "*RST", f":OUTP:VOLT:SMOD {self._off_state}", f":ROUT:TERM {self._terminals}",
                f':SOUR:CONF:LIST:CRE "{SOURCE_LIST}"', f':SENS:CONF:LIST:CRE "{SENSE_LIST}"',
                ":SOUR:FUNC VOLT", ':SENS:FUNC "CURR"', ":SOUR:VOLT:READ:BACK ON",
                ":SOUR:VOLT:DEL 0", ":SENS:COUN 1",
                ":SENS:CURR:AZER OFF", f':TRAC:POIN {BUFFER_SIZE}, "{BUFFER}"',
                f':TRAC:FILL:MODE ONCE, "{BUFFER}"', ":FORM:DATA ASC", ":FORM:ASC:PREC 0",
                ":SENS:AZER:ONCE"):
            self.write(command)
        self._raise_errors("setting up")
        self._prepared = True

    def _store(self, index: int, phase: Phase, level: float) -> None:
        """Write one entry of the configuration lists, protection first and read back.

        The one place where a level reaches this instrument in a run. With the output on the sample
        feels it at once; with it off nothing is felt until the trigger model recalls it.
        """
        self.check_level(level, phase.name)
        source, measure = (each.full_scale for each in ranges(phase, self.sheet))
        self.write(f":SENS:CURR:RANG {measure:.9e}")
        self.write(f":SENS:CURR:NPLC {phase.nplc:.9e}")
        self.write(f":SOUR:VOLT:ILIM {phase.compliance:.9e}")
        self._verify(phase, "measure range", ":SENS:CURR:RANG?", measure)
        self._verify(phase, "compliance", ":SOUR:VOLT:ILIM?", phase.compliance)
        steps = [f":SOUR:VOLT:RANG {source:.9e}", f":SOUR:VOLT:LEV {level:.9e}"]
        if source < float(self.ask(":SOUR:VOLT:RANG?")):
            steps.reverse()  # a range that no longer holds the old level would be refused
        for command in steps:
            self.write(command)
        self._verify(phase, "source range", ":SOUR:VOLT:RANG?", source)
        self._verify(phase, "level", ":SOUR:VOLT:LEV?", level,
                     self.sheet.source_voltage.at_full_scale(source).resolution)
        self.write(f':SOUR:CONF:LIST:STOR "{SOURCE_LIST}", {index}')
        self.write(f':SENS:CONF:LIST:STOR "{SENSE_LIST}", {index}')

    def _verify(self, phase: Phase, what: str, query: str, wanted: float,
                step: float = 0.0) -> None:
        """Read a setting back; it may differ by 0.1 % or by the resolution `step`."""
        got = float(self.ask(query))
        if not math.isclose(got, wanted, rel_tol=1e-3, abs_tol=step):
            self._raise_errors(f"phase {phase.name!r}")
            raise InstrumentError(f"phase {phase.name!r}: asked for a {what} of {wanted:g}, the "
                                  f"2450 holds {got:g}. The phase was not started.")

    def busy(self) -> bool:
        """Whether the trigger model runs. Raises InstrumentError if an error is queued."""
        running, errors = self._state()
        if errors:
            self._raise_errors("while measuring")
        return running

    def fetch(self) -> Samples:
        """The readings the buffer has gained, in chunks small enough for a bounded query."""
        ready = int(self.ask(f':TRAC:ACT? "{BUFFER}"'))
        parts: list[Samples] = []
        while self._taken < ready:
            first, last = self._taken + 1, min(self._taken + CHUNK, ready)
            numbers = self._numbers(
                f':TRAC:DATA? {first}, {last}, "{BUFFER}", SEC, FRAC, SOUR, READ, SOURSTAT')
            if numbers.size != 5 * (last - first + 1):
                raise InstrumentError(f"the 2450 sent {numbers.size} numbers for readings {first} "
                                      f"to {last}; five a reading were asked for.")
            parts.extend(self._samples(numbers.reshape(-1, 5), first - 1))
            self._taken = last
        return Samples.joined(parts)

    def _samples(self, rows: Array, first: int) -> list[Samples]:
        """Rows of seconds, fraction, source, reading, source status, cut at the phases."""
        parts = []
        begin = 0
        for phase in self._running:
            part = rows[max(begin - first, 0):max(begin + phase.count - first, 0)]
            begin += phase.count
            if not part.size:
                continue
            seconds, fraction, voltage, current, status = part.T
            voltage, current = (np.where(np.abs(column) >= OVERFLOW, np.nan, column)
                                for column in (voltage, current))
            if self._epoch is None:
                self._epoch = float(seconds[0])
            parts.append(Samples(
                time=(seconds - self._epoch) + fraction, voltage=voltage, current=current,
                compliance=(status.astype(np.int64) & SOURCE_LIMITED) != 0,
                u_voltage=u_voltage(voltage, phase, self.sheet),
                u_current=u_current(current, phase, self.sheet)))
        return parts

    def halt(self) -> None:
        """Stop the trigger model where it is; the level stays."""
        self.write(":ABOR")

    def off(self) -> None:
        """Stop, output off, read back, with a second try after a device clear.

        The identity is asked for in the same message as the state, so that a late reply to an
        earlier question can't pass for "off".
        """
        answer = "no answer"
        for _ in range(2):
            try:
                self.adapter.connection.clear()
                self.write(":ABOR")
                self.write(":OUTP OFF")
                answer = str(self.ask(":OUTP?;*IDN?")).strip()
            except pyvisa.VisaIOError as problem:
                answer = str(problem)
                continue
            state, _, identity = answer.partition(";")
            if state == "0" and "MODEL 2450" in identity.upper():
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

    def _output_on(self) -> bool:
        return str(self.ask(":OUTP?")).strip() != "0"
