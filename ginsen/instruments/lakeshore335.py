"""Lake Shore 335 as a temperature controller, on PyMeasure's class. Virtual only."""

from __future__ import annotations

from typing import Any

from pymeasure.instruments.lakeshore import LakeShore3xx

from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.temperature_controller import TemperatureController
from ginsen.types import Clock


class LakeShore335(LakeShore3xx, TemperatureController):  # type: ignore[misc]
    """Sensor A and heater 1 of a Lake Shore 335. Nothing is sent on opening."""

    def __init__(self, adapter: Any, *, lowest: float, highest: float, clock: Clock,
                 **kwargs: Any) -> None:
        super().__init__(adapter, "Lake Shore 335", **kwargs)
        self.lowest, self.highest, self.clock = lowest, highest, clock

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError unless it is a 335."""
        identity = str(self.id).strip()
        if "MODEL335" not in identity.upper():
            raise InstrumentError(f"{identity[:60]!r} answered: the station expects a Lake Shore "
                                  "335.")
        return identity

    @property
    def temperature(self) -> float:
        """The temperature (K) at sensor A now."""
        return float(self.input_A.kelvin)

    def off(self) -> None:
        """Switch heater 1 off."""
        self.output_1.range = "off"
        if self.output_1.range != "off":
            raise InstrumentError("the heater was switched off and says that it is on.")

    def close(self) -> None:
        """End the session; the stage keeps its setpoint."""
        self.adapter.close()

    def _head_for(self, temperature: float) -> float:
        self.output_1.setpoint = temperature
        told = float(self.output_1.setpoint)
        self.output_1.range = "high"
        return told
