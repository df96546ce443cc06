"""The virtual 2400's readings, through PyVISA: what :READ? tells, and what :MEASure? changes."""

import itertools

import numpy as np
import pytest
from keithley2400_on_a_resistor import SOURCE_1_V, keithley2400

from ginsen.datasheets.keithley2400 import KEITHLEY_2400

TIMING = KEITHLEY_2400.timing
NAN = 9.91e37


@pytest.fixture
def smu(tmp_path):
    with keithley2400(tmp_path) as session:
        yield session


def test_a_reading_is_what_was_sourced_and_what_was_measured(smu):
    smu(*SOURCE_1_V, "OUTP ON")
    volts, amps, ohms, first, _ = smu.numbers("READ?")
    assert volts == 1.0  # programmed, as it is not measured
    assert ohms == NAN
    source = KEITHLEY_2400.source_voltage.at_full_scale(2.0)
    scale = KEITHLEY_2400.measure_current.at_full_scale(1e-3)
    assert abs(amps - 1e-4) <= (scale.accuracy(1e-4) + source.accuracy(1.0) / 1e4
                                + 5 * scale.noise_at(0.1))
    smu("SENS:FUNC 'VOLT'")
    volts, amps, _, second, _ = smu.numbers("READ?")
    assert volts != 1.0
    assert volts / amps == pytest.approx(1e4, rel=2e-3)
    assert second > first
    np.testing.assert_allclose(smu.numbers("FETC?"), [volts, amps, NAN, second, 22532])


def test_a_reading_takes_its_conversions(smu):
    smu(*SOURCE_1_V, "SENS:CURR:NPLC 1", "OUTP ON", "TRIG:COUN 11", "FORM:ELEM TIME")

    def spacing():
        times = smu.numbers("READ?")
        return (times[-1] - times[0]) / 10

    for command, autozero, readback in (("SYST:AZER OFF", False, False),
                                        ("SENS:FUNC 'VOLT'", False, True),
                                        ("SYST:AZER ON", True, True),
                                        ("SENS:FUNC:OFF 'VOLT'", True, False)):
        smu(command)
        assert spacing() == pytest.approx(
            TIMING.reading_time(1, 50, autozero=autozero, readback=readback), abs=1e-4)
    smu("SYST:AZER ONCE", "SYST:LFR 60")
    assert smu.ask("SYST:AZER?") == "0"
    assert spacing() == pytest.approx(TIMING.reading_time(1, 60), abs=1e-4)
    smu("SYST:LFR:AUTO ON")
    assert smu.ask("SYST:LFR?") == "50"


def test_measuring_resets_the_compliance_and_switches_the_output_on(smu):
    smu(*SOURCE_1_V, "SENS:CURR:RANG:AUTO ON", "SENS:CURR:PROT 1e-6", "TRAC:FEED:CONT NEXT",
        "TRIG:COUN 7", "TRIG:DEL 1", "SENS:FUNC 'VOLT'")
    assert len(smu.numbers("MEAS:CURR?")) == 5
    assert smu.ask("SENS:CURR:PROT?") == "1.050000E-04"
    assert smu.ask("OUTP?") == "1"
    assert smu.ask("SENS:FUNC?") == '"CURR:DC"'
    assert float(smu.ask("SENS:CURR:NPLC?")) == 1.0
    assert smu.ask("SYST:AZER?") == "1"
    assert smu.ask("TRIG:COUN?;:TRIG:DEL?") == "1;0.000000E+00"
    assert smu.ask("TRAC:FEED:CONT?") == "NEV"
    # What belongs to the source stays.
    assert float(smu.ask("SOUR:VOLT?")) == 1.0
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 2.1


def test_configuring_lowers_a_wide_compliance_too(smu):
    smu("SENS:CURR:PROT 10e-3", "SOUR:VOLT 5", "OUTP ON")
    assert smu.numbers("READ?")[1] == pytest.approx(5e-4, rel=2e-3)
    smu("CONF:CURR")
    assert smu.numbers("READ?")[1] == pytest.approx(105e-6, rel=5e-3)


def test_measuring_another_function_leaves_the_compliance(smu):
    smu(*SOURCE_1_V)
    smu.ask("MEAS:VOLT?")
    assert smu.ask("SENS:CURR:PROT?") == "1.000000E-03"


def test_reading_leaves_the_compliance(smu):
    smu("SENS:CURR:PROT 1e-6", "SOUR:VOLT 1", "OUTP ON")
    amps, status = smu.numbers("READ?")[[1, 4]]
    assert amps == pytest.approx(1e-6, rel=5e-3)
    assert int(status) & 8
    assert smu.ask("SENS:CURR:PROT?") == "1.000000E-06"
    assert smu.ask("SENS:CURR:PROT:TRIP?;:SENS:VOLT:PROT:TRIP?") == "1;0"
    assert int(smu.ask("STAT:MEAS:COND?")) & (1 << 14)
    smu("SOUR:VOLT 1e-3")
    assert smu.ask("SENS:CURR:PROT:TRIP?") == "0"
    assert int(smu.numbers("READ?")[4]) & 8 == 0


