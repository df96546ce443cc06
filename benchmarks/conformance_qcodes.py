"""Trials of QCoDeS' drivers of source meters, on 1 kΩ, after its example notebooks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from conformance_trials import Tried, near
from qcodes.dataset import LinSweep
from qcodes.instrument_drivers.Keithley import (
    Keithley2400,
    Keithley2450,
    Keithley2602B,
    Keithley2636B,
)
from qcodes.instrument_drivers.Keysight import KeysightB2962A


@contextmanager
def by_name(tried: Tried, library: str) -> Iterator[Any]:
    """Open a driver as QCoDeS' are, under a name, and give the name back."""
    instrument = tried.driver("it", tried.address, visalib=library, **tried.arguments)
    try:
        yield instrument
    finally:
        instrument.close()


def is_model(wanted: str) -> Any:
    def identifies(instrument: Any) -> None:
        assert instrument.get_idn()["model"].lstrip() == wanted

    return identifies


def clears(instrument: Any) -> None:
    instrument.visa_handle.write("*IDN?")
    time.sleep(1)
    instrument.device_clear()  # else what is read next is the answer to the first question
    assert instrument.visa_handle.query("*STB?").strip().isdigit()


def configures_2400(smu: Any) -> None:
    smu.reset()
    smu.mode("VOLT")
    smu.rangev(20)
    smu.compliancei(1e-2)
    smu.nplci(0.1)
    assert (smu.mode(), smu.sense()) == ("VOLT", '"CURR:DC"')
    assert near(smu.compliancei(), 1e-2)
    assert near(smu.nplci(), 0.1)


def sources_2400(smu: Any) -> None:
    smu.mode("CURR")
    smu.compliancev(10)
    smu.curr(2e-3)
    smu.output(1)
    assert near(smu.volt(), 2.0)
    smu.output(0)
    assert smu.output() is False


def measures_2400(smu: Any) -> None:
    configures_2400(smu)
    smu.volt(2.0)
    smu.output(1)
    assert near(smu.curr(), 2e-3)
    assert near(smu.resistance(), 1e3)


def sweeps_2400(smu: Any) -> None:
    configures_2400(smu)
    smu.output(1)
    for level in smu.volt.sweep(0.5, 2, num=4):
        smu.volt(level)
        assert near(smu.curr(), level / 1e3)


def configures_2450(smu: Any) -> None:
    smu.reset()
    smu.terminals("rear")
    smu.source_function("voltage")
    smu.sense_function("current")
    smu.source.range(20)
    smu.source.limit(1e-2)
    smu.sense.nplc(0.1)
    smu.sense.four_wire_measurement(True)
    smu.source.user_number(2)
    smu.source.user_delay(0.2)
    assert (smu.source_function(), smu.sense_function()) == ("voltage", "current")
    assert near(smu.source.range(), 20)
    assert near(smu.source.limit(), 1e-2)
    assert smu.sense.four_wire_measurement() is True
    assert near(smu.source.user_delay(), 0.2)


def sources_2450(smu: Any) -> None:
    smu.reset()
    smu.sense_function("voltage")
    smu.source_function("current")
    smu.source.limit(10)
    smu.source.current(2e-3)
    with smu.output_enabled.set_to(True):
        assert near(smu.sense.voltage(), 2.0)
        assert not smu.source.limit_tripped()
    assert smu.output_enabled() is False


def _source_voltage(smu: Any) -> None:
    smu.reset()
    smu.source_function("voltage")
    smu.sense_function("current")
    smu.source.limit(1e-2)
    smu.sense.auto_range(True)


def measures_2450(smu: Any) -> None:
    _source_voltage(smu)
    smu.source.block_during_ramp(True)
    smu.source.voltage(2.0)
    with smu.output_enabled.set_to(True):
        assert near(smu.sense.current(), 2e-3)
        smu.sense_function("resistance")
        assert near(smu.sense.resistance(), 1e3)


def sweeps_2450(smu: Any) -> None:
    _source_voltage(smu)
    smu.source.sweep_setup(0, 2, 5)
    with smu.output_enabled.set_to(True):
        assert np.allclose(smu.sense.sweep(), np.linspace(0, 2e-3, 5), atol=1e-5)


def buffers_2450(smu: Any) -> None:
    _source_voltage(smu)
    smu.source.voltage(2.0)
    with smu.buffer("userbuff1", 100) as buffer, smu.output_enabled.set_to(True):
        assert buffer.size() == 100
        buffer.elements(["time", "date", "measurement", "source_value"])
        smu.sense.count(3)
        buffer.trigger_start()
        assert buffer.number_of_readings() == 3
        readings = buffer.get_data(1, 3)
        assert np.allclose(np.array(readings[2::4], dtype=float), 2e-3, rtol=1e-2)
        assert len(buffer.get_last_reading().split(",")) == 4


def asks_errors(instrument: Any) -> None:
    instrument.write(":NONSENSE")
    assert instrument.ask(":SYST:ERR?").startswith("-113,")
    instrument.clear_event_log()
    assert instrument.ask(":SYST:ERR?").startswith("0,")


