"""Drivers of what stands around a sample, by the names a station file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ginsen.instruments.ami430 import Ami430
from ginsen.instruments.ips120 import Ips120
from ginsen.instruments.keithley2700 import Keithley2700
from ginsen.instruments.lakeshore335 import LakeShore335
from ginsen.instruments.magnet_supply import MagnetSupply
from ginsen.instruments.switch_matrix import SwitchMatrix
from ginsen.instruments.temperature_controller import TemperatureController
from ginsen.instruments.temptronic_ats545 import TemptronicAts545
from ginsen.types import Clock

Surrounding: TypeAlias = TemperatureController | MagnetSupply | SwitchMatrix

_LIMITED: dict[str, type[LakeShore335 | TemptronicAts545 | Ami430 | Ips120]] = {
    "lakeshore335": LakeShore335, "temptronic_ats545": TemptronicAts545, "ami430": Ami430,
    "ips120": Ips120}


def open_surrounding(driver: str, address: str, visa: str, limits: Mapping[str, float],
                     clock: Clock) -> Surrounding:
    """Open one; `limits` (SI) are those its driver names. Nothing is set or switched."""
    if driver == "keithley2700":
        return Keithley2700(address, visa_library=visa)
    return _LIMITED[driver](address, visa_library=visa, clock=clock, **limits)