def test_a_fixed_range_clamps_before_the_compliance(smu):
    smu("SENS:CURR:PROT 1e-3", "SENS:CURR:RANG 1e-5", "SOUR:VOLT 1", "OUTP ON")
    amps, status = smu.numbers("READ?")[[1, 4]]
    # Clamped at 105 % of the range, which the meter still reads.
    assert amps == pytest.approx(10.5e-6, rel=5e-3)
    assert int(status) & (1 << 16 | 8 | 1) == 1 << 16
    smu("SENS:CURR:RANG:AUTO ON")
    amps, status = smu.numbers("READ?")[[1, 4]]
    assert amps == pytest.approx(1e-4, rel=2e-3)
    assert int(status) & (1 << 16 | 8) == 0


def test_autorange_finds_the_range_and_keeps_below_the_compliance(tmp_path):
    with keithley2400(tmp_path, resistance=1.25e6) as smu:
        smu("SENS:CURR:PROT 1e-2", "SOUR:VOLT 1", "OUTP ON")
        assert smu.numbers("READ?")[1] == pytest.approx(8e-7, rel=2e-3)
        assert float(smu.ask("SENS:CURR:RANG?")) == pytest.approx(1.05e-6)
        smu("SENS:CURR:RANG:AUTO OFF")
        assert smu.ask("SENS:CURR:RANG?;RANG:AUTO?") == "1.050000E-06;0"
        smu("SENS:CURR:RANG:AUTO ON", "SENS:CURR:RANG:AUTO:LLIM 1e-4")
        smu.ask("READ?")
        assert float(smu.ask("SENS:CURR:RANG?")) == pytest.approx(1.05e-4)
        smu("SENS:CURR:PROT 1.1e-6")
        assert float(smu.ask("SENS:CURR:RANG?")) == pytest.approx(1.05e-5)


def test_autorange_comes_down_as_far_as_full_scale_holds_the_value(tmp_path):
    # 1.03 µA is read on the 1 µA range, too, but a range is not left downwards for that.
    with keithley2400(tmp_path, resistance=1e6 / 1.03) as smu:
        smu("SENS:CURR:PROT 1e-2", "SOUR:VOLT 1", "OUTP ON")
        assert smu.numbers("READ?")[1] == pytest.approx(1.03e-6, rel=2e-3)
        assert float(smu.ask("SENS:CURR:RANG?")) == pytest.approx(1.05e-5)


def test_manual_ohms_is_a_ratio(smu):
    smu(*SOURCE_1_V, "SENS:RES:MODE MAN", "SENS:FUNC 'RES'", "OUTP ON")
    volts, amps, ohms = smu.numbers("READ?")[:3]
    assert volts == 1.0  # not measured as such, but read back for the ratio
    assert ohms == pytest.approx(1e4, rel=2e-3)
    assert ohms != volts / amps
    assert smu.refuses("SENS:RES:RANG 2e4") == -221


@pytest.mark.parametrize(("resistance", "full_scale"), [(47e3, 200e3), (120.0, 200.0),
                                                        (15e6, 20e6)])
def test_automatic_ohms_drives_its_own_current(tmp_path, resistance, full_scale):
    with keithley2400(tmp_path, resistance=resistance) as smu:
        smu("SOUR:VOLT 3")
        _, amps, ohms, _, status = smu.numbers("MEAS:RES?")
        scale = KEITHLEY_2400.measure_resistance.at_full_scale(full_scale)
        assert abs(ohms - resistance) < 3 * scale.accuracy(resistance)
        assert amps == {200e3: 1e-5, 200.0: 1e-2, 20e6: 1e-6}[full_scale]
        assert float(smu.ask("SENS:RES:RANG?")) == pytest.approx(1.05 * full_scale)
        assert int(status) == 1 << 2 | 1 << 10 | 1 << 13 | 1 << 15
        assert smu.ask("SOUR:FUNC?") == "CURR"
        assert smu.refuses("SOUR:VOLT 1") == 825
        assert smu.refuses("SENS:VOLT:PROT 1") == 825
        smu("SENS:RES:RANG 2e8", "SENS:FUNC:OFF 'RES'")
        # The source is the user's again.
        assert smu.ask("SOUR:FUNC?") == "VOLT"
        assert float(smu.ask("SOUR:VOLT?")) == 3.0


def test_beyond_the_ohms_range_it_overflows(smu):
    smu("CONF:RES", "SENS:RES:RANG 2e3")
    ohms, status = smu.numbers("READ?")[[2, 4]]
    assert ohms == 9.9e37
    assert int(status) & 1


