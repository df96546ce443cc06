"""Trials of PyMeasure's drivers of source meters, on 1 kΩ."""

from __future__ import annotations

from typing import Any

import numpy as np
from conformance_trials import Amiss, Tried, near
from pymeasure.instruments.keithley import (
    Keithley2400,
    Keithley2400Legacy,
    Keithley2450,
    Keithley2600,
    Keithley6517B,
    buffer,
)


def is_keithley(smu: Any) -> None:
    assert "KEITHLEY" in smu.id.upper()


def configures(smu: Any) -> None:
    smu.reset()
    smu.apply_voltage(20, 1e-3)
    smu.measure_current(nplc=0.1, current=1e-3, auto_range=False)
    smu.source_voltage = 0.5
    assert near(smu.source_voltage, 0.5)
    assert near(smu.compliance_current, 1e-3)
    assert near(smu.current_nplc, 0.1)


def sources(smu: Any) -> None:
    smu.reset()
    smu.apply_current(None, 10)
    smu.source_current = 2e-3
    smu.enable_source()
    assert smu.source_enabled
    smu.measure_voltage()
    assert near(smu.voltage, 2.0)
    smu.shutdown()
    assert not smu.source_enabled


def measures(smu: Any) -> None:
    smu.reset()
    smu.apply_voltage(None, 1e-2)
    smu.source_voltage = 2.0
    smu.measure_current(auto_range=True)
    smu.enable_source()
    assert near(smu.current, 2e-3)


def sweeps(smu: Any) -> None:
    smu.reset()
    smu.apply_voltage(None, 1e-2)
    smu.measure_current()
    smu.enable_source()
    for level in np.linspace(0.5, 2.0, 4):
        smu.ramp_to_voltage(level, steps=3, pause=1e-3)
        assert near(smu.current, level / 1e3)


def buffers(smu: Any) -> None:
    smu.reset()
    smu.apply_voltage(None, 1e-2)
    smu.source_voltage = 1.0
    smu.measure_current()
    smu.write(":FORM:ELEM CURR")
    smu.enable_source()
    smu.config_buffer(10, 0)
    smu.start_buffer()
    smu.wait_for_buffer()
    assert np.allclose(smu.buffer_data, 1e-3, rtol=1e-2)
    assert smu.buffer_data.size == 10


def clears(smu: Any) -> None:
    smu.write(":NONSENSE")
    smu.clear()
    assert smu.next_error[0] == 0


def refuses(smu: Any) -> None:
    smu.write(":NONSENSE")
    assert smu.next_error[0] == -113
    assert smu.next_error[0] == 0


def tsp_configures(smu: Any) -> None:
    smu.ChA.apply_voltage(20, 1e-3)
    smu.ChA.source_voltage = 0.5
    smu.ChA.measure_nplc = 0.1
    smu.ChA.wires_mode = "4"
    assert near(smu.ChA.source_voltage, 0.5)
    assert near(smu.ChA.compliance_current, 1e-3)
    assert near(smu.ChA.measure_nplc, 0.1)
    assert smu.ChA.wires_mode == "4"


def tsp_sources(smu: Any) -> None:
    smu.ChA.apply_current(None, 10)
    smu.ChA.source_current = 2e-3
    smu.ChA.source_output = "ON"
    assert near(smu.ChA.voltage, 2.0)
    smu.ChA.shutdown()
    assert smu.ChA.source_output == "OFF"


def tsp_measures(smu: Any) -> None:
    smu.ChA.apply_voltage(None, 1e-2)
    smu.ChA.source_voltage = 2.0
    smu.ChA.source_output = "ON"
    smu.ChA.measure_current(nplc=0.1, auto_range=True)
    assert near(smu.ChA.current, 2e-3)
    assert near(smu.ChA.resistance, 1e3)


def tsp_sweeps(smu: Any) -> None:
    smu.ChA.apply_voltage(None, 1e-2)
    smu.ChA.source_output = "ON"
    for level in np.linspace(0.5, 2.0, 4):
        smu.ChA.ramp_to_voltage(level, steps=3, pause=1e-3)
        assert near(smu.ChA.current, level / 1e3)


