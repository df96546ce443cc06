"""A virtual American Magnetics 430: a programmer for superconducting magnets.

Commands by section 4.5 of the manual of the 4Q1010PS-430 (Rev. 5, pages 109 to 126; the numbers of
STATE? are its table 4-5), as far as the drivers of PyMeasure and QCoDeS send them. Whoever opens
its socket is sent two lines before anything was asked. Times, limits and the first settings are
choices. No device on the bench feels the field. Virtual only.
"""

from __future__ import annotations

from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.ramp import Ramp
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiError,
    ScpiInstrument,
    action,
    boolean,
    integer,
    number,
    optional,
    query,
    setting,
)
from ginsen.sim_backend.scpi.commands import Command, Setting

RAMPING, HOLDING, PAUSED, UP, DOWN, ZEROING, QUENCHED, AT_ZERO, HEATING, COOLING = range(1, 11)

_LARGEST_CURRENT = 50.63
_GREETING_TIME = 10e-3
"""Seconds after a socket was opened in which a clear finds no greeting to drop: it is still on its
way then. A choice. QCoDeS clears each session it opens, and reads the greeting after that."""

_QUENCH = ScpiError(-221, "Quench condition")


def _configured(head: str, path: str, kind: Any) -> dict[str, Entry]:
    """A setting whose command begins with CONFigure."""
    both = setting(path, kind)
    return {f"CONFigure:{head}": action(both.command.run, kind),
            f"{head}?": query(both.query.run)}