def test_elements_come_in_their_own_order(smu):
    smu(*SOURCE_1_V, "OUTP ON", "FORM:ELEM TIME, CURR ,VOLT")
    assert smu.ask("FORM:ELEM?") == "VOLT,CURR,TIME"
    text = smu.ask("READ?")
    assert text.startswith("+1.000000E+00,+")
    assert len(text.split(",")) == 3
    assert smu.refuses("FORM:ELEM") == -109


def test_binary_is_the_same_as_text(smu):
    smu(*SOURCE_1_V, "OUTP ON", "TRIG:COUN 5")
    text = smu.numbers("READ?")
    for form, order, dtype in (("REAL,32", "NORM", ">f4"), ("SRE", "SWAP", "<f4")):
        smu(f"FORM {form}", f"FORM:BORD {order}")
        assert smu.ask("FORM?") == "REAL,32"
        smu.resource.write("FETC?")
        raw = smu.resource.read_raw()
        assert (raw[:2], raw[-1:]) == (b"#0", b"\n")
        np.testing.assert_allclose(np.frombuffer(raw[2:-1], dtype), text, rtol=1e-6)


@pytest.mark.parametrize(("commands", "bit"), [
    (("SENS:AVER ON", "SENS:AVER:COUN 2"), 1), (("SYST:RSEN ON",), 22),
    (("SENS:FUNC 'VOLT'",), 11), (("SENS:RES:MODE MAN", "SENS:FUNC 'RES'"), 13)])
def test_status_word(smu, commands, bit):
    smu(*SOURCE_1_V, "OUTP ON", "FORM:ELEM STAT")
    assert int(smu.numbers("READ?")[0]) == 1 << 2 | 1 << 12 | 1 << 14
    smu(*commands, "OUTP ON")
    assert int(smu.numbers("READ?")[0]) == 1 << 2 | 1 << 12 | 1 << 14 | 1 << bit


def test_a_current_source_reads_its_voltage(smu):
    smu("SOUR:FUNC CURR", "SENS:FUNC 'VOLT'", "SENS:VOLT:PROT 5", "SOUR:CURR 1e-4", "OUTP ON")
    volts, amps, _, _, status = smu.numbers("READ?")
    assert volts == pytest.approx(1.0, rel=2e-3)
    assert amps == pytest.approx(1e-4, rel=2e-3)
    assert amps != 1e-4
    assert int(status) == 1 << 2 | 1 << 11 | 1 << 12 | 1 << 15
    assert smu.refuses("SENS:CURR:RANG 1e-3") == 823
    smu("SOUR:CURR 1e-3")
    volts, _, _, _, status = smu.numbers("READ?")
    assert volts == pytest.approx(5.0, rel=5e-3)
    assert int(status) & 8
    assert smu.ask("SENS:VOLT:PROT:TRIP?") == "1"


def test_an_opened_output_needs_its_relay(smu):
    smu(*SOURCE_1_V, "OUTP:SMOD HIMP", "SYST:TIME:RES")
    smu.resource.write("OUTP ON;:READ?")
    start = smu.clock.now()
    smu.resource.read()
    assert smu.clock.now() - start > TIMING.relay - 6e-3


def test_a_source_delay_follows_a_changed_source(smu):
    smu(*SOURCE_1_V, "OUTP ON", "SOUR:DEL 0.25", "FORM:ELEM TIME")
    assert smu.ask("SOUR:DEL:AUTO?") == "0"
    smu.ask("READ?")
    took = []
    for commands in (("SOUR:VOLT 0.5",), ()):
        smu(*commands)
        start = smu.clock.now()
        smu.ask("READ?")
        took.append(smu.clock.now() - start)
    assert took[0] - took[1] == pytest.approx(0.25, abs=0.02)


def test_the_clock_can_be_set_to_zero(smu):
    smu(*SOURCE_1_V, "OUTP ON", "FORM:ELEM TIME")
    smu.clock.sleep(100_500.0)
    assert 500 < smu.numbers("READ?")[0] < 501  # it begins anew after 100 000 s
    smu("SYST:TIME:RES")
    assert smu.numbers("READ?")[0] < 0.1
    assert float(smu.ask("SYST:TIME?")) < 0.2
    smu.clock.sleep(5.0)
    smu("SYST:TIME:RES:AUTO ON", "TRIG:COUN 3", "SENS:CURR:NPLC 5")
    times = smu.numbers("READ?")
    assert times[0] < 1e-3
    np.testing.assert_allclose(np.diff(times), TIMING.reading_time(5, 50), atol=1e-3)
    np.testing.assert_allclose(times, np.round(times, 3), atol=1e-9)


def test_same_seed_same_readings(tmp_path):
    def readings(seed):
        with keithley2400(tmp_path, seed=seed) as smu:
            smu(*SOURCE_1_V, "OUTP ON", "TRIG:COUN 5")
            return smu.ask("READ?")

    first, again, other = itertools.starmap(readings, [(4,), (4,), (5,)])
    assert first == again
    assert first != other
