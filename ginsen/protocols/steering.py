"""What a person asks of a run under way: pause, go on, read longer, read more sparsely from now."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from ginsen.types import Phase, Rest

LEAST_ON = 0.1
"""Seconds for which a level stands before a sparse read: a relay, and an integration, fit in."""


LOOK = 0.25
"""Seconds of the wall between two looks at whether a pause is over."""


@dataclass(frozen=True)
class Longer:
    """Read for so many seconds more than was planned."""

    seconds: float

    def changed(self, phase: Phase) -> Phase:
        """All of the phase, with its new duration: a whole number of intervals."""
        more = max(1, math.ceil(self.seconds / phase.interval - 1e-6))
        return phase.lasting(phase.duration + more * phase.interval)


@dataclass(frozen=True)
class Sparser:
    """From now on a read every `interval` s only; in between the sample is left in `rest`."""

    interval: float
    rest: Rest = "open"

    def changed(self, phase: Phase, elapsed: float = 0.0) -> Phase:
        """What follows after `elapsed` s of a phase: a phase of its own, over the time left."""
        on = max(LEAST_ON, phase.interval * phase.duty)
        reads = max(1, math.ceil((phase.duration - elapsed) / self.interval - 1e-6))
        return replace(phase, name=f"{phase.name} sparse", interval=self.interval,
                       duration=reads * self.interval, rest=self.rest, alternate=False,
                       duty=1.0 if self.rest == "hold" else min(1.0, on / self.interval))


Change = Longer | Sparser


class Steering:
    """The wishes of one thread for the run of another, which looks at them between two fetches.

    A pause begins where the phase under way ends. `idle` is called again and again while one lasts,
    `told` with a sentence on everything that came of a wish.
    """

    def __init__(self) -> None:
        self.idle: Callable[[], object] = lambda: self.wait(LOOK)
        self.told: Callable[[str], object] = lambda sentence: None
        self._going = threading.Event()
        self._going.set()
        self._changes: deque[Change] = deque()

    @property
    def paused(self) -> bool:
        """Whether no further phase is to begin."""
        return not self._going.is_set()

    def pause(self) -> None:
        """Let no further phase begin."""
        self._going.clear()

    def go_on(self) -> None:
        """End the pause, or the wish for one."""
        self._going.set()

    def wait(self, seconds: float) -> None:
        """Wait so long on the wall clock, or until the pause is over."""
        self._going.wait(seconds)

    def ask(self, change: Change) -> None:
        """Change the phase that is being read. Raises ValueError for a time that is none."""
        span = change.seconds if isinstance(change, Longer) else change.interval
        if not 0 < span < math.inf:
            raise ValueError(f"{span!r} s is no time to read for, or to wait: above 0 and finite.")
        self._changes.append(change)

    def take(self) -> Change | None:
        """The oldest wish that nobody has seen to."""
        return self._changes.popleft() if self._changes else None
