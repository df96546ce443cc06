"""Trials of the driver of a Keithley 2600 that PyMoDAQ's plugin has, on 1 kΩ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from conformance_trials import Tried, near
from pymodaq_plugins_keithley.hardware.keithley2600.keithley2600_VISADriver import (
    Keithley2600VISADriver,
)


@contextmanager
def by_itself(tried: Tried, library: str) -> Iterator[Any]:
    instrument = tried.driver(tried.address, library)
    yield instrument
    instrument.close()


def configures(smu: Any) -> None:
    channel = smu.create_channel("A")
    channel.Ilimit = 1e-2
    assert near(channel.Ilimit, 1e-2)
    channel.Vlimit = 5
    assert near(channel.Vlimit, 5)


def sources(smu: Any) -> None:
    channel = smu.create_channel("A")
    channel.Vlimit = 5
    channel.sourceI(2e-3)
    assert near(channel.measureV(), 2.0, 2e-2)
    channel.off(highz=True)
    channel.sourceV(1.5)
    assert near(channel.measureI(), 1.5e-3)
    channel.off()


def measures(smu: Any) -> None:
    channel = smu.create_channel("A")
    channel.Ilimit = 1e-2
    channel.sourceV(2.0)
    current, voltage = channel.measureIV()
    assert near(current, 2e-3)
    assert near(voltage, 2.0, 2e-2)
    channel.off()


def sweeps(smu: Any) -> None:
    channel = smu.create_channel("A")
    channel.Ilimit = 1e-2
    voltages, currents = channel.sweepV_measureI(0.5, 2.0, 1e-3, 4)
    assert np.allclose(voltages, [0.5, 1.0, 1.5, 2.0])
    assert np.allclose(currents, voltages / 1e3, rtol=2e-2)


TRIED = [Tried(Keithley2600VISADriver, model, {
    "configure": configures, "source": sources, "measure": measures, "sweep": sweeps},
    opening=by_itself) for model in ("keithley2602b", "keithley2636b")]
