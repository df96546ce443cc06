"""What a Keithley 2400 makes of a new setting: what moves with it, and what it refuses.

Each rule takes a setup and gives the next one, or raises ScpiError with the instrument's own
number (2400S-900-01 Rev. K, appendix B). That a compliance below 0.1 % of the present measure
range is refused stands on page 18-68; that no measure range above the compliance's can be had, and
none of the quantity that is sourced, on page 18-62.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.instruments.keithley2400_setup import (
    AMPS,
    VOLTS,
    Mode,
    Quantity,
    Setup,
    compliance_range,
    opposite,
    source_range_for,
)
from ginsen.sim_backend.instruments.smu_settings import (
    SenseFunction,
    SourceFunction,
    sense_ranges,
    source_ranges,
)
from ginsen.sim_backend.scpi.errors import ScpiError

TOO_SMALL = ScpiError(822, "Too small for sense range")
READ_BACK = ScpiError(823, "Invalid with source read-back on")
ABOVE_COMPLIANCE = ScpiError(824, "Cannot exceed compliance range")
AUTOMATIC_OHMS = ScpiError(825, "Invalid with auto-ohms on")
TOO_MUCH_POWER = ScpiError(826, "Attempt to exceed power limit")

_ORDER: tuple[SenseFunction, ...] = ("VOLT", "CURR", "RES")
_LOW_VOLTAGE, _LOW_CURRENT = 20.0, 0.1
"""Full scales (V, A): beyond one the other quantity keeps to its own (SPEC-2400 page 1, 22 W)."""

_PROTECTIONS = (20.0, 40.0, 60.0, 80.0, 100.0, 120.0, 160.0)


def with_source(setup: Setup, function: SourceFunction) -> Setup:
    """Source the other quantity; the output goes off (background knowledge)."""
    _own_source(setup)
    if function == setup.source:
        return setup
    return within_power(replace(setup, source=function, output=False, swept=None))


def with_level(setup: Setup, function: SourceFunction, level: float) -> Setup:
    """Set the fixed source's level (page 18-78)."""
    _own_source(setup)
    quantity = setup.quantities[function]
    if quantity.mode != "FIX":
        raise ScpiError(-221)
    if not quantity.source_autorange:
        if abs(level) > _reach(function, quantity.source_range):
            raise ScpiError(-222)
        return setup.with_quantity(function, level=level)
    return within_power(setup.with_quantity(
        function, level=level, source_range=source_range_for(function, level)))


def with_source_range(setup: Setup, function: SourceFunction, value: float) -> Setup:
    """Fix the source range that holds `value`."""
    _own_source(setup)
    scale = source_range_for(function, value)
    if abs(setup.quantities[function].level) > _reach(function, scale):
        raise ScpiError(-221)
    return within_power(setup.with_quantity(function, source_range=scale,
                                             source_autorange=False))


def with_source_autorange(setup: Setup, function: SourceFunction, on: bool) -> Setup:
    """Let the source range follow the level, or leave it where it is (page 18-76)."""
    _own_source(setup)
    if not on:
        return setup.with_quantity(function, source_autorange=False)
    scale = source_range_for(function, setup.quantities[function].level)
    return within_power(setup.with_quantity(function, source_range=scale, source_autorange=True))


def with_mode(setup: Setup, function: SourceFunction, mode: Mode) -> Setup:
    """Fixed level, staircase or list; back at fixed the source gives its level again."""
    _own_source(setup)
    chosen = replace(setup.with_quantity(function, mode=mode), swept=None)
    quantity = chosen.quantities[function]
    return with_source_autorange(chosen, function, True) if quantity.source_autorange else chosen


def with_limit(setup: Setup, function: SourceFunction, value: float, present: float) -> Setup:
    """Set the compliance of `function`; `present` is the full scale it is measured on."""
    _own_source(setup)
    limit = abs(value)
    if limit < KEITHLEY_2400.least_limit_share * present * (1 - 1e-9):
        raise TOO_SMALL
    return within_power(setup.with_quantity(function, limit=limit))


def with_range(setup: Setup, function: SourceFunction, value: float) -> Setup:
    """Fix the measure range that holds `value`."""
    _not_sourced(setup, function)
    scale = sense_ranges(KEITHLEY_2400, function).holding(value).full_scale
    if scale > compliance_range(setup, function).full_scale:
        raise ABOVE_COMPLIANCE
    return setup.with_quantity(function, range=scale, autorange=False)


def with_autorange(setup: Setup, function: SourceFunction, on: bool, present: float) -> Setup:
    """Let the measure range follow the readings, or leave it where it is, at `present`."""
    if on:
        _not_sourced(setup, function)
        return setup.with_quantity(function, autorange=True)
    return setup.with_quantity(function, autorange=False, range=present)


