"""Sweeps of the Keithley 2450, native set: each writes a source list and the trigger model for it.

Reference Manual 2450-901-01 Rev. B: :SOURce[1]:SWEep, pages 6-81 to 6-89, :SOURce[1]:LIST, pages
6-78 and 6-79; details that are missing there from the same commands of the 2461 (2461-901-01, pages
6-101 to 6-131). That the model switches the output on and, at its end, off, the order of its blocks
and that a dual sweep measures at its turning point once are background knowledge.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.instruments.keithley2450_blocks import (
    Block,
    Branch,
    BranchOnEvent,
    ClearBuffer,
    Count,
    Delay,
    Measure,
    Output,
    Recall,
)
from ginsen.sim_backend.instruments.keithley2450_configurations import NO_LIST
from ginsen.sim_backend.instruments.smu_settings import SourceFunction, SourceSetup, source_ranges
from ginsen.sim_backend.scpi.commands import Entry, action, query
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import (
    boolean,
    choice,
    integer,
    number,
    optional,
    repeated,
    string,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu

_AUTODELAY = -1.0
_SHORTEST_DELAY, _LONGEST_DELAY = 50e-6, 10e3
_MOST_AT_ONCE, _MOST_VALUES = 100, 2500
_MOST_STORED = 300_000
"""Indexes that a configuration list holds."""


def _model(smu: Smu, name: str, points: int, first: int, delay: float, count: int,
           fail_abort: bool, buffer: str) -> None:
    """Load the blocks that step through `points` entries of a list, from number `first` on."""
    if smu.trigger.running:
        raise ScpiError(-221)
    smu.buffer(buffer)
    blocks: list[Block] = [ClearBuffer(buffer), Recall(((name, first),)), Output(True), Branch(6),
                           Recall(((name, None),)), Delay(delay), Measure(buffer)]
    repeats = 1 if count == 1 else 2
    if fail_abort:
        blocks.append(BranchOnEvent("SLIM", len(blocks) + 2 + repeats))
    blocks.append(Count(points, 5))
    if count != 1:
        blocks.append(Branch(2) if count == 0 else Count(count, 2))
    blocks.append(Output(False))
    smu.trigger.load(dict(enumerate(blocks, start=1)))


def _pause(delay: float | None) -> float:
    """Seconds of the delay block, `_AUTODELAY` where there is none. Raises ScpiError (-222)."""
    wanted = _AUTODELAY if delay is None else delay
    if wanted in (_AUTODELAY, 0.0) or _SHORTEST_DELAY <= wanted <= _LONGEST_DELAY:
        return wanted
    raise ScpiError(-222)


def _entries(smu: Smu, function: SourceFunction, levels: list[float], range_type: str,
             automatic: bool) -> list[tuple[SourceFunction, SourceSetup]]:
    """The source's setup at each level. Raises ScpiError where the source cannot go that far."""
    setup = smu.unit.settings.sources[function]
    if automatic:
        setup = replace(setup, autodelay=True)
    largest = max(levels, key=abs)
    if range_type == "BEST":
        scale = source_ranges(KEITHLEY_2450, function).holding(largest).full_scale
        setup = replace(setup, autorange=False, range=scale)
    elif range_type == "AUTO":
        setup = replace(setup, autorange=True)
    else:  # what the range does not reach is sourced at its end
        scale = smu.source_range(function)
        setup = replace(setup, autorange=False, range=scale)
        reach = scale * source_ranges(KEITHLEY_2450, function).over_range
        levels = [math.copysign(min(abs(level), reach), level) for level in levels]
        largest = max(levels, key=abs)
    smu.check_source(function, replace(setup, level=largest))
    return [(function, replace(setup, level=level)) for level in levels]


def _sweep(smu: Smu, function: SourceFunction, kind: str, levels: list[float],
           delay: float | None, count: int | None, range_type: str | None,
           fail_abort: bool | None, dual: bool | None, buffer: str | None) -> None:
    pause = _pause(delay)
    if dual:
        levels = levels + levels[-2::-1]
    _stored(len(levels))
    entries = _entries(smu, function, levels, range_type or "BEST", pause == _AUTODELAY)
    name = f"{'Volt' if function == 'VOLT' else 'Curr'}{kind}SweepList"
    _model(smu, name, len(levels), 1, max(pause, 0.0), 1 if count is None else count,
           fail_abort is not False, buffer or "defbuffer1")
    smu.source_lists[name] = entries


def _stored(points: int) -> int:
    """As many as a list holds. Raises ScpiError (-225) for more."""
    if points > _MOST_STORED:
        raise ScpiError(-225)
    return points


def _linear(smu: Smu, function: SourceFunction, start: float, stop: float, points: int,
            *rest: Any) -> None:
    levels = [start + (stop - start) * place / (points - 1) for place in range(_stored(points))]
    _sweep(smu, function, "Linear", [*levels[:-1], stop], *rest)


