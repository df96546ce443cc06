"""How the quantities of slow instruments move: along a straight line, or towards an end."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Ramp:
    """From `start` at the time `since` (s) to `target` at `rate` (per s, greater than 0)."""

    start: float
    target: float
    rate: float
    since: float

    def at(self, now: float) -> float:
        """The value at a time (s)."""
        way = self.target - self.start
        return self.start + math.copysign(min(self.rate * (now - self.since), abs(way)), way)

    def arrived(self, now: float) -> bool:
        """Whether the target is reached."""
        return self.rate * (now - self.since) >= abs(self.target - self.start)

    def towards(self, target: float, rate: float, now: float) -> Ramp:
        """On from where it is now."""
        return Ramp(self.at(now), target, rate, now)

    def held(self, now: float) -> Ramp:
        """At rest where it is now."""
        return self.towards(self.at(now), self.rate, now)


@dataclass(frozen=True)
class Relaxation:
    """From `start` at the time `since` (s) towards `end`, exponentially in `time` (s)."""

    start: float
    end: float
    time: float
    since: float

    def at(self, now: float) -> float:
        """The value at a time (s)."""
        return self.end + (self.start - self.end) * math.exp((self.since - now) / self.time)

    def towards(self, end: float, now: float) -> Relaxation:
        """On from where it is now."""
        return Relaxation(self.at(now), end, self.time, now)
