"""The virtual Keithley 2400: an electrical model, two buffers, a trigger model, a language.

User's Manual 2400S-900-01 Rev. K (September 2011). While the trigger model runs, every command but
:ABORt, *RST and *TRG waits until it is idle again, queries too (pages 11-13 and 16-3); a serial
poll is answered, and a device clear ends the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2400_commands import COMMANDS
from ginsen.sim_backend.instruments.keithley2400_contact import check
from ginsen.sim_backend.instruments.keithley2400_readings import (
    COMPLIANCE,
    ELEMENTS,
    OVER_RANGE,
    RANGE_COMPLIANCE,
    TIME_OVERFLOW,
    Row,
    printed,
    row_of,
    take,
)
from ginsen.sim_backend.instruments.keithley2400_rules import configured
from ginsen.sim_backend.instruments.keithley2400_setup import (
    AFTER_RESET,
    MOST_POINTS,
    Setup,
    unit_settings,
)
from ginsen.sim_backend.instruments.keithley2400_sweep import course, swept_to
from ginsen.sim_backend.instruments.keithley2400_trace import Trace
from ginsen.sim_backend.instruments.keithley2400_trigger import (
    IMMEDIATE,
    TriggerModel,
    put_off,
)
from ginsen.sim_backend.instruments.smu import Reading, SourceMeasureUnit
from ginsen.sim_backend.instruments.smu_settings import SenseFunction, Settings, SourceFunction
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi.commands import Entry
from ginsen.sim_backend.scpi.errors import ErrorEntry, ScpiError
from ginsen.sim_backend.scpi.instrument import ScpiInstrument
from ginsen.sim_backend.scpi.status import Register

OUTPUT_OFF = ScpiError(803, "Not permitted with OUTPUT off")
ENDLESS = ScpiError(830, "Invalid with INF ARM:COUNT")

_OVERTAKING = frozenset({"ABOR", "ABORT", "*RST", "*TRG"})
"""How a message begins that does not wait for the trigger model."""

_PRINTING = 0.1e-3
"""Seconds to send one element of one reading (background knowledge)."""

# Bits of the measurement event register (page 15-14).
_READING_AVAILABLE = 1 << 6
_READING_OVERFLOW = 1 << 7
_IN_COMPLIANCE = 1 << 14


class VirtualKeithley2400(ScpiInstrument):
    """A Keithley 2400 on a bench, its HI wired to the device, its LO the common low.

    The bench file may give `serial`, `calibrated`, a date as YYYY-MM-DD, and `contact_check`, which
    a 2400-C has. `setup` is what it is set to, `unit` the electrical model that follows it. A
    command takes 6 ms: two and a reading at 0.01 PLC take 12.6 ms by table G-6 of the 6430's
    manual, whose firmware is of the same family.
    """

    identity = "KEITHLEY INSTRUMENTS INC.,MODEL 2400,{serial},C30   Mar 17 2006 09:29:29/A02  /S/K"
    outputs: ClassVar[tuple[str, ...]] = ("hi",)
    grounds: ClassVar[tuple[str, ...]] = ("lo",)
    options: ClassVar[dict[str, type]] = {"serial": str, "calibrated": str, "contact_check": bool}
    command_cost: ClassVar[float] = 6e-3
    error_capacity: ClassVar[int] = 10
    scpi_version: ClassVar[str] = "1996.0"
    commands = COMMANDS

    setup: Setup
    unit: SourceMeasureUnit

    def __init__(self, bench: Bench, name: str, serial: str = "1240001",
                 calibrated: str = "2026-01-15", contact_check: bool = False) -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.has_contact_check = contact_check
        self.calibrated = date.fromisoformat(calibrated)
        self.measurement = Register()
        self.status.registers[1] = self.measurement
        self.setup = Setup()
        self.unit = SourceMeasureUnit(KEITHLEY_2400, unit_settings(self.setup, AFTER_RESET),
                                      bench, self.port("hi"), lambda: self.random, self.time,
                                      lambda: self.trouble.held > 0)
        self.trace = Trace(self.measurement)
        self.terminals = "FRON"
        self.finds_line_frequency = True
        self.restart_clock()
        self.reset()

    @classmethod
    def all_commands(cls) -> dict[str, Entry]:
        """The commands of the class and its bases; see the module's first lines."""
        return {header: entry if header in IMMEDIATE else put_off(entry)
                for header, entry in super().all_commands().items()}

    def reset(self) -> None:
        """*RST: 0 V, 105 µA, current measured with autorange, output off, one-shot triggers."""
        self._be(Setup(), AFTER_RESET)
        self.trigger = TriggerModel(self.time, self.status.operation)
        self.samples: deque[Row] = deque(maxlen=MOST_POINTS)
        self._course: tuple[float, ...] = ()
        self.contact_failed = False
        self.elements: tuple[str, ...] = ELEMENTS
        self.binary = False
        self.byte_order = "NORM"
        self.restarts_clock = False
        self.beeper = True
        self.display = True

    def apply(self, setup: Setup) -> None:
        """Be set to `setup`; the output follows at once."""
        self._be(setup, self.unit.settings)

    def change(self, **changes: Any) -> None:
        """`apply` with some fields of the setup replaced."""
        self.apply(replace(self.setup, **changes))

    def change_quantity(self, function: SourceFunction, **changes: Any) -> None:
        """`apply` with some fields of voltage or current replaced."""
        self.apply(self.setup.with_quantity(function, **changes))

    def _be(self, setup: Setup, present: Settings) -> None:
        """As `unit_settings`; an output that is held on stays on."""
        self.unit.apply(unit_settings(setup, present))
        if self.unit.settings.output != setup.output:
            setup = replace(setup, output=self.unit.settings.output)
        self.setup = setup

    @property
    def output_on(self) -> bool:
        """Whether the output is on."""
        return self.unit.settings.output

    def power_cycle(self) -> None:
        """Off and on again: as after *RST, clock and data store begin anew (background)."""
        super().power_cycle()
        self.trace = Trace(self.measurement)
        self.restart_clock()

    def configure(self, *functions: SenseFunction) -> None:
        """:CONFigure: one-shot measurements of these functions, output on (page 17-2)."""
        self.trigger.one_shot()
        self.trace.control("NEV")
        self.apply(configured(self.setup, *functions))

    def tripped(self, function: SourceFunction) -> bool:
        """Whether the source is at its compliance in `function` this instant."""
        return function != self.setup.source and self.unit.limit_tripped()

    def error_text(self, entry: ErrorEntry | None) -> str:
        """Number, signed, and words, e.g. +803,"Not permitted with OUTPUT off"."""
        return '0,"No error"' if entry is None else f'{entry.code:+d},"{entry.text}"'

    # Time.

    def clock(self, moment: float) -> float:
        """The instrument's own time (s) at a bench time."""
        return (moment - self._clock_started) % TIME_OVERFLOW

    def restart_clock(self) -> None:
        """:SYSTem:TIME:RESet."""
        self._clock_started = self.time.now

    # Readings.

    def initiate(self) -> None:
        """:INITiate: leave idle, with the output on or about to be switched on (page 11-11)."""
        if not (self.setup.output or self.setup.auto_off):
            raise OUTPUT_OFF
        self._course = course(self.setup)
        if self.restarts_clock:
            self.restart_clock()
        self.samples.clear()
        self.overlap(self.trigger.run(self))

    def read(self) -> Waiting[str | bytes]:
        """:READ?: :INITiate, and :FETCh? once the trigger model is idle."""
        if self.trigger.endless:
            raise ENDLESS
        self.initiate()
        return self._read()

    def _read(self) -> Waiting[str | bytes]:
        yield from self.all_done()
        return (yield from self.fetch())

    def fetch(self, *, latest: bool = False) -> Waiting[str | bytes]:
        """:FETCh?: what the last run of the trigger model read; -230 if nothing."""
        if self.trigger.endless and not latest:
            raise ENDLESS
        if not self.samples:
            raise ScpiError(-230)
        return self.print_rows([self.samples[-1]] if latest else list(self.samples))

    def print_rows(self, rows: Sequence[Row]) -> Waiting[str | bytes]:
        """Rows in the format in force, after the time it takes to send them."""
        yield _PRINTING * len(rows) * len(self.elements)
        return printed(rows, self.elements, binary=self.binary,
                       big_endian=self.byte_order == "NORM")

    def cycle(self, step: int) -> Waiting[None]:
        """Source, delay, measure: the `step`-th of its round of the trigger layer."""
        if self._course:
            self.apply(swept_to(self.setup, self._course, step))
        if self.setup.auto_off:
            self.change(output=True)
        try:
            contact = yield from check(self)
            row = yield from take(self)
        finally:
            if self.setup.auto_off and self.setup.auto_off_mode == "ALW":
                self.change(output=False)
        self._keep(row._replace(status=row.status | contact))

    def round_done(self) -> None:
        """The trigger layer has been left: what is switched off by count is, now."""
        if self.setup.auto_off:
            self.change(output=False)

    def row(self, reading: Reading) -> Row:
        """A reading of the electrical model as this instrument reports it."""
        return row_of(self.setup, reading, level=self.unit.settings.sourcing.level,
                      clock=round(self.clock(reading.time), 3), front=self.terminals == "FRON",
                      overvoltage=self.unit.protection_tripped())

    def zero(self) -> Waiting[None]:
        """Measure reference and zero."""
        timing, aperture = KEITHLEY_2400.timing, self.setup.nplc / self.unit.line_frequency
        yield timing.zeroing(readback=False) * (aperture + timing.conversion)

    def _keep(self, row: Row) -> None:
        self.samples.append(row)
        self.trace.store(row)
        self.measurement.set(_READING_AVAILABLE, False)
        self.measurement.set(_READING_AVAILABLE, True)
        self.measurement.set(_READING_OVERFLOW, bool(row.status & OVER_RANGE))
        self.measurement.set(_IN_COMPLIANCE, bool(row.status & (COMPLIANCE | RANGE_COMPLIANCE)))
        self.status.refresh()

    # The exchange.

    def receive(self, link: Link, data: bytes, end: bool) -> None:
        """Bytes have come in; what ends or triggers a run overtakes what waits for its end."""
        super().receive(link, data, end)
        if self.pending and not self.busy:
            self._let_overtake()

    def all_done(self) -> Waiting[None]:
        """Wait until the trigger model is idle."""
        self._let_overtake()
        yield from super().all_done()

    def bus_trigger(self) -> None:
        """*TRG and GET: the arm layer's event, if it waits for one."""
        if not self.trigger.happened("BUS"):
            raise ScpiError(-211)

    def cleared(self) -> None:
        """A device clear puts the trigger model into idle (page 11-13)."""
        super().cleared()
        self.abort_operations()

    def _let_overtake(self) -> None:
        for entry in [each for each in self._inbox if _head(each[1]) in _OVERTAKING]:
            self._inbox.remove(entry)
            self._held -= len(entry[1])
            self.busy = True
            self.time.start(self._carry_out(entry[1], entry[0]), self._overtaken)

    def _overtaken(self) -> None:
        self.busy = False


def _head(message: str) -> str:
    """The first header of a message, in capitals and without its colon."""
    return message.strip().split(";")[0].strip().lstrip(":").upper()
