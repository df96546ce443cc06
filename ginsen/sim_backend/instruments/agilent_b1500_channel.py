"""One source-measure module of the virtual B1500A: what it forces, how it measures.

Agilent B1500A/B1505A Programming Guide, Edition 11. A module whose output switch is off is an open
relay. Switched on it forces 0 V on its 20 V range with a compliance of 100 µA, as a public driver
(pyHegel) records `*LRN?`. What is measured is the compliance side, unless CMM says otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ginsen.datasheets.agilent_b1500 import (
    CONVERSION,
    CURRENT_CODES,
    INTERLOCK,
    MOST_CURRENT,
    OLD_VOLTAGE_CODES,
    VOLTAGE_CODES,
)
from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.agilent_b1500_format import scaled
from ginsen.sim_backend.instruments.flex_grammar import FlexError
from ginsen.sim_backend.instruments.smu import OVERFLOW, SourceMeasureUnit
from ginsen.sim_backend.instruments.smu_settings import (
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.agilent_b1500 import VirtualAgilentB1500

OTHER: dict[SourceFunction, SourceFunction] = {"VOLT": "CURR", "CURR": "VOLT"}
LETTERS: dict[SourceFunction, str] = {"VOLT": "V", "CURR": "I"}

SERIES_RESISTANCE = 1e6
LOW_RANGE = 1e-6
"""A. Below it the automatic modes of both converters average over longer (a choice)."""


@dataclass(frozen=True)
class Force:
    """What a channel is told to force: V with a compliance in A, or A with one in V.

    `code` and `limit_code` are the numbers of the ranges in use, of the output and of the
    compliance; `polarity` is 0 where that of the compliance follows the output.
    """

    function: SourceFunction
    code: int
    level: float
    limit: float
    polarity: int
    limit_code: int

    def text(self, channel: int) -> str:
        """As *LRN? has it: DV1,200,+00.0000E+00,+100.000E-06,0,16."""
        own, other = CODES[self.function], CODES[OTHER[self.function]]
        return (f"D{LETTERS[self.function]}{channel},{self.code},"
                f"{scaled(self.level, own[self.code])},"
                f"{scaled(self.limit, other[self.limit_code])},"
                f"{self.polarity},{self.limit_code}")


CODES: dict[SourceFunction, dict[int, float]] = {"VOLT": VOLTAGE_CODES, "CURR": CURRENT_CODES}
AT_REST = Force("VOLT", 200, 0.0, 100e-6, 0, 16)


class Datum(NamedTuple):
    """One measured value: what it is (V or I), on which range, when it began (timer, s).

    `limited` says that the channel was at its compliance, OVERFLOW that the range was too small.
    """

    letter: str
    value: float
    full_scale: float
    time: float
    limited: bool

    @property
    def overflow(self) -> bool:
        """Whether it is beyond its range."""
        return self.value == OVERFLOW


class Unit(SourceMeasureUnit):
    """The electrical model with a resistor before it, when it is switched in."""

    resistor = False

    def put_in(self, resistor: bool) -> None:
        """Switch the resistor in or out."""
        self.resistor = resistor
        self._drive()

    def _drive(self) -> None:
        super()._drive()
        source = self._port.source
        resistance = SERIES_RESISTANCE if self.resistor else 0.0
        if source.connected and source.resistance != resistance:
            self._port.source = replace(source, resistance=resistance)


def settings_at_rest(sheet: SourceMeterSheet) -> Settings:
    """The output open; 0 V and 100 µA once it is on."""
    def sense(range_: float, unit: str) -> SenseSetup:
        return SenseSetup(range=range_, lower_limit=0.0, unit=unit, autozero=False)

    def source(range_: float, limit: float) -> SourceSetup:
        return SourceSetup(limit=limit, range=range_, autorange=False, readback=False,
                           off_state="HIMP")

    return Settings(
        source="VOLT", sense="CURR",
        sources={"VOLT": source(20.0, 100e-6), "CURR": source(100e-6, 2.0)},
        senses={"VOLT": sense(20.0, "V"), "CURR": sense(100e-6, "A")})


class Channel:
    """The module in slot `number`."""

    def __init__(self, mainframe: VirtualAgilentB1500, number: int,
                 sheet: SourceMeterSheet) -> None:
        self.mainframe = mainframe
        self.number = number
        self.sheet = sheet
        self.unit = Unit(sheet, settings_at_rest(sheet), mainframe.bench,
                         mainframe.port(f"force_{number}"), lambda: mainframe.random,
                         mainframe.time, lambda: mainframe.trouble.held > 0)
        self.reset()

    def reset(self) -> None:
        """*RST."""
        self.unit.resistor = False
        self.unit.apply(settings_at_rest(self.sheet))
        self.force = AT_REST
        self.kept: Force | None = None
        self.ranges: dict[SourceFunction, int] = {"VOLT": 0, "CURR": 0}
        self.high_resolution = self.filtered = False
        self.mode = 0
        self.ranging = (1, 50)

    @property
    def on(self) -> bool:
        """Whether the output switch is on."""
        return self.unit.settings.output

    @property
    def letter(self) -> str:
        """What it is called in the data."""
        return "ABCDEFGHIJ"[self.number - 1]

    def text(self) -> str:
        """What *LRN? says of it."""
        return self.force.text(self.number) if self.on else f"CL{self.number}"

    # Forcing.

    def switch(self, on: bool) -> None:
        """CN and CL. On, it forces 0 V; a channel that is on already is left alone."""
        if on == self.on:
            return
        self.kept = None
        self._apply(AT_REST, output=on)

    def to_force(self, function: SourceFunction, code: int, level: float,
                 limit: float | None = None, polarity: int = 0, limit_code: int = 0) -> Force:
        """What DV, DI and their like ask for. Raises FlexError where it cannot be."""
        if not self.on:
            raise FlexError(200)
        if limit is None:
            limit = self.force.limit
            if self.force.function != function:
                raise FlexError(123)
        limit = abs(limit)
        voltage, current = (level, limit) if function == "VOLT" else (limit, level)
        most = next((most for reach, most in MOST_CURRENT if abs(voltage) <= reach), 0.0)
        if not limit or not abs(current) <= most:
            raise FlexError(123 if function == "VOLT" and abs(level) <= 100.0 else 120)
        if abs(voltage) > INTERLOCK and not self.mainframe.interlock:
            self.mainframe.stopped_by_interlock = True
            raise FlexError(202)
        return Force(function, self.code(function, code, level), level, limit, polarity,
                     self.code(OTHER[function], limit_code, limit))

    def code(self, function: SourceFunction, code: int, value: float) -> int:
        """The range in use for a value: the least that holds it, and not less than asked for.

        Raises FlexError 124 for a range the module does not have, 120 where it is too small.
        """
        known = self.codes(function)
        wanted = self.known_code(function, code)
        holding = next((each for each, full_scale in known.items()
                        if abs(value) <= full_scale * (1 + 1e-9)), None)
        if holding is None or (code < 0 and abs(value) > known[wanted] * (1 + 1e-9)):
            raise FlexError(120)
        if code < 0:
            return wanted
        return max(holding, wanted, key=lambda each: known.get(each, 0.0))

    def codes(self, function: SourceFunction) -> dict[int, float]:
        """The ranges the module has, by their numbers, in rising order."""
        least = (self.sheet.measure_voltage if function == "VOLT"
                 else self.sheet.measure_current).ranges[0].full_scale
        return {code: scale for code, scale in CODES[function].items() if scale >= least * 0.99}

    def known_code(self, function: SourceFunction, code: int) -> int:
        """The number answers have for a range, without its sign; 0 is automatic."""
        known = abs(code)
        if function == "VOLT":
            known = OLD_VOLTAGE_CODES.get(known, known)
        if known and known not in self.codes(function):
            raise FlexError(124)
        return known

    def do(self, force: Force) -> None:
        """Force it, now."""
        self._apply(force, output=True)
        self.kept = None

    def rest(self) -> None:
        """DZ: 0 V; what was forced is kept for RZ."""
        if not self.on:
            raise FlexError(200)
        kept, self.kept = self.kept or self.force, None
        self._apply(AT_REST, output=True)
        self.kept = kept

    def restore(self) -> None:
        """RZ: what was forced before DZ."""
        if self.kept is None:
            raise FlexError(205)
        self.do(self.kept)

    def _apply(self, force: Force, *, output: bool) -> None:
        setup = self.unit.settings
        source = replace(setup.sources[force.function], level=force.level, limit=force.limit,
                         range=CODES[force.function][force.code])
        self.force = force
        self.unit.apply(replace(setup, source=force.function, output=output,
                                sources={**setup.sources, force.function: source}))

    @property
    def limited(self) -> bool:
        """Whether it is at its compliance this instant."""
        return self.unit.limit_tripped()

    # Measuring.

    @property
    def measures(self) -> SourceFunction:
        """What XE measures, by CMM."""
        forced = self.force.function
        return (OTHER[forced], "CURR", "VOLT", forced)[self.mode]

    def prepare(self, function: SourceFunction, code: int | None = None,
                most: float = math.inf) -> None:
        """Take the range, and integrate for at most `most` seconds.

        Without a `code` on the range of the compliance. What is forced is measured on its own
        range (background knowledge).
        """
        if not self.on:
            raise FlexError(200)
        if function == self.force.function:
            code = -self.force.code
        elif code is None:
            code = -self.force.limit_code
        scales = self.codes(function)
        wanted = self.known_code(function, code)
        setup = self.unit.settings.senses[function]
        least = min(scales.values())
        range_ = scales[wanted] if code < 0 else max(setup.range, scales.get(wanted, least))
        high = self.high_resolution
        seconds = min(self.mainframe.converters.seconds(high, range_, self.unit.line_frequency),
                      most)
        self.unit.change_sense(
            function, autorange=code >= 0, range=range_, lower_limit=scales.get(wanted, 0.0),
            nplc=seconds * self.unit.line_frequency,
            autozero=high and self.mainframe.auto_zero)
        self.unit.change(sense=function)

    def measure(self, function: SourceFunction, code: int | None = None,
                most: float = math.inf) -> Waiting[Datum]:
        """One measurement; see `prepare`."""
        self.prepare(function, code, most)
        reading = yield from self.unit.read()
        return Datum(LETTERS[function], reading.value,
                     self.unit.settings.senses[function].range,
                     reading.time - self.mainframe.timer_origin, reading.limited)


@dataclass
class Converters:
    """AIT: how long both converters average; per converter its mode and N."""

    high_speed: tuple[int, float] = (0, 1)
    high_resolution: tuple[int, float] = (0, 6)
    pulsed: tuple[int, float] = (3, 2e-6)

    def seconds(self, high: bool, range_: float, line_frequency: float) -> float:
        """The averaging time (s) of one measurement, before auto zero.

        By hand N conversions, 80 µs each; in line cycles N of them; by time what is said. The
        initial averaging of the automatic modes is a choice: one conversion, ten on the ranges
        below 1 µA.
        """
        mode, count = self.high_resolution if high else self.high_speed
        if mode == 2:
            return count / line_frequency
        if mode == 3:
            return max(count, CONVERSION)
        initial = 10 if range_ < LOW_RANGE and mode == 0 else 1
        return count * initial * CONVERSION
