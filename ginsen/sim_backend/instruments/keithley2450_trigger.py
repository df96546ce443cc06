"""The trigger model of the Keithley 2450: numbered blocks, events, timers.

Reference Manual 2450-901-01, section 3 "Trigger model" and section 6 :TRIGger:BLOCk and
:TRIGger:TIMer; where the stored text of the 2450's manual has gaps, the same commands in the
2461's (2461-901-01, pages 6-182 to 6-242). What is modelled of them:

A wait block is satisfied by an event that came at any time since the model started or since that
block was last left; with ENTer only by one that comes while it waits.

A timer starts, while its state is on, when its stimulus occurs. It gives an event `delay` after
that and, with a count above one, every `delay` again, a count of 0 for ever; with START:GENerate
on there is one more at the start itself. The instants are those of the instrument's clock: a
reading that takes too long loses events but never shifts the later ones.

A branch counter adds one each time it is reached and branches while below its target, so that
the loop above it runs target times; having let the model pass it begins anew.

A recalled configuration takes effect before the next block: every stored setting of the source
or measure function of that index, in the time the source needs for a new level. The output state
is not switched by it. (The manual's tables list the output among what is stored; its examples
store with the output off, switch it on with a block and recall afterwards.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from ginsen.sim_backend.events import Waiting
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
from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading
from ginsen.sim_backend.own_time import OwnTime

State = Literal["IDLE", "RUNNING", "WAITING", "EMPTY", "BUILDING", "FAILED", "ABORTED"]

_LONG_WAIT = 0.1
"""A model that waits longer than this (s) in one block is called WAITING."""

_POLL = 1e-3
"""How often (s) a wait looks for events that come from outside."""

_SAME_INSTANT = 1e-9
"""Two instants (s) this close are one: bench time is a sum of many steps."""


@dataclass(frozen=True)
class Timer:
    """One trigger timer; `started` is when (s) it last started, None before it."""

    on: bool = False
    delay: float = 10e-6
    count: int = 1
    generate: bool = False
    stimulus: str = "NONE"
    started: float | None = None

    def next_after(self, time: float) -> float:
        """When (s) its first event later than `time` comes; infinity if none does."""
        if not self.on or self.started is None:
            return math.inf
        step = max(math.floor((time - self.started) / self.delay) - 1, 0)
        step = max(step, 0 if self.generate else 1)
        while self.started + step * self.delay <= time:
            step += 1
        if self.count and step > self.count:
            return math.inf
        return self.started + step * self.delay


class Instrument(Protocol):
    """What the trigger model asks of the instrument it runs in."""

    def read(self) -> Waiting[Reading]:
        """Take one reading."""
        ...

    def store(self, buffer: str, reading: Reading) -> None:
        """Put it into a buffer."""
        ...

    def clear_buffer(self, buffer: str) -> None:
        """Empty a buffer."""
        ...

    def recall(self, lists: tuple[tuple[str, int | None], ...]) -> float:
        """Recall configurations; returns the seconds that takes. Raises LookupError."""
        ...

    def switch_output(self, on: bool) -> None:
        """Switch the output."""
        ...

    def user_delay(self, name: str) -> float:
        """Seconds of a user delay."""
        ...


@dataclass
class _Memory:
    """What one run of the model remembers."""

    counters: dict[int, int] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    left: dict[int, float] = field(default_factory=dict)
    started: float = 0.0
    last: float = math.nan


class TriggerModel:
    """Blocks and timers, and the run of them on a bench.

    `block_time` (s) is what it takes to go from one block to the next. The clock of the model is
    the instrument's plus the block times not yet spent, which are paid with the next longer step:
    one event on the bench for each wait, delay and reading, not for each block.
    """

    def __init__(self, time: OwnTime, instrument: Instrument, block_time: float) -> None:
        self._time = time
        self._instrument = instrument
        self._block_time = block_time
        self.blocks: dict[int, Block] = {}
        self.timers: dict[int, Timer] = {number: Timer() for number in range(1, 5)}
        self.state: State = "EMPTY"
        self.block = 0
        self._memory = _Memory()
        self._events: dict[str, float] = {}
        self._owed = 0.0
        self._waiting_since = math.inf

    @property
    def running(self) -> bool:
        """Whether the model has been started and has not come to its end."""
        return self.state == "RUNNING"

    def load(self, blocks: Mapping[int, Block]) -> None:
        """Replace the model."""
        self.blocks = dict(blocks)
        self.state = "BUILDING" if blocks else "EMPTY"
        self.block = 0

    def define(self, number: int, block: Block) -> None:
        """Define one block; numbers left out between others do nothing."""
        self.blocks[number] = block
        self.state = "BUILDING"

    def listing(self) -> str:
        """The model as :TRIGger:BLOCk:LIST? prints it."""
        return "\n".join(f"{number}) {self.blocks.get(number, Nothing())}"
                         for number in range(1, max(self.blocks, default=0) + 1))

    def counter(self, number: int) -> int:
        """How often the branch counter in block `number` has been reached."""
        return self._memory.counters.get(number, 0)

    def status(self) -> str:
        """State, state, block, as :TRIGger:STATe? answers."""
        waits = self._time.now - self._waiting_since > _LONG_WAIT
        state = "WAITING" if self.running and waits else self.state
        return f"{state};{state};{self.block}"

    def set_timer(self, number: int, timer: Timer) -> None:
        """Set a timer; one without stimulus starts when it is switched on."""
        if timer.on and not self.timers[number].on:
            timer = replace(timer, started=self._time.now if timer.stimulus == "NONE" else None)
        self.timers[number] = timer

    def event(self, name: str, time: float | None = None) -> None:
        """Let an event happen (now, if no time is given): NOT1, COMM, SLIM."""
        moment = self._time.now if time is None else time
        self._events[name] = moment
        for number, timer in self.timers.items():
            if timer.on and timer.stimulus == name:
                # A timer that is still counting ignores its stimulus.
                if timer.started is not None and timer.next_after(moment) < math.inf:
                    continue
                self.timers[number] = replace(timer, started=moment)

    def start(self) -> Waiting[None]:
        """Begin a run from the first block: the process that is to live on the bench."""
        self.state = "RUNNING"
        self._memory = _Memory(started=self._time.now)
        self._events.clear()
        self._owed = 0.0
        self._waiting_since = math.inf
        return self._steps()

    def abort(self) -> None:
        """Take note that the run was stopped where it stands."""
        if self.running:
            self.state = "ABORTED"

    def _now(self) -> float:
        return self._time.now + self._owed

    def _steps(self) -> Waiting[None]:
        """The run itself."""
        number = 1
        end = max(self.blocks, default=0)
        while number <= end:
            self.block = number
            self._owed += self._block_time
            block = self.blocks.get(number, Nothing())
            yield from self._long_part(number, block)
            try:
                number = self._short_part(number, block)
            except LookupError:
                self.state = "FAILED"
                return
            if self._owed > _POLL:
                yield self._pay()
        self.state = "IDLE"

    def _pay(self, seconds: float = 0.0) -> float:
        """Seconds to let pass on the bench: those asked for and those owed."""
        seconds, self._owed = seconds + self._owed, 0.0
        return max(seconds, 0.0)

    def _long_part(self, number: int, block: Block) -> Waiting[None]:
        """What of a block takes time on the bench."""
        if isinstance(block, Measure):
            yield self._pay()
            for _ in range(block.count):
                reading = yield from self._instrument.read()
                self._instrument.store(block.buffer, reading)
                self._memory.last = reading.value
                if reading.limited:
                    self.event("SLIM")
        elif isinstance(block, Wait):
            yield from self._wait(number, block)
        elif isinstance(block, Delay):
            yield self._pay(self._instrument.user_delay(block.user) if block.user
                            else block.seconds)
        elif isinstance(block, (Output, ClearBuffer, Recall)):
            yield self._pay()

    def _short_part(self, number: int, block: Block) -> int:
        """What of a block takes none; returns the number of the block to go to."""
        memory = self._memory
        if isinstance(block, Output):
            self._instrument.switch_output(block.on)
        elif isinstance(block, ClearBuffer):
            self._instrument.clear_buffer(block.buffer)
        elif isinstance(block, Recall):
            self._owed += self._instrument.recall(block.lists)
        elif isinstance(block, Notify):
            self.event(f"NOT{block.number}", self._now())
        elif isinstance(block, Count):
            reached = memory.counters.get(number, 0)
            memory.counters[number] = (0 if reached >= block.target else reached) + 1
            if memory.counters[number] < block.target:
                return block.to
        elif isinstance(block, ResetCount):
            memory.counters[block.counter] = 0
        elif isinstance(block, Branch):
            first = number not in memory.passed
            memory.passed.add(number)
            if block.when == "ALWAYS" or first == (block.when == "ONCE"):
                return block.to
        elif isinstance(block, BranchOnLimit):
            if memory.last != OVERFLOW and block.holds(memory.last):
                return block.to
        elif isinstance(block, BranchOnEvent):
            came = self._moment(block.event, memory.left.get(number, memory.started))
            if came <= self._now():
                memory.left[number] = self._now()
                return block.to
        return number + 1

    def _moment(self, event: str, after: float) -> float:
        """Time (s) of the first `event` after `after`, infinity as far as is known."""
        if event.startswith("TIM"):
            return self.timers[int(event[3:])].next_after(after)
        came = self._events.get(event, -math.inf)
        return came if came > after else math.inf

    def _wait(self, number: int, block: Wait) -> Waiting[None]:
        memory = self._memory
        since = self._now() if block.clear else memory.left.get(number, memory.started)
        pick: Callable[..., float] = max if block.every else min
        foreseen = all(event.startswith("TIM") for event in block.events)
        self._waiting_since = self._now()
        while True:
            came = pick(self._moment(event, since) for event in block.events)
            remaining = came - self._now()
            if remaining <= _SAME_INSTANT:
                break
            yield self._pay(remaining if foreseen and came < math.inf else min(remaining, _POLL))
        self._waiting_since = math.inf
        memory.left[number] = max(came, self._now())
