"""Trials of InstrumentKit's class for any SCPI instrument: it has no driver of those here.

InstrumentKit imports PyVISA by the name `visa`, which PyVISA has given up since: it gets it so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pyvisa
from conformance_trials import Amiss, Tried

with mock.patch.dict(sys.modules, {"visa": pyvisa}):
    from instruments.generic_scpi import SCPIInstrument


@contextmanager
def over_visa(tried: Tried, library: str) -> Iterator[Any]:
    """It opens the default VISA library: that is the bench's meanwhile."""
    manager = pyvisa.ResourceManager(library)
    with mock.patch.object(pyvisa, "ResourceManager", return_value=manager):
        instrument = tried.driver.open_visa(tried.address)
    yield instrument


def identifies(instrument: Any) -> None:
    assert instrument.name.count(",") == 3
    assert instrument.scpi_version[:2] in ("19",)
    assert instrument.op_complete
    assert instrument.self_test_ok


def clears(instrument: Any) -> None:
    instrument.sendcmd("NONSENSE")
    instrument.clear()
    instrument.reset()
    instrument.wait_to_continue()
    assert instrument.query("SYST:ERR?").lstrip("+").startswith("0,")


def asks_errors(instrument: Any) -> None:
    instrument.sendcmd("NONSENSE")
    assert instrument.check_error_queue() == [-113]
    assert instrument.check_error_queue() == []


_ALL = "error query: it sends `SYST:ERR:CODE:ALL?`, which this instrument does not have."

TRIED = [Tried(SCPIInstrument, model, {
    "identify": identifies, "clear": clears,
    "error query": asks_errors if model in ("keithley2400", "keysight_b2912a") else Amiss(
        asks_errors, "VI_ERROR_TMO", f"SCPIInstrument, {_ALL}")},
    opening=over_visa) for model in ("keithley2400", "keithley2450", "keysight_b2912a",
                                     "keithley6517b", "keithley2700")]
