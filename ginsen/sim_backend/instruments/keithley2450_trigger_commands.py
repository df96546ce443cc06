"""The trigger commands of the Keithley 2450, native set (Reference Manual, section 6)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ginsen.sim_backend.instruments.keithley2450_blocks import (
    Block,
    Branch,
    BranchOnEvent,
    BranchOnLimit,
    ClearBuffer,
    Count,
    Delay,
    Measure,
    Nothing,
    Notify,
    Output,
    Recall,
    ResetCount,
    Wait,
)
from ginsen.sim_backend.scpi.commands import Command, Entry, Setting, action, query
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import (
    boolean,
    choice,
    choice_of,
    integer,
    number,
    optional,
    string,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu

MOST_BLOCKS = 63

_NAME = string(bare=True, longest=31)
_PLACE = integer(1, MOST_BLOCKS)
_EVENT = choice_of(
    {"NONE": "NONE", "DISPlay": "DISP", "COMMand": "COMM", "SLIMit": "SLIM"}
    | {f"{word}{count}": f"{short}{count}"
       for word, short, most in (("NOTify", "NOT", 8), ("TIMer", "TIM", 4), ("DIGio", "DIG", 6),
                                 ("LAN", "LAN", 8), ("BLENder", "BLEN", 2), ("TSPLink", "TSPL", 3))
       for count in range(1, most + 1)})


def _block(make: Callable[..., Block], *kinds: Any) -> Entry:
    """A command that defines one block: its number, then what it does."""
    return action(lambda smu, place, *values: _define(smu, place, make(smu, *values)),
                  _PLACE, *kinds)


def _define(smu: Smu, place: int, block: Block) -> None:
    if smu.trigger.running:
        raise ScpiError(-221)
    smu.trigger.define(place, block)


def _recall(smu: Smu, name: str, index: int | None, other: str | None,
            other_index: int | None) -> Block:
    lists: tuple[tuple[str, int | None], ...] = ((_existing(smu, name), index or 1),)
    if other is not None:
        lists += ((_existing(smu, other), other_index or 1),)
    return Recall(lists)


def _next(smu: Smu, name: str, other: str | None) -> Block:
    names = [name] if other is None else [name, other]
    return Recall(tuple((_existing(smu, each), None) for each in names))


def _existing(smu: Smu, name: str) -> str:
    if name not in smu.source_lists and name not in smu.sense_lists:
        raise ScpiError(2790, "Configuration list, error, does not exist")
    return name


def _measure(smu: Smu, name: str | None, count: int | None) -> Block:
    smu.buffer(name)
    return Measure(name or "defbuffer1", 1 if count is None else count)


def _clear(smu: Smu, name: str | None) -> Block:
    smu.buffer(name)
    return ClearBuffer(name or "defbuffer1")


def _wait(smu: Smu, event: str, clear: str | None, logic: str | None,
          *others: str | None) -> Block:
    events = (event, *(other for other in others if other is not None))
    return Wait(events, clear == "ENT", logic == "AND")


def _simple_loop(smu: Smu, count: int, delay: float, buffer: str | None) -> dict[int, Block]:
    name = buffer or "defbuffer1"
    smu.buffer(name)
    return {1: ClearBuffer(name), 2: Output(True), 3: Delay(delay), 4: Measure(name),
            5: Count(count, 3), 6: Output(False)}


def _load(smu: Smu, template: str, *values: Any) -> None:
    """Load a template; simple and duration loop switch the output on first and off at the end."""
    if smu.trigger.running:
        raise ScpiError(-221)
    first, delay, buffer = values
    if template == "EMPTY":
        smu.trigger.load({})
        return
    if first is None:
        raise ScpiError(-109)
    if template == "SIMPLELOOP":
        smu.trigger.load(_simple_loop(smu, round(first), delay or 0.0, buffer))
        return
    # One reading too many would outlast the duration by its own time, so the loop is counted.
    each = smu.unit.reading_time() + (delay or 0.0)
    smu.trigger.load(_simple_loop(smu, max(math.ceil(first / each), 1), delay or 0.0, buffer))


def _initiate(smu: Smu) -> None:
    if smu.trigger.running:
        raise ScpiError(-213)
    if not smu.trigger.blocks:
        raise ScpiError(-221)
    smu.overlap(smu.trigger.start())


def _abort(smu: Smu) -> None:
    smu.abort_operations()
    smu.trigger.abort()


def _timer(field: str, kind: Any) -> Setting:
    """One field of timer <n>."""

    def put(smu: Smu, place: int, value: Any) -> None:
        smu.trigger.set_timer(place, replace(_existing_timer(smu, place), **{field: value}))

    return Setting(Command(put, (kind,)),
                   Command(lambda smu, place: getattr(_existing_timer(smu, place), field),
                           (), None, kind))


def _existing_timer(smu: Smu, place: int) -> Any:
    try:
        return smu.trigger.timers[place]
    except KeyError:
        raise ScpiError(-114) from None


def _clear_timer(smu: Smu, place: int) -> None:
    smu.trigger.set_timer(place, replace(_existing_timer(smu, place), started=None))


_INDEX = optional(integer(1, 300_000))
_ON_OFF = boolean()

TRIGGER_COMMANDS: dict[str, Entry] = {
    ":INITiate[:IMMediate]": action(_initiate),
    ":ABORt": action(_abort),
    ":TRIGger:STATe?": query(lambda smu: smu.trigger.status()),
    ":TRIGger:LOAD": action(_load, choice_of({"EMPTY": "EMPTY", "SIMPLELOOP": "SIMPLELOOP",
                                              "DURATIONLOOP": "DURATIONLOOP"}),
                            optional(number(167e-9, 268_435_455)), optional(number(0.0, 10e3)),
                            optional(_NAME)),
    ":TRIGger:BLOCk:LIST?": query(lambda smu: smu.trigger.listing()),
    ":TRIGger:BLOCk:BUFFer:CLEar": _block(_clear, optional(_NAME)),
    ":TRIGger:BLOCk:CONFig:RECall": _block(_recall, _NAME, _INDEX, optional(_NAME), _INDEX),
    ":TRIGger:BLOCk:CONFig:NEXT": _block(_next, _NAME, optional(_NAME)),
    ":TRIGger:BLOCk:SOURce:STATe": _block(lambda smu, on: Output(on), _ON_OFF),
    ":TRIGger:BLOCk:MEASure": _block(_measure, optional(_NAME),
                                     optional(integer(0, 268_435_455))),
    ":TRIGger:BLOCk:MDIGitize": _block(_measure, optional(_NAME),
                                       optional(integer(0, 268_435_455))),
    ":TRIGger:BLOCk:DELay:CONStant": _block(lambda smu, seconds: Delay(seconds),
                                            number(0.0, 10e3, unit="S")),
    ":TRIGger:BLOCk:DELay:DYNamic": _block(
        lambda smu, user: Delay(user=user),
        choice_of({f"{word}{place}": f"{word[:4]}{place}" for word in ("SOURce", "MEASure")
                   for place in range(1, 6)})),
    ":TRIGger:BLOCk:BRANch:COUNter": _block(lambda smu, target, to: Count(target, to),
                                            integer(1, 268_435_455), _PLACE),
    ":TRIGger:BLOCk:BRANch:COUNter:COUNt?": query(
        lambda smu, place: smu.trigger.counter(place), _PLACE),
    ":TRIGger:BLOCk:BRANch:COUNter:RESet": _block(lambda smu, to: ResetCount(to), _PLACE),
    ":TRIGger:BLOCk:BRANch:ALWays": _block(lambda smu, to: Branch(to), _PLACE),
    ":TRIGger:BLOCk:BRANch:ONCE": _block(lambda smu, to: Branch(to, "ONCE"), _PLACE),
    ":TRIGger:BLOCk:BRANch:ONCE:EXCLuded": _block(
        lambda smu, to: Branch(to, "ONCE_EXCLUDED"), _PLACE),
    ":TRIGger:BLOCk:BRANch:EVENt": _block(lambda smu, event, to: BranchOnEvent(event, to),
                                          _EVENT, _PLACE),
    ":TRIGger:BLOCk:BRANch:LIMit:CONStant": _block(
        lambda smu, kind, low, high, to: BranchOnLimit(kind, low, high, to),
        choice("ABOVe", "BELow", "INside", "OUTside"), number(), number(), _PLACE),
    ":TRIGger:BLOCk:NOTify": _block(lambda smu, place: Notify(place), integer(1, 8)),
    ":TRIGger:BLOCk:NOP": _block(lambda smu: Nothing()),
    ":TRIGger:BLOCk:WAIT": _block(_wait, _EVENT, optional(choice("ENTer", "NEVer")),
                                  optional(choice("AND", "OR")), optional(_EVENT),
                                  optional(_EVENT)),
    ":TRIGger:TIMer<n>:DELay": _timer("delay", number(8e-6, 100e3, 10e-6, unit="S")),
    ":TRIGger:TIMer<n>:COUNt": _timer("count", integer(0, 1_048_575, 1)),
    ":TRIGger:TIMer<n>:STATe": _timer("on", _ON_OFF),
    ":TRIGger:TIMer<n>:STARt:GENerate": _timer("generate", _ON_OFF),
    ":TRIGger:TIMer<n>:STARt:STIMulus": _timer("stimulus", _EVENT),
    ":TRIGger:TIMer<n>:CLEar": action(_clear_timer),
}
