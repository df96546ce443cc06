"""One interface per kind of instrument, one driver per file. Virtual only: see the README."""

from ginsen.instruments.keithley2450 import Keithley2450
from ginsen.instruments.source_meter import (
    InstrumentError,
    LimitExceeded,
    OutputNotOff,
    SourceMeter,
)

__all__ = ["InstrumentError", "Keithley2450", "LimitExceeded", "OutputNotOff", "SourceMeter"]