def _steps(smu: Smu, function: SourceFunction, start: float, stop: float, step: float,
           *rest: Any) -> None:
    if not 0 < step <= abs(stop - start):
        raise ScpiError(-221)
    points = _stored(math.floor(min(abs(stop - start) / step * (1 + 1e-9), 1e9)) + 1)
    towards = math.copysign(step, stop - start)
    _sweep(smu, function, "Linear", [start + towards * place for place in range(points)], *rest)


def _logarithmic(smu: Smu, function: SourceFunction, start: float, stop: float, points: int,
                 *rest: Any) -> None:
    *common, asymptote = rest
    base = asymptote or 0.0
    if (start - base) * (stop - base) <= 0:
        raise ScpiError(-222)
    ratio = (stop - base) / (start - base)
    levels = [base + (start - base) * ratio ** (place / (points - 1))
              for place in range(_stored(points))]
    _sweep(smu, function, "Log", [*levels[:-1], stop], *common)


def _custom_name(function: SourceFunction) -> str:
    return f"{'Volt' if function == 'VOLT' else 'Curr'}CustomSweepList"


def _custom(smu: Smu, function: SourceFunction, first: int | None, delay: float | None,
            count: int | None, fail_abort: bool | None, buffer: str | None,
            name: str | None) -> None:
    wanted = _custom_name(function) if name is None else name
    try:
        stored = smu.source_lists[wanted]
    except KeyError:
        raise ScpiError(*NO_LIST) from None
    begin = 1 if first is None else first
    if begin > len(stored):
        raise ScpiError(*NO_LIST)
    _model(smu, wanted, len(stored) - begin + 1, begin,
           max(_pause(0.0 if delay is None else delay), 0.0), 1 if count is None else count,
           fail_abort is not False, buffer or "defbuffer1")


def _append(smu: Smu, function: SourceFunction, *levels: float) -> None:
    stored = smu.source_lists.get(_custom_name(function), [])
    if not levels:
        raise ScpiError(-109)
    if len(levels) > _MOST_AT_ONCE or len(stored) + len(levels) > _MOST_VALUES:
        raise ScpiError(-223)
    setup = smu.unit.settings.sources[function]
    for level in levels:
        smu.check_source(function, replace(setup, level=level))
    smu.source_lists[_custom_name(function)] = [
        *stored, *((function, replace(setup, level=level)) for level in levels)]


def _set_levels(smu: Smu, function: SourceFunction, *levels: float) -> None:
    before = smu.source_lists.pop(_custom_name(function), None)
    try:
        _append(smu, function, *levels)
    except ScpiError:
        if before is not None:
            smu.source_lists[_custom_name(function)] = before
        raise


def _of(function: SourceFunction) -> dict[str, Entry]:
    """The sweeps of one source function."""
    word = "VOLTage" if function == "VOLT" else "CURRent"
    reach = 210.0 if function == "VOLT" else 1.05
    level = number(-reach, reach)
    points = integer(2, 1e6)
    rest = (optional(number(_AUTODELAY, _LONGEST_DELAY)), optional(integer(0, 268_435_455)),
            optional(choice("AUTO", "BEST", "FIXed")), optional(boolean()), optional(boolean()),
            optional(string(bare=True, longest=31)))

    def levels(smu: Smu) -> str:
        stored = smu.source_lists.get(_custom_name(function), [])
        return ",".join(smu.number_text(setup.level) for _, setup in stored)

    head, own = f":SOURce[1]:SWEep:{word}", f":SOURce[1]:LIST:{word}"
    return {
        f"{head}:LINear": action(
            lambda smu, *values: _linear(smu, function, *values), level, level, points, *rest),
        f"{head}:LINear:STEP": action(
            lambda smu, *values: _steps(smu, function, *values), level, level, number(0, reach * 2),
            *rest),
        f"{head}:LOG": action(
            lambda smu, *values: _logarithmic(smu, function, *values), level, level, points, *rest,
            optional(level)),
        f"{head}:LIST": action(
            lambda smu, *values: _custom(smu, function, *values),
            optional(integer(1, _MOST_STORED)), optional(number(0, _LONGEST_DELAY)),
            optional(integer(0, 268_435_455)), optional(boolean()),
            optional(string(bare=True, longest=31)), optional(string(bare=True, longest=31))),
        own: action(lambda smu, *values: _set_levels(smu, function, *values), repeated(level)),
        f"{own}?": query(levels),
        f"{own}:APPend": action(lambda smu, *values: _append(smu, function, *values),
                                repeated(level)),
        f"{own}:POINts?": query(
            lambda smu: len(smu.source_lists.get(_custom_name(function), []))),
    }


SWEEP_COMMANDS: dict[str, Entry] = {**_of("VOLT"), **_of("CURR")}
