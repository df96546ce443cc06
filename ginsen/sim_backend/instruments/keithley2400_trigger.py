"""The trigger model of a Keithley 2400: two layers round a source-delay-measure cycle.

2400S-900-01 Rev. K, section 11. The arm layer repeats the trigger layer, the trigger layer the
cycle; their product is 2500 at most, unless the arm count is infinite.

The arm layer's timer lets the first pass through at once and each later one when its interval has
passed since the pass before was let through; a pass that comes too late is let through at once, and
the intervals count from there. The lines of the trigger link are set and told, and carry nothing:
who waits for one, for the TRIG key or for a start-of-test line waits until :ABORt.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import replace
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Literal

from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2400_setup import MOST_POINTS
from ginsen.sim_backend.own_time import OwnTime
from ginsen.sim_backend.scpi.commands import (
    Action,
    Command,
    Entry,
    Query,
    Setting,
    action,
    setting,
)
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import INFINITY, choice, integer, number, repeated
from ginsen.sim_backend.scpi.status import Register

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400 as Smu

SWEEPING = 1 << 3
IN_TRIGGER_LAYER = 1 << 5
IN_ARM_LAYER = 1 << 6
IDLE = 1 << 10
"""Bits of the operation event register (figure 15-5)."""

IMMEDIATE = frozenset({":ABORt", "*RST", "*TRG"})
"""Commands that do not wait for the trigger model."""

ArmSource = Literal["IMM", "TIM", "BUS", "MAN", "TLIN", "NST", "PST", "BST"]


class TriggerModel:
    """The settings of both layers, as after *RST, and a run through them."""

    def __init__(self, time: OwnTime, operation: Register) -> None:
        self._time = time
        self._operation = operation
        self._event = time.signal()
        self._waits_for: str = ""
        self.timer = 0.1
        self.arm_direction = self.direction = "ACC"
        self.arm_input_line = self.input_line = 1
        self.arm_output_line = self.output_line = 2
        self.arm_outputs: tuple[str, ...] = ("NONE",)
        self.inputs: tuple[str, ...] = ("SOUR",)
        self.outputs: tuple[str, ...] = ("NONE",)
        self.one_shot()
        operation.set(IDLE, True)

    def one_shot(self) -> None:
        """One cycle, at once: what *RST and :CONFigure set."""
        self._arm_count: float = 1
        self._count = 1
        self.arm_source: ArmSource = "IMM"
        self.source: Literal["IMM", "TLIN"] = "IMM"
        self.delay = 0.0

    @property
    def arm_count(self) -> float:
        """Passes of the arm layer; INFINITY for no end."""
        return self._arm_count

    @arm_count.setter
    def arm_count(self, count: float) -> None:
        if count != INFINITY and count > MOST_POINTS:
            raise ScpiError(-222)
        _check_product(count, self._count)
        self._arm_count = count if count == INFINITY else round(count)

    @property
    def count(self) -> int:
        """Cycles in each pass of the trigger layer."""
        return self._count

    @count.setter
    def count(self, count: int) -> None:
        _check_product(self._arm_count, count)
        self._count = count

    @property
    def endless(self) -> bool:
        """Whether only an abort ends a run."""
        return self._arm_count == INFINITY

    def happened(self, event: ArmSource) -> bool:
        """Let an event happen; says whether someone waited for it."""
        if event != self._waits_for:
            return False
        self._event.fire()
        return True

    def run(self, smu: Smu) -> Waiting[None]:
        """Go through both layers once: the process that is to live on the bench."""
        passes: Iterable[int] = itertools.count() if self.endless else range(
            round(self._arm_count))
        due = -math.inf
        self._operation.set(IDLE, False)
        try:
            self._operation.set(SWEEPING, smu.setup.sourcing.mode != "FIX")
            for _ in passes:
                if self.arm_source == "TIM":
                    yield max(due - self._time.now, 0.0)
                    due = max(due, self._time.now) + self.timer
                else:
                    yield from self._wait_for(self.arm_source, IN_ARM_LAYER)
                for step in range(self._count):
                    yield from self._wait_for(self.source, IN_TRIGGER_LAYER)
                    if self.delay:
                        yield self.delay
                    yield from smu.cycle(step)
                smu.round_done()
        finally:
            self._waits_for = ""
            self._operation.set(SWEEPING | IN_ARM_LAYER | IN_TRIGGER_LAYER, False)
            self._operation.set(IDLE, True)

    def _wait_for(self, event: str, bit: int) -> Waiting[None]:
        if event == "IMM":
            return
        self._waits_for = event
        self._operation.set(bit, True)
        yield self._event
        self._operation.set(bit, False)
        self._waits_for = ""


def put_off(entry: Entry) -> Entry:
    """The entry, carried out only when the trigger model is idle (pages 11-13 and 16-3)."""
    if isinstance(entry, Setting):
        return Setting(_late(entry.command), _late(entry.query))
    if isinstance(entry, Query):
        return Query(_late(entry.query))
    return Action(_late(entry.command))


def _late(command: Command) -> Command:
    def run(smu: Smu, *values: Any) -> Any:
        return _when_idle(smu, command, values) if smu.pending else command.run(smu, *values)

    return replace(command, run=run)


def _when_idle(smu: Smu, command: Command, values: tuple[Any, ...]) -> Waiting[Any]:
    yield from smu.all_done()
    result = command.run(smu, *values)
    return (yield from result) if isinstance(result, GeneratorType) else result


def _check_product(arm_count: float, count: int) -> None:
    if arm_count != INFINITY and arm_count * count > MOST_POINTS:
        raise ScpiError(-221)


def _events(path: str, *words: str) -> Setting:
    """A list of events; see the module's first lines."""

    def put(smu: Smu, *events: str) -> None:
        if not events:
            raise ScpiError(-109)
        setattr(smu.trigger, path, events)

    return Setting(Command(put, (repeated(choice(*words)),)),
                   Command(lambda smu: ",".join(getattr(smu.trigger, path))))