def tsp_refuses(smu: Any) -> None:
    smu.write("nonsense.here=1")
    assert int(float(smu.next_error[0])) != 0
    assert int(float(smu.next_error[0])) == 0


def tsp_clears(smu: Any) -> None:
    smu.write("nonsense.here=1")
    smu.clear()
    assert int(float(smu.next_error[0])) == 0


def electrometer_configures(meter: Any) -> None:
    meter.reset()
    meter.apply_voltage(200)
    meter.source_voltage = 150
    meter.measure_current(nplc=0.1, current=1e-3, auto_range=False)
    assert near(meter.source_voltage, 150)
    assert near(meter.source_voltage_range, 1000)
    assert near(meter.current_range, 2e-3)
    assert near(meter.current_nplc, 0.1)


def electrometer_sources(meter: Any) -> None:
    meter.reset()
    meter.apply_voltage()
    meter.enable_source()
    meter.ramp_to_voltage(2.0)
    assert meter.source_enabled
    meter.shutdown()
    assert not meter.source_enabled
    assert meter.source_voltage == 0


def electrometer_measures(meter: Any) -> None:
    meter.reset()
    meter.source_voltage = 2.0
    meter.enable_source()
    meter.measure_current()
    assert near(meter.current, 2e-3)
    meter.measure_resistance()
    assert near(meter.resistance, 1e3)


def electrometer_sweeps(meter: Any) -> None:
    meter.reset()
    meter.enable_source()
    meter.measure_current()
    for level in (0.5, 1.0, 2.0):
        meter.ramp_to_voltage(level, steps=3)
        assert near(meter.current, level / 1e3)


def electrometer_buffers(meter: Any) -> None:
    meter.config_buffer(10)
    meter.start_buffer()
    meter.wait_for_buffer()


_SMU = {"identify": is_keithley, "configure": configures, "source": sources, "measure": measures,
        "sweep": sweeps, "buffer": buffers, "clear": clears, "error query": refuses}

_LIFTED = ("its `current` sends `:MEAS:CURR?`, which puts the compliance back to 105 µA, as at the "
           "bench; up to that it measures right.")

TRIED = [
    Tried(Keithley2400, "keithley2400", {
        **_SMU, "measure": Amiss(measures, "AssertionError", f"Keithley2400, measure: {_LIFTED}"),
        "sweep": Amiss(sweeps, "AssertionError", f"Keithley2400, sweep: {_LIFTED}")},
        modules=(buffer,)),
    Tried(Keithley2400Legacy, "keithley2400", _SMU, modules=(buffer,)),
    Tried(Keithley2450, "keithley2450", {
        **_SMU, "buffer": Amiss(
            buffers, "Timed out waiting", "Keithley2450, buffer: it sends the 2400's commands "
            "(`:TRAC:FEED`, `:STAT:MEAS:ENAB`), which the 2450 has in its 2400 emulation only; "
            "the class says so itself.")}, modules=(buffer,)),
    Tried(Keithley2600, "keithley2602b", {
        "identify": is_keithley, "configure": Amiss(
            tsp_configures, "0.1 is not in list", "Keithley2600, configure: the class takes its "
            "bounds of NPLC, 0.001 and 25, for the only two values."), "source": tsp_sources,
        "measure": tsp_measures, "sweep": tsp_sweeps, "clear": tsp_clears,
        "error query": tsp_refuses}),
    Tried(Keithley6517B, "keithley6517b", {
        "identify": is_keithley, "configure": electrometer_configures,
        "source": electrometer_sources, "measure": electrometer_measures,
        "sweep": electrometer_sweeps, "buffer": Amiss(
            electrometer_buffers, "Timed out waiting",
            "Keithley6517B, buffer: the virtual one has none."),
        "clear": clears, "error query": refuses}, modules=(buffer,)),
]