def configures_2600(smu: Any) -> None:
    smu.reset()
    smu.smua.mode("voltage")
    smu.smua.nplc(0.1)
    smu.smua.limiti(1e-3)
    smu.smua.sourcerange_v(6 if smu.model == "2602B" else 20)
    smu.smua.measurerange_i(1e-3)
    smu.smua.four_wire_measurement(True)
    assert smu.smua.mode() == "voltage"
    assert near(smu.smua.nplc(), 0.1)
    assert near(smu.smua.limiti(), 1e-3)
    assert near(smu.smua.measurerange_i(), 1e-3)
    assert smu.smua.measure_autorange_i_enabled() is False
    assert smu.smua.four_wire_measurement() is True


def sources_2600(smu: Any) -> None:
    smu.smua.mode("current")
    smu.smua.limitv(10)
    smu.smua.curr(2e-3)
    smu.smua.output(True)
    assert near(smu.smua.volt(), 2.0, 2e-2)
    smu.smua.output(False)
    assert smu.smua.output() is False


def measures_2600(smu: Any) -> None:
    smu.smua.nplc(1)
    smu.smua.volt(2.0)
    smu.smua.limiti(1e-2)
    smu.smua.output(True)
    assert near(smu.smua.curr(), 2e-3)
    assert smu.smua.curr.measurement_status.name == "NORMAL"
    assert near(smu.smua.res(), 1e3)
    smu.smua.limiti(1e-3)
    assert near(smu.smua.curr(), 1e-3, 2e-2)
    assert smu.smua.curr.measurement_status.name == "CURRENT_COMPLIANCE_ERROR"


def sweeps_2600(smu: Any) -> None:
    smu.smua.nplc(0.1)
    smu.smua.limiti(1e-2)
    smu.smua.setup_fastsweep(LinSweep(smu.smua.volt, 0, 2, 5))
    assert np.allclose(smu.smua.fastsweep(), np.linspace(0, 2e-3, 5), atol=2e-5)
    smu.smua.setup_fastsweep(LinSweep(smu.smua.volt, 0, 2, 5), LinSweep(smu.smub.volt, 0, 1, 3))
    assert np.allclose(smu.smua.fastsweep(), np.linspace(0, 2e-3, 5), atol=2e-5)
    smu.smua.setup_fastsweep(LinSweep(smu.smua.curr, 0, 2e-3, 5), mode="VI")
    assert np.allclose(smu.smua.fastsweep(), np.linspace(0, 2, 5), atol=2e-2)


def buffers_2600(smu: Any) -> None:
    smu.smua.volt(2.0)
    smu.smua.limiti(1e-2)
    smu.smua.output(True)
    smu.smua.nplc(0.05)
    smu.smua.timetrace_npts(50)
    smu.smua.timetrace_dt(2e-3)
    assert np.allclose(smu.smua.timetrace(), 2e-3, rtol=2e-2)
    assert np.allclose(smu.smua.time_axis(), 2e-3 * np.arange(50))


def configures_b2900(smu: Any) -> None:
    smu.ch1.source_mode("voltage")
    smu.ch1.current_limit(1e-2)
    smu.ch1.remote_sensing(True)
    smu.ch1.source_voltage(0.5)
    assert smu.ch1.source_mode() == "voltage"
    assert smu.ch1.remote_sensing() is True
    assert near(smu.ch1.current_limit(), 1e-2)
    assert near(smu.ch1.source_voltage(), 0.5)


def sources_b2900(smu: Any) -> None:
    smu.ch1.source_mode("current")
    smu.ch1.voltage_limit(10)
    smu.ch1.source_current(2e-3)
    smu.ch1.enable(True)
    assert near(smu.ch1.voltage(), 2.0)
    smu.ch1.enable(False)
    assert smu.ch1.enable() is False


def measures_b2900(smu: Any) -> None:
    smu.ch1.current_limit(1e-2)
    smu.ch1.source_voltage(2.0)
    smu.ch1.enable(True)
    assert near(smu.ch1.current(), 2e-3)
    assert near(smu.ch1.resistance(), 1e3)


def _series_2600(driver: Any, model: str) -> Tried:
    return Tried(driver, model, {
        "identify": is_model(driver.__name__.removeprefix("Keithley")),
        "configure": configures_2600, "source": sources_2600, "measure": measures_2600,
        "sweep": sweeps_2600, "buffer": buffers_2600, "clear": clears}, opening=by_name)


TRIED = [
    Tried(Keithley2400, "keithley2400", {
        "identify": is_model("2400"), "configure": configures_2400, "source": sources_2400,
        "measure": measures_2400, "sweep": sweeps_2400, "clear": clears}, opening=by_name),
    Tried(Keithley2450, "keithley2450", {
        "identify": is_model("2450"), "configure": configures_2450, "source": sources_2450,
        "measure": measures_2450, "sweep": sweeps_2450, "buffer": buffers_2450, "clear": clears,
        "error query": asks_errors}, opening=by_name),
    _series_2600(Keithley2602B, "keithley2602b"),
    _series_2600(Keithley2636B, "keithley2636b"),
    Tried(KeysightB2962A, "keysight_b2912a", {
        "identify": is_model("B2912A"), "configure": configures_b2900, "source": sources_b2900,
        "measure": measures_b2900, "clear": clears}, opening=by_name),
]
