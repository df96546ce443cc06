"""A simulated bench computes faster than time passes: how long to wait, so as to watch it."""

from __future__ import annotations

import math

SPEEDS = (1.0, 10.0, 100.0, math.inf)
"""Bench seconds per second of the wall; the last is as fast as it computes."""


class Pace:
    """Keeps a run at no more than `speed` bench seconds per wall second."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._begun: tuple[float, float] | None = None

    def wait(self, bench: float, wall: float) -> float:
        """Seconds of the wall to wait until `bench` (s) is due, at `wall` (s)."""
        if self._begun is None:
            self._begun = (bench, wall)
        if math.isinf(self.speed):
            return 0.0
        begun_bench, begun_wall = self._begun
        return max(0.0, (bench - begun_bench) / self.speed - (wall - begun_wall))
