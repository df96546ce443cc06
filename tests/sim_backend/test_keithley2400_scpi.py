"""The virtual 2400's settings, refusals and readings, through PyVISA."""

import itertools

import numpy as np
import pytest
import pyvisa
from keithley2400_on_a_resistor import SOURCE_1_V, keithley2400

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.devices.device import Source
from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400
from ginsen.sim_backend.instruments.keithley2400_rules import with_limit
from ginsen.sim_backend.instruments.keithley2400_setup import (
    AFTER_RESET,
    Setup,
    unit_settings,
)
from ginsen.sim_backend.instruments.smu_settings import output_source

TIMING = KEITHLEY_2400.timing
NAN = 9.91e37


@pytest.fixture
def smu(tmp_path):
    with keithley2400(tmp_path) as session:
        yield session


def test_it_says_who_it_is(smu):
    assert smu.ask("*IDN?").startswith("KEITHLEY INSTRUMENTS INC.,MODEL 2400,1175680,C30 ")
    assert smu.ask("SYST:VERS?") == "1996.0"
    assert smu.ask("*OPT?") == "0"
    assert smu.ask(":STAT:QUE?") == '0,"No error"'


@pytest.mark.parametrize(("query", "reply"), [
    ("OUTP?", "0"), ("SOUR:FUNC?", "VOLT"), ("SENS:FUNC?", '"CURR:DC"'), ("CONF?", '"CURR:DC"'),
    ("SENS:FUNC:CONC?", "1"), ("SENS:FUNC:OFF?", '"VOLT:DC","RES"'),
    ("SOUR:VOLT?", "0.000000E+00"), ("SOUR:VOLT:RANG?", "2.100000E+01"),
    ("SOUR:VOLT:RANG:AUTO?", "1"), ("SOUR:VOLT:MODE?", "FIX"), ("SOUR:DEL:AUTO?", "1"),
    ("SOUR:CLE:AUTO?", "0"), ("SOUR:VOLT:PROT?", "2.100000E+02"),
    ("SENS:CURR:PROT?", "1.050000E-04"), ("SENS:VOLT:PROT?", "2.100000E+01"),
    ("SENS:CURR:RANG?", "1.050000E-04"), ("SENS:CURR:RANG:AUTO?", "1"),
    ("SENS:RES:MODE?", "AUTO"), ("SENS:VOLT:NPLC?", "1.000000E+00"), ("SENS:AVER?", "0"),
    ("SENS:AVER:TCON?", "REP"), ("SYST:AZER?", "1"), ("SYST:RSEN?", "0"), ("OUTP:SMOD?", "NORM"),
    ("FORM:ELEM?", "VOLT,CURR,RES,TIME,STAT"), ("FORM?", "ASC"), ("FORM:BORD?", "NORM"),
    ("ARM:COUN?", "1"), ("TRIG:COUN?", "1"), ("ARM:SOUR?", "IMM"), ("TRIG:SOUR?", "IMM"),
    ("ARM:TIM?", "1.000000E-01"), ("TRIG:DEL?", "0.000000E+00"), ("ROUT:TERM?", "FRON"),
])
def test_reset_state(smu, query, reply):
    smu(*SOURCE_1_V, "SENS:FUNC 'VOLT'", "SENS:RES:MODE MAN", "OUTP:SMOD HIMP", "SENS:AVER ON",
        "FORM:ELEM CURR", "FORM REAL", "FORM:BORD SWAP", "ARM:COUN 2", "TRIG:COUN 3",
        "TRIG:DEL 1", "ARM:TIM 5", "ARM:SOUR TIM", "SOUR:CLE:AUTO ON", "SOUR:VOLT:PROT 20",
        "OUTP ON", "*RST")
    assert smu.ask(query) == reply


