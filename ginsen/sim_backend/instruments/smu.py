"""A source-measure unit without a command language: settings in, a source out, readings timed.

It is driven by a bench: its output is the source of one port, a reading is the mean of that port
over the integration time, and everything that takes time is a generator that yields seconds.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.circuit import Mean, Port
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.smu_settings import (
    SenseFunction,
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
    output_source,
    sense_ranges,
    source_range_in_use,
    source_ranges,
)
from ginsen.sim_backend.own_time import OwnTime

OVERFLOW = 9.9e37
"""What a reading beyond its range is: a number, as on the wire."""


CONTACT_RESISTANCE = 0.5
"""Ω from force to sense on a pad that both are on (choice)."""


class Error(NamedTuple):
    """How one range of one instrument is off: reading = value · (1 + gain) + offset."""

    gain: float
    offset: float


class Reading(NamedTuple):
    """One reading: bench time (s) at which it began, value, source value, the source's state."""

    time: float
    value: float
    source: float
    limited: bool
    output: bool
    readback: bool
    remote_sense: bool
    unit: str
    source_unit: str


class Conversion(NamedTuple):
    """How a range is read: value · `factor` + `offset` + `noise` · a normal number, by `step`."""

    factor: float
    offset: float
    noise: float
    step: float


class SourceMeasureUnit:
    """The electrical model: one output on one port of a bench.

    Gain and offset of every range are drawn once, uniformly within the one-year accuracy of
    `sheet`; each reading adds the noise of its range. `random` gives the instrument's generator
    and is asked at each use; `time` is the instrument's clock. `line_frequency` (Hz) is what the
    unit takes the mains for. While `held()` says so, an output that is on
    stays on.
    """

    def __init__(self, sheet: SourceMeterSheet, settings: Settings, bench: Bench, port: Port,
                 random: Callable[[], np.random.Generator], time: OwnTime,
                 held: Callable[[], bool]) -> None:
        self.sheet = sheet
        self.settings = settings
        self.line_frequency = bench.line_frequency
        self._held = held
        self._time = time
        self._port = port
        self._random = random
        errors = random()
        self._source_errors = {function: _draw(source_ranges(sheet, function), errors)
                               for function in ("VOLT", "CURR")}
        self._sense_errors = {"VOLT": _draw(sheet.measure_voltage, errors),
                              "CURR": _draw(sheet.measure_current, errors)}
        self._limit_error = sheet.limit_accuracy * errors.uniform(-1, 1)
        self._settled = time.now
        self._relay_closed = time.now
        self._window: deque[float] = deque()
        self._conversions: dict[tuple[SenseFunction, float], Conversion] = {}
        self._drive()

    def apply(self, settings: Settings) -> None:
        """Take over new settings; the output follows at once, readings wait for it to settle."""
        before = self.settings
        if self._held() and before.output and not settings.output:
            settings = replace(settings, output=True)
        self.settings = settings
        if before.sensing != settings.sensing or before.sense != settings.sense:
            self._window.clear()
            self._conversions.clear()
        if settings.output and not before.output and before.sourcing.off_state == "HIMP":
            self._relay_closed = self._time.now + self.sheet.timing.relay
        if settings.output and _felt(before) != _felt(settings):
            self._settled = (max(self._time.now, self._relay_closed)
                             + self.sheet.timing.source_step + self._source_delay())
        if before.senses[settings.sense].range != settings.sensing.range:
            self._settle_for(self._sense_range().settling)
        self._drive()

    def change(self, **changes: Any) -> None:
        """`apply` with some fields of the settings replaced."""
        self.apply(replace(self.settings, **changes))

    def change_source(self, function: SourceFunction, **changes: Any) -> None:
        """Replace some fields of one source function's setup."""
        setup = replace(self.settings.sources[function], **changes)
        self.change(sources={**self.settings.sources, function: setup})

    def change_sense(self, function: SenseFunction, **changes: Any) -> None:
        """Replace some fields of one measure function's setup."""
        setup = replace(self.settings.senses[function], **changes)
        self.change(senses={**self.settings.senses, function: setup})

    def recall_source(self, function: SourceFunction, setup: SourceSetup) -> None:
        """Source with `function` as `setup` says; the other function keeps its own."""
        self.change(source=function, sources={**self.settings.sources, function: setup})

    def recall_sense(self, function: SenseFunction, setup: SenseSetup) -> None:
        """Measure `function` as `setup` says; the other functions keep their own."""
        self.change(sense=function, senses={**self.settings.senses, function: setup})

    def reading_time(self) -> float:
        """Time (s) a reading takes with these settings, once source and range are settled."""
        sensing = self.settings.sensing
        count = sensing.filter_count if sensing.filtered and sensing.filter_kind == "REP" else 1
        one = self.sheet.timing.reading_time(sensing.nplc, self.line_frequency,
                                             autozero=sensing.autozero,
                                             readback=self.settings.sourcing.readback)
        return self.sheet.timing.reading + count * (one - self.sheet.timing.reading)

    def read(self) -> Waiting[Reading]:
        """Take one reading, yielding the seconds each step takes.

        It waits for source and range to settle, and is stamped then; then it auto-zeroes, reads
        the source back where that is on, and integrates.
        """
        began = self._time.now
        if began < self._settled:
            yield self._settled - began
            began = self._time.now
        settings = self.settings
        sourcing, sensing = settings.sourcing, settings.sensing
        timing = self.sheet.timing
        overhead = timing.reading
        if sensing.autozero:
            spare = timing.zeroing(readback=sourcing.readback)
            overhead += spare * (self._aperture() + timing.conversion)
        yield overhead
        source = sourcing.level
        limited = False
        if sourcing.readback and not timing.simultaneous:
            before = yield from self._integrate()
            limited = self._limited(before.clamped, before.elapsed)
            source = self._read_back(before)
        value, limited_after, last = yield from self._filtered()
        if sourcing.readback and timing.simultaneous:
            source = self._read_back(last)
        return Reading(began, value, source, limited or limited_after, settings.output,
                       sourcing.readback, sensing.remote_sense, sensing.unit,
                       "V" if settings.source == "VOLT" else "A")

    def limit_tripped(self) -> bool:
        """Whether the source is at its limit this instant."""
        return self.settings.output and self._limited(float(self._port.instant()[2]), 1.0)

    def protection_tripped(self) -> bool:
        """Whether the overvoltage protection holds the source back this instant."""
        settings = self.settings
        if not settings.output or settings.protection is None:
            return False
        return abs(self._port.instant()[0]) >= settings.protection * (1 - 1e-9)

    def _ranged(self) -> Waiting[tuple[float, Mean]]:
        """Integrate on the present range; with autorange on, again on a better one if need be."""
        for _ in range(len(self._sense_ranges().ranges) + 1):
            mean = yield from self._integrate()
            value = self._measured(mean)
            better = self._better_range(mean)
            if better is None:
                break
            self.change_sense(self.settings.sense, range=better.full_scale)
            yield better.settling
        return value, mean

    def _filtered(self) -> Waiting[tuple[float, bool, Mean]]:
        """One value, or an average of `filter_count`: repeated or over a moving window.

        Beside it whether the source was limited, and what the last integration gave.
        """
        sensing = self.settings.sensing
        if not sensing.filtered:
            value, mean = yield from self._ranged()
            limited = self._limited(mean.clamped, mean.elapsed)
            return value + 0.0, limited, mean  # a negative zero reads as zero
        count = sensing.filter_count
        if sensing.filter_kind == "REP":
            self._window.clear()
        limited = False
        while True:
            value, mean = yield from self._ranged()
            limited = limited or self._limited(mean.clamped, mean.elapsed)
            self._window.append(value)
            if len(self._window) > count:
                self._window.popleft()
            if len(self._window) == count or sensing.filter_kind == "MOV":
                break
        if OVERFLOW in self._window:
            return OVERFLOW, limited, mean
        return sum(self._window) / len(self._window), limited, mean

    def _integrate(self) -> Waiting[Mean]:
        """The exact mean of the port over one integration time."""
        if self.sheet.timing.conversion:
            yield self.sheet.timing.conversion
        start = self._port.totals()
        yield self._aperture()
        return self._port.mean(start)

    def _limited(self, clamped: float, elapsed: float) -> bool:
        """Whether the source was at its limit for any of the time (s) it was looked at.

        A voltage source is where its current is clamped; a current source where it is not.
        """
        settings = self.settings
        if settings.source == "VOLT":
            return settings.output and clamped > 0
        return (settings.output and settings.sourcing.level != 0
                and clamped < elapsed * (1 - 1e-6))

    def _measured(self, mean: Mean) -> float:
        """The mean as the meter gives it, in the unit asked for; OVERFLOW beyond the range."""
        sensing = self.settings.sensing
        if self.settings.sense == "RES":
            current = self._read_anywhere("CURR", mean.current)
            voltage = self._read_anywhere("VOLT", mean.voltage)
            ratio = voltage / current if current else math.inf
            return ratio if abs(ratio) <= self._reach() else OVERFLOW
        sense = self.settings.sense
        true = mean.current if sense == "CURR" else mean.voltage
        ranges = self._sense_ranges()
        if abs(true) >= sensing.range * ranges.over_range * (1 - 1e-9):
            return OVERFLOW
        value = self._meter(sense, sensing.range, true)
        if sensing.unit in ("OHM", "WATT"):
            current, voltage = ((value, mean.voltage) if sense == "CURR"
                                else (mean.current, value))
            if sensing.unit == "WATT":
                return voltage * current
            return voltage / current if current else OVERFLOW
        return value

    def _read_back(self, mean: Mean) -> float:
        """The source as measured, on the range it is sourced on."""
        function = self.settings.source
        return self._meter(function, self._source_range,
                           mean.voltage if function == "VOLT" else mean.current)

    def _meter(self, function: SenseFunction, full_scale: float, true: float) -> float:
        """What one conversion on the range of that full scale makes of a value."""
        factor, offset, noise, step = (self._conversions.get((function, full_scale))
                                       or self._conversion(function, full_scale))
        value = true * factor + offset + noise * self._random().standard_normal()
        return round(value / step) * step

    def _conversion(self, function: SenseFunction, full_scale: float) -> Conversion:
        """The range's gain and offset error, its noise with these settings, the display's step."""
        scale = sense_ranges(self.sheet, function).at_full_scale(full_scale)
        error = self._sense_errors[function][scale.full_scale]
        conversion = Conversion(1 + error.gain, error.offset,
                                scale.noise_at(self.settings.sensing.nplc), scale.resolution)
        self._conversions[function, full_scale] = conversion
        return conversion

    def _better_range(self, mean: Mean) -> Range | None:
        """The range to autorange to, None where the present one is right."""
        sensing = self.settings.sensing
        if not sensing.autorange or self.settings.sense == "RES":
            return None
        true = abs(mean.current if self.settings.sense == "CURR" else mean.voltage)
        least = max(true, sensing.lower_limit)
        wanted = self._smallest(self.settings.sense, least)
        if wanted.full_scale < sensing.range:
            # A range is left downwards only for one whose full scale itself holds the value.
            wanted = next(each for each in self._sense_ranges().ranges
                          if each.full_scale >= least)
        return None if math.isclose(wanted.full_scale, sensing.range) else wanted

    def _smallest(self, function: SenseFunction, value: float) -> Range:
        ranges = sense_ranges(self.sheet, function)
        return ranges.holding(value) if abs(value) <= ranges.maximum else ranges.ranges[-1]

    def _read_anywhere(self, function: SenseFunction, true: float) -> float:
        """One conversion on the smallest range there is for a value."""
        return self._meter(function, self._smallest(function, true).full_scale, true)

    def _drive(self) -> None:
        """Make the port what the settings say."""
        function, setup = self.settings.source, self.settings.sourcing
        self._source_range = source_range_in_use(self.sheet, function, setup)
        error = self._source_errors[function][self._source_range]
        level = setup.level * (1 + error.gain) + error.offset
        limit = setup.limit * (1 + self._limit_error)
        source = output_source(self.sheet, self.settings, level=level, limit=limit)
        if source != self._port.source:
            self._port.source = source

    def _source_delay(self) -> float:
        setup = self.settings.sourcing
        if not setup.autodelay:
            return setup.delay
        function = self.settings.source
        full_scale = source_range_in_use(self.sheet, function, setup)
        source = source_ranges(self.sheet, function).at_full_scale(full_scale)
        return max(source.settling, self._sense_range().settling)

    def _settle_for(self, seconds: float) -> None:
        self._settled = max(self._settled, self._time.now + seconds)

    def _aperture(self) -> float:
        return self.settings.sensing.nplc / self.line_frequency

    def _sense_ranges(self) -> Ranges:
        return sense_ranges(self.sheet, self.settings.sense)

    def _sense_range(self) -> Range:
        return self._sense_ranges().at_full_scale(self.settings.sensing.range)

    def _reach(self) -> float:
        return self.settings.sensing.range * self._sense_ranges().over_range


def _felt(settings: Settings) -> tuple[bool, SourceFunction, float]:
    """What of the settings the sample feels; a change of it is followed by the source delay."""
    return settings.output, settings.source, settings.sourcing.level


def _draw(ranges: Ranges, errors: np.random.Generator) -> dict[float, Error]:
    """Gain and offset of each range, by full scale, uniform within the one-year accuracy."""
    return {scale.full_scale: Error(scale.gain_accuracy * errors.uniform(-1, 1),
                                    scale.offset_accuracy * errors.uniform(-1, 1))
            for scale in ranges.ranges}
