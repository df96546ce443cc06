"""Trials of PyMeasure's driver of the Agilent B1500A, its first module on 1 kΩ."""

from __future__ import annotations

from typing import Any

from conformance_trials import Amiss, Tried, near
from pymeasure.instruments.agilent import agilentB1500


def is_agilent(mainframe: Any) -> None:
    assert "B1500A" in mainframe.id
    assert mainframe.query_modules()[1] == "HRSMU"


def set_up(mainframe: Any) -> Any:
    """The mainframe as PyMeasure's documentation begins; its first module, switched on."""
    mainframe.initialize_all_smus()
    mainframe.reset()
    mainframe.data_format(21, mode=1)
    mainframe.time_stamp = True
    mainframe.smu1.enable()
    return mainframe.smu1


def configures(mainframe: Any) -> None:
    smu = set_up(mainframe)
    smu.adc_type = "HRADC"
    mainframe.adc_setup("HRADC", "PLC", 1)
    mainframe.adc_auto_zero = True
    smu.filter = True
    smu.series_resistor = False
    smu.meas_range_current = "10 mA range fixed"
    assert smu.adc_type.name == "HRADC"
    assert mainframe.adc_auto_zero
    assert smu.filter
    assert not smu.series_resistor
    told = mainframe.query_meas_ranges()
    assert told["SMU1 Current Measurement Range"] == "10 mA range fixed"


def sources(mainframe: Any) -> None:
    smu = set_up(mainframe)
    smu.ramp_source("Current", "Auto Ranging", 2e-3, 10, stepsize=5e-4, pause=1e-3)
    assert smu.status["SMU1"]["Source Type"] == "Constant Current"
    smu.force("Voltage", "Auto Ranging", 0.5, 1e-2)
    assert smu.status["SMU1"]["Voltage Output (V)"] == "+500.000E-03"
    smu.force_gnd()
    smu.restore_settings()
    smu.disable()
    assert smu.status == {"SMU1": "OFF"}


def measures(mainframe: Any) -> None:
    smu = set_up(mainframe)
    smu.force("Voltage", "Auto Ranging", 2.0, 1e-2)
    mainframe.meas_mode("SPOT", smu)
    mainframe.clear_timer()
    mainframe.send_trigger()
    time, current = mainframe.read_channels(2)
    assert time[2] == "Time (s)"
    assert current[1:3] == ("SMU1", "Current Measurement (A)")
    assert near(current[3], 2e-3)


def sweeps(mainframe: Any) -> None:
    smu = set_up(mainframe)
    mainframe.meas_mode("STAIRCASE_SWEEP", smu)
    mainframe.sweep_timing(0.1, 0.01)
    mainframe.sweep_auto_abort(False, post="STOP")
    smu.staircase_sweep_source("Voltage", "LINEAR_DOUBLE", "Auto Ranging", 0.5, 2.0, 4, 1e-2)
    mainframe.check_errors()
    mainframe.send_trigger()
    for level in (0.5, 1.0, 1.5, 2.0, 2.0, 1.5, 1.0, 0.5):
        _, current, voltage = mainframe.read_channels(3)
        assert near(voltage[3], level)
        assert near(current[3], level / 1e3)


def buffers(mainframe: Any) -> None:
    smu = set_up(mainframe)
    mainframe.meas_mode("SAMPLING", smu)
    mainframe.sampling_mode = "LINEAR"
    mainframe.sampling_timing(0.1, 0.01, 10)
    mainframe.sampling_auto_abort(False, post="BIAS")
    smu.sampling_source("Voltage", "Auto Ranging", 0, 1.0, 1e-2)
    mainframe.clear_timer()
    mainframe.send_trigger()
    for place in range(1, 11):
        _, current, index = mainframe.read_channels(3)
        assert near(current[3], 1e-3)
        assert index[2:] == ("Sampling index", place)
    mainframe.clear_buffer()
    mainframe.check_errors()


def clears_as_scpi(mainframe: Any) -> None:
    mainframe.clear()
    mainframe.check_errors()


def refuses(mainframe: Any) -> None:
    mainframe.write("NONSENSE")
    told = ""
    try:
        mainframe.check_errors()
    except OSError as problem:
        told = str(problem)
    assert "+100: Undefined GPIB command." in told
    mainframe.check_errors()


TRIED = [
    Tried(agilentB1500.AgilentB1500, "agilent_b1500", {
        "identify": is_agilent, "configure": configures, "source": sources, "measure": measures,
        "sweep": sweeps, "buffer": buffers, "clear": Amiss(
            clears_as_scpi, r"\+100: Undefined GPIB command",
            "AgilentB1500, clear: its `clear` sends `*CLS`, which a B1500A does not know and puts "
            "into the error queue, as at the bench; `ERR?` and `clear_buffer` clear."),
        "error query": refuses}, address="GPIB0::17::INSTR"),
]