@pytest.mark.parametrize(("command", "error"), [
    ("SOUR:VOLT 211", -222),
    ("SOUR:VOLT 2.2", -222),               # on the fixed 2 V range
    ("SOUR:VOLT:RANG 0.2", -221),          # below the level
    ("SENS:CURR:PROT 1.1", -222),
    ("SENS:CURR:PROT 9e-7", 822),          # less than 0.1 % of the 1 mA range
    ("SENS:CURR:RANG 1e-2", 824),          # compliance is on the 1 mA range
    ("SENS:VOLT:RANG 2", 823),             # the voltage is sourced
    ("SENS:VOLT:RANG:AUTO ON", 823),
    ("SENS:CURR:NPLC 20", -222),
    ("SENS:FUNC 'TEMP'", -224),
    ("SENS:FUNC", -109),
    ("OUTP MAYBE", -224),
    ("TRIG:SOUR BUS", -224),
    ("TRIG:COUN 2501", -222),
    ("ARM:COUN 2501", -222),
    ("TRIG:COUN 50;:ARM:COUN 51", -221),
    ("TRAC:POIN 2501", -222),
    ("SYST:LFR 55", -222),
    ("FORM ASC,32", -108),
    ("*TRG", -211),
    ("SOUR:VOLT:STEP 0", -221),
    ("SENS:FUNC:CONC OFF;:SENS:FUNC 'VOLT','CURR'", -221),
    ("INIT", 803),
    ("SOUR:VOLT:ILIM 1e-3", -113),         # a command of the 2450
])
def test_what_it_refuses(smu, command, error):
    smu(*SOURCE_1_V)
    assert smu.refuses(command) == error
    assert float(smu.ask("SOUR:VOLT?")) == 1.0


@pytest.mark.parametrize(("query", "error"), [("READ?", 803), ("FETC?", -230), ("TRAC:DATA?", -230),
                                             ("CALC3:DATA?", -230), ("SENS:DATA?", -230)])
def test_a_refused_query_is_not_answered(smu, query, error):
    smu.resource.timeout = 100
    smu.resource.write(query)
    with pytest.raises(pyvisa.VisaIOError):
        smu.resource.read()
    assert [smu.error(), smu.error(), smu.error()] == [error, -420, 0]


def test_what_was_refused_counts_in_the_event_status(smu):
    smu.ask("*ESR?")
    smu.resource.write("READ?")
    assert int(smu.ask("*ESR?")) == 8
    assert smu.ask("SYST:ERR?") == '+803,"Not permitted with OUTPUT off"'


def test_the_error_queue_holds_ten(smu):
    for _ in range(12):
        smu.resource.write("NONSENSE")
    assert [smu.error() for _ in range(11)] == [-113] * 9 + [-350, 0]


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


def test_a_lower_compliance_needs_a_lower_range_first(smu):
    # 50 nA is 0.05 % of the 100 µA range that autorange stands on after *RST.
    assert smu.refuses("SENS:CURR:PROT 5e-8") == 822
    smu("SENS:CURR:RANG 1e-6", "SENS:CURR:PROT 5e-8")
    assert smu.ask("SENS:CURR:PROT?") == "5.000000E-08"
    assert smu.refuses("SENS:CURR:RANG 1e-5") == 824
    smu("SENS:CURR:PROT -2e-5", "SENS:CURR:RANG 1e-5")
    assert smu.ask("SENS:CURR:PROT?") == "2.000000E-05"


def test_no_more_power_than_there_is(smu):
    smu("SENS:CURR:PROT 0.105", "SOUR:VOLT:RANG 200")
    assert smu.refuses("SENS:CURR:PROT 0.106") == 826
    smu("SOUR:VOLT:RANG 20", "SENS:CURR:PROT 1")
    assert smu.refuses("SOUR:VOLT:RANG 200") == 826
    smu("SOUR:VOLT:RANG:AUTO ON")
    assert smu.refuses("SOUR:VOLT 22") == 826
    smu("SOUR:FUNC CURR", "SENS:VOLT:PROT 22")
    assert smu.refuses("SOUR:CURR 0.2") == 826
    assert float(smu.ask("SOUR:CURR?")) == 0.0


def test_the_source_range_follows_the_level_while_auto(smu):
    smu("SOUR:VOLT 1.5")
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 2.1
    smu("SOUR:VOLT 0.1")
    assert float(smu.ask("SOUR:VOLT:RANG?")) == pytest.approx(0.21)
    smu("SOUR:VOLT:RANG:AUTO OFF")
    assert smu.refuses("SOUR:VOLT 1") == -222
    smu("SOUR:VOLT:RANG 20", "SOUR:VOLT 1")
    assert smu.ask("SOUR:VOLT:RANG?;RANG:AUTO?") == "2.100000E+01;0"
    smu("SOUR:VOLT:RANG:AUTO ON")
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 2.1


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


