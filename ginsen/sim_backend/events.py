"""What happens on a bench and when: events in order of time, and processes that wait."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Generator
from typing import Any, TypeVar, Union

T = TypeVar("T")

Waiting = Generator[Union[float, "Signal"], None, T]
"""A process: yields the bench seconds it waits (0 or more) or the signal it waits for."""


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


class Process:
    """A generator that lives in bench time; see `Waiting`. Made by `Bench.start`."""

    def __init__(self, schedule: Callable[[float, Callable[[], None]], Event],
                 body: Generator[float | Signal, None, Any],
                 on_end: Callable[[], None] | None = None) -> None:
        self._schedule = schedule
        self._body = body
        self._on_end = on_end
        self._waits_for: Event | Signal | None = schedule(0.0, self.resume)
        self._running = False
        self.done = False

    def resume(self) -> None:
        """Go on to the next wait."""
        self._waits_for = None
        self._running = True
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
                self._waits_for = self._schedule(wait, self.resume)
        finally:
            self._running = False

    def cancel(self) -> None:
        """End it where it waits; its `finally` clauses run. Nothing if it has ended."""
        if self.done:
            return
        if isinstance(self._waits_for, Signal):
            self._waits_for.leave(self)
        elif self._waits_for is not None:
            self._waits_for.cancel()
        if not self._running:
            self._body.close()
        self._end()

    def _end(self) -> None:
        if not self.done:
            self.done = True
            if self._on_end is not None:
                self._on_end()
