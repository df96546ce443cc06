"""One channel of the Keysight B2912A: an electrical model, two trigger systems, a trace buffer.

Agilent B2900 SCPI Command Reference (B2910-90030), Edition 2 (July 2011): transient actions change
the source, acquire actions measure; each has its own trigger source, timer, count and delay. A
sweep or list changes the level at each transient trigger, a pulse leaves the immediate level for
its width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ginsen.datasheets.keysight_b2900 import KEYSIGHT_B2912A
from ginsen.sim_backend.events import Process, Waiting
from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading, SourceMeasureUnit
from ginsen.sim_backend.instruments.smu_settings import (
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
    sense_ranges,
    source_range_in_use,
    source_ranges,
)
from ginsen.sim_backend.scpi.errors import ScpiError

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keysight_b2900 import VirtualKeysightB2900

NOT_A_NUMBER = 9.91e37
CURRENT_SOURCE, LIMITED, OVERFLOWED = 1, 2, 8192
"""Bits of a reading's status (page 1-14, table 1-2)."""

MOST_POINTS = 100_000
"""Readings that the trace buffer holds."""

Layer = Literal["ACQ", "TRAN"]
OTHER: dict[SourceFunction, SourceFunction] = {"VOLT": "CURR", "CURR": "VOLT"}


@dataclass(frozen=True)
class Trigger:
    """When the actions of one system happen; s. `arm_delay` passes before the first."""

    source: str = "AINT"
    interval: float = 1e-5
    count: int = 1
    delay: float = 0.0
    arm_delay: float = 0.0


@dataclass(frozen=True)
class Shape:
    """What a transient action does to one source function: levels in its unit, times in s."""

    mode: str = "FIX"
    triggered: float = 0.0
    levels: tuple[float, ...] = (0.0,)


def settings_after_reset() -> Settings:
    """What *RST sets: 0 V, 100 µA, output off and normal, current measured with autorange."""
    return Settings(
        source="VOLT", sense="CURR",
        sources={"VOLT": SourceSetup(limit=100e-6, range=2.0, autodelay=False),
                 "CURR": SourceSetup(limit=2.0, range=100e-6, autodelay=False)},
        senses={"VOLT": SenseSetup(range=2.0, lower_limit=0.2, unit="V", autozero=False),
                "CURR": SenseSetup(range=100e-6, lower_limit=1e-6, unit="A", autozero=False)})