class VirtualAmi430(ScpiInstrument):
    """Supply, switch and magnet; the magnet follows the supply while the switch is open.

    Inside, fields are in kG, currents in A, rates per second; on the wire fields are in kG or T,
    rates per second or minute, as it is told.
    """

    identity: ClassVar[str] = "AMERICAN MAGNETICS INC.,MODEL 430,{serial},2.01"
    options: ClassVar[dict[str, type]] = {"serial": str}
    greeting: ClassVar[bytes] = b"American Magnetics Model 430 IP Interface\r\nHello.\r\n"
    terminator: ClassVar[str] = "\r\n"
    command_cost: ClassVar[float] = 5e-3
    commands: ClassVar[dict[str, Entry]] = {
        **_configured("COILconst", "told_coil", number(0.001, 999.99999)),
        **_configured("VOLTage:LIMit", "voltage_limit", number(0.001, 20)),
        **_configured("CURRent:LIMit", "current_limit", number(0, _LARGEST_CURRENT)),
        **_configured("CURRent:TARGet", "target", number()),
        **_configured("FIELD:TARGet", "told_field_target", number()),
        **_configured("FIELD:UNITS", "tesla", boolean()),
        **_configured("RAMP:RATE:UNITS", "minutes", boolean()),
        **_configured("RAMP:RATE:SEGments", "segments", integer(1, 1)),
        "CONFigure:RAMP:RATE:CURRent": action(
            lambda ami, segment, rate, up_to: ami.pace(rate),
            integer(1, 1), number(1e-6, 600), optional(number())),
        "RAMP:RATE:CURRent:1?": query(
            lambda ami: (ami.rate * ami.seconds_told, ami.current_limit)),
        "CONFigure:RAMP:RATE:FIELD": action(
            lambda ami, segment, rate, up_to: ami.pace(rate / ami.told_coil),
            integer(1, 1), number(1e-6, 600), optional(number())),
        "RAMP:RATE:FIELD:1?": query(
            lambda ami: (ami.rate * ami.seconds_told * ami.told_coil,
                         ami.current_limit * ami.told_coil)),
        "CURRent:MAGnet?": query(lambda ami: ami.magnet_current()),
        "CURRent:SUPPly?": query(lambda ami: ami.supply.at(ami.time.now)),
        "FIELD:MAGnet?": query(lambda ami: ami.magnet_current() * ami.told_coil),
        "FIELD:SUPPly?": query(lambda ami: ami.supply.at(ami.time.now) * ami.told_coil),
        "STATE?": query(lambda ami: ami.state()),
        "RAMP": action(lambda ami: ami.go(RAMPING, ami.target)),
        "PAUSE": action(lambda ami: ami.pause()),
        "ZERO": action(lambda ami: ami.go(ZEROING, 0.0)),
        "INCR": action(lambda ami: ami.go(UP, ami.current_limit)),
        "DECR": action(lambda ami: ami.go(DOWN, -ami.current_limit)),
        "PSwitch": Setting(Command(lambda ami, on: ami.switch(on), (boolean(),)),
                           Command(lambda ami: ami.heated)),
        "CONFigure:PSwitch": action(lambda ami, there: ami.install(there), boolean()),
        "PSwitch:INSTalled?": query(lambda ami: ami.installed),
        **_configured("PSwitch:CURRent", "switch_current", number(0, 125)),
        **_configured("PSwitch:HeatTIME", "heat_time", integer(5, 120)),
        **_configured("PSwitch:CoolTIME", "cool_time", integer(5, 3600)),
        "PERSistent?": query(lambda ami: ami.persistent()),
        "QUench": Setting(Command(lambda ami, on: ami.quench(on), (boolean(),)),
                          Command(lambda ami: ami.quenched)),
        "QUench:COUNT?": query(lambda ami: ami.quenches),
    }

    def __init__(self, bench: Bench, name: str, serial: str = "430001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.supply = Ramp(0.0, 0.0, 1.0, self.time.now)
        self.heated, self.installed = False, True
        self.quenched, self.quenches = False, 0
        self._trapped = 0.0
        self._switched = float("-inf")
        self._opened: WeakKeyDictionary[Link, float] = WeakKeyDictionary()
        self.reset()

    def reset(self) -> None:
        """Settings as new; the supply stays where it is."""
        self.coil = 1.182
        self.voltage_limit, self.current_limit = 2.2, _LARGEST_CURRENT
        self._target = 0.0
        self.rate = 0.0357
        self.tesla = self.minutes = False
        self.segments = 1
        self.switch_current, self.heat_time, self.cool_time = 35.0, 20, 20
        self.pause()

    def connect(self, *, stream: bool, bus: bool = False) -> Link:
        """A new link; a socket is sent the greeting."""
        link = super().connect(stream=stream, bus=bus)
        self._opened[link] = self.time.now
        return link

    def device_clear(self, link: Link) -> None:
        """What was received is dropped; a greeting on its way comes all the same."""
        if not link.stream or self.time.now - self._opened[link] >= _GREETING_TIME:
            super().device_clear(link)

    def number_text(self, value: float) -> str:
        """Six significant digits."""
        return f"{value:.6g}"

    # Units.

    @property
    def seconds_told(self) -> float:
        """Seconds in the unit of time of a rate."""
        return 60.0 if self.minutes else 1.0

    @property
    def told_coil(self) -> float:
        """The coil constant, in the unit of field told, per ampere."""
        return self.coil * (0.1 if self.tesla else 1.0)

    @told_coil.setter
    def told_coil(self, value: float) -> None:
        self.coil = value * (10.0 if self.tesla else 1.0)

    @property
    def target(self) -> float:
        """The target (A). To set it raises ScpiError (-222) beyond the limit."""
        return self._target

    @target.setter
    def target(self, current: float) -> None:
        if abs(current) > self.current_limit:
            raise ScpiError(-222)
        self._target = current

    @property
    def told_field_target(self) -> float:
        """The target as a field."""
        return self._target * self.told_coil

    @told_field_target.setter
    def told_field_target(self, field: float) -> None:
        self.target = field / self.told_coil

    def pace(self, rate: float) -> None:
        """Set the ramp rate, in A per unit of time told."""
        self.rate = rate / self.seconds_told

    # Supply, switch and magnet.

    def go(self, manner: int, current: float) -> None:
        """Ramp the supply to a current (A). Raises ScpiError after a quench."""
        if self.quenched:
            raise _QUENCH
        self._manner = manner
        self.supply = self.supply.towards(current, self.rate, self.time.now)

    def pause(self) -> None:
        """Hold the supply where it is."""
        self._manner = PAUSED
        self.supply = self.supply.held(self.time.now)

    def switch(self, on: bool) -> None:
        """Heat the persistent switch, or let it cool. Raises ScpiError where there is none."""
        if not self.installed:
            raise ScpiError(-221)
        if on != self.heated:
            self._trapped = self.magnet_current()
            self.heated, self._switched = on, self.time.now

    def install(self, there: bool) -> None:
        """Say whether the magnet has a persistent switch."""
        self._trapped = self.magnet_current()
        self.installed = there
        self.heated = self.heated and there

    def quench(self, on: bool) -> None:
        """Lose the current, and ramp no more; or go on as if nothing had been."""
        if on and not self.quenched:
            now = self.time.now
            self.quenches += 1
            self._trapped = 0.0
            self.supply = Ramp(0.0, 0.0, self.rate, now)
        if self.quenched and not on:
            self.pause()
        self.quenched = on

    def magnet_current(self) -> float:
        """The magnet's current (A); it is trapped while the switch is closed."""
        if not self.installed or (self.heated and not self._changing()):
            self._trapped = self.supply.at(self.time.now)
        return self._trapped

    def persistent(self) -> bool:
        """Whether the magnet keeps a current by itself."""
        closed = self.installed and not self.heated and not self._changing()
        return closed and self._trapped != 0

    def state(self) -> int:
        """What it does now, as STATE? numbers it."""
        if self.quenched:
            return QUENCHED
        if self._changing():
            return HEATING if self.heated else COOLING
        if self._manner == PAUSED or not self.supply.arrived(self.time.now):
            return self._manner
        return AT_ZERO if self._manner == ZEROING else HOLDING

    def _changing(self) -> bool:
        """Whether the switch opens or closes now."""
        needed = self.heat_time if self.heated else self.cool_time
        return self.installed and self.time.now - self._switched < needed
