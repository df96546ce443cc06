"""A virtual American Magnetics 430: a programmer for superconducting magnets.

Commands as PyMeasure's AMI430 sends them; the numbers of the states are those it names. Whoever
opens its socket is sent two lines before anything was asked. Heating times and the first settings
are choices. No device on the bench feels the field. Virtual only.
"""

from __future__ import annotations

from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.ramp import Ramp
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
)

RAMPING, HOLDING, PAUSED, ZEROING, AT_ZERO, HEATING, COOLING = 1, 2, 3, 6, 8, 9, 10

_SWITCH_TIME = 20.0
"""Seconds the persistent switch takes to open and to close."""

_LARGEST_CURRENT = 50.63


class VirtualAmi430(ScpiInstrument):
    """Supply, switch and magnet; the magnet follows the supply while the switch is open.

    Fields are in kG, currents in A, rates per second.
    """

    identity: ClassVar[str] = "AMERICAN MAGNETICS INC.,MODEL 430,{serial},2.01"
    options: ClassVar[dict[str, type]] = {"serial": str}
    greeting: ClassVar[bytes] = b"American Magnetics Model 430 IP Interface\r\nHello.\r\n"
    terminator: ClassVar[str] = "\r\n"
    command_cost: ClassVar[float] = 5e-3
    commands: ClassVar[dict[str, Entry]] = {
        "CONFigure:COIL": action(lambda ami, value: ami.configure("coil", value),
                                 number(0.001, 999)),
        "COIL?": query(lambda ami: ami.coil),
        "CONFigure:VOLTage:LIMit": action(lambda ami, value: ami.configure("voltage_limit", value),
                                          number(0.001, 20)),
        "VOLTage:LIMit?": query(lambda ami: ami.voltage_limit),
        "CONFigure:CURRent:TARGet": action(lambda ami, value: ami.aim(value), number()),
        "CURRent:TARGet?": query(lambda ami: ami.target),
        "CONFigure:FIELD:TARGet": action(lambda ami, value: ami.aim(value / ami.coil), number()),
        "FIELD:TARGet?": query(lambda ami: ami.target * ami.coil),
        "CONFigure:RAMP:RATE:CURRent": action(lambda ami, segment, rate, up_to: ami.pace(rate),
                                              integer(1, 1), number(1e-5, 10), optional(number())),
        "RAMP:RATE:CURRent:1?": query(lambda ami: (ami.rate, _LARGEST_CURRENT)),
        "CONFigure:RAMP:RATE:FIELD": action(
            lambda ami, segment, rate, up_to: ami.pace(rate / ami.coil),
            integer(1, 1), number(1e-5, 10), optional(number())),
        "RAMP:RATE:FIELD:1?": query(
            lambda ami: (ami.rate * ami.coil, _LARGEST_CURRENT * ami.coil)),
        "CURRent:MAGnet?": query(lambda ami: ami.magnet_current()),
        "CURRent:SUPPly?": query(lambda ami: ami.supply.at(ami.time.now)),
        "FIELD:MAGnet?": query(lambda ami: ami.magnet_current() * ami.coil),
        "STATE?": query(lambda ami: ami.state()),
        "RAMP": action(lambda ami: ami.go(RAMPING, ami.target)),
        "PAUSE": action(lambda ami: ami.pause()),
        "ZERO": action(lambda ami: ami.go(ZEROING, 0.0)),
        "PSwitch": action(lambda ami, on: ami.switch(on), boolean()),
        "PSwitch?": query(lambda ami: ami.heated),
    }

    def __init__(self, bench: Bench, name: str, serial: str = "430001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.supply = Ramp(0.0, 0.0, 1.0, self.time.now)
        self.heated = False
        self._trapped = 0.0
        self._switched = -_SWITCH_TIME
        self.reset()

    def reset(self) -> None:
        """Settings as new; the supply stays where it is."""
        self.coil = 1.182
        self.voltage_limit = 2.2
        self.target = 0.0
        self.rate = 0.0357
        self.pause()

    def number_text(self, value: float) -> str:
        """Six significant digits."""
        return f"{value:.6g}"

    def configure(self, what: str, value: float) -> None:
        """Set the coil constant (kG/A) or the voltage limit (V)."""
        setattr(self, what, value)

    def aim(self, current: float) -> None:
        """Set the target (A). Raises ScpiError (-222) beyond what the magnet bears."""
        if abs(current) > _LARGEST_CURRENT:
            raise ScpiError(-222)
        self.target = current

    def pace(self, rate: float) -> None:
        """Set the ramp rate (A/s)."""
        self.rate = rate

    def go(self, manner: int, current: float) -> None:
        """Ramp the supply to a current (A)."""
        self._manner = manner
        self.supply = self.supply.towards(current, self.rate, self.time.now)

    def pause(self) -> None:
        """Hold the supply where it is."""
        self._manner = PAUSED
        self.supply = self.supply.held(self.time.now)

    def switch(self, on: bool) -> None:
        """Heat the persistent switch, or let it cool."""
        if on != self.heated:
            self._trapped = self.magnet_current()
            self.heated, self._switched = on, self.time.now

    def magnet_current(self) -> float:
        """The magnet's current (A); it is trapped while the switch is closed."""
        settled = self.time.now - self._switched >= _SWITCH_TIME
        if self.heated and settled:
            self._trapped = self.supply.at(self.time.now)
        return self._trapped

    def state(self) -> int:
        """What it does now, as STATE? numbers it."""
        now = self.time.now
        if now - self._switched < _SWITCH_TIME:
            return HEATING if self.heated else COOLING
        if self._manner == PAUSED or not self.supply.arrived(now):
            return self._manner
        return AT_ZERO if self._manner == ZEROING else HOLDING

