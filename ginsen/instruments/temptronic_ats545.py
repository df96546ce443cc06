"""Temptronic ATS-545 as a temperature controller, on PyMeasure's class. Virtual only."""

from __future__ import annotations

from typing import Any

from pymeasure.instruments import Instrument
from pymeasure.instruments.temptronic import ATS545

from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.temperature_controller import TemperatureController
from ginsen.types import Clock

_CELSIUS = 273.15
_HOT, _AMBIENT, _COLD = 0, 1, 2
_INVALID = 400.0
"""A reading (°C) beyond which there is none, as PyMeasure's class says."""

_MODES = {10: "manual", 0: "program", 63: "initial"}

_FLOW = 1 << 5
"""Bit of AUXC? that says that air flows."""


class TemptronicAts545(ATS545, TemperatureController):  # type: ignore[misc]
    """The air stream of an ATS-545, measured at the air or the device as its DUT mode says.

    Nothing is sent on opening. The head stays where a person has put it.
    """

    def __init__(self, adapter: Any, *, lowest: float, highest: float, clock: Clock,
                 **kwargs: Any) -> None:
        # Past PyMeasure's constructor, which warns that nobody knows whether it speaks SCPI.
        Instrument.__init__(self, adapter, "Temptronic ATS-545", includeSCPI=False, **kwargs)
        self.lowest, self.highest, self.clock = lowest, highest, clock

    def wait_for(self, query_delay: float | None = None) -> None:
        """Wait between question and answer; PyMeasure sleeps on the wall clock."""
        self.clock.sleep(0.05 if query_delay is None else query_delay)

    # PyMeasure makes a tuple of the dictionary `mode_values`: after `WHAT?` was answered by 10, the
    # manual mode of a 545, `mode` raises IndexError, and `set_temperature`, which asks for it, too.

    @property
    def mode(self) -> str:
        """Get what it is doing: manual, program, or initial after power was switched on."""
        told = int(float(self.ask("WHAT?")))
        if told not in _MODES:
            raise InstrumentError(f"the ThermoStream says that it is in mode {told}; known are "
                                  f"{', '.join(map(str, _MODES))}.")
        return _MODES[told]

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError unless it is an ATS-545."""
        identity = str(self.ask("*IDN?")).strip()
        if "ATS" not in identity.upper() or "545" not in identity:
            raise InstrumentError(f"{identity[:60]!r} answered: the station expects a Temptronic "
                                  "ATS-545.")
        return identity

    @property
    def temperature(self) -> float:
        """The temperature (K) now. Raises InstrumentError where the sensor tells none."""
        told = float(self.ask("TEMP?"))
        if told > _INVALID:
            raise InstrumentError(f"the ThermoStream's sensor says {told:g} °C: it is open or not "
                                  "selected.")
        return told + _CELSIUS

    def off(self) -> None:
        """Stop the air."""
        self.enable_air_flow = False
        if int(self.auxiliary_condition_code) & _FLOW:
            raise InstrumentError("the air was switched off and still flows.")

    def close(self) -> None:
        """End the session; the air keeps its temperature."""
        self.adapter.close()

    def _head_for(self, temperature: float) -> float:
        celsius = round(temperature - _CELSIUS, 1)
        self.remote_mode = True
        self.set_point_number = _COLD if celsius <= 20 else _AMBIENT if celsius < 30 else _HOT
        self.temperature_setpoint = celsius
        told = float(self.temperature_setpoint) + _CELSIUS
        self.enable_air_flow = True
        return told