class Channel:
    """Channel `number` of the instrument."""

    def __init__(self, smu: VirtualKeysightB2900, number: int) -> None:
        self.smu = smu
        self.number = number
        self.unit = SourceMeasureUnit(KEYSIGHT_B2912A, settings_after_reset(), smu.bench,
                                      smu.port(f"hi_{number}"), lambda: smu.random, smu.time,
                                      lambda: smu.trouble.held > 0)
        self._running: dict[Layer, Process] = {}
        self.reset()

    def reset(self) -> None:
        """*RST."""
        self.abort(("ACQ", "TRAN"))
        self.unit.apply(settings_after_reset())
        self.levels: dict[SourceFunction, float] = {"VOLT": 0.0, "CURR": 0.0}
        self.shapes: dict[SourceFunction, Shape] = {"VOLT": Shape(), "CURR": Shape()}
        self.triggers: dict[Layer, Trigger] = {"ACQ": Trigger(), "TRAN": Trigger()}
        self.pulsed, self.pulse_width, self.pulse_delay = False, 50e-6, 0.0
        self.on_by_itself, self.off_by_itself = True, False
        self.readings: list[Reading] = []
        self.trace: list[Reading] = []
        self.trace_size, self.trace_control = MOST_POINTS, "NEV"

    # Sourcing.

    def set_function(self, function: SourceFunction) -> None:
        """Select what is sourced; the other is measured, and the output goes off."""
        if function != self.unit.settings.source:
            self.unit.change(source=function, sense=OTHER[function], output=False)

    def set_level(self, function: SourceFunction, level: float) -> None:
        """The immediate level, at which the source is whenever no transient action says else."""
        self._apply(function, level)
        self.levels[function] = level

    def set_range(self, function: SourceFunction, value: float) -> None:
        """The smallest source range that holds a value; autorange goes off."""
        ranges = source_ranges(KEYSIGHT_B2912A, function)
        scale = ranges.holding(value).full_scale
        level = self.unit.settings.sources[function].level
        if abs(level) > scale * ranges.over_range * (1 + 1e-12):
            raise ScpiError(-221)
        self.unit.change_source(function, range=scale, autorange=False)

    def source_range(self, function: SourceFunction) -> float:
        """Full scale of the source range in use."""
        return source_range_in_use(KEYSIGHT_B2912A, function,
                                   self.unit.settings.sources[function])

    def set_autorange(self, function: SourceFunction, on: bool) -> None:
        """Autorange of the source; switched off it stays on the range in use."""
        self.unit.change_source(function, autorange=on, range=self.source_range(function))

    def set_limit(self, function: SourceFunction, limit: float) -> None:
        """The compliance: of the current where a voltage is sourced."""
        measured = OTHER[function]
        setup = self.unit.settings.senses[measured]
        least = KEYSIGHT_B2912A.least_limit_share * setup.range
        if not setup.autorange and limit < least * (1 - 1e-9):
            raise ScpiError(-222)
        self.unit.change_source(function, limit=limit)

    def set_shape(self, function: SourceFunction, **changes: Any) -> None:
        """What transient actions do. Raises ScpiError -222 for a level beyond every range."""
        self.shapes[function] = replace(self.shapes[function], **changes)

    def switch(self, on: bool) -> None:
        """The output."""
        self.unit.change(output=on)

    @property
    def off_state(self) -> str:
        """How the output rests when off: NORM, HIZ or ZERO."""
        state = self.unit.settings.sourcing.off_state
        return "HIZ" if state == "HIMP" else state

    def set_off_state(self, state: str) -> None:
        """How the output rests when off."""
        for function in OTHER:
            self.unit.change_source(function, off_state="HIMP" if state == "HIZ" else state)

    # Measuring.

    def set_sense(self, **changes: Any) -> None:
        """Change both measure functions alike."""
        for function in OTHER:
            self.unit.change_sense(function, **changes)

    def set_measure_range(self, function: SourceFunction, value: float) -> None:
        """The smallest measure range that holds a value; autorange goes off."""
        scale = sense_ranges(KEYSIGHT_B2912A, function).holding(value).full_scale
        self.unit.change_sense(function, range=scale, autorange=False)

    def spot(self) -> Waiting[Reading]:
        """:MEASure?: one reading, the output on for it."""
        self._check_idle()
        if self.on_by_itself and not self.unit.settings.output:
            self.switch(True)
        reading = yield from self.unit.read()
        self.readings = [reading]
        if self.off_by_itself:
            self.switch(False)
        return reading

    def values(self, reading: Reading, elements: Sequence[str]) -> list[float]:
        """The elements of a reading, 9.91e37 where there is none."""
        sourced = reading.source_unit == "A"
        measured = reading.value
        voltage, current = (measured, reading.source) if sourced else (reading.source, measured)
        overflow = OVERFLOWED if measured == OVERFLOW else 0
        ratio = voltage / current if current and not overflow else NOT_A_NUMBER
        told = {"VOLT": voltage, "CURR": current, "RES": ratio, "TIME": reading.time,
                "STAT": float(CURRENT_SOURCE * sourced | LIMITED * reading.limited | overflow),
                "SOUR": self.levels["CURR" if sourced else "VOLT"]}
        return [NOT_A_NUMBER if told[each] == OVERFLOW else told[each] for each in elements]

    # Triggering.

    def set_trigger(self, layers: Sequence[Layer], **changes: Any) -> None:
        """When the actions of these systems happen."""
        for layer in layers:
            self.triggers[layer] = replace(self.triggers[layer], **changes)

    def running(self, layers: Sequence[Layer]) -> bool:
        """Whether one of these systems is under way."""
        return any(layer in self._running and not self._running[layer].done for layer in layers)

    def when_idle(self) -> Waiting[int]:
        """:IDLE?: 1, once nothing is under way."""
        yield from self.smu.all_done()
        return 1

    def initiate(self, layers: Sequence[Layer]) -> None:
        """Start the systems together. Raises ScpiError -213 while one of them runs."""
        if self.running(layers):
            raise ScpiError(-213)
        if self.on_by_itself and not self.unit.settings.output:
            self.switch(True)
        if "ACQ" in layers:
            self.readings = []
        bodies = {"ACQ": self._acquire, "TRAN": self._transient}
        for layer in layers:
            self._running[layer] = self.smu.overlap(bodies[layer]())

    def store(self, reading: Reading) -> None:
        """Put a reading into the trace buffer, which is closed once it is full."""
        self.trace.append(reading)
        if len(self.trace) >= self.trace_size:
            self.trace_control = "NEV"

    def abort(self, layers: Sequence[Layer]) -> None:
        """End the systems where they are; the source goes to its immediate level."""
        for layer in layers:
            process = self._running.pop(layer, None)
            if process is not None and not process.done:
                process.cancel()
                if layer == "TRAN":
                    self._rest()

    def _acquire(self) -> Waiting[None]:
        trigger = self.triggers["ACQ"]
        yield trigger.arm_delay
        begun = self.smu.time.now
        for place in range(trigger.count):
            yield from self._await(trigger, begun, place)
            reading = yield from self.unit.read()
            self.readings.append(reading)
            if self.trace_control == "NEXT":
                self.store(reading)
        if self.off_by_itself:
            self.switch(False)

    def _transient(self) -> Waiting[None]:
        trigger = self.triggers["TRAN"]
        yield trigger.arm_delay
        begun = self.smu.time.now
        function = self.unit.settings.source
        shape = self.shapes[function]
        for place in range(trigger.count):
            yield from self._await(trigger, begun, place)
            if self.pulsed:
                yield self.pulse_delay
            self._apply(function, shape.levels[place % len(shape.levels)]
                        if shape.mode != "FIX" else shape.triggered)
            if self.pulsed:
                yield self.pulse_width
                self._rest()
            else:
                yield KEYSIGHT_B2912A.timing.source_step
        if shape.mode != "FIX":
            self._rest()
        elif not self.pulsed:
            self.levels[function] = shape.triggered

    def _await(self, trigger: Trigger, begun: float, place: int) -> Waiting[None]:
        """The trigger of action number `place`, and its delay."""
        if trigger.source == "TIM":
            yield max(begun + place * trigger.interval - self.smu.time.now, 0.0)
        elif trigger.source == "BUS":
            yield self.smu.triggered_by_bus
        if trigger.delay:
            yield trigger.delay

    def _rest(self) -> None:
        function = self.unit.settings.source
        if self.unit.settings.sourcing.level != self.levels[function]:
            self.unit.change_source(function, level=self.levels[function])

    def _apply(self, function: SourceFunction, level: float) -> None:
        setup = self.unit.settings.sources[function]
        ranges = source_ranges(KEYSIGHT_B2912A, function)
        reach = ranges.maximum if setup.autorange else setup.range * ranges.over_range
        if abs(level) > reach * (1 + 1e-12):
            raise ScpiError(-222)
        if level != setup.level:
            self.unit.change_source(function, level=level)

    def _check_idle(self) -> None:
        if self.running(("ACQ", "TRAN")):
            raise ScpiError(-221)
