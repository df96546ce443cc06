"""One interface per kind of instrument, one driver per file. Virtual only: see the README."""

from ginsen.instruments.agilent_b1500 import AgilentB1500A
from ginsen.instruments.daq_with_amplifier import DaqWithAmplifier
from ginsen.instruments.keithley2400 import Keithley2400
from ginsen.instruments.keithley2450 import Keithley2450
from ginsen.instruments.keithley2600 import Keithley2602B, Keithley2636B
from ginsen.instruments.keithley4200 import Keithley4200
from ginsen.instruments.keysight_b2900 import KeysightB2912A
from ginsen.instruments.probe_station import Die, ProbeStation
from ginsen.instruments.sentio import Sentio, SentioError
from ginsen.instruments.source_meter import (
    InstrumentError,
    LimitExceeded,
    OutputNotOff,
    SourceMeter,
)
from ginsen.instruments.velox import Velox, VeloxError

__all__ = ["AgilentB1500A", "DaqWithAmplifier", "Die", "InstrumentError", "Keithley2400",
           "Keithley2450", "Keithley2602B", "Keithley2636B", "Keithley4200", "KeysightB2912A",
           "LimitExceeded", "OutputNotOff", "ProbeStation", "Sentio", "SentioError", "SourceMeter",
           "Velox", "VeloxError"]
