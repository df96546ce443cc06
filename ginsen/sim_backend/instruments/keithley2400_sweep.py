"""Staircases and lists of a Keithley 2400 (2400S-900-01 Rev. K, pages 10-2 and 18-83 to 18-88).

A sweep lasts as many points as the trigger layer counts: level after level, and from the first
again. The output stays at the last level until the source is fixed again or reset (background).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.instruments.keithley2400_rules import within_power
from ginsen.sim_backend.instruments.keithley2400_setup import (
    MOST_POINTS,
    Quantity,
    Setup,
    Sweep,
    source_range_for,
)
from ginsen.sim_backend.instruments.smu_settings import SourceFunction, source_ranges
from ginsen.sim_backend.scpi.commands import Command, Entry, Setting, action, query, stored
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import choice, choice_of, integer, number, repeated

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400 as Smu

MOST_VALUES = 100
"""Values in one message that makes a list or appends to it."""


def levels(quantity: Quantity, sweep: Sweep) -> tuple[float, ...]:
    """The levels of a staircase or list, in order; empty for a fixed source.

    Raises ScpiError for a logarithmic staircase through zero, and for a list of nothing.
    """
    if quantity.mode == "FIX":
        return ()
    if quantity.mode == "LIST":
        if not quantity.values:
            raise ScpiError(-221)
        return quantity.values
    ends = (quantity.start, quantity.stop)
    if not sweep.logarithmic:
        points = np.linspace(*ends, sweep.points)
    elif ends[0] * ends[1] <= 0:
        raise ScpiError(-221)
    else:
        points = np.copysign(np.geomspace(abs(ends[0]), abs(ends[1]), sweep.points), ends[0])
    return tuple(float(level) for level in (points[::-1] if sweep.down else points))


def course(setup: Setup) -> tuple[float, ...]:
    """The levels a run goes through, none if the source is fixed or automatic ohms has it.

    Raises ScpiError for a sweep that cannot be run.
    """
    steps = () if setup.driven else levels(setup.sourcing, setup.sweep)
    if steps:
        within_power(swept_to(setup, steps, steps.index(max(steps, key=abs))))
    return steps


def swept_to(setup: Setup, steps: tuple[float, ...], step: int) -> Setup:
    """The setup at one of the steps of a sweep, on the range the ranging mode asks for."""
    level, scale = steps[step % len(steps)], setup.sourcing.source_range
    if setup.sweep.ranging == "BEST":
        scale = source_range_for(setup.source, max(steps, key=abs))
    elif setup.sweep.ranging == "AUTO":
        scale = source_range_for(setup.source, level)
    else:
        reach = scale * source_ranges(KEITHLEY_2400, setup.source).over_range
        level = min(max(level, -reach), reach)
    return replace(setup.with_quantity(setup.source, source_range=scale), swept=level)


def _shared(name: str, kind: Any) -> Setting:
    """A setting both quantities' staircases share."""
    return stored(kind, lambda smu: getattr(smu.setup.sweep, name),
                  lambda smu, value: smu.change(sweep=replace(smu.setup.sweep, **{name: value})))


def _of(function: SourceFunction) -> dict[str, Entry]:
    word = "VOLTage" if function == "VOLT" else "CURRent"
    reach = source_ranges(KEITHLEY_2400, function).maximum
    unit = "V" if function == "VOLT" else "A"
    source, listed = f":SOURce[1]:{word}", f":SOURce[1]:LIST:{word}"

    def end(name: str) -> Setting:
        return stored(number(-reach, reach, 0.0, unit=unit),
                      lambda smu: getattr(smu.setup.quantities[function], name),
                      lambda smu, value: smu.change_quantity(function, **{name: value}))

    def step(smu: Smu) -> float:
        quantity = smu.setup.quantities[function]
        return (quantity.stop - quantity.start) / (smu.setup.sweep.points - 1)

    def set_step(smu: Smu, size: float) -> None:
        """Number of points and size of a step are one setting (page 18-88)."""
        quantity = smu.setup.quantities[function]
        if size == 0:
            raise ScpiError(-221)
        points = round(abs((quantity.stop - quantity.start) / size)) + 1
        if not 2 <= points <= MOST_POINTS:
            raise ScpiError(-221)
        smu.change(sweep=replace(smu.setup.sweep, points=points))

    def set_list(smu: Smu, values: tuple[float, ...]) -> None:
        if not values:
            raise ScpiError(-109)
        if len(values) > MOST_POINTS:
            raise ScpiError(-223)
        smu.change_quantity(function, values=values)

    def listing(smu: Smu) -> tuple[float, ...]:
        return smu.setup.quantities[function].values

    each = repeated(number(-reach, reach, unit=unit))
    return {
        f"{source}:STARt": end("start"),
        f"{source}:STOP": end("stop"),
        f"{source}:STEP": stored(number(-2 * reach, 2 * reach, unit=unit), step, set_step),
        listed: Setting(Command(lambda smu, *values: set_list(smu, _few(values)), (each,)),
                        Command(listing)),
        f"{listed}:APPend": action(
            lambda smu, *values: set_list(smu, listing(smu) + _few(values)), each),
        f"{listed}:POINts?": query(lambda smu: len(listing(smu))),
    }


def _few(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(values) > MOST_VALUES:
        raise ScpiError(-223)
    return values


SWEEP_COMMANDS: dict[str, Entry] = {
    **_of("VOLT"),
    **_of("CURR"),
    ":SOURce[1]:SWEep:SPACing": _shared("logarithmic",
                                        choice_of({"LINear": False, "LOGarithmic": True})),
    ":SOURce[1]:SWEep:POINts": _shared("points", integer(2, MOST_POINTS, MOST_POINTS)),
    ":SOURce[1]:SWEep:DIRection": _shared("down", choice_of({"UP": False, "DOWN": True})),
    ":SOURce[1]:SWEep:RANGing": _shared("ranging", choice("BEST", "AUTO", "FIXed")),
}
