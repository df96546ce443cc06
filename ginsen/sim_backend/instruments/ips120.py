"""A virtual Oxford Instruments IPS 120-10: a supply for superconducting magnets, by single letters.

Commands and replies as PyMeasure's IPS120_10 sends and reads them. A command is answered with its
letter, one that is not understood or not allowed now with a question mark and itself, and one
behind a $ not at all; replies end with a carriage return. In local control nothing can be changed.
The switch's times and the first settings are choices. No device on the bench feels the field.
Virtual only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.plain import PlainInstrument
from ginsen.sim_backend.instruments.ramp import Ramp
from ginsen.sim_backend.links import Link

HOLD, TO_SETPOINT, TO_ZERO, CLAMP = 0, 1, 2, 4

_LARGEST_FIELD = 7.0
_TESLA_PER_AMPERE = 0.06
_SWITCH_TIME = 15.0
"""Seconds the heater takes to open the switch; PyMeasure's class waits for 20."""

_COMMAND = re.compile(r"(\$?)([A-Z])([+-]?[0-9]*\.?[0-9]*)")


class VirtualIps120(PlainInstrument):
    """Supply, switch and magnet; the magnet follows the supply while the switch is open."""

    version: ClassVar[str] = "IPS120-10  Version 3.07  (c) OXFORD 1996"
    command_cost: ClassVar[float] = 10e-3

    def __init__(self, bench: Bench, name: str) -> None:
        super().__init__(bench, name)
        self.control = 0
        self.activity = CLAMP
        self.setpoint = 0.0
        self.rate = 1.0 / 60.0
        self.heated = False
        self.trapped = 0.0
        self.supply = Ramp(0.0, 0.0, self.rate, self.time.now)
        self._switched = -_SWITCH_TIME

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out one command and answer it."""
        text = message.strip()
        yield self.command_cost
        parts = _COMMAND.fullmatch(text)
        answer = None if parts is None else self._answer(parts[2], parts[3])
        if parts is None or not parts[1]:
            refused = f"?{text}".encode("latin-1", "replace")
            self.reply(link, (refused if answer is None else answer.encode("ascii")) + b"\r")

    def _answer(self, letter: str, digits: str) -> str | None:
        """The reply to a command; None where it is refused."""
        try:
            number = float(digits or 0)
        except ValueError:
            return None
        if letter == "V":
            return self.version
        if letter == "X":
            return self._status()
        if letter == "R":
            read = _READ.get(int(number))
            return None if read is None else f"R{read(self):+.5f}"
        if letter == "C" and number in range(4):
            self.control = int(number)
        elif letter == "Q":  # the resolution of what is read: here it is always the finer one
            return ""
        elif self.control % 2 == 0 or not self._change(letter, number):
            return None
        return letter

    def _change(self, letter: str, number: float) -> bool:
        """Change something, if it is possible."""
        now = self.time.now
        if letter == "A" and number in (HOLD, TO_SETPOINT, TO_ZERO, CLAMP):
            if number == CLAMP and self.supply.at(now):
                return False
            self.activity = int(number)
            self._head()
        elif letter == "J" and abs(number) <= _LARGEST_FIELD:
            self.setpoint = number
            self._head()
        elif letter == "I" and abs(number) * _TESLA_PER_AMPERE <= _LARGEST_FIELD:
            self.setpoint = number * _TESLA_PER_AMPERE
            self._head()
        elif letter == "T" and number > 0:
            self.rate = number / 60.0
            self._head()
        elif letter == "H" and number in (0, 1, 2):
            self._heat(int(number))
        else:
            return letter == "M"
        return True

    def _head(self) -> None:
        """Let the supply go where it is told to."""
        goal = {TO_SETPOINT: self.setpoint, TO_ZERO: 0.0}.get(self.activity)
        now = self.time.now
        self.supply = (self.supply.held(now) if goal is None
                       else self.supply.towards(goal, self.rate, now))

    def _heat(self, how: int) -> None:
        """Heater off (0), on if the supply is where the magnet is (1), or on anyhow (2)."""
        magnet = self.field()
        if how == 1 and abs(self.supply.at(self.time.now) - magnet) > 1e-4:
            return
        if bool(how) != self.heated:
            self.trapped, self.heated, self._switched = magnet, bool(how), self.time.now

    def field(self) -> float:
        """The field (T) of the magnet; it is trapped while the switch is closed."""
        now = self.time.now
        if self.heated and now - self._switched >= _SWITCH_TIME:
            self.trapped = self.supply.at(now)
        return self.trapped

    def _status(self) -> str:
        heater = 1 if self.heated else 2 if self.field() else 0
        sweeping = int(not self.supply.arrived(self.time.now))
        return f"X00A{self.activity}C{self.control}H{heater}M1{sweeping}P03"


_READ: dict[int, Callable[[VirtualIps120], float]] = {
    0: lambda supply: supply.supply.at(supply.time.now) / _TESLA_PER_AMPERE,
    1: lambda supply: supply.supply.at(supply.time.now) / _TESLA_PER_AMPERE,
    2: lambda supply: supply.field() / _TESLA_PER_AMPERE,
    5: lambda supply: supply.setpoint / _TESLA_PER_AMPERE,
    7: lambda supply: supply.supply.at(supply.time.now),
    8: lambda supply: supply.setpoint,
    9: lambda supply: supply.rate * 60.0,
    18: VirtualIps120.field,
}
"""What R followed by a number reads: currents in A, fields in T, the rate in T/min."""