def with_lower_limit(setup: Setup, function: SourceFunction, value: float) -> Setup:
    """Autorange no lower than the range that holds `value`."""
    scale = sense_ranges(KEITHLEY_2400, function).holding(value).full_scale
    if scale > compliance_range(setup, function).full_scale:
        raise ScpiError(-221)
    return setup.with_quantity(function, lower_limit=scale)


def with_ohms_range(setup: Setup, value: float) -> Setup:
    """Fix the range of automatic ohms; manual ohms has none (page 18-62, note 2)."""
    if not setup.automatic_ohms:
        raise ScpiError(-221)
    scale = KEITHLEY_2400.measure_resistance.holding(value).full_scale
    return replace(setup, ohms_range=scale, ohms_autorange=False)


def with_functions(setup: Setup, *functions: SenseFunction) -> Setup:
    """Measure these, too; without concurrency instead (SCPI-1999, SENSe:FUNCtion)."""
    if not functions:
        raise ScpiError(-109)
    if not setup.concurrent:
        if len(functions) > 1:
            raise ScpiError(-221)
        return replace(setup, functions=functions)
    return replace(setup, functions=_ordered({*setup.functions, *functions}))


def without_functions(setup: Setup, *functions: SenseFunction) -> Setup:
    """Measure these no more."""
    if not functions:
        raise ScpiError(-109)
    return replace(setup, functions=_ordered(set(setup.functions) - set(functions)))


def with_all_functions(setup: Setup) -> Setup:
    """Measure everything, if more than one thing can be measured."""
    if not setup.concurrent:
        raise ScpiError(-221)
    return replace(setup, functions=_ORDER)


def with_concurrency(setup: Setup, on: bool) -> Setup:
    """Allow several functions; switched off, the voltage alone is measured (background)."""
    functions = setup.functions if on == setup.concurrent or on else ("VOLT",)
    return replace(setup, concurrent=on, functions=functions)


def with_sense_connection(setup: Setup, remote: bool) -> Setup:
    """Two or four wires; a change switches the output off (page 2-12)."""
    return replace(setup, remote_sense=remote,
                   output=setup.output and remote == setup.remote_sense)


def with_protection(setup: Setup, value: float) -> Setup:
    """Limit the voltage itself, at the greatest step not above `value`; none above 160 V.

    Below the lowest step the lowest is taken (page 18-81).
    """
    if abs(value) > _PROTECTIONS[-1]:
        return replace(setup, protection=None)
    steps = [step for step in _PROTECTIONS if step <= abs(value)]
    return replace(setup, protection=steps[-1] if steps else _PROTECTIONS[0])


def configured(setup: Setup, *functions: SenseFunction) -> Setup:
    """What :CONFigure makes of it (pages 17-2 and 17-3).

    These functions alone, everything that belongs to them as after *RST, the compliance included;
    auto-zero on, and the output too.
    """
    for function in functions:
        if function == "RES":
            setup = replace(setup, automatic_ohms=True, ohms_range=Setup().ohms_range,
                            ohms_autorange=True)
        else:
            setup = setup.with_quantity(function, **_sense_defaults(function))
    return replace(setup, functions=_ordered(set(functions)), nplc=Setup().nplc, autozero=True,
                   output=True)


def within_power(setup: Setup) -> Setup:
    """The same setup, unless source range and compliance are more than 22 W together."""
    limit = setup.quantities[opposite(setup.source)].limit
    own, other = ((_LOW_VOLTAGE, _reach("CURR", _LOW_CURRENT)) if setup.source == "VOLT"
                  else (_LOW_CURRENT, _reach("VOLT", _LOW_VOLTAGE)))
    if setup.sourcing.source_range > own and limit > other:
        raise TOO_MUCH_POWER
    return setup


def _sense_defaults(function: SourceFunction) -> dict[str, Any]:
    after_reset: Quantity = VOLTS if function == "VOLT" else AMPS
    return {name: getattr(after_reset, name)
            for name in ("limit", "range", "lower_limit", "autorange")}


def _own_source(setup: Setup) -> None:
    if setup.driven:
        raise AUTOMATIC_OHMS


def _not_sourced(setup: Setup, function: SourceFunction) -> None:
    if function == setup.source:
        raise READ_BACK


def _reach(function: SourceFunction, scale: float) -> float:
    return scale * source_ranges(KEITHLEY_2400, function).over_range * (1 + 1e-12)


def _ordered(functions: set[SenseFunction]) -> tuple[SenseFunction, ...]:
    return tuple(function for function in _ORDER if function in functions)