_ARM = ":ARM[:SEQuence[1]][:LAYer[1]]"
_ARM_LINES = f"{_ARM}[:TCONfigure]"
_TRIGGER = ":TRIGger[:SEQuence[1]]"
_TRIGGER_LINES = f"{_TRIGGER}[:TCONfigure][:ASYNchronous]"
_LINE = integer(1, 4)
_DIRECTION = choice("SOURce", "ACCeptor")
_ACTIONS = ("SOURce", "DELay", "SENSe", "NONE")

TRIGGER_COMMANDS: dict[str, Entry] = {
    ":INITiate[:IMMediate]": action(lambda smu: smu.initiate()),
    ":ABORt": action(lambda smu: smu.abort_operations()),
    f"{_ARM}:COUNt": setting("trigger.arm_count", number(1, INFINITY, 1)),
    f"{_ARM}:SOURce": setting("trigger.arm_source", choice(
        "IMMediate", "TIMer", "BUS", "MANual", "TLINk", "NSTest", "PSTest", "BSTest")),
    f"{_ARM}:TIMer": setting("trigger.timer", number(1e-3, 99_999.99, 0.1, unit="S")),
    f"{_ARM_LINES}:DIRection": setting("trigger.arm_direction", _DIRECTION),
    f"{_ARM_LINES}:ILINe": setting("trigger.arm_input_line", _LINE),
    f"{_ARM_LINES}:OLINe": setting("trigger.arm_output_line", _LINE),
    f"{_ARM_LINES}:OUTPut": _events("arm_outputs", "TENTer", "TEXit", "NONE"),
    f"{_TRIGGER}:COUNt": setting("trigger.count", integer(1, MOST_POINTS, 1)),
    f"{_TRIGGER}:DELay": setting("trigger.delay", number(0.0, 999.9999, 0.0, unit="S")),
    f"{_TRIGGER}:SOURce": setting("trigger.source", choice("IMMediate", "TLINk")),
    f"{_TRIGGER_LINES}:DIRection": setting("trigger.direction", _DIRECTION),
    f"{_TRIGGER_LINES}:ILINe": setting("trigger.input_line", _LINE),
    f"{_TRIGGER_LINES}:OLINe": setting("trigger.output_line", _LINE),
    f"{_TRIGGER_LINES}:INPut": _events("inputs", *_ACTIONS),
    f"{_TRIGGER_LINES}:OUTPut": _events("outputs", *_ACTIONS),
    ":TRIGger:CLEar": action(lambda smu: None),
}
