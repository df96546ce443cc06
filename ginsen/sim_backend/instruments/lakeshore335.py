"""A virtual Lake Shore 335 temperature controller: two sensors, two heaters.

Commands as PyMeasure's LakeShore3xx sends them; forms of the replies are background knowledge.
The temperature is the instrument's alone: no device on the bench feels it. Virtual only.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.ramp import Relaxation
from ginsen.sim_backend.scpi import Entry, ScpiInstrument, choice, integer, number, query
from ginsen.sim_backend.scpi.commands import Command, Setting
from ginsen.sim_backend.scpi.common_commands import COMMON_COMMANDS

_ROOM = 295.0
"""Temperature (K) without heating."""

_REACH = (0.0, 20.0, 60.0, 200.0)
"""How far (K) above room each heater range can bring a stage: off, low, medium, high. Choices."""

_LAG = 30.0
"""Time constant (s) of a stage. A choice."""


def _of_output(what: str, kind: Any) -> Entry:
    """A setting of output 1 or 2."""
    output = integer(1, 2)
    return Setting(
        Command(lambda stage, number, value: stage.change(what, number, value), (output, kind)),
        Command(lambda stage, number: stage.settings[what][number - 1], (output,)))


class VirtualLakeShore335(ScpiInstrument):
    """Two stages, each warmed by its own heater in closed loop, or by a share of its full power."""

    identity: ClassVar[str] = "LSCI,MODEL335,{serial}/#######,1.0"
    options: ClassVar[dict[str, type]] = {"serial": str}
    terminator: ClassVar[str] = "\r\n"
    command_cost: ClassVar[float] = 10e-3
    commands: ClassVar[dict[str, Entry]] = {
        "KRDG?": query(lambda stage, name: stage.kelvin(name), choice("A", "B")),
        "CRDG?": query(lambda stage, name: stage.kelvin(name) - 273.15, choice("A", "B")),
        "SRDG?": query(lambda stage, name: stage.kelvin(name), choice("A", "B")),
        "HTR?": query(lambda stage, output: stage.heater(output), integer(1, 2)),
        "SETP": _of_output("setpoint", number(0, 1000)),
        "RANGE": _of_output("range", integer(0, 3)),
        "MOUT": _of_output("manual", number(0, 100)),
    }

    def __init__(self, bench: Bench, name: str, serial: str = "335A001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self._stages = [Relaxation(_ROOM, _ROOM, _LAG, self.time.now)] * 2
        self.reset()

    @classmethod
    def all_commands(cls) -> dict[str, Entry]:
        """There is no SYSTem:ERRor: errors show in *ESR? alone."""
        common = {name: entry for name, entry in COMMON_COMMANDS.items() if name[0] == "*"}
        return {**common, **cls.commands}

    def reset(self) -> None:
        """Heaters off."""
        now = self.time.now
        self.settings: dict[str, list[Any]] = {
            "setpoint": [_ROOM] * 2, "range": [0] * 2, "manual": [0.0] * 2}
        self._stages = [stage.towards(_ROOM, now) for stage in self._stages]

    def number_text(self, value: float) -> str:
        """A sign and three decimals."""
        return f"{value:+08.3f}"

    def kelvin(self, name: str) -> float:
        """Temperature (K) at sensor A or B."""
        return self._stages["AB".index(name)].at(self.time.now)

    def heater(self, output: int) -> float:
        """The heater's share of its range, in percent."""
        reach = _REACH[self.settings["range"][output - 1]]
        return 100.0 * (self._stages[output - 1].end - _ROOM) / reach if reach else 0.0

    def change(self, what: str, output: int, value: Any) -> None:
        """Take a setting, and head for the temperature it leads to."""
        self.settings[what][output - 1] = value
        reach = _REACH[self.settings["range"][output - 1]]
        manual = self.settings["manual"][output - 1] / 100.0 * reach
        wanted = self.settings["setpoint"][output - 1] - _ROOM
        end = _ROOM + min(max(wanted, manual, 0.0), reach)
        self._stages[output - 1] = self._stages[output - 1].towards(end, self.time.now)
