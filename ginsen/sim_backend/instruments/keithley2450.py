"""The virtual Keithley 2450: an electrical model, reading buffers, a trigger model, a language.

Reference Manual 2450-901-01 (pages of Rev. B, September 2013). Which of its three command sets it
speaks is settled when it is switched on (*LANG, page B-5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2450_as_2400 import (
    COMMANDS_2400,
    Storage,
)
from ginsen.sim_backend.instruments.keithley2450_buffer import Printer, ReadingBuffer
from ginsen.sim_backend.instruments.keithley2450_commands import COMMANDS
from ginsen.sim_backend.instruments.keithley2450_trigger import TriggerModel
from ginsen.sim_backend.instruments.smu import Reading, SourceMeasureUnit
from ginsen.sim_backend.instruments.smu_settings import (
    SenseFunction,
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
    sense_ranges,
    source_range_in_use,
    source_ranges,
)
from ginsen.sim_backend.scpi.commands import CommandTable
from ginsen.sim_backend.scpi.common_commands import COMMON_COMMANDS
from ginsen.sim_backend.scpi.errors import ErrorEntry, ScpiError
from ginsen.sim_backend.scpi.instrument import ScpiInstrument
from ginsen.sim_backend.scpi.status import Register

NO_BUFFER = ScpiError(1115, "Parameter error: reading buffer does not exist")

_PRINTING = 10e-6
"""Seconds to print one element of one reading; background knowledge."""

_HIGH_VOLTAGE = 21.0
_HIGH_VOLTAGE_CURRENT = 0.105
"""Above 21 V no more than 105 mA (SPEC-2450, page 2: 20 W, four quadrants)."""


def settings_after_reset() -> Settings:
    """What *RST sets: 0 V, 105 µA, current measured with autorange, output off and normal."""
    return Settings(
        source="VOLT",
        sense="CURR",
        sources={"VOLT": SourceSetup(limit=105e-6, range=0.02),
                 "CURR": SourceSetup(limit=21.0, range=10e-9)},
        senses={"VOLT": SenseSetup(range=0.02, lower_limit=0.02, unit="V"),
                "CURR": SenseSetup(range=10e-9, lower_limit=10e-9, unit="A"),
                "RES": SenseSetup(range=200e6, lower_limit=20.0, unit="OHM")},
    )


class VirtualKeithley2450(ScpiInstrument):
    """A Keithley 2450 on a bench, its HI wired to the device, its LO the common low.

    The bench file may give `serial` and `language`, the command set it was last switched on with.
    """

    identity = "KEITHLEY INSTRUMENTS,MODEL 2450,{serial},1.7.12b"
    outputs: ClassVar[tuple[str, ...]] = ("hi",)
    grounds: ClassVar[tuple[str, ...]] = ("lo",)
    options: ClassVar[dict[str, type]] = {"serial": str, "language": str}
    command_cost: ClassVar[float] = 1e-3
    dead_socket_port: ClassVar[int | None] = 5030
    commands = COMMANDS

    unit: SourceMeasureUnit
    elements_2400: tuple[str, ...]
    next_language: str
    terminals: str
    _tables: ClassVar[dict[str, CommandTable]]

    def __init__(self, bench: Bench, name: str, serial: str = "04400001",
                 language: str = "SCPI") -> None:
        super().__init__(bench, name)
        if language not in self._tables:
            raise ValueError(f"instrument {name!r}: {language!r} is no command set of a 2450; "
                             f"give one of {', '.join(self._tables)}")
        self.serial = serial
        # Fixed once, as an instrument's own clock is: on a paced bench the wall's moves meanwhile.
        self.epoch = bench.clock.utc() - timedelta(seconds=bench.now)
        self.next_language = language
        self.measurement = Register()
        self.status.registers[1] = self.measurement
        self.unit = SourceMeasureUnit(KEITHLEY_2450, settings_after_reset(), bench,
                                      self.port("hi"), lambda: self.random, self.time,
                                      lambda: self.trouble.held > 0)
        self.power_cycle()

    def power_cycle(self) -> None:
        """Switch off and on again: everything as after *RST, in the language *LANG asked for."""
        self.language = self.next_language
        self.table = self._tables[self.language]
        self.terminals = "FRON"
        super().power_cycle()

    def reset(self) -> None:
        """*RST: settings as `settings_after_reset`, buffers and lists gone, output off."""
        self.unit.apply(settings_after_reset())
        self.buffers = {"defbuffer1": ReadingBuffer(100_000, "CONT"),
                        "defbuffer2": ReadingBuffer(100_000, "CONT")}
        self.source_lists: dict[str, list[tuple[SourceFunction, SourceSetup]]] = {}
        self.sense_lists: dict[str, list[tuple[SenseFunction, SenseSetup]]] = {}
        self.positions: dict[str, int] = {}
        self.catalogued = 0
        self.trigger = TriggerModel(self.time, self, KEITHLEY_2450.timing.block)
        self.count = 1
        self.data_format = "ASC"
        self.precision = 0
        self.byte_order = "SWAP"
        self.storage = Storage()
        self.elements_2400 = ("VOLT", "CURR", "RES", "TIME", "STAT")

    @property
    def output_on(self) -> bool:
        """Whether the output is on."""
        return self.unit.settings.output

    def error_text(self, entry: ErrorEntry | None) -> str:
        """Number, words, kind and time, e.g. -113,"Undefined header;1;2026/01/01 00:00:01.200"."""
        if self.language == "SCPI2400":
            return super().error_text(entry)
        if entry is None:
            return '0,"No error;0;0 0"'
        moment = f"{self.wall(entry.time):%Y/%m/%d %H:%M:%S.%f}"[:-3]
        return f'{entry.code},"{entry.text};1;{moment}"'

    def report(self, error: ScpiError) -> None:
        """Queue an error; to the script processor every SCPI command is bad syntax."""
        if self.language == "TSP" and -200 < error.code <= -100:
            error = ScpiError(-285, "TSP Syntax error at line 1: unexpected symbol near `:'")
        super().report(error)

    def split(self, data: bytes, end: bool) -> tuple[list[str], bytes]:
        """See `Instrument.split`; a comma behind the last parameter is passed over.

        QCoDeS makes its buffers so (`:TRACe:MAKE 'userbuff1', 100, `), in its example, too.
        """
        messages, rest = super().split(data, end)
        if data.rstrip().endswith(b",") and messages:
            messages[-1] = messages[-1].rstrip().removesuffix(",")
        return messages, rest

    def bus_trigger(self) -> None:
        """*TRG: the event COMMand of the trigger model."""
        self.trigger.event("COMM")

    def wall(self, time: float) -> datetime:
        """Date and time of a bench time (s)."""
        return self.epoch + timedelta(seconds=time)

    # Settings that are refused, or that move others with them.

    def set_source(self, function: SourceFunction, field: str, value: Any) -> None:
        """Change one field of a source function. Raises ScpiError where it does not fit."""
        setup = self.unit.settings.sources[function]
        changes: dict[str, Any] = {field: value}
        if field == "range":
            changes = {"range": source_ranges(KEITHLEY_2450, function).holding(value).full_scale,
                       "autorange": False}
        elif field == "autorange" and not value:
            changes["range"] = source_range_in_use(KEITHLEY_2450, function, setup)
        elif field == "delay":
            changes["autodelay"] = False
        wanted = replace(setup, **changes)
        self.check_source(function, wanted)
        if field == "limit" and wanted.limit < self._least_limit(function):
            raise ScpiError(-222)
        self.unit.change_source(function, **changes)

    def set_sense(self, function: SenseFunction, field: str, value: Any) -> None:
        """Change one field of a measure function.

        Fixing a range on which the limit is less than 0.1 % raises the limit to that (page 2-100).
        """
        changes: dict[str, Any] = {field: value}
        if field in ("range", "lower_limit"):
            scale = sense_ranges(KEITHLEY_2450, function).holding(value).full_scale
            changes = {field: scale} | ({"autorange": False} if field == "range" else {})
        self.unit.change_sense(function, **changes)
        self._lift_limit()

    def set_source_function(self, function: SourceFunction) -> None:
        """Select what is sourced; the output goes off, as the other function's may not be meant."""
        if function != self.unit.settings.source:
            self.unit.change(source=function, output=False)

    def set_sense_function(self, function: SenseFunction) -> None:
        """Select what is measured."""
        self.unit.change(sense=function)
        self._lift_limit()

    def source_range(self, function: SourceFunction) -> float:
        """Full scale of the source range in use."""
        return source_range_in_use(KEITHLEY_2450, function, self.unit.settings.sources[function])

    def check_source(self, function: SourceFunction, setup: SourceSetup) -> None:
        """Raises ScpiError for a level beyond the range, or more power than there is."""
        reach = source_ranges(KEITHLEY_2450, function).over_range * setup.range
        if not setup.autorange and abs(setup.level) > reach * (1 + 1e-12):
            raise ScpiError(-222)
        if function == "VOLT":
            high = abs(setup.level) > _HIGH_VOLTAGE or (
                not setup.autorange and setup.range > _HIGH_VOLTAGE)
            if high and setup.limit > _HIGH_VOLTAGE_CURRENT:
                raise ScpiError(-221)
        elif abs(setup.level) > _HIGH_VOLTAGE_CURRENT and setup.limit > _HIGH_VOLTAGE:
            raise ScpiError(-221)

    def _least_limit(self, function: SourceFunction) -> float:
        sense: SenseFunction = "CURR" if function == "VOLT" else "VOLT"
        setup = self.unit.settings.senses[sense]
        if self.unit.settings.sense != sense or setup.autorange:
            return 0.0
        return KEITHLEY_2450.least_limit_share * setup.range

    def _lift_limit(self) -> None:
        function = self.unit.settings.source
        least = self._least_limit(function)
        if self.unit.settings.sourcing.limit < least:
            self.unit.change_source(function, limit=least)

    # Readings and buffers.

    def buffer(self, name: str | None) -> ReadingBuffer:
        """A buffer by name, defbuffer1 if None. Raises ScpiError where there is none."""
        found = self.buffers.get("defbuffer1" if name is None else name)
        if found is None:
            raise NO_BUFFER
        return found

    def acquire(self, name: str | None) -> Waiting[Reading]:
        """Take `count` readings into a buffer, the last of them the result (pages 6-4 to 6-6)."""
        if self.trigger.running:
            raise ScpiError(-221)
        buffer = self.buffer(name)
        for _ in range(self.count):
            reading = yield from self.unit.read()
            buffer.add(reading)
        return reading

    def printer(self, buffer: ReadingBuffer) -> Printer:
        """How readings of `buffer` are printed now."""
        return Printer(buffer, self.epoch, precision=self.precision,
                       front=self.terminals == "FRON")

    def print_readings(self, buffer: ReadingBuffer, readings: list[Reading],
                       elements: tuple[str, ...]) -> Waiting[str | bytes]:
        """Readings in the data format in force, after the time it takes to print them.

        Raises ScpiError 1133 for an element the binary formats do not carry (page 6-4).
        """
        elements = elements or ("READ",)
        yield _PRINTING * len(readings) * len(elements)
        printer = self.printer(buffer)
        if self.data_format == "ASC":
            return printer.text(readings, elements)
        try:
            return printer.binary(readings, elements, double=self.data_format == "REAL",
                                  big_endian=self.byte_order == "NORM")
        except ValueError:
            raise ScpiError(1133, "Parameter 4, Syntax error, expected valid name "
                                  "parameters") from None

    # What the trigger model asks for.

    def read(self) -> Waiting[Reading]:
        """Take one reading."""
        return self.unit.read()

    def store(self, buffer: str, reading: Reading) -> None:
        """Put a reading into a buffer; one deleted meanwhile takes none."""
        if buffer in self.buffers:
            self.buffers[buffer].add(reading)

    def clear_buffer(self, buffer: str) -> None:
        """Empty a buffer."""
        self.buffer(buffer).clear()

    def switch_output(self, on: bool) -> None:
        """Switch the output."""
        self.unit.change(output=on)

    def user_delay(self, name: str) -> float:
        """Seconds of user delay SOURn or MEASn of the function in force."""
        settings = self.unit.settings
        delays = (settings.sourcing if name.startswith("SOUR") else settings.sensing).user_delays
        return delays[int(name[-1]) - 1]

    def recall(self, lists: tuple[tuple[str, int | None], ...]) -> float:
        """Recall one index of each list, the next one if None; the seconds that takes.

        Sources come before measurements (page 3-30). Raises LookupError for what is not there.
        """
        for name, index in sorted(lists, key=lambda each: each[0] in self.sense_lists):
            stored: list[Any] = (self.source_lists | self.sense_lists)[name]
            place = index or self.positions.get(name, 0) % max(len(stored), 1) + 1
            function, setup = stored[place - 1]
            self.positions[name] = place
            if name in self.source_lists:
                self.unit.recall_source(function, setup)
            else:
                self.unit.recall_sense(function, setup)
        return KEITHLEY_2450.timing.source_step


VirtualKeithley2450._tables = {
    "SCPI": VirtualKeithley2450.table,
    "SCPI2400": CommandTable({**COMMON_COMMANDS, **COMMANDS_2400}),
    "TSP": CommandTable({name: entry for name, entry in {**COMMON_COMMANDS, **COMMANDS}.items()
                         if name.startswith("*")}),
}
