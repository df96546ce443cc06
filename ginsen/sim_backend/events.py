"""What happens on a bench and when: events in order of time, and processes that wait."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Generator
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any, Protocol, TypeVar, Union

T = TypeVar("T")

Waiting = Generator[Union[float, "Signal"], None, T]
"""A process: yields the bench seconds it waits (0 or more) or the signal it waits for."""


_AT_ONCE = 100
"""How many waits in a row a process may pass at once, so that other threads get the lock too."""


class Event:
    """An action due at a bench time, until it is cancelled."""

    __slots__ = ("action", "time")

    def __init__(self, time: float, action: Callable[[], None]) -> None:
        self.time = time
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Let it not happen; nothing if it has happened already."""
        self.action = None


class EventQueue:
    """Events in order of time; of two at one time the one scheduled first comes first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Event]] = []
        self._order = 0

    def push(self, time: float, action: Callable[[], None]) -> Event:
        """Let `action` happen at `time` (bench seconds)."""
        event = Event(time, action)
        self._order += 1
        heapq.heappush(self._heap, (time, self._order, event))
        return event

    def free_until(self, moment: float) -> bool:
        """Whether nothing stands in the queue that is due by `moment`, cancelled or not."""
        heap = self._heap
        return not heap or heap[0][0] > moment

    def next_time(self) -> float:
        """When the next event is due; infinity if there is none."""
        heap = self._heap
        while heap and heap[0][2].action is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else math.inf

    def pop(self) -> Callable[[], None]:
        """The next event's action, taken out; `next_time` must have been finite."""
        event = heapq.heappop(self._heap)[2]
        action = event.action
        assert action is not None, "next_time drops cancelled events"
        event.action = None
        return action


class Signal:
    """Something processes wait for by yielding it."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[Process] = []

    def fire(self) -> None:
        """Let every process that waits go on, now, in the order in which they came."""
        waiting, self._waiting = self._waiting, []
        for process in waiting:
            process.resume()

    def join(self, process: Process) -> None:
        """Put `process` among those that wait."""
        self._waiting.append(process)

    def leave(self, process: Process) -> None:
        """Take `process` out again, if it is there."""
        if process in self._waiting:
            self._waiting.remove(process)


class Timekeeper(Protocol):
    """What processes live by: a bench, or the own clock of an instrument on it."""

    def schedule(self, delay: float, action: Callable[[], None]) -> Event:
        """Let `action` happen in `delay` seconds."""
        ...

    def passes(self, delay: float) -> bool:
        """Let `delay` seconds pass at once if nobody would notice; says whether they have."""
        ...


class Process:
    """A generator that lives in bench time; see `Waiting`. Made by `Bench.start`."""

    __slots__ = ("_body", "_on_end", "_time", "_waits_for", "done")

    def __init__(self, time: Timekeeper, body: Generator[float | Signal, None, Any],
                 on_end: Callable[[], None] | None = None) -> None:
        self._time = time
        self._body = body
        self._on_end = on_end
        self._waits_for: Event | Signal | None = time.schedule(0.0, self._due)
        self.done = False

    def resume(self) -> None:
        """Go on to the next wait, in the midst of what someone else does now."""
        wait = self._go_on()
        if wait is not None:
            self._waits_for = self._time.schedule(wait, self._due)

    def _due(self) -> None:
        """Go on because its time has come, through every wait that can pass at once."""
        wait = self._go_on()
        for _ in range(_AT_ONCE):
            if wait is None or not self._time.passes(wait):
                break
            wait = self._go_on()
        if wait is not None:
            self._waits_for = self._time.schedule(wait, self._due)

    def _go_on(self) -> float | None:
        """Go on to the next wait; the seconds it takes, None for a signal or the end."""
        self._waits_for = None
        try:
            wait = next(self._body)
        except StopIteration:
            self._end()
        except BaseException:
            self._end()
            raise
        else:
            if self.done:
                # It cancelled itself, which could not close it while it ran.
                self._body.close()
            elif isinstance(wait, Signal):
                wait.join(self)
                self._waits_for = wait
            else:
                return wait
        return None

    def cancel(self) -> None:
        """End it where it waits; its `finally` clauses run. Nothing if it has ended."""
        if self.done:
            return
        if isinstance(self._waits_for, Signal):
            self._waits_for.leave(self)
        elif self._waits_for is not None:
            self._waits_for.cancel()
        if getgeneratorstate(self._body) != GEN_RUNNING:
            self._body.close()
        self._end()

    def _end(self) -> None:
        if not self.done:
            self.done = True
            if self._on_end is not None:
                self._on_end()
