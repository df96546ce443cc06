"""A virtual Temptronic ATS-545 ThermoStream: a stream of air at a temperature.

Commands, ranges and status bits as PyMeasure's ATS545 has them, from the manual it names (ATS-545 &
-645 Interface & Applications Manual, Rev. B); first values and times are choices. The temperature
is the instrument's alone: no device on the bench feels it. Virtual only.
"""

from __future__ import annotations

import math
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.ramp import Relaxation
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi import Entry, ScpiInstrument, action, integer, number, query, setting
from ginsen.sim_backend.scpi.common_commands import COMMON_COMMANDS
from ginsen.sim_backend.scpi.errors import ScpiError

_ROOM = 23.0
_LAG = 10.0
"""Temperature (°C) without air, and time constant (s) of the air. Choices."""

_SETPOINTS = ((30.0, 225.0), (20.0, 30.0), (-80.0, 20.0))
"""°C: what the setpoints hot, ambient and cold can be."""

_NO_DUT = 500.0
"""°C: what a device sensor that is not there says; beyond 400 is no reading."""

_MANUAL, _READY, _FLOW, _DUT, _UP = 1 << 8, 1 << 6, 1 << 5, 1 << 4, 1 << 2
_AT, _NOT_AT = 1, 2


class VirtualTemptronicAts545(ScpiInstrument):
    """A ThermoStream at its operator screen, with three setpoints and no device sensor."""

    identity: ClassVar[str] = "TEMPTRONIC,ATS-545-M,{serial},1.0"
    options: ClassVar[dict[str, type]] = {"serial": str}
    command_cost: ClassVar[float] = 10e-3
    commands: ClassVar[dict[str, Entry]] = {
        "SETN": setting("chosen", integer(0, 2)),
        "SETP": setting("setpoint", number(-80, 225)),
        "FLOW": setting("flow", integer(0, 1)),
        "HEAD": setting("head", integer(0, 1)),
        "WNDW": setting("window", number(0.1, 9.9)),
        "SOAK": setting("soak", number(0, 9999)),
        "LLIM": setting("lowest", number(-80, 25)),
        "ULIM": setting("highest", number(25, 225)),
        "ADMD": setting("spread", number(10, 300)),
        "TTIM": setting("longest", number(0, 9999)),
        "DUTM": setting("dut_mode", integer(0, 1)),
        "DSNS": setting("dut_sensor", integer(0, 2)),
        "DUTC": setting("dut_constant", number(20, 500)),
        "TEMP?": query(lambda stream: _NO_DUT if stream.dut_mode else stream.air),
        "TMPA?": query(lambda stream: stream.air),
        "TMPD?": query(lambda stream: _NO_DUT),
        "SETD?": query(lambda stream: stream.setpoint),
        "TECR?": query(lambda stream: _AT if stream.settled else _NOT_AT),
        "AUXC?": query(lambda stream: stream.auxiliary),
        "EROR?": query(lambda stream: 0),
        "WHAT?": query(lambda stream: 10),
        "CLER": action(lambda stream: None),
        "RSTO": action(lambda stream: stream.reset()),
    }

    def __init__(self, bench: Bench, name: str, serial: str = "SL10001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self._air = Relaxation(_ROOM, _ROOM, _LAG, self.time.now)
        self.reset()

    @classmethod
    def all_commands(cls) -> dict[str, Entry]:
        """There is no SYSTem:ERRor: errors show in *ESR? and EROR?."""
        common = {name: entry for name, entry in COMMON_COMMANDS.items() if name[0] == "*"}
        return {**common, **cls.commands}

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """%RM, %GL and %LL pass control on, which changes nothing here; all else is a command."""
        if message.strip().upper() in ("%RM", "%GL", "%LL"):
            yield self.command_cost
        else:
            yield from super().execute(message, link)

    def reset(self) -> None:
        """Air off, the ambient setpoint chosen; the head stays where it is."""
        self.head = getattr(self, "head", 1)
        self.setpoints = [125.0, 25.0, -55.0]
        self.window, self.soak, self.lowest, self.highest = 1.0, 30.0, -80.0, 225.0
        self.spread, self.longest = 50.0, 900.0
        self.dut_mode, self.dut_sensor, self.dut_constant = 0, 0, 100.0
        self._chosen, self._flow = 1, 0
        self._drive()

    def number_text(self, value: float) -> str:
        """Tenths of a degree."""
        return f"{value:.1f}"

    @property
    def chosen(self) -> int:
        """Which setpoint is in force: 0 hot, 1 ambient, 2 cold."""
        return self._chosen

    @chosen.setter
    def chosen(self, number: int) -> None:
        self._chosen = number
        self._drive()

    @property
    def setpoint(self) -> float:
        """The temperature (°C) of the chosen setpoint; refused beyond its range and the limits."""
        return self.setpoints[self._chosen]

    @setpoint.setter
    def setpoint(self, celsius: float) -> None:
        low, high = _SETPOINTS[self._chosen]
        if not max(low, self.lowest) <= celsius <= min(high, self.highest):
            raise ScpiError(-222)
        self.setpoints[self._chosen] = round(celsius, 1)
        self._drive()

    @property
    def flow(self) -> int:
        """Whether air flows."""
        return self._flow

    @flow.setter
    def flow(self, on: int) -> None:
        self._flow = on
        self._drive()

    @property
    def air(self) -> float:
        """Temperature (°C) of the air now."""
        return self._air.at(self.time.now)

    @property
    def settled(self) -> bool:
        """Whether the air has been within the window for the soak time."""
        way = abs(self._air.start - self._air.end)
        entered = self._air.since + _LAG * math.log(max(way / self.window, 1.0))
        return bool(self._flow) and self.time.now >= entered + self.soak

    @property
    def auxiliary(self) -> int:
        """The auxiliary condition register."""
        return (_MANUAL | _READY | (_FLOW if self._flow else 0) | (_DUT if self.dut_mode else 0)
                | (0 if self.head else _UP))

    def _drive(self) -> None:
        end = self.setpoint if self._flow else _ROOM
        if end != self._air.end:
            self._air = self._air.towards(end, self.time.now)
