"""PyMeasure's unmodified class for the 2600 on the virtual one, its own faults included."""

import warnings

import pytest
from keithley2600_on_resistors import GPIB, keithley2600
from pymeasure.instruments.keithley import Keithley2600


@pytest.fixture
def driver(tmp_path):
    with keithley2600(tmp_path), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # not known whether it speaks SCPI
        yield Keithley2600(GPIB, visa_library=f"{tmp_path / 'bench.toml'}@ginsen")


def test_what_the_class_offers(driver):
    assert driver.id == "Keithley Instruments Inc., Model 2636B, 4400001, 3.3.5"
    driver.reset()
    driver.clear()
    channel = driver.ChA
    channel.apply_voltage(2.0, 1e-3)
    assert channel.source_mode == "voltage"
    assert channel.source_voltage_range == 2.0
    assert channel.compliance_current == pytest.approx(1e-3)
    channel.measure_current(nplc=0.1, current=1e-3, auto_range=False)
    assert channel.current_range == pytest.approx(1e-3)
    channel.source_voltage = 1.0
    channel.source_output = "ON"
    assert channel.source_output == "ON"
    assert channel.current == pytest.approx(1e-4, rel=5e-3)
    assert channel.voltage == pytest.approx(1.0, abs=2e-3)
    assert channel.resistance == pytest.approx(1e4, rel=5e-3)
    channel.wires_mode = "4"
    assert channel.wires_mode == "4"
    channel.source_output = "OFF"
    channel.apply_current(1e-3, 5.0)
    channel.measure_voltage(nplc=0.1)
    channel.source_current = 1e-4
    channel.source_output = "ON"
    assert channel.voltage == pytest.approx(1.0, rel=1e-2)
    channel.ramp_to_current(2e-4, steps=3, pause=0)
    assert channel.voltage == pytest.approx(2.0, rel=1e-2)
    channel.auto_range_source()
    channel.ramp_to_current(0.0, steps=3, pause=0)
    driver.ChB.source_voltage = 0.5
    assert driver.ChB.source_voltage == 0.5
    assert driver.next_error == (0, "Queue Is Empty")


def test_an_error_comes_with_its_number(driver):
    driver.write("smua.source.levelv=1e6")
    assert driver.next_error == (1102, "Parameter too big")
    assert driver.check_errors() == []


def test_six_decimals_are_no_current(driver):
    driver.ChA.compliance_current = 1e-7  # sent as smua.source.limiti=0.000000
    assert driver.next_error == (1101, "Parameter too small")
    assert driver.ChA.compliance_current == pytest.approx(0.1)  # still what it was
    driver.ChA.current_range = 1e-7
    assert driver.ChA.current_range == pytest.approx(1e-10)  # the smallest range there is


def test_one_line_cycle_is_not_in_its_list(driver):
    with pytest.raises(ValueError, match="not in list"):
        driver.ChA.measure_nplc = 1


def test_its_shutdown_leaves_the_output_on(driver):
    driver.ChA.source_output = "ON"
    driver.shutdown()
    assert driver.ChA.source_output == "ON"
