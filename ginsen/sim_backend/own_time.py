"""An instrument's own clock: bench time, until it is made to run fast or slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ginsen.sim_backend.events import Event, Process, Signal, Waiting

if TYPE_CHECKING:
    from ginsen.sim_backend.bench import Bench


class OwnTime:
    """What an instrument takes the time from, and lives by: its stamps, timers and waits.

    The error of its clock (1e-6 is 1 ppm fast) holds from when it is set.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._error = 0.0
        self._origin = 0.0
        self._bench_origin = 0.0

    @property
    def now(self) -> float:
        """Seconds since the bench was opened, as this clock counts them."""
        return self._origin + (self._bench.now - self._bench_origin) * (1.0 + self._error)

    @property
    def error(self) -> float:
        """By what share the clock is fast."""
        return self._error

    @error.setter
    def error(self, error: float) -> None:
        self._origin, self._bench_origin = self.now, self._bench.now
        self._error = error

    def schedule(self, delay: float, action: Callable[[], None]) -> Event:
        """As `Bench.schedule`, with a delay (s) of this clock."""
        return self._bench.schedule(delay / (1.0 + self._error), action)

    def passes(self, delay: float) -> bool:
        """As `Bench.passes`, with a delay (s) of this clock."""
        return self._bench.passes(delay / (1.0 + self._error))

    def start(self, body: Waiting[Any], on_end: Callable[[], None] | None = None) -> Process:
        """As `Bench.start`, its waits in seconds of this clock."""
        return Process(self, body, on_end)

    def signal(self) -> Signal:
        """Something processes can wait for."""
        return self._bench.signal()
