"""A bench: one clock, one event queue, one lock, one device, and the instruments wired to it.

Time moves only when someone lets it. On a virtual bench it does so by the cost of commands, by a
blocked read up to its timeout, and by clock.sleep; on a paced bench it follows the wall clock, k
seconds for each of the wall's, and whoever looks brings it up to date first.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from ginsen.sim_backend.circuit import Circuit, Port, Totals
from ginsen.sim_backend.clock import BenchClock
from ginsen.sim_backend.devices.device import Device, Stochastic
from ginsen.sim_backend.events import Event, EventQueue, Process, Signal, Waiting
from ginsen.sim_backend.fault import Fault
from ginsen.sim_backend.injector import Injector
from ginsen.sim_backend.witness import Witness

if TYPE_CHECKING:
    from ginsen.sim_backend.scpi.exchange import Instrument

__all__ = ["ORIGIN", "Bench", "Port", "Totals"]

ORIGIN = datetime(2026, 1, 1, tzinfo=timezone.utc)

_SLICE = 0.005
"""Longest real sleep (s) of one who waits, so that others get the lock soon."""

_LAG = 0.1
"""Wall seconds a paced bench may be behind before it gives up catching up."""


class Bench:
    """The simulated laboratory of one bench file.

    `seed` keys every random generator, `line_frequency` is in Hz, `speed` the bench seconds per
    wall second of a paced bench, None for a virtual one, `origin` the date at bench time 0.
    `addresses` says which instrument is at which canonical VISA resource name, `wired` which
    terminal of the device an instrument's end ("smu.hi") leads to. `faults` is what breaks on it,
    None where nothing was ever asked to; `witness` tells what truly happens at the terminals.
    Everything but `wait`, `catch_up`, `current_time`, `pace`, `due`, `look`, `add_fault` and
    `witness` is for those who hold `lock`: instruments do, in their handlers, processes and
    scheduled actions.
    """

    def __init__(self, device: Device, *, seed: int = 1, line_frequency: float = 50.0,
                 speed: float | None = None, origin: datetime = ORIGIN) -> None:
        self.device = device
        self.line_frequency = line_frequency
        self.origin = origin
        self.lock = threading.RLock()
        self.clock = BenchClock(self)
        self.addresses: dict[str, Instrument] = {}
        self.wired: dict[str, str] = {}
        self.now = 0.0
        self._seed = seed
        self._generators: dict[str, np.random.Generator] = {}
        self._events = EventQueue()
        self._reach = -math.inf
        self._awaited: Callable[[], bool] | None = None
        self.faults: Injector | None = None
        self.witness = Witness(device.terminals, self._outputs)
        self._circuit = Circuit(device, self, self.witness)
        self._ports: dict[str, Port] = {}
        self._speed = speed
        self._wall_origin = time.monotonic()
        self.reseed(seed)

    @property
    def paced(self) -> bool:
        """Whether bench time follows the wall clock."""
        return self._speed is not None

    def pace(self, speed: float) -> None:
        """Let bench time follow the wall's from now on, `speed` seconds for each of its own.

        Raises ValueError unless `speed` is a finite number greater than 0.
        """
        if not 0.0 < speed < math.inf:
            raise ValueError("the speed of a bench is a finite number greater than 0, "
                             f"not {speed!r}")
        with self.lock:
            self._catch_up()
            self._speed = speed
            self._wall_origin = time.monotonic() - self.now / speed

    @property
    def seed(self) -> int:
        """The seed of every random generator."""
        return self._seed

    def reseed(self, seed: int) -> None:
        """Begin every random generator anew, from `seed`, that of the device included."""
        self._seed = seed
        self._generators.clear()
        device = self.device
        if isinstance(device, Stochastic):
            self._circuit.change(lambda: device.reseed(seed))

    def generator(self, name: str) -> np.random.Generator:
        """The random generator of the instrument called `name`.

        Ask at each use rather than keep it: `reseed` makes new ones.
        """
        generator = self._generators.get(name)
        if generator is None:
            generator = np.random.default_rng([self._seed, *name.encode("utf-8")])
            self._generators[name] = generator
        return generator

    def wire(self, output: str, terminal: str, series_resistance: float = 0.0) -> None:
        """Wire `output` ("smu.hi") to a terminal of the device through a resistor (Ω)."""
        self._ports[output] = self._circuit.port(terminal, series_resistance)

    def ground(self, terminal: str, series_resistance: float = 0.0) -> None:
        """Tie a terminal of the device to the common low through a resistor (Ω)."""
        self._circuit.ground(terminal, series_resistance)

    def lift(self, terminals: Collection[str]) -> None:
        """Part these terminals of the device from what is wired to them; all others meet it."""
        self._circuit.lift(terminals)

    def touches(self, end: str) -> bool:
        """Whether the wire of an instrument's end ("smu.hi") meets a terminal of the device."""
        terminal = self.wired.get(end)
        return terminal is not None and self._circuit.touches(terminal)

    def break_off(self, terminal: str) -> Callable[[], None]:
        """Open a terminal of the device, now; what is returned closes it again."""
        return self._circuit.break_off(terminal)

    def shunt(self, terminal: str, resistance: float) -> Callable[[], None]:
        """Tie a terminal of the device to the common low (Ω); what is returned unties it."""
        return self._circuit.shunt(terminal, resistance)

    def change_device(self, action: Callable[[], None]) -> None:
        """Do something to the device itself, now: put another die under the wires."""
        self._circuit.change(action)

    def port(self, output: str) -> Port:
        """The port called `output` ("smu.hi"); an open circuit if nothing is wired to it."""
        if output not in self._ports:
            self._ports[output] = self._circuit.port(None)
        return self._ports[output]

    def add_fault(self, fault: Fault) -> None:
        """Let something break. Raises ValueError where there is nothing of that name to break."""
        with self.lock:
            if self.faults is None:
                self.faults = Injector(self)
            self.faults.add(fault)

    def schedule(self, delay: float, action: Callable[[], None]) -> Event:
        """Let `action` happen in `delay` seconds (0 or more); the event can be cancelled."""
        if not 0.0 <= delay < math.inf:
            raise ValueError(f"an event cannot be scheduled in {delay!r} s: "
                             "the delay is a finite number of seconds, 0 or more")
        return self._events.push(self.now + delay, action)

    def passes(self, delay: float) -> bool:
        """Let `delay` seconds pass at once if nobody would notice; says whether they have.

        For a process whose event it is that happens now: it is spared the way through the queue
        where the queue would have brought it up next.
        """
        moment = self.now + delay
        awaited = self._awaited
        if (not self.now <= moment <= self._reach or not self._events.free_until(moment)
                or (awaited is not None and (self.now >= self._reach or awaited()))):
            return False
        self.now = moment
        return True

    def start(self, body: Waiting[Any], on_end: Callable[[], None] | None = None) -> Process:
        """Let a process live on the bench, from now; `on_end` is called when it has ended."""
        return Process(self, body, on_end)

    def signal(self) -> Signal:
        """Something processes can wait for."""
        return Signal()

    def advance_to(self, moment: float) -> None:
        """Let everything happen that is due by `moment`, and make it now."""
        while self._step(moment):
            pass
        self.now = max(self.now, moment)

    def current_time(self) -> float:
        """Bench time, brought up to the wall's on a paced bench."""
        with self.lock:
            self._catch_up()
            return self.now

    def catch_up(self) -> None:
        """Bring a paced bench up to the wall clock; on a virtual one nothing happens."""
        if self._speed is not None:
            with self.lock:
                self._catch_up()

    def look(self) -> None:
        """Bring the witness up to now, unless someone is at work on the bench."""
        if self.lock.acquire(blocking=False):
            try:
                self._catch_up()
                self._circuit.instant()
            finally:
                self.lock.release()

    def due(self) -> float:
        """Wall seconds until the next event; infinite if the wall clock brings none."""
        if self._speed is None:
            return math.inf
        with self.lock:
            return max(self._events.next_time() - self.now, 0.0) / self._speed

    def wait(self, ready: Callable[[], bool], deadline: float) -> bool:
        """Let time pass until `ready()` or the bench time `deadline`; says whether it is ready.

        No lock is held while a paced bench waits for the wall. An endless wait on a virtual bench
        on which nothing is due lasts until another thread does something, as it would in a
        laboratory.
        """
        while True:
            with self.lock:
                if self._speed is not None:
                    self._catch_up()
                if ready():
                    return True
                if self.now >= deadline:
                    return False
                if self._speed is None:
                    if self._step(deadline, ready):
                        continue
                    if deadline < math.inf:
                        self.now = deadline
                        return ready()
                    pause = _SLICE
                else:
                    due = min(self._events.next_time(), deadline)
                    pause = min(max(due - self.now, 0.0) / self._speed, _SLICE)
            time.sleep(pause)

    def _outputs(self) -> dict[str, bool]:
        """Which instruments with an output have it on."""
        return {each.name: each.output_on for each in dict.fromkeys(self.addresses.values())
                if each.output_on is not None}

    def _step(self, limit: float, awaited: Callable[[], bool] | None = None) -> bool:
        """Let the next event happen if it is due by `limit`; says whether there was one.

        `awaited` is for what time is let pass, so that none passes once it has come.
        """
        due = self._events.next_time()
        if due > limit or due == math.inf:
            return False
        if due > self.now:
            self.now = due
        outer = self._reach, self._awaited
        self._reach, self._awaited = limit, awaited
        try:
            self._events.pop()()
        finally:
            self._reach, self._awaited = outer
        return True

    def _catch_up(self) -> None:
        if self._speed is None:
            return
        self.advance_to((time.monotonic() - self._wall_origin) * self._speed)
        self._circuit.settle()
        # A device slower than the wall would leave ever more to catch up with at each look:
        # the bench falls behind instead, and its clock says so.
        lag = time.monotonic() - self._wall_origin - self.now / self._speed
        if lag > _LAG:
            self._wall_origin += lag
