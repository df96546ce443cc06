"""What a Keithley 2400 is set to, frozen, and what that makes of the electrical model.

Pages and tables are those of the User's Manual, 2400S-900-01 Rev. K. Integration time, filter,
auto-zero and sensing are one for all functions; which functions a reading measures is a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ginsen.datasheets.keithley2400 import KEITHLEY_2400, TEST_CURRENTS
from ginsen.datasheets.source_meter import Range
from ginsen.sim_backend.instruments.smu_settings import (
    OffState,
    SenseFunction,
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
    sense_ranges,
    source_ranges,
)

Mode = Literal["FIX", "SWE", "LIST"]
Ranging = Literal["BEST", "AUTO", "FIX"]

MOST_POINTS = 2500
"""Readings in either buffer, points of a sweep, and the product of the two trigger counts."""


@dataclass(frozen=True)
class Quantity:
    """How voltage (V) or current (A) is sourced and measured.

    `level` is the fixed source's, `start`, `stop` and `values` those of a staircase and of a list.
    `limit` is the compliance of this quantity, in force while the other one is sourced. Ranges are
    full scales; `range` is in force while `autorange` is off, `source_range` always.
    """

    source_range: float
    limit: float
    range: float
    lower_limit: float
    level: float = 0.0
    source_autorange: bool = True
    mode: Mode = "FIX"
    start: float = 0.0
    stop: float = 0.0
    values: tuple[float, ...] = ()
    autorange: bool = True


VOLTS = Quantity(source_range=20.0, limit=21.0, range=20.0, lower_limit=0.2)
AMPS = Quantity(source_range=100e-6, limit=105e-6, range=100e-6, lower_limit=1e-6)
"""After *RST (tables 18-6 and 18-7)."""

AFTER_RESET = Settings(
    source="VOLT", sense="CURR",
    sources={"VOLT": SourceSetup(limit=AMPS.limit, range=VOLTS.source_range),
             "CURR": SourceSetup(limit=VOLTS.limit, range=AMPS.source_range)},
    senses={"VOLT": SenseSetup(VOLTS.range, VOLTS.lower_limit, "V"),
            "CURR": SenseSetup(AMPS.range, AMPS.lower_limit, "A")})
"""The electrical model then: autoranging begins from its ranges."""


@dataclass(frozen=True)
class Sweep:
    """What staircases of either quantity have in common (pages 18-83 to 18-88)."""

    points: int = MOST_POINTS
    logarithmic: bool = False
    down: bool = False
    ranging: Ranging = "BEST"


@dataclass(frozen=True)
class ContactCheck:
    """Whether each reading checks the contact, up to how many Ω, and limit test 4 (table F-5)."""

    enabled: bool = False
    threshold: float = 50.0
    limit_test: bool = False


@dataclass(frozen=True)
class Setup:
    """Everything *RST puts back but formats and trigger model; as it is after *RST.

    `functions` are measured, in the order of a reading. `swept` is the level (V or A) a sweep or
    list has reached, None before the first. `auto_off` switches the output on for each reading
    (`ALW`) or for each round of the trigger layer (`TCO`), and off again. `delay` is in s,
    `protection` in V, `ohms_range` in Ω.
    """

    quantities: Mapping[SourceFunction, Quantity] = field(
        default_factory=lambda: {"VOLT": VOLTS, "CURR": AMPS})
    source: SourceFunction = "VOLT"
    output: bool = False
    swept: float | None = None
    sweep: Sweep = Sweep()
    delay: float = 0.0
    autodelay: bool = True
    off_state: OffState = "NORM"
    auto_off: bool = False
    auto_off_mode: Literal["ALW", "TCO"] = "ALW"
    protection: float | None = None
    functions: tuple[SenseFunction, ...] = ("CURR",)
    concurrent: bool = True
    automatic_ohms: bool = True
    ohms_range: float = 200e3
    ohms_autorange: bool = True
    nplc: float = 1.0
    autozero: bool = True
    remote_sense: bool = False
    filtered: bool = False
    filter_count: int = 10
    filter_kind: Literal["REP", "MOV"] = "REP"
    contact: ContactCheck = ContactCheck()

    @property
    def sourcing(self) -> Quantity:
        """The quantity that is sourced."""
        return self.quantities[self.source]

    @property
    def driven(self) -> bool:
        """Whether automatic ohms has taken the source over."""
        return self.automatic_ohms and "RES" in self.functions

    def with_quantity(self, function: SourceFunction, **changes: Any) -> Setup:
        """The same with some fields of one quantity replaced."""
        changed = replace(self.quantities[function], **changes)
        return replace(self, quantities={**self.quantities, function: changed})


def opposite(function: SourceFunction) -> SourceFunction:
    """The other quantity: the one a source of `function` is limited in."""
    return "CURR" if function == "VOLT" else "VOLT"


def source_range_for(function: SourceFunction, level: float) -> float:
    """Full scale of the smallest source range that holds `level`."""
    return source_ranges(KEITHLEY_2400, function).holding(level).full_scale


def compliance_range(setup: Setup, function: SourceFunction) -> Range:
    """The measure range on which the compliance of `function` lies: none above it can be had."""
    return sense_ranges(KEITHLEY_2400, function).holding(setup.quantities[function].limit)


def range_limited(setup: Setup) -> bool:
    """Whether a fixed measure range clamps the source before its compliance does (page 6-2)."""
    limiting = setup.quantities[opposite(setup.source)]
    return limiting.limit > _clamp(setup, setup.source)


def unit_settings(setup: Setup, present: Settings) -> Settings:
    """What the electrical model is to do; `present` says which ranges autoranging has reached."""
    if setup.driven:
        setup = _ohmmeter(setup)
    sourced, limiting = setup.source, opposite(setup.source)
    # Nothing but the sourced quantity measured, or the other one, with the source read back.
    sense: SenseFunction = sourced if setup.functions == (sourced,) else limiting
    readback = sense == limiting and not {sourced, "RES"}.isdisjoint(setup.functions)
    return Settings(
        source=sourced,
        sense=sense,
        sources={function: _source(setup, function, readback) for function in setup.quantities},
        senses={function: _sense(setup, function, present) for function in setup.quantities},
        output=setup.output,
        protection=setup.protection,
    )


def _source(setup: Setup, function: SourceFunction, readback: bool) -> SourceSetup:
    quantity = setup.quantities[function]
    swept = setup.swept if quantity.mode != "FIX" and function == setup.source else None
    return SourceSetup(
        limit=_clamp(setup, function),
        range=quantity.source_range,
        level=quantity.level if swept is None else swept,
        autorange=False,
        delay=setup.delay,
        autodelay=setup.autodelay,
        readback=readback,
        off_state=setup.off_state,
    )


def _clamp(setup: Setup, function: SourceFunction) -> float:
    """What a source of `function` is limited to: the compliance, or 105 % of a fixed range."""
    limiting = setup.quantities[opposite(function)]
    if limiting.autorange:
        return limiting.limit
    return min(limiting.limit, limiting.range * source_ranges(KEITHLEY_2400, function).over_range)


def _sense(setup: Setup, function: SourceFunction, present: Settings) -> SenseSetup:
    quantity = setup.quantities[function]
    if function == setup.source:
        # The source range is the measure range, too (page 18-62, note 1).
        scale = quantity.source_range
    elif quantity.autorange:
        scale = min(present.senses[function].range, compliance_range(setup, function).full_scale)
    else:
        scale = quantity.range
    return SenseSetup(
        range=scale,
        lower_limit=quantity.lower_limit,
        unit="V" if function == "VOLT" else "A",
        autorange=quantity.autorange and function != setup.source,
        nplc=setup.nplc,
        autozero=setup.autozero,
        remote_sense=setup.remote_sense,
        filtered=setup.filtered,
        filter_count=setup.filter_count,
        filter_kind=setup.filter_kind,
    )


def _ohmmeter(setup: Setup) -> Setup:
    """The setup automatic ohms makes of another: a current by range, its voltage (table 4-1)."""
    current = TEST_CURRENTS[setup.ohms_range]
    volts = sense_ranges(KEITHLEY_2400, "VOLT").holding(setup.ohms_range * current)
    amps = source_range_for("CURR", current)
    driven = replace(setup, source="CURR", swept=None)
    driven = driven.with_quantity("CURR", level=current, source_range=amps, mode="FIX")
    return driven.with_quantity("VOLT", range=volts.full_scale, autorange=False,
                                limit=volts.full_scale * source_ranges(KEITHLEY_2400,
                                                                       "VOLT").over_range)
