"""Keithley 2450 as a source meter: phases run by its own trigger model. Virtual only.

Commands by the Reference Manual 2450-901-01, in the native SCPI command set.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.instruments.commanded_source_meter import OFF_STATES, TERMINALS
from ginsen.instruments.guarded_levels import GuardedLevels, LevelCommands
from ginsen.instruments.keithley2450_native import BUFFER, NativeKeithley2450
from ginsen.instruments.keithley2450_trigger import (
    SENSE_LIST,
    SOURCE_LIST,
    Entry,
    entries,
    group,
    trigger_model,
)
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import ranges, settling, u_current, u_voltage
from ginsen.types import Array, Clock, Limits, Phase, Samples

SOURCE_LIMITED, OUTPUT_ON = 32, 128
"""Bits of a reading's source status: buffer.STAT_LIMIT and STAT_OUTPUT, TSP reference."""
BUFFER_SIZE = 1_000_000
CHUNK = 250  # points a query, so that none takes longer than its 100 ms


class Keithley2450(GuardedLevels, NativeKeithley2450):
    """Keithley 2450 SourceMeter.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `off_state` says how the sample rests with the output off: "open" (relay open) or "zero"
    (0 V, low impedance), `terminals` where it is connected, "front" or "rear". Nothing is sent on
    opening.
    """

    sheet = KEITHLEY_2450
    _levels = LevelCommands(":SOUR:VOLT", ":SOUR:CURR", ":SOUR:VOLT:ILIM", ":SOUR:CURR:VLIM")

    def __init__(self, adapter: Any, name: str = "Keithley 2450 SourceMeter", *,
                 limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", terminals: str = "front", **kwargs: Any) -> None:
        super().__init__(adapter, name, clock=clock, **kwargs)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._off_state = OFF_STATES[off_state]
        self._ramps = off_state == "ramp"
        self._terminals = TERMINALS[terminals]
        self._index: dict[Entry, int] = {}
        self._fault = ""
        self._epoch: float | None = None  # whole seconds, so that float64 keeps the nanoseconds
        self._running: tuple[Phase, ...] = ()
        self._taken = 0

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model or command set."""
        identity = str(self.ask("*IDN?")).strip()
        if "MODEL 2450" not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity[:60]!r}: the "
                                  "station expects a Keithley 2450.")
        language = str(self.ask("*LANG?")).strip()
        if language != "SCPI":
            output = str(self.ask(":OUTP?")).strip() if language == "SCPI2400" else "unknown"
            state = {"0": "off", "1": "ON"}.get(output, "in a state that it cannot be asked for")
            raise InstrumentError(f"the 2450 at {self.adapter.resource_name} speaks "
                                  f"{language[:60]}; set its command set to SCPI (*LANG SCPI) and "
                                  f"restart it. Its output is {state}.")
        return identity

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: ranges, integration and interval must be the 2450's."""
        super().check(phases)
        for phase in phases:
            if phase.count > BUFFER_SIZE:
                raise ValueError(f"phase {phase.name!r}: {phase.count} samples are more than the "
                                 f"buffer's {BUFFER_SIZE}; lengthen the interval or split it")
            least = self.sheet.least_limit_share * ranges(phase, self.sheet)[1].full_scale
            if not phase.compliance > least:
                # The 2450 would lift such a limit by itself (Reference Manual, page 2-100).
                raise ValueError(f"phase {phase.name!r}: a compliance of {phase.compliance:g} A "
                                 f"needs a smaller measure range; on this one it is above "
                                 f"{least:g} A")

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start as many leading phases as one trigger model takes.

        With the output off every phase given is stored before it goes on. With it on, phases
        already stored follow with nothing but a new trigger model; another is stored alone, which
        applies its level at once.
        """
        self.check(phases)
        chosen = self._surely(lambda anew: self._prepare(phases, off_after=off_after, anew=anew),
                              "setting up")
        self._running, self._taken, self._fault = chosen, 0, ""
        self.write(":INIT")
        return len(chosen)

    def _prepare(self, phases: Sequence[Phase], *, off_after: bool,
                 anew: bool) -> tuple[Phase, ...]:
        """Everything but the start; `anew` says that what is thought to be stored may not be."""
        if anew:
            self._index = {}
        if self._output_on():
            self.write(":ABOR")  # the model that holds the last level
            first = entries(phases[:1])
            wanted = [] if all(entry in self._index for entry in first) else first
        else:
            self._set_up()
            wanted = entries(phases)
        for entry in wanted:
            self._store(*entry)
        known = itertools.takewhile(
            lambda phase: all(entry in self._index for entry in entries([phase])), phases)
        chosen = group(tuple(known), BUFFER_SIZE)
        for command in trigger_model(
                chosen, index=self._index, relay=self.sheet.timing.relay,
                reading_time=[self.reading_time(phase) for phase in chosen],
                settling=[settling(phase, self.sheet) for phase in chosen],
                off_after=off_after and not self._ramps and len(chosen) == len(phases)):
            self.write(command)
        self.write(f':TRAC:CLE "{BUFFER}"')
        self._raise_errors("setting up")
        return chosen

    def _set_up(self) -> None:
        """What holds for every phase, from a known state; the output is off.

        Reset leaves nothing of the front panel or of other programs behind (filters, units, remote
        sense, delays). It also makes the off state 0 V, so that is the next thing set.
        """
        self._index = {}
        for command in (
                "*RST", f":OUTP:VOLT:SMOD {self._off_state}", f":ROUT:TERM {self._terminals}",
                f':SOUR:CONF:LIST:CRE "{SOURCE_LIST}"', f':SENS:CONF:LIST:CRE "{SENSE_LIST}"',
                ":SOUR:FUNC VOLT", ':SENS:FUNC "CURR"', ":SOUR:VOLT:READ:BACK ON",
                ":SOUR:VOLT:DEL 0", ":SENS:COUN 1", ":SENS:CURR:AZER OFF",
                f':TRAC:POIN {BUFFER_SIZE}, "{BUFFER}"', f':TRAC:FILL:MODE ONCE, "{BUFFER}"',
                ":FORM:DATA ASC", ":FORM:ASC:PREC 0"):
            self.write(command)
        self._raise_errors("setting up")
        self._limit_voltage()

    def _limit_voltage(self) -> None:
        """Let the instrument itself refuse a voltage; read back before any level is set."""
        wanted = "NONE" if self.overvoltage is None else f"PROT{self.overvoltage:g}"
        self.write(f":SOUR:VOLT:PROT {wanted}")
        held = str(self.ask(":SOUR:VOLT:PROT?")).strip()
        if held != wanted:
            raise InstrumentError(f"asked for an overvoltage protection of {wanted}, the 2450 "
                                  f"holds {held[:60]}. Nothing was started.")

    def _store(self, phase: Phase, level: float) -> None:
        """Write one entry of the configuration lists, protection first and read back.

        The one place where a level reaches this instrument in a run. With the output on the sample
        feels it at once; with it off nothing is felt until the trigger model recalls it.
        """
        self.check_level(level, phase.name)
        self.check_power(level, phase.compliance, phase.name)
        source, measure = (each.full_scale for each in ranges(phase, self.sheet))
        self.write(f":SENS:CURR:RANG {measure:.9e}")
        self.write(f":SENS:CURR:NPLC {phase.nplc:.9e}")
        self.write(f":SOUR:VOLT:ILIM {phase.compliance:.9e}")
        self._verify(phase, "measure range", self._number(":SENS:CURR:RANG?"), measure)
        self._verify(phase, "compliance", self._number(":SOUR:VOLT:ILIM?"), phase.compliance)
        steps = [f":SOUR:VOLT:RANG {source:.9e}", f":SOUR:VOLT:LEV {level:.9e}"]
        if source < self._number(":SOUR:VOLT:RANG?"):
            steps.reverse()  # a range that no longer holds the old level would be refused
        for command in steps:
            self.write(command)
        self._verify(phase, "source range", self._number(":SOUR:VOLT:RANG?"), source)
        self._verify(phase, "level", self._number(":SOUR:VOLT:LEV?"), level,
                     self.sheet.source_voltage.at_full_scale(source).resolution)
        if not self._output_on():
            self.write(":SENS:AZER:ONCE")  # at this range and NPLC; off within the phase
        index = self._index[phase, level] = len(self._index) + 1
        self.write(f':SOUR:CONF:LIST:STOR "{SOURCE_LIST}", {index}')
        self.write(f':SENS:CONF:LIST:STOR "{SENSE_LIST}", {index}')

    def lead(self, phase: Phase) -> float:
        """Beside the duty: level and relay settle after the trigger model has begun."""
        return settling(phase, self.sheet) + self.sheet.timing.relay + super().lead(phase)

    def busy(self) -> bool:
        """Whether readings are still to come. Raises InstrumentError if they never will."""
        running, errors = self._state()
        if errors:
            self._raise_errors("while measuring")
        if self._fault:
            raise InstrumentError(self._fault)
        ready, expected = self._ready(), sum(phase.count for phase in self._running)
        if ready < expected and not running:
            raise InstrumentError(f"the 2450's trigger model ended after {ready} of {expected} "
                                  "readings; was it reset or used by another program?")
        return ready < expected

    def fetch(self) -> Samples:
        """The readings the buffer has gained, in chunks small enough for a bounded query."""
        ready = self._ready()
        parts: list[Samples] = []
        while self._taken < ready and not self._fault:
            first, last = self._taken + 1, min(self._taken + CHUNK, ready)
            numbers = self._numbers(
                f':TRAC:DATA? {first}, {last}, "{BUFFER}", SEC, FRAC, SOUR, READ, SOURSTAT',
                5 * (last - first + 1))
            parts.extend(self._samples(numbers.reshape(-1, 5), first - 1))
            self._taken = last
        return Samples.joined(parts)

    def _ready(self) -> int:
        """How many readings the buffer holds."""
        ready = self._whole_number(f':TRAC:ACT? "{BUFFER}"')
        if ready < self._taken:
            raise InstrumentError(f"the 2450's buffer fell from {self._taken} to {ready} readings; "
                                  "did another program clear it?")
        return ready

    def _samples(self, rows: Array, first: int) -> list[Samples]:
        """Rows of seconds, fraction, source, reading, source status, cut at the phases.

        The instrument stamps a reading when it begins; what is handed on is the middle of the
        integration of the current. From the first reading taken with the output off on, nothing is
        handed on, and `busy` raises.
        """
        off = np.flatnonzero((rows[:, 4].astype(np.int64) & OUTPUT_ON) == 0)
        if off.size:
            rows = rows[:off[0]]
            self._fault = (f"the output went off before reading {first + off[0] + 1}: front panel, "
                           "interlock or protection.")
        if self._epoch is None and len(rows):
            self._epoch = float(rows[0, 0])
        parts = []
        begin = 0
        for phase in self._running:
            part = rows[max(begin - first, 0):max(begin + phase.count - first, 0)]
            begin += phase.count
            if not part.size:
                continue
            seconds, fraction, voltage, current, status = part.T
            middle = self.reading_time(phase) - self.integration_time(phase) / 2
            parts.append(Samples(
                time=(seconds - (self._epoch or 0.0)) + fraction + middle,
                voltage=voltage, current=current,
                compliance=(status.astype(np.int64) & SOURCE_LIMITED) != 0,
                u_voltage=u_voltage(voltage, phase, self.sheet),
                u_current=u_current(current, phase, self.sheet)))
        return parts

    def halt(self) -> None:
        """Stop the trigger model where it is; the level stays."""
        self.write(":ABOR")

    def _output_on(self) -> bool:
        return self._switch(":OUTP?")
