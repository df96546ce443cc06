"""A virtual Lake Shore 335 temperature controller: two sensors, two heaters.

Commands by section 6.4.1 of the Model 335 User's Manual (P/N 119-055, pages 111 to 125), as far as
the drivers of PyMeasure and QCoDeS send them, and of Lake Shore's own package those about readings,
heaters and loops; forms of numbers in replies are background knowledge. Sensors read in kelvin:
what is said of their type, curve, name and filter is kept and changes nothing. There are no alarms,
relays, zones, autotuning or curves to load. The temperature is the instrument's alone: no device on
the bench feels it. Virtual only.

A refused command does not end its line: Lake Shore's package asks *ESR? behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.lakeshore335_stage import OUTSIDE, Stage
from ginsen.sim_backend.links import Detour, Link
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiInstrument,
    action,
    boolean,
    choice,
    integer,
    number,
    query,
    string,
)
from ginsen.sim_backend.scpi.commands import Command, Setting
from ginsen.sim_backend.scpi.common_commands import COMMON_COMMANDS

_OUTPUT = integer(1, 2)
_INPUT = choice("A", "B")
_INPUTS = "AB"

_OF_OUTPUT: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "OUTMODE": ((integer(0, 5), integer(0, 2), boolean()), (1, None, 0)),
    "HTRSET": ((integer(0, 1), integer(1, 2), integer(0, 4), number(0, 1.732), integer(1, 2)),
               (0, 1, 2, 0.0, 2)),
    "PID": ((number(0.1, 1000), number(0.1, 1000), number(0, 200)), (50.0, 20.0, 0.0)),
    "RAMP": ((boolean(), number(0, 100)), (0, 0.1)),
    "RANGE": ((integer(0, 3),), (0,)),
    "MOUT": ((number(0, 100),), (0.0,)),
    "WARMUP": ((integer(0, 1), number(0, 100)), (0, 0.0)),
}
"""What is said of an output: what each parameter may be, and is after a reset.

