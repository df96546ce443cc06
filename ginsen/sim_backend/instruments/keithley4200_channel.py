"""One SMU of a virtual 4200A: the electrical model, forced, measured and switched off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ginsen.datasheets.keithley4200 import HIGH_VOLTAGE, HIGH_VOLTAGE_CURRENT, KEITHLEY_4200_SMU
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley4200_words import Refusal
from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading, SourceMeasureUnit
from ginsen.sim_backend.instruments.smu_settings import (
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
    source_range_in_use,
    source_ranges,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley4200 import VirtualKeithley4200

OTHER: dict[SourceFunction, SourceFunction] = {"VOLT": "CURR", "CURR": "VOLT"}
LEAST = {"VOLT": KEITHLEY_4200_SMU.least_current_limit,
         "CURR": KEITHLEY_4200_SMU.least_voltage_limit}
"""The least compliance of a voltage source (A) and of a current source (V)."""

LOWEST_CURRENT = KEITHLEY_4200_SMU.measure_current.ranges[0].full_scale
LOWEST_VOLTAGE = KEITHLEY_4200_SMU.measure_voltage.ranges[0].full_scale


def settings_at_first() -> Settings:
    """Off with the relay open (choice), everything ranged automatically."""
    def source(limit: float, full_scale: float) -> SourceSetup:
        return SourceSetup(limit=limit, range=full_scale, autodelay=False, off_state="HIMP",
                           readback=False)

    return Settings(
        source="VOLT", sense="CURR",
        sources={"VOLT": source(LEAST["VOLT"], 20.0), "CURR": source(LEAST["CURR"], 1e-7)},
        senses={"VOLT": SenseSetup(LOWEST_VOLTAGE, LOWEST_VOLTAGE, "V", autozero=False),
                "CURR": SenseSetup(LOWEST_CURRENT, LOWEST_CURRENT, "A", autozero=False)})


class Channel:
    """SMU `number`. `letter` is what user mode calls it (page 9-53)."""

    def __init__(self, analyzer: VirtualKeithley4200, number: int) -> None:
        self.analyzer = analyzer
        self.letter = "ABCD"[number - 1]
        self.unit = SourceMeasureUnit(
            KEITHLEY_4200_SMU, settings_at_first(), analyzer.bench, analyzer.port(f"hi_{number}"),
            lambda: analyzer.random, analyzer.time, lambda: analyzer.trouble.held > 0)

        self.fixed: float | None = None

    def reset(self) -> None:
        """Output off, every range automatic again."""
        self.fixed = None
        self.unit.apply(settings_at_first())

    def force(self, function: SourceFunction, level: float, limit: float,
              full_scale: float | None = None) -> None:
        """Source a level, the output on, on the range of that full scale or the smallest that fits.

        A compliance below the least there is becomes the least (DV; page 9-21). Raises Refusal
        for what no range reaches, and for more than 10.5 mA beyond 21 V (refused by choice).
        """
        limit = max(abs(limit), LEAST[function])
        ranges = source_ranges(KEITHLEY_4200_SMU, function)
        if function == "CURR" and full_scale is None and self.fixed is not None:
            full_scale = max(self.fixed, ranges.holding(level).full_scale)
        reach = ranges.maximum if full_scale is None else full_scale * ranges.over_range
        voltage, current = (abs(level), limit) if function == "VOLT" else (limit, abs(level))
        if not abs(level) <= reach * (1 + 1e-12) or (
                voltage > HIGH_VOLTAGE and current > HIGH_VOLTAGE_CURRENT):
            raise Refusal
        setup = replace(self.unit.settings.sources[function], level=level, limit=limit,
                        autorange=full_scale is None)
        if full_scale is not None:
            setup = replace(setup, range=full_scale)
        in_use = source_range_in_use(KEITHLEY_4200_SMU, function, setup)
        setup = replace(setup, delay=self.analyzer.delay_factor
                        * ranges.at_full_scale(in_use).settling)
        self.unit.change(source=function, sense=OTHER[function], output=True,
                         sources={**self.unit.settings.sources, function: setup})

    def level(self, value: float) -> None:
        """Another level of what is sourced, as a sweep sets it."""
        setup = self.unit.settings.sourcing
        self.force(self.unit.settings.source, value, setup.limit,
                   None if setup.autorange else setup.range)

    def off(self) -> None:
        """The output off."""
        self.unit.change(output=False)

    def fix(self, full_scale: float | None) -> None:
        """SR: the one current range, of the meter where a voltage is sourced; None for automatic.

        The manual calls it a source range, an example of its maker uses it like this (choice).
        """
        self.fixed = full_scale
        setup = self.unit.settings.senses["CURR"]
        self.unit.change_sense("CURR", autorange=full_scale is None,
                               range=full_scale or setup.range)

    def set_floor(self, full_scale: float) -> None:
        """RG: the lowest current range to measure on; a lower one is left at once (choice)."""
        setup = self.unit.settings.senses["CURR"]
        self.unit.change_sense("CURR", lower_limit=full_scale, range=max(full_scale, setup.range))

    def measure(self, function: SourceFunction, *, readback: bool = False) -> Waiting[Reading]:
        """One reading of `function`, and of what is sourced before it with `readback`.

        An SMU that is off is behind its open relay and reads nothing (choice).
        """
        unit = self.unit
        for each in OTHER:
            unit.change_sense(each, nplc=self.analyzer.nplc)
        unit.change_source(unit.settings.source, readback=readback)
        unit.change(sense=function)
        reading = yield from unit.read()
        return reading if reading.output else reading._replace(value=0.0, limited=False)

    def status(self, reading: Reading) -> str:
        """The letter of a reading: V, C, T or N, the first that applies (page 9-52)."""
        if reading.value == OVERFLOW:
            return "V"
        if reading.limited:
            return "C"
        others = (each for each in self.analyzer.channels.values() if each is not self)
        return "T" if any(each.unit.limit_tripped() for each in others) else "N"