def test_functions_are_added_while_concurrent(smu):
    smu("SENS:FUNC 'VOLT:DC'")
    assert smu.ask("SENS:FUNC?") == '"VOLT:DC","CURR:DC"'
    smu('SENS:FUNC:OFF "CURR"')
    assert smu.ask("SENS:FUNC?") == '"VOLT:DC"'
    smu("SENS:FUNC:ALL")
    assert smu.ask("SENS:FUNC?") == '"VOLT:DC","CURR:DC","RES"'
    smu("SENS:FUNC:CONC OFF")
    assert smu.ask("SENS:FUNC?") == '"VOLT:DC"'
    assert smu.refuses("SENS:FUNC:ALL") == -221
    smu("SENS:FUNC 'CURR'")
    assert smu.ask("SENS:FUNC?") == '"CURR:DC"'
    smu("SENS:FUNC:OFF:ALL", "SOUR:VOLT 1", "OUTP ON")
    assert smu.ask("SENS:FUNC?") == '""'
    assert smu.numbers("READ?")[:3].tolist() == [1.0, NAN, NAN]


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


def test_overvoltage_protection_takes_the_lower_step(smu):
    for asked, told in (("25", 20), ("5", 20), ("-110", 100), ("170", 210)):
        smu(f"SOUR:VOLT:PROT {asked}")
        assert float(smu.ask("SOUR:VOLT:PROT?")) == told
    smu("SOUR:VOLT:PROT 20", "SENS:CURR:PROT 1e-2", "SENS:FUNC 'VOLT'", "SOUR:VOLT 30", "OUTP ON",
        "FORM:ELEM VOLT,STAT")
    volts, status = smu.numbers("READ?")
    assert volts == pytest.approx(20.0, rel=2e-3)
    assert int(status) & 16


@pytest.mark.parametrize("command", ["SOUR:FUNC CURR", "ROUT:TERM REAR", "SYST:RSEN ON",
                                     "SOUR:CLE", "*RST"])
def test_what_switches_the_output_off(smu, command):
    smu(*SOURCE_1_V, "OUTP ON", "ROUT:TERM FRON", "SYST:RSEN OFF", "SOUR:FUNC VOLT")
    assert smu.ask("OUTP?") == "1"
    smu(command)
    assert smu.ask("OUTP?") == "0"


def test_off_states():
    def off(state, source="VOLT"):
        setup = with_limit(Setup(off_state=state, source=source), "CURR", 2e-3, 100e-6)
        setup = setup.with_quantity("CURR", level=3e-6, range=1e-3, autorange=False)
        settings = unit_settings(setup, AFTER_RESET)
        return output_source(KEITHLEY_2400, settings, level=settings.sourcing.level,
                             limit=settings.sourcing.limit)

    # 0.5 % of the 1 mA range; sourcing current, 3 µA against 0.5 % of the 100 µA source range.
    assert off("NORM") == Source(current_limit=5e-6)
    assert off("ZERO").current_limit == pytest.approx(1.05e-3)
    assert off("ZERO", "CURR") == Source(current_limit=3e-6)
    assert not off("HIMP").connected
    assert not off("GUAR").connected


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


def test_it_is_on_the_bench_of_everything_wired_to_nothing():
    bench = load_bench("everything")
    instrument = bench.addresses["GPIB0::24::INSTR"]
    assert isinstance(instrument, VirtualKeithley2400)
    assert bench.addresses["TCPIP0::ginsen-2400::inst0::INSTR"] is instrument
    instrument.change(output=True)
    instrument.change_quantity("VOLT", level=1.0)
    volts, amps, _ = instrument.port("hi").instant()
    assert volts == pytest.approx(1.0, abs=3e-3)
    assert amps == 0.0


def test_what_is_set_and_told_only(smu):
    smu("TRIG:ILIN 3", "TRIG:OLIN 4", "ARM:OUTP TEX", "TRIG:OUTP SOUR,DEL", "TRIG:SEQ:DEL 2",
        "SYST:BEEP 440, 0.1", "DISP:ENAB OFF", "TRIG:CLE")
    assert smu.ask("TRIG:ILIN?;:TRIG:OLIN?;:ARM:OUTP?;:TRIG:OUTP?") == "3;4;TEX;SOUR,DEL"
    assert smu.ask("TRIG:TCON:ASYN:ILIN?;:ARM:LAY1:TIM? MIN") == "3;1.000000E-03"
    assert smu.refuses("TRIG:OUTP") == -109