None in OUTMODE is the output's own input: 1 controls A, 2 controls B. Defaults are choices.
"""

_OF_INPUT: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "INTYPE": ((integer(0, 4), boolean(), integer(0, 8), boolean(), integer(1, 3)),
               (1, 0, 0, 0, 1)),
    "INCRV": ((integer(0, 59),), (2,)),
    "INNAME": ((string(bare=True, longest=15),), ("",)),
    "TLIMIT": ((number(0, 1000),), (0.0,)),
    "FILTER": ((boolean(), integer(2, 64), integer(1, 10)), (0, 8, 10)),
    "DIOCUR": ((integer(0, 1),), (0,)),
}
"""The same of an input."""

_OF_ALL: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "EMUL": ((integer(0, 2), integer(0, 1)), (0, 0)),
    "BRIGT": ((integer(0, 3),), (2,)),
    "LOCK": ((boolean(), integer(0, 999)), (0, 123)),
    "MODE": ((integer(0, 2),), (0,)),
    "DISPLAY": ((integer(0, 4),), (4,)),
}
"""The same of the instrument."""


_UNIT = re.compile(r"""(?:[^;"']|"[^"]*"|'[^']*'|["'])+""")
"""What stands between two semicolons that are not in quotes."""


def _setting(name: str, place: Any, kinds: tuple[Any, ...]) -> Entry:
    """A command whose first parameter says of which output or input."""
    return Setting(
        Command(lambda unit, which, *values: unit.change(name, which, values), (place, *kinds)),
        Command(lambda unit, which: unit.told(name, which), (place,)))


def _general(name: str, kinds: tuple[Any, ...]) -> Entry:
    """A command that is about neither."""
    return Setting(Command(lambda unit, *values: unit.change(name, None, values), kinds),
                   Command(lambda unit: unit.told(name, None)))


def _of_stage(ask: Callable[[Stage], Any], place: Any = _INPUT) -> Entry:
    """What a sensor or an output reads now."""
    return query(lambda unit, which: ask(unit.stage(which)), place)


class VirtualLakeShore335(ScpiInstrument):
    """Two stages, each warmed by its own heater: in closed loop, or by a share of its power."""

    identity: ClassVar[str] = "LSCI,MODEL335,{serial}/#######,1.0"
    options: ClassVar[dict[str, type]] = {"serial": str}
    terminator: ClassVar[str] = "\r\n"
    command_cost: ClassVar[float] = 10e-3
    commands: ClassVar[dict[str, Entry]] = {
        "KRDG?": _of_stage(Stage.kelvin),
        "CRDG?": _of_stage(lambda stage: stage.kelvin() - 273.15),
        "SRDG?": _of_stage(Stage.kelvin),
        "RDGST?": _of_stage(lambda stage: "000"),
        "MDAT?": _of_stage(Stage.extremes),
        "MNMXRST": action(lambda unit: [stage.forget_extremes() for stage in unit.stages] and None),
        "HTR?": _of_stage(Stage.heater, _OUTPUT),
        "HTRST?": _of_stage(lambda stage: 0, _OUTPUT),
        "SETP": Setting(
            Command(lambda unit, output, value: unit.stage(output).aim(value),
                    (_OUTPUT, number(0, 1000))),
            Command(lambda unit, output: unit.stage(output).setpoint(), (_OUTPUT,))),
        "RAMPST?": _of_stage(lambda stage: int(stage.ramping()), _OUTPUT),
        **{name: _setting(name, _OUTPUT, kinds) for name, (kinds, _) in _OF_OUTPUT.items()},
        **{name: _setting(name, _INPUT, kinds) for name, (kinds, _) in _OF_INPUT.items()},
        **{name: _general(name, kinds) for name, (kinds, _) in _OF_ALL.items()},
    }

    def __init__(self, bench: Bench, name: str, serial: str = "335A001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.stages = [Stage(self.time), Stage(self.time)]
        self.reset()

    @classmethod
    def all_commands(cls) -> dict[str, Entry]:
        """There is no SYSTem:ERRor: errors show in *ESR? alone."""
        common = {name: entry for name, entry in COMMON_COMMANDS.items() if name[0] == "*"}
        return {**common, **cls.commands}

    def reset(self) -> None:
        """Heaters off, every setting as new."""
        self._settings: dict[tuple[str, Any], tuple[Any, ...]] = {}
        for place, stage in enumerate(self.stages, start=1):
            stage.reset()
            stage.aim(OUTSIDE)
            for name, (_, values) in _OF_OUTPUT.items():
                self._settings[name, place] = tuple(
                    place if value is None else value for value in values)
            for name, (_, values) in _OF_INPUT.items():
                self._settings[name, _INPUTS[place - 1]] = values
        for name, (_, values) in _OF_ALL.items():
            self._settings[name, None] = values

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out every unit of a line; what they answer is one reply."""
        detour = Detour(link)
        for unit in _UNIT.findall(message):
            yield from super().execute(unit, detour)
        if detour.replies:
            end = self.terminator.encode("ascii")
            self.reply(link, b";".join(each.removesuffix(end) for each in detour.replies) + end)

    def number_text(self, value: float) -> str:
        """A sign and three decimals."""
        return f"{value:+08.3f}"

    def stage(self, which: int | str) -> Stage:
        """The stage of an output, 1 or 2, or a sensor, A or B."""
        return self.stages[which - 1 if isinstance(which, int) else _INPUTS.index(which)]

    def told(self, name: str, which: Any) -> tuple[Any, ...]:
        """A setting as its query answers it."""
        if name == "RANGE":  # an exceeded limit switches the heater off
            return (self.stage(which).range,)
        if name == "INNAME":
            return (f"{self._settings[name, which][0]:<15}",)
        return self._settings[name, which]

    def change(self, name: str, which: Any, values: tuple[Any, ...]) -> None:
        """Take a setting, and let the stage know."""
        self._settings[name, which] = values
        if name == "TLIMIT":
            self.stage(which).limit(values[0])
        elif name in ("OUTMODE", "RANGE", "MOUT", "RAMP"):
            mode, source, _ = self._settings["OUTMODE", which]
            manual, = self._settings["MOUT", which]
            on, rate = self._settings["RAMP", which]
            power, = values if name == "RANGE" else (self.stage(which).range,)
            self.stage(which).operate(
                power, manual=manual, closed=mode in (1, 2) and source == which,
                off=mode in (0, 4, 5), rate=rate / 60.0 if on else 0.0)
