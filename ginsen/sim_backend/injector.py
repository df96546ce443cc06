"""Lets the faults of a bench happen, each at its time, and keeps a log of them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ginsen.sim_backend.events import Event
from ginsen.sim_backend.fault import Fault
from ginsen.sim_backend.fault_effects import begin, spoilt, terminal_of

if TYPE_CHECKING:
    from ginsen.sim_backend.bench import Bench
    from ginsen.sim_backend.scpi.exchange import Instrument

LONGEST_LOG = 10_000


@dataclass(frozen=True)
class Happening:
    """A fault that came: bench time (s), whom it befell, and the message it came with, if any."""

    time: float
    kind: str
    instrument: str
    message: str = ""


class _Armed:
    """A fault that may come, and how often it has."""

    def __init__(self, fault: Fault, name: str, bench: Bench) -> None:
        self.fault = fault
        self.count = 0
        self._name = name
        self._bench = bench
        self._occasions = 0
        self.due = bench.now if fault.at is None else fault.at
        if fault.mean_interval:
            self.due += self._interval()

    @property
    def spent(self) -> bool:
        """Whether it has come as often as it may."""
        return self.count >= self.fault.most

    def comes(self, message: str) -> bool:
        """Whether it comes with this message."""
        if self.spent or self._bench.now < self.due or not self.fault.fits(message):
            return False
        self._occasions += 1
        if self._occasions % (self.fault.every or 1):
            return False
        self.came()
        return True

    def came(self) -> None:
        """Count it, and draw when it may come again."""
        self.count += 1
        if self.fault.mean_interval:
            self.due = self._bench.now + self._interval()

    def _interval(self) -> float:
        mean = self.fault.mean_interval or 0.0
        return mean * float(self._bench.generator(self._name).standard_exponential())


class Injector:
    """The faults of one bench; for those who hold its lock."""

    def __init__(self, bench: Bench) -> None:
        self.log: deque[Happening] = deque(maxlen=LONGEST_LOG)
        self._bench = bench
        self._armed: list[_Armed] = []
        self._coming: dict[_Armed, Event] = {}
        self._ends: dict[Event, Callable[[], None]] = {}
        self._endless: list[Callable[[], None]] = []
        self._added = 0

    def add(self, fault: Fault) -> None:
        """Have one more fault. Raises ValueError for an instrument or terminal there is not."""
        names = self._instruments()
        if fault.instrument is not None and fault.instrument not in names:
            raise ValueError(f"instrument: there is no {fault.instrument!r}; "
                             f"allowed are {', '.join(names) or 'none'}")
        terminal_of(fault, self._bench)
        self._added += 1
        armed = _Armed(fault, f"fault {self._added}", self._bench)
        self._armed.append(armed)
        if fault.tied:
            return
        if armed.due > self._bench.now:
            self._schedule(armed)
        else:
            self._come(armed)

    def clear(self) -> None:
        """End every fault and forget it; the log stays."""
        for event in (*self._coming.values(), *self._ends):
            event.cancel()
        for end in (*self._ends.values(), *self._endless):
            end()
        self._armed.clear()
        self._coming.clear()
        self._ends.clear()
        self._endless.clear()

    def meet(self, instrument: Instrument, message: str) -> None:
        """`instrument` is about to carry out `message`: what comes with it begins."""
        for armed in self._of(instrument, spoils_replies=False):
            if armed.fault.tied and armed.comes(message):
                self._begin(armed.fault, instrument, message)

    def spoil(self, instrument: Instrument, message: str, reply: bytes) -> tuple[float, bytes]:
        """What becomes of the reply to `message`: seconds it is late, and its bytes, if any."""
        late = 0.0
        for armed in self._of(instrument, spoils_replies=True):
            if reply and armed.comes(message):
                self._note(armed.fault.kind, instrument.name, message)
                if armed.fault.kind == "late_reply":
                    late += armed.fault.value
                else:
                    reply = spoilt(armed.fault, reply, self._bench.generator("garbled replies"))
        return late, reply

    def _schedule(self, armed: _Armed) -> None:
        self._coming[armed] = self._bench.schedule(armed.due - self._bench.now,
                                                   lambda: self._come(armed))

    def _come(self, armed: _Armed) -> None:
        self._coming.pop(armed, None)
        armed.came()
        fault = armed.fault
        for name, instrument in self._instruments().items():
            if fault.instrument in (None, name):
                self._begin(fault, instrument)
                if fault.kind in ("shunt", "lift"):
                    break  # the sample is one, however many instruments there are
        if not armed.spent:
            self._schedule(armed)

    def _begin(self, fault: Fault, instrument: Instrument, message: str = "") -> None:
        self._note(fault.kind, instrument.name, message)
        end = begin(fault, instrument, self._bench)
        if end is None:
            return
        if not fault.duration:
            end()
            return
        if fault.duration == math.inf:
            self._endless.append(end)
            return

        def over() -> None:
            del self._ends[event]
            end()

        event = self._bench.schedule(fault.duration, over)
        self._ends[event] = end

    def _note(self, kind: str, name: str, message: str) -> None:
        self.log.append(Happening(self._bench.now, kind, name, message.strip()[:200]))

    def _of(self, instrument: Instrument, *, spoils_replies: bool) -> list[_Armed]:
        return [armed for armed in self._armed
                if instrument.breaks and armed.fault.spoils_replies == spoils_replies
                and armed.fault.instrument in (None, instrument.name)]

    def _instruments(self) -> dict[str, Instrument]:
        """All that can break."""
        return {each.name: each for each in self._bench.addresses.values() if each.breaks}
