"""American Magnetics 430 as a magnet supply, on PyMeasure's class. Virtual only.

PyMeasure's class takes it for granted that the instrument speaks of kG and of seconds. It may have
been told to speak of T, or of minutes: that is asked before anything is believed or set. On opening
two lines of greeting are read, so that the address has to be a socket.
"""

from __future__ import annotations

from typing import Any

from pymeasure.instruments.ami import AMI430

from ginsen.instruments.magnet_supply import MagnetSupply
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Clock

_TESLA = {0: 0.1, 1: 1.0}
"""T in the unit of field that FIELD:UNITS? tells: kG or T."""

_SECONDS = {0: 1.0, 1: 60.0}
"""Seconds in the unit of time that RAMP:RATE:UNITS? tells."""

_ON_ITS_WAY = (1, 4, 5, 6, 9, 10)
"""States in which the supply ramps, or the switch is being heated or cooled."""

_QUENCH, _HEATING = 7, 9
_LONGEST_HEATING = 120.0


class Ami430(AMI430, MagnetSupply):  # type: ignore[misc]
    """An AMI 430 with its persistent switch heated while it sweeps. Nothing is set on opening."""

    def __init__(self, adapter: Any, *, highest: float, fastest: float, clock: Clock,
                 **kwargs: Any) -> None:
        super().__init__(adapter, "AMI 430", **kwargs)
        self.highest, self.fastest, self.clock = highest, fastest, clock

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError unless it is a 430."""
        identity = str(self.id).strip()
        if "MODEL 430" not in identity.upper():
            raise InstrumentError(f"{identity[:60]!r} answered: the station expects an AMI 430.")
        return identity

    @property
    def field(self) -> float:
        """The field (T) of the magnet now."""
        return float(self.ask("FIELD:MAG?")) * self._unit("FIELD:UNITS?", _TESLA)

    @property
    def sweeping(self) -> bool:
        """Whether the supply is on its way. Raises InstrumentError after a quench."""
        state = int(self.state)
        if state == _QUENCH:
            raise InstrumentError("the AMI 430 says that the magnet has quenched.")
        return state in _ON_ITS_WAY

    def hold(self) -> None:
        """Stop a sweep where it is."""
        self.pause()

    def close(self) -> None:
        """End the session; the magnet keeps its field."""
        self.adapter.close()

    def shutdown(self) -> None:
        """Nothing is done to the field: PyMeasure's would sweep it, and wait for minutes."""
        self.isShutdown = True

    def _sweep_to(self, field: float, rate: float) -> float:
        if not int(self.ask("PSwitch?")):
            self.enable_persistent_switch()
        deadline = self.clock.now() + _LONGEST_HEATING
        while int(self.state) == _HEATING and self.clock.now() < deadline:
            self.clock.sleep(0.5)
        tesla = self._unit("FIELD:UNITS?", _TESLA)
        seconds = self._unit("RAMP:RATE:UNITS?", _SECONDS)
        # Nine digits: PyMeasure's %g keeps six.
        self.write(f"CONF:RAMP:RATE:FIELD 1,{rate * seconds / tesla:.9g}")
        self.write(f"CONF:FIELD:TARG {field / tesla:.9g}")
        told = float(self.ask("FIELD:TARG?")) * tesla
        self.ramp()
        return told

    def _unit(self, question: str, meanings: dict[int, float]) -> float:
        """In what the instrument speaks, in SI."""
        told = int(self.ask(question))
        if told not in meanings:
            raise InstrumentError(f"the AMI 430 answered {told} to {question}; known are 0 and 1.")
        return meanings[told]
