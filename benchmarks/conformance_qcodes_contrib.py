"""Trials of the drivers users of QCoDeS have contributed."""

from __future__ import annotations

from typing import Any

import numpy as np
from conformance_qcodes import by_name, clears, is_model
from conformance_trials import Amiss, Tried, near
from qcodes_contrib_drivers.drivers.OxfordInstruments.IPS120 import OxfordInstruments_IPS120
from qcodes_contrib_drivers.drivers.Tektronix.Keithley_2401 import Keithley2400
from qcodes_contrib_drivers.drivers.Tektronix.Keithley_2700 import Keithley_2700


def configures(smu: Any) -> None:
    smu.voltage(0.5)
    smu.current_range(1e-4)
    assert near(smu.voltage(), 0.5)
    assert near(smu.current_range(), 1.05e-4)


def sources(smu: Any) -> None:
    smu.voltage(0.05)
    smu.enable_output()
    assert near(smu.measured_voltage(), 0.05, 2e-2)
    smu.enable_output(False)
    assert smu.output() == "off"


def measures(smu: Any) -> None:
    smu.voltage(0.05)
    smu.enable_output()
    assert near(smu.current(), 5e-5, 2e-2)
    assert near(smu.resistance(), 1e3, 2e-2)


def sweeps(smu: Any) -> None:
    smu.enable_output()
    points = smu.sweep_voltage_measure(0, 0.1, 5)
    assert np.allclose([point["current_measured"] for point in points], np.linspace(0, 1e-4, 5),
                       atol=2e-6)


def opens(instrument: Any) -> None:
    assert instrument.get_idn()


TRIED = [
    Tried(Keithley2400, "keithley2400", {
        "identify": is_model("2400"), "configure": configures, "source": sources,
        "measure": measures, "sweep": sweeps, "clear": clears}, opening=by_name,
        label="Keithley2400 (Keithley_2401.py)"),
    Tried(Keithley_2700, "keithley2700", {"identify": Amiss(
        opens, "VI_ERROR_TMO", "Keithley_2700: it is of the multimeter, and asks `:CONF?` as it "
        "is opened; the virtual 2700 has its switches only.")}, opening=by_name),
    Tried(OxfordInstruments_IPS120, "ips120", {"identify": Amiss(
        opens, "'_address' of 'OxfordInstruments_IPS120' object has no setter",
        "OxfordInstruments_IPS120: with this QCoDeS it cannot be opened at all: it assigns to "
        "`_address`, which has become a property.")}, arguments={"use_gpib": True},
        opening=by_name),
]
