"""Trials of the package keithley2600, which asks the instrument what names it has."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from conformance_trials import Tried, near

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports xdrlib, which Python 3.13 has no more
    from keithley2600.keithley_driver import Keithley2600


def identifies(smu: Any) -> None:
    assert smu.connected
    assert smu.localnode.model in ("2602B", "2636B")


def configures(smu: Any) -> None:
    smu.smua.reset()
    smu.set_integration_time(smu.smua, 2e-3)
    smu.smua.source.limiti = 1e-2
    smu.smua.sense = smu.smua.SENSE_REMOTE
    assert near(smu.smua.measure.nplc, 0.1)
    assert near(smu.smua.source.limiti, 1e-2)
    assert smu.smua.sense == 1


def sources(smu: Any) -> None:
    smu.smua.source.limitv = 10
    smu.apply_current(smu.smua, 2e-3)
    assert near(smu.smua.measure.v(), 2.0, 2e-2)
    smu.smua.source.output = smu.smua.OUTPUT_OFF
    assert smu.smua.source.output == 0


def measures(smu: Any) -> None:
    smu.apply_voltage(smu.smua, 2.0)
    assert near(smu.smua.measure.i(), 2e-3, 2e-2)
    assert near(smu.measure_voltage(smu.smua), 2.0)
    assert smu.smua.source.compliance is False


def sweeps(smu: Any) -> None:
    smu.ramp_to_voltage(smu.smua, 1.0, 0.01, 0.5)
    assert near(smu.measure_voltage(smu.smua), 1.0)
    levels = np.linspace(0, 2, 5)
    for pulsed in (False, True):
        volts, amperes = smu.voltage_sweep_single_smu(smu.smua, list(levels), 2e-3, 0.01, pulsed)
        assert np.allclose(volts, levels, atol=2e-2)
        assert np.allclose(amperes, levels / 1e3, atol=2e-5)
    table = smu.output_measurement(smu.smub, smu.smua, 0, 1, 0.25, [0], 2e-3, -1, False)
    assert len(table.data) == 10


def buffers(smu: Any) -> None:
    smu.apply_voltage(smu.smua, 2.0)
    smu.smua.nvbuffer1.clear()
    smu.smua.measure.count = 5
    smu.smua.measure.i(smu.smua.nvbuffer1)
    assert smu.smua.nvbuffer1.n == 5
    assert np.allclose(smu.read_buffer(smu.smua.nvbuffer1), 2e-3, rtol=2e-2)


def refuses(smu: Any) -> None:
    smu._write("nonsense.here = 1")
    assert smu.errorqueue.count == 1
    assert smu.errorqueue.next()[0] != 0
    assert smu.errorqueue.next()[0] == 0


def clears(smu: Any) -> None:
    smu._write("nonsense.here = 1")
    smu.errorqueue.clear()
    assert smu.errorqueue.count == 0


TRIED = [Tried(Keithley2600, model, {
    "identify": identifies, "configure": configures, "source": sources, "measure": measures,
    "sweep": sweeps, "buffer": buffers, "clear": clears, "error query": refuses},
    arguments={"timeout": 20_000}) for model in ("keithley2602b", "keithley2636b")]
