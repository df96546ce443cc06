"""The bench's time as a clock (ginsen.types.Clock)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ginsen.sim_backend.bench import Bench


class BenchClock:
    """The one time of a simulated bench: seconds from its opening."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def now(self) -> float:
        """Bench seconds since the bench was opened."""
        return self._bench.current_time()

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of bench time pass. Raises ValueError if negative or not finite."""
        if not 0.0 <= seconds < float("inf"):
            raise ValueError(f"clock.sleep: {seconds!r} s cannot pass; "
                             "give a finite number of seconds, 0 or more")
        self._bench.wait(lambda: False, self._bench.current_time() + seconds)

    def utc(self) -> datetime:
        """The bench's date and time: its start plus bench time, or the wall's if it is paced."""
        if self._bench.paced:
            return datetime.now(timezone.utc)
        return self._bench.origin + timedelta(seconds=self._bench.now)
