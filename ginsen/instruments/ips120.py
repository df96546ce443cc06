"""Oxford Instruments IPS 120-10 as a magnet supply, on PyMeasure's class. Virtual only."""

from __future__ import annotations

from typing import Any

from pymeasure.instruments.oxfordinstruments import IPS120_10

from ginsen.instruments.magnet_supply import MagnetSupply
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Clock

_SWITCH_TIME = 20.0
"""Seconds until a heated switch is open; PyMeasure's."""


class Ips120(IPS120_10, MagnetSupply):  # type: ignore[misc]
    """An IPS 120-10 with its switch heated while it sweeps. A device clear is sent on opening."""

    def __init__(self, adapter: Any, *, highest: float, fastest: float, clock: Clock,
                 **kwargs: Any) -> None:
        super().__init__(adapter, "IPS 120-10", **kwargs)
        self.highest, self.fastest, self.clock = highest, fastest, clock

    def identify(self) -> str:
        """What `V` answers. Raises InstrumentError unless it is an IPS 120."""
        identity = str(self.ask("V")).strip()
        if "IPS120" not in identity.upper():
            raise InstrumentError(f"{identity[:60]!r} answered: the station expects an Oxford "
                                  "IPS 120-10.")
        return identity

    @property
    def field(self) -> float:
        """The field (T) of the magnet now: the supply's, or the one trapped."""
        return float(self.demand_field if self.switch_heater_enabled else self.persistent_field)

    @property
    def sweeping(self) -> bool:
        """Whether the supply is on its way."""
        return bool(self.sweep_status != "at rest")

    def hold(self) -> None:
        """Stop a sweep where it is."""
        self.activity = "hold"

    def close(self) -> None:
        """End the session; the magnet keeps its field."""
        self.adapter.close()

    def _sweep_to(self, field: float, rate: float) -> float:
        self.control_mode = "RU"
        if self.activity == "clamp":
            self.activity = "hold"
        # Five digits: PyMeasure's %f would do, but its set_field begins the sweep to the setpoint
        # of before, and waits on the wall's clock.
        self.write(f"T{rate * 60.0:.5f}")
        if not self.switch_heater_enabled:
            self._open_switch(rate)
        self.write(f"J{field:.5f}")
        told = float(self.field_setpoint)
        self.activity = "to setpoint"
        return told

    def _open_switch(self, rate: float) -> None:
        """Bring the supply to the field that is trapped, then heat the switch."""
        trapped = float(self.persistent_field)
        deadline = self.clock.now() + 2 * abs(trapped - float(self.demand_field)) / rate + 60.0
        self.write(f"J{trapped:.5f}")
        self.activity = "to setpoint"
        while self.sweeping and self.clock.now() < deadline:
            self.clock.sleep(0.5)
        self.activity = "hold"
        self.switch_heater_enabled = True
        self.clock.sleep(_SWITCH_TIME)
        if not self.switch_heater_enabled:
            raise InstrumentError("the switch heater was switched on and says that it is off.")
