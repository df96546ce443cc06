"""The virtual instruments there are, by the model name a bench file gives them."""

from __future__ import annotations

from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400
from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450
from ginsen.sim_backend.instruments.velox import VirtualVelox
from ginsen.sim_backend.scpi.exchange import Instrument

MODELS: dict[str, type[Instrument]] = {
    "keithley2400": VirtualKeithley2400,
    "keithley2450": VirtualKeithley2450,
    "velox": VirtualVelox,
}
