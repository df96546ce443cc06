"""What a heater of the virtual Lake Shore 335 warms: one stage, and the loop that holds it.

The loop is ideal: the stage relaxes to the temperature it wants, or the heater can reach, without
overshoot. P, I and D change nothing.
"""

from __future__ import annotations

import math

from ginsen.sim_backend.instruments.ramp import Ramp, Relaxation
from ginsen.sim_backend.own_time import OwnTime

OUTSIDE = 295.0
"""Temperature (K) without heating."""

_REACH = (0.0, 20.0, 60.0, 200.0)
"""How far (K) above that each heater range can bring a stage: off, low, medium, high. Choices."""

_LAG = 30.0
"""Time constant (s) of a stage. A choice."""

_STEP = 1.0
"""Seconds for which a ramping setpoint is taken for constant."""


class Stage:
    """A stage with its sensor, its heater and its setpoint, in kelvin."""

    def __init__(self, time: OwnTime) -> None:
        self._time = time
        self._course = Relaxation(OUTSIDE, OUTSIDE, _LAG, time.now)
        self._least, self._most = math.inf, -math.inf
        self.reset()

    def reset(self) -> None:
        """Heater off, in closed loop, without ramp or limit; the temperature stays."""
        self._range, self._manual, self._rate, self._limit = 0, 0.0, 0.0, 0.0
        self._closed, self._off = True, False
        self._aim = Ramp(OUTSIDE, OUTSIDE, 1.0, self._time.now)
        self._head(self._time.now)

    # What it reads.

    def kelvin(self) -> float:
        """The temperature now."""
        self._follow()
        value = self._course.at(self._time.now)
        self._least, self._most = min(self._least, value), max(self._most, value)
        return value

    def extremes(self) -> tuple[float, float]:
        """The least and the greatest temperature read since they were forgotten."""
        self.kelvin()
        return self._least, self._most

    def forget_extremes(self) -> None:
        """Begin them anew."""
        self._least, self._most = math.inf, -math.inf

    def heater(self) -> float:
        """The heater's share of its range, in percent."""
        self._follow()
        reach = _REACH[self._range]
        return 100.0 * (self._course.end - OUTSIDE) / reach if reach else 0.0

    def setpoint(self) -> float:
        """Where the loop wants it now."""
        return self._aim.at(self._time.now)

    def ramping(self) -> bool:
        """Whether the setpoint is on its way."""
        return not self._aim.arrived(self._time.now)

    @property
    def range(self) -> int:
        """The heater's range, 0 for off."""
        self._follow()
        return self._range

    # What it is told.

    def aim(self, setpoint: float) -> None:
        """Change the setpoint, on a ramp if there is a rate."""
        self._follow()
        now = self._time.now
        start = self._aim.at(now) if self._rate else setpoint
        self._aim = Ramp(start, setpoint, self._rate or 1.0, now)
        self._head(now)

    def limit(self, kelvin: float) -> None:
        """Switch the heater off above this temperature; 0 for none."""
        self._follow()
        self._limit = kelvin

    def operate(self, power: int, *, manual: float, closed: bool, off: bool, rate: float) -> None:
        """Set range, share of it in percent, loop, and ramp (K/s, 0 for none)."""
        self._follow()
        self._range, self._manual, self._closed, self._off = power, manual, closed, off
        if rate != self._rate:
            self._rate = rate
            self.aim(self._aim.target)
        self._head(self._time.now)

    # How it gets there.

    def _head(self, now: float) -> None:
        """On to where heater and setpoint lead from now on."""
        reach = 0.0 if self._off else _REACH[self._range]
        wanted = self._aim.at(now) - OUTSIDE if self._closed else 0.0
        end = OUTSIDE + min(max(wanted, self._manual / 100.0 * reach, 0.0), reach)
        self._course = self._course.towards(end, now)

    def _follow(self) -> None:
        """Live up to now: after a ramping setpoint, and off at a limit."""
        now = self._time.now
        while not self._aim.arrived(self._course.since) and self._course.since + _STEP < now:
            self._stop_at_limit(self._course.since + _STEP)
            self._head(self._course.since + _STEP)
        self._stop_at_limit(now)
        if not self._aim.arrived(self._course.since) and self._aim.arrived(now):
            self._head(now)

    def _stop_at_limit(self, moment: float) -> None:
        """Switch the heater off where the course exceeds the limit before `moment`."""
        course = self._course
        if not self._limit or not self._range or course.at(moment) <= self._limit:
            return
        distance = course.end - course.start
        passed = max((self._limit - course.start) / distance, 0.0) if distance > 0 else 0.0
        self._range = 0
        self._head(course.since - _LAG * math.log1p(-passed))
