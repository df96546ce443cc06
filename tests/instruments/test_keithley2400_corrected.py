"""What the 2400 driver corrects in PyMeasure's: on the wire, and on a virtual instrument."""

import numpy as np
import pytest
from driven_keithley2400 import GPIB, drivers_on_a_resistor
from pymeasure.test import expected_protocol

from ginsen.instruments import InstrumentError, Keithley2400

READ = ":FORM:DATA ASC;:FORM:ELEM VOLT,CURR,RES,TIME,STAT;"
ANSWER = "+1.000000E+00,+1.000000E-04,+1.000000E+04,+3.200000E+00,+2.150800E+04"


def wire(*pairs):
    return expected_protocol(Keithley2400, list(pairs), clock=object())


@pytest.fixture
def smu(tmp_path):
    with drivers_on_a_resistor(tmp_path) as open_at:
        yield open_at(GPIB)


def test_nothing_is_sent_on_opening():
    with wire():
        pass


@pytest.mark.parametrize(("name", "prepare", "value"), [
    ("voltage", ":SENS:FUNC 'VOLT'", 1.0),
    ("current", ":SENS:FUNC 'CURR'", 1e-4),
    ("resistance", ":SENS:RES:MODE MAN;:SENS:FUNC 'RES'", 1e4),
])
def test_a_reading_is_a_read_not_a_measure(name, prepare, value):
    with wire((f"{READ}{prepare};:READ?", ANSWER)) as smu:
        assert getattr(smu, name) == value


def test_all_at_once_in_the_format_it_takes_for_granted():
    with wire((":FORMAT:ELEMENTS VOLTAGE, CURRENT, RESISTANCE, TIME, STATUS", None),
              (":SENSE:RESISTANCE:MODE MAN", None), (":SENSE:FUNCTION:ALL", None),
              (":READ?", ANSWER)) as smu:
        assert smu.measure_all()["current"] == 1e-4


@pytest.mark.parametrize(("answer", "says"), [
    ("+1.0,nonsense", "answered '.1.0,nonsense'"), ("+1.0,+2.0", "5 numbers were expected")])
def test_a_reading_that_is_none_is_said(answer, says):
    with wire((f"{READ}:SENS:FUNC 'CURR';:READ?", answer)) as smu, \
            pytest.raises(InstrumentError, match=says):
        _ = smu.current


@pytest.mark.parametrize(("name", "value", "sent"), [
    ("source_voltage", 0.123456789, ":SOUR:VOLT 1.234567890e-01"),
    ("source_current", 1.23456789e-6, ":SOUR:CURR 1.234567890e-06"),
    ("compliance_current", 1.23456789e-7, ":SENS:CURR:PROT 1.234567890e-07"),
    ("compliance_voltage", 12.3456789, ":SENS:VOLT:PROT 1.234567890e+01"),
    ("arm_timer", 12345.67, ":ARM:TIM 1.234567000e+04"),
    ("trigger_delay", 123.4567, ":TRIG:DEL 1.234567000e+02"),
    ("source_delay", 123.4567, ":SOUR:DEL 1.234567000e+02"),
    ("buffer_points", 2500, ":TRAC:POIN 2500"),
])
def test_every_digit_is_sent(name, value, sent):
    with wire((sent, None)) as smu:
        setattr(smu, name, value)


@pytest.mark.parametrize(("name", "value"), [
    ("buffer_points", 2501), ("buffer_points", 0), ("source_voltage", 211.0),
    ("source_current", 1.06), ("compliance_current", 0.9e-9), ("compliance_voltage", 211.0),
    ("arm_timer", 1e5), ("trigger_delay", 1e3), ("source_delay", -1.0)])
def test_nothing_is_clipped_without_a_word(name, value):
    with wire() as smu, pytest.raises(ValueError, match=r"range|limit"):
        setattr(smu, name, value)


def test_a_full_buffer_is_told_by_serial_poll():
    with wire() as smu:
        smu.adapter.connection.read_stb.return_value = 0b10000000
        assert not smu.is_buffer_full()
        smu.adapter.connection.read_stb.return_value = 0b00000001
        assert smu.is_buffer_full()


def test_reading_leaves_compliance_integration_and_output_alone(smu):
    smu.source_voltage_range = 2.0
    smu.source_voltage = 1.0
    smu.current_range = 1e-6
    smu.compliance_current = 1e-6
    smu.current_nplc = 0.1
    smu.enable_source()
    assert smu.current == pytest.approx(1e-6, rel=1e-2)
    assert smu.voltage == pytest.approx(1e-2, rel=0.1)
    assert smu.resistance == pytest.approx(1e4, rel=0.1)
    assert (smu.compliance_current, smu.current_nplc) == (1e-6, 0.1)
    smu.disable_source()
    with pytest.raises(InstrumentError, match=r"no answer to .*:READ.*: the 2400 reports [+]803"):
        _ = smu.current
    assert not smu.source_enabled


def test_a_voltage_is_measured_not_told_as_programmed(smu):
    smu.source_voltage = 1.0
    smu.compliance_current = 1e-5
    smu.enable_source()
    assert smu.voltage == pytest.approx(0.1, rel=1e-2)  # 10 µA through 10 kΩ


def test_a_buffer_longer_than_1024_twice_over_on_the_benchs_clock(smu):
    smu.source_voltage = 1.0
    smu.compliance_current = 1e-3
    smu.current_nplc = 0.1
    smu.enable_source()
    smu.reset_data_format()
    for _ in range(2):
        smu.config_buffer(1500)
        smu.start_buffer()
        smu.wait_for_buffer()
        rows = smu.buffer_data.reshape(1500, 5)
        assert rows[:, 1] == pytest.approx(np.full(1500, 1e-4), rel=1e-2)
    smu.config_buffer(100, delay=1.0)
    smu.start_buffer()
    with pytest.raises(InstrumentError, match="not full after 5 s"):
        smu.wait_for_buffer(timeout=5)
    smu.stop_buffer()
    smu.config_buffer(10)  # storage is still active: +800 unless that is ended first
    assert smu.buffer_points == 10


def test_a_ramp_passes_on_the_benchs_clock(smu):
    before = smu.clock.now()
    smu.ramp_to_voltage(1.0, steps=6, pause=0.5)
    assert smu.source_voltage == 1.0
    assert smu.clock.now() - before == pytest.approx(3.0, abs=0.2)
    smu.shutdown()
    assert not smu.source_enabled
