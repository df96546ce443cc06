"""The virtual instruments there are, by the model name a bench file gives them."""

from __future__ import annotations

from ginsen.sim_backend.instruments.agilent_b1500 import VirtualAgilentB1500
from ginsen.sim_backend.instruments.ami430 import VirtualAmi430
from ginsen.sim_backend.instruments.daq import VirtualDaq
from ginsen.sim_backend.instruments.ips120 import VirtualIps120
from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400
from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450
from ginsen.sim_backend.instruments.keithley2600 import VirtualKeithley2600, VirtualKeithley2602
from ginsen.sim_backend.instruments.keithley2700 import VirtualKeithley2700
from ginsen.sim_backend.instruments.keithley4200 import VirtualKeithley4200
from ginsen.sim_backend.instruments.keithley6517b import VirtualKeithley6517B
from ginsen.sim_backend.instruments.keysight_b2900 import VirtualKeysightB2900
from ginsen.sim_backend.instruments.lakeshore335 import VirtualLakeShore335
from ginsen.sim_backend.instruments.sentio import VirtualSentio
from ginsen.sim_backend.instruments.temptronic_ats545 import VirtualTemptronicAts545
from ginsen.sim_backend.instruments.transcript import VirtualTranscript
from ginsen.sim_backend.instruments.velox import VirtualVelox
from ginsen.sim_backend.scpi.exchange import Instrument

MODELS: dict[str, type[Instrument]] = {
    "agilent_b1500": VirtualAgilentB1500,
    "ami430": VirtualAmi430,
    "daq_with_amplifier": VirtualDaq,
    "ips120": VirtualIps120,
    "keithley2400": VirtualKeithley2400,
    "keithley2450": VirtualKeithley2450,
    "keithley2602b": VirtualKeithley2602,
    "keithley2636b": VirtualKeithley2600,
    "keithley2700": VirtualKeithley2700,
    "keithley4200": VirtualKeithley4200,
    "keithley6517b": VirtualKeithley6517B,
    "lakeshore335": VirtualLakeShore335,
    "keysight_b2912a": VirtualKeysightB2900,
    "sentio": VirtualSentio,
    "temptronic_ats545": VirtualTemptronicAts545,
    "transcript": VirtualTranscript,
    "velox": VirtualVelox,
}
