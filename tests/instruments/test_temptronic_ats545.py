"""A ThermoStream in a station, and PyMeasure's own class on the same virtual one."""

import pytest
from pymeasure.instruments import instrument
from pymeasure.instruments.temptronic import ATS545

from ginsen.instruments import InstrumentError, LimitExceeded
from ginsen.station import Station
from ginsen.station_check import check_station

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.air]
model = "temptronic_ats545"
address = "GPIB0::7::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[air]
driver = "temptronic_ats545"
address = "GPIB0::7::INSTR"
limits = { lowest = "253.15 K", highest = "400 K" }
"""


@pytest.fixture
def station(tmp_path):
    """The path of a station with a ThermoStream in it."""
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    return tmp_path / "station.toml"


@pytest.mark.parametrize("kelvin", [350.0, 298.2, 260.0])
def test_air_is_brought_to_a_temperature_and_switched_off(station, kelvin):
    with Station.open(station) as lab:
        air = lab.temperature
        assert air.temperature == pytest.approx(296.15)
        begun = lab.clock.now()
        assert air.reach(kelvin)
        assert air.temperature == pytest.approx(kelvin, abs=0.15)
        assert lab.clock.now() - begun < 120
        assert int(air.auxiliary_condition_code) & 32
        air.off()
        assert not int(air.auxiliary_condition_code) & 32


def test_limits_hold_before_anything_is_written(station):
    with Station.open(station) as lab:
        for kelvin in (253.1, 400.1):
            with pytest.raises(LimitExceeded, match=r"253\.15 K to 400 K"):
                lab.temperature.head_for(kelvin)
        assert lab.temperature.temperature_setpoint == 25.0
        assert lab.temperature.mode == "manual"
        assert not int(lab.temperature.auxiliary_condition_code) & 32


def test_a_setpoint_that_was_not_taken_and_a_sensor_that_is_not_there_are_told(station):
    with Station.open(station) as lab:
        air = lab.temperature
        air.temperature_limit_air_high = 60.0
        with pytest.raises(InstrumentError, match="was told 380 K and says"):
            air.head_for(380.0)
        air.dut_mode = "ON"
        with pytest.raises(InstrumentError, match="open or not selected"):
            assert air.temperature


def test_it_answers_to_a_station_check(station):
    assert [each.identity for each in check_station(station)][1].startswith("TEMPTRONIC,ATS-545")


@pytest.mark.filterwarnings("ignore:It is not known whether this device support SCPI")
def test_pymeasures_own_class_works_but_for_its_mode(station, monkeypatch):
    monkeypatch.setattr(instrument.time, "sleep", lambda seconds: None)
    with Station.open(station) as lab:
        stream = ATS545("GPIB0::7::INSTR", visa_library=lab.file.visa)
        stream.configure(dut_type=None, soak_time=5)
        stream.start()
        with pytest.raises(IndexError):
            assert stream.mode
        stream.set_point_number = 0
        stream.temperature_setpoint = 60
        assert stream.temperature_setpoint == 60.0
        assert stream.not_at_temperature()
        lab.clock.sleep(60)
        assert stream.at_temperature()
        assert stream.temperature == pytest.approx(60, abs=1)
        assert stream.error_status() == 0
        assert stream.head == "down"
        stream.shutdown()
        assert not int(stream.auxiliary_condition_code) & 32
