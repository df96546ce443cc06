"""What a source-measure unit is set to, frozen, and the source its output then is to the sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ginsen.datasheets.source_meter import Ranges, SourceMeterSheet
from ginsen.sim_backend.devices.device import OPEN, Source

SourceFunction = Literal["VOLT", "CURR"]
SenseFunction = Literal["VOLT", "CURR", "RES"]
OffState = Literal["NORM", "HIMP", "ZERO", "GUAR"]


@dataclass(frozen=True)
class SourceSetup:
    """How one function sources: level and limit in its own units (V with A, or A with V).

    `range` is the full scale chosen by hand, in force while `autorange` is off. `delay` (s) passes
    between a change of the source and the next reading; with `autodelay` the settling time of
    the source range passes instead.
    """

    limit: float
    range: float
    level: float = 0.0
    autorange: bool = True
    delay: float = 0.0
    autodelay: bool = True
    readback: bool = True
    off_state: OffState = "NORM"
    high_capacitance: bool = False
    user_delays: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class SenseSetup:
    """How one function measures.

    `range` is the full scale in use, moved by the instrument while `autorange` is on, never below
    `lower_limit`. `filter_count` readings are averaged while `filtered`: anew for each reading
    (`REP`) or as a moving window (`MOV`). `unit` is what a reading is expressed in.
    """

    range: float
    lower_limit: float
    unit: str
    autorange: bool = True
    nplc: float = 1.0
    autozero: bool = True
    remote_sense: bool = False
    filtered: bool = False
    filter_count: int = 10
    filter_kind: Literal["REP", "MOV"] = "REP"
    user_delays: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Settings:
    """Everything that decides what the output does and what a reading is.

    `off_limit` (A) is the current limit of the normal off state, where it can be set.
    """

    source: SourceFunction
    sense: SenseFunction
    sources: dict[SourceFunction, SourceSetup]
    senses: dict[SenseFunction, SenseSetup]
    output: bool = False
    protection: float | None = None
    off_limit: float | None = None

    @cached_property
    def sourcing(self) -> SourceSetup:
        """The setup of the source function in force."""
        return self.sources[self.source]

    @cached_property
    def sensing(self) -> SenseSetup:
        """The setup of the measure function in force."""
        return self.senses[self.sense]


def source_ranges(sheet: SourceMeterSheet, function: SourceFunction) -> Ranges:
    """The ranges the function sources on."""
    return sheet.source_voltage if function == "VOLT" else sheet.source_current


def sense_ranges(sheet: SourceMeterSheet, function: SenseFunction) -> Ranges:
    """The ranges the function measures on."""
    if function == "CURR":
        return sheet.measure_current
    return sheet.measure_voltage if function == "VOLT" else sheet.measure_resistance


def source_range_in_use(sheet: SourceMeterSheet, function: SourceFunction,
                        setup: SourceSetup) -> float:
    """Full scale of the source range: the one chosen, or the smallest that holds the level."""
    if setup.autorange:
        return source_ranges(sheet, function).holding(setup.level).full_scale
    return setup.range


def output_source(sheet: SourceMeterSheet, settings: Settings, *, level: float,
                  limit: float) -> Source:
    """What the output is to the sample, with the level and limit the instrument really gives.

    A voltage source is a voltage with a current clamp. A current source is the same thing seen
    from the other side: it rises to its voltage limit until the current is reached. With the
    output off the off state decides (Reference Manual 2450-901-01 Rev. B, pages 2-82 to 2-84,
    6-31 and 6-32; the 2400's manual, 2400S-900-01 Rev. K, pages 13-9 and 13-10, says the same with
    another share): normal is 0 V with the limit at a share of the current measure range (10 % on a
    2450), zero is 0 V with the limit left alone (sourcing current: the programmed current or that
    share of the source range, whichever is greater), high impedance is an open relay, guard a
    source of 0 A.
    """
    setup = settings.sourcing
    ceiling = float("inf") if settings.protection is None else settings.protection
    if settings.output:
        if settings.source == "VOLT":
            held = min(max(level, -ceiling), ceiling)
            return Source(voltage=held, current_limit=_range_clamp(sheet, settings, limit))
        if level == 0:
            return OPEN
        reach = min(limit, ceiling)
        return Source(voltage=reach if level > 0 else -reach, current_limit=abs(level))
    if setup.off_state == "NORM":
        share = sheet.off_limit_share * settings.senses["CURR"].range
        return Source(current_limit=share if settings.off_limit is None else settings.off_limit)
    if setup.off_state == "ZERO":
        if settings.source == "VOLT":
            return Source(current_limit=_range_clamp(sheet, settings, limit))
        full_scale = source_range_in_use(sheet, "CURR", setup)
        return Source(current_limit=max(abs(level), sheet.off_limit_share * full_scale))
    return OPEN


def _range_clamp(sheet: SourceMeterSheet, settings: Settings, limit: float) -> float:
    """The current limit, or the over-range of a fixed current range where that is less.

    The range resistor cannot carry more than the range reaches, whatever the limit says.
    """
    if settings.sense != "CURR" or settings.sensing.autorange:
        return limit
    return min(limit, settings.sensing.range * sheet.measure_current.over_range)
