"""The virtual 2450's native commands, through PyVISA."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from keithley2450_on_a_resistor import SOURCE_1_V, keithley

from ginsen.datasheets.keithley2450 import KEITHLEY_2450

TIMING = KEITHLEY_2450.timing
ROOT = Path(__file__).parents[2]


@pytest.fixture
def smu(tmp_path):
    with keithley(tmp_path) as session:
        yield session


def test_it_says_who_it_is(smu):
    assert smu.ask("*IDN?") == "KEITHLEY INSTRUMENTS,MODEL 2450,04400001,1.7.12b"
    assert smu.ask("*LANG?") == "SCPI"
    assert smu.ask("SYST:LFR?") == "50"


def test_errors_carry_kind_and_time(smu):
    assert smu.ask(":SYST:ERR?") == '0,"No error;0;0 0"'
    smu.resource.write("NONSENSE")
    assert smu.ask(":SYST:ERR:COUN?") == "1"
    assert re.fullmatch(r'-113,"Undefined header;1;2026/01/01 00:00:0\d\.\d{3}"',
                        smu.ask(":SYST:ERR?"))
    assert smu.ask(":SYST:ERR:COUN?") == "0"


def test_reset_state(smu):
    smu(*SOURCE_1_V, "OUTP ON", "*RST")
    assert smu.ask("OUTP?") == "0"
    assert smu.ask("SENS:FUNC?") == '"CURR:DC"'
    assert smu.ask("SOUR:FUNC?") == "VOLT"
    assert float(smu.ask("SOUR:VOLT?")) == 0.0
    assert float(smu.ask("SOUR:VOLT:ILIM?")) == 105e-6
    assert float(smu.ask("SENS:CURR:NPLC?")) == 1.0
    assert smu.ask("OUTP:VOLT:SMOD?") == "NORM"


def test_a_reading_is_the_current_and_takes_its_time(smu):
    smu(*SOURCE_1_V, "OUTP ON")
    smu.ask("READ?")
    cost = 2e-3  # *the* query's own cost and a printed element, to within a command
    start = smu.clock.now()
    value = float(smu.ask("READ?"))
    assert smu.clock.now() - start == pytest.approx(
        TIMING.reading_time(0.1, 50.0, readback=True) + 1e-3, abs=cost)
    scale = KEITHLEY_2450.measure_current.at_full_scale(1e-3)
    source = KEITHLEY_2450.source_voltage.at_full_scale(2.0)
    assert abs(value - 1e-4) <= (scale.accuracy(1e-4) + source.accuracy(1.0) / 1e4
                                 + 5 * scale.noise_at(0.1))
    assert float(smu.ask("FETC?")) == value
    start = smu.clock.now()
    smu("COUN 7")
    smu.ask("READ?")
    assert smu.clock.now() - start > 7 * TIMING.reading_time(0.1, 50.0, readback=True)
    assert smu.ask("TRAC:ACT?") == "9"


def test_a_reading_leaves_the_output_off(smu):
    smu(*SOURCE_1_V)
    value = float(smu.ask("READ?"))
    scale = KEITHLEY_2450.measure_current.at_full_scale(1e-3)
    assert abs(value) <= scale.accuracy(0.0) + 5 * scale.noise_at(0.1)
    assert smu.ask("OUTP?") == "0"
    assert int(smu.table("SOURSTAT")[-1, 0]) & 128 == 0


def test_the_limit_shows_in_trip_and_in_the_source_status(smu):
    smu(*SOURCE_1_V, "SOUR:VOLT:ILIM 2e-5", "OUTP ON")
    value, status = smu.numbers('READ? "defbuffer1", READ, SOURSTAT')
    assert value == pytest.approx(2e-5, rel=KEITHLEY_2450.limit_accuracy + 5e-3)
    assert int(status) == 128 | 32 | 8
    assert smu.ask("SOUR:VOLT:ILIM:TRIP?") == "1"
    smu("SOUR:VOLT:ILIM 1e-3", "SOUR:VOLT:READ:BACK OFF")
    source, status = smu.numbers('READ? "defbuffer1", SOUR, SOURSTAT')
    assert source == 1.0
    assert int(status) == 128
    assert smu.ask("SOUR:VOLT:ILIM:TRIP?") == "0"


def test_overflow_is_a_number_that_is_marked(smu):
    smu(*SOURCE_1_V, "SENS:CURR:RANG 1e-5", "OUTP ON")
    value, status, text = smu.ask('READ? "defbuffer1", READ, STAT, FORM').split(",")
    assert float(value) == 9.9e37
    assert int(status) & 1
    assert text == "Overflow"


@pytest.mark.parametrize(("command", "error"), [
    ("SOUR:VOLT 211", -222),
    ("SOUR:VOLT 2.2", -222),              # on the fixed 2 V range
    ("SOUR:VOLT:ILIM 1.1", -222),
    ("SOUR:VOLT:ILIM 5e-7", -222),        # less than 0.1 % of the fixed 1 mA range
    ("SOUR:VOLT:RANG 200;:SOUR:VOLT:ILIM 0.2", -221),
    ("SENS:CURR:NPLC 20", -222),
    ("SENS:FUNC \"TEMP\"", -224),
    ("OUTP MAYBE", -224),
    ("SOUR:VOLT", -109),
    ("OUTP ON, ON", -108),
    ("TRAC:DATA? 1, 5", -222),
    ('READ? "nobuffer"', 1115),
    ('TRAC:MAKE "defbuffer1", 100', 1115),
    ('TRAC:DEL "defbuffer2"', -221),
    ('SOUR:CONF:LIST:STOR "nolist"', 2790),
    ('TRIG:BLOC:CONF:REC 1, "nolist", 1', 2790),
    ("INIT", -221),
    ("TRIG:TIM5:DEL 1", -114),
    (":SENS:CURR:PROT 1e-3", -113),        # a command of the 2400
])
def test_what_it_refuses(smu, command, error):
    smu(*SOURCE_1_V)
    assert smu.refuses(command) == error
    assert float(smu.ask("SOUR:VOLT?")) == 1.0


def test_a_fixed_range_lifts_a_limit_that_is_too_small_for_it(smu):
    smu(*SOURCE_1_V, "SENS:CURR:RANG 1e-6", "SOUR:VOLT:ILIM 1e-8", "SENS:CURR:RANG 1e-3")
    assert float(smu.ask("SOUR:VOLT:ILIM?")) == pytest.approx(1e-6)


def test_ranges_are_named_by_what_they_hold(smu):
    smu("SOUR:VOLT:RANG 3", "SENS:CURR:RANG 2e-6")
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 20.0
    assert smu.ask("SOUR:VOLT:RANG:AUTO?") == "0"
    assert float(smu.ask("SENS:CURR:RANG?")) == 1e-5
    assert smu.ask("SENS:CURR:RANG:AUTO?") == "0"
    smu("SOUR:VOLT:RANG:AUTO ON", "SOUR:VOLT 0.1")
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 0.2
    assert float(smu.ask("SOUR:VOLT:ILIM? MAX")) == 1.05


def test_buffer_elements(smu):
    smu(*SOURCE_1_V, "OUTP ON", "COUN 3", "SENS:CURR:NPLC 1")
    smu.ask("READ?")
    rows = smu.table("REL,SOUR,READ,SOURSTAT,STAT,SEC,FRAC")
    assert rows.shape == (3, 7)
    np.testing.assert_allclose(
        rows[:, 0], np.arange(3) * TIMING.reading_time(1, 50, readback=True), atol=1e-9)
    np.testing.assert_allclose(rows[:, 1] / rows[:, 2], 1e4, rtol=2e-3)
    assert rows[:, 3].tolist() == [136] * 3
    assert rows[:, 4].tolist() == [256 + 8, 8, 8]
    np.testing.assert_allclose(np.diff(rows[:, 5] + rows[:, 6]), np.diff(rows[:, 0]), atol=3e-7)
    date, unit, source_unit = smu.ask('TRAC:DATA? 1,1,"defbuffer1",DATE,UNIT,SOURUNIT').split(",")
    assert (date, unit, source_unit) == ("01/01/2026", "Amp DC", "Volt DC")


def test_precision(smu):
    smu(*SOURCE_1_V, "OUTP ON", "FORM:ASC:PREC 0")
    smu.ask("READ?")
    assert re.fullmatch(r"\d\.\d{6}E-0[45]", smu.ask("FETC?"))
    smu("FORM:ASC:PREC 3")
    assert re.fullmatch(r"\d\.\d{2}E-0[45]", smu.ask("FETC?"))


def test_binary_is_the_same_as_text(smu):
    smu(*SOURCE_1_V, "OUTP ON", "COUN 5")
    smu.ask("READ?")
    text = smu.table("REL,SOUR,READ")
    smu("FORM REAL")
    for order, dtype in (("SWAP", "<f8"), ("NORM", ">f8")):
        smu(f"FORM:BORD {order}")
        smu.resource.write('TRAC:DATA? 1,5,"defbuffer1",REL,SOUR,READ')
        raw = smu.resource.read_raw()
        assert (raw[:2], raw[-1:]) == (b"#0", b"\n")
        rows = np.frombuffer(raw[2:-1], dtype).reshape(5, 3)
        np.testing.assert_allclose(rows, text, rtol=1e-15)
    assert smu.refuses('TRAC:DATA? 1,5,"defbuffer1",REL,SOURSTAT') == 1133


def test_a_buffer_that_fills_once_and_one_that_goes_round(smu):
    smu(*SOURCE_1_V, "OUTP ON", 'TRAC:MAKE "small", 10', "COUN 14")
    smu.ask('READ? "small"')
    assert smu.ask('TRAC:ACT? "small"') == "10"
    assert smu.ask('TRAC:ACT:STAR? "small";END? "small"') == "1;10"
    smu('TRAC:FILL:MODE CONT, "small"')
    assert smu.ask('TRAC:ACT? "small"') == "0"
    smu.ask('READ? "small"')
    assert smu.ask('TRAC:ACT:STAR? "small";END? "small"') == "5;14"
    times = smu.numbers('TRAC:DATA? 5,14,"small",REL')
    assert np.all(np.diff(times) > 0)
    assert smu.refuses('TRAC:DATA? 4,14,"small",REL') == -222
    smu('TRAC:DEL "small"')
    assert smu.refuses('TRAC:ACT? "small"') == 1115


def test_statistics(smu):
    smu(*SOURCE_1_V, "OUTP ON", "COUN 20")
    smu.ask("READ?")
    values = smu.table("READ")[:, 0]
    for name, expected in (("AVER", values.mean()), ("MAX", values.max()), ("MIN", values.min()),
                           ("STDD", values.std(ddof=1))):
        assert float(smu.ask(f"TRAC:STAT:{name}?")) == pytest.approx(expected, rel=1e-5)


def test_configuration_lists_restore_what_they_stored(smu):
    smu(*SOURCE_1_V, 'SOUR:CONF:LIST:CRE "src"', 'SENS:CONF:LIST:CRE "sns"',
        'SOUR:CONF:LIST:STOR "src"', 'SENS:CONF:LIST:STOR "sns"',
        "SOUR:VOLT 0.5", "SOUR:VOLT:ILIM 1e-4", "SENS:CURR:RANG 1e-4", "SENS:CURR:NPLC 2",
        'SOUR:CONF:LIST:STOR "src"', 'SENS:CONF:LIST:STOR "sns", 2', "OUTP ON")
    assert smu.ask('SOUR:CONF:LIST:SIZE? "src"') == "2"
    smu('SOUR:CONF:LIST:REC "src", 1, "sns"')
    assert float(smu.ask("SOUR:VOLT?")) == 1.0
    assert float(smu.ask("SOUR:VOLT:ILIM?")) == 1e-3
    assert float(smu.ask("SENS:CURR:NPLC?")) == 0.1
    smu('SENS:CONF:LIST:REC "sns", 2')
    assert float(smu.ask("SENS:CURR:RANG?")) == 1e-4
    assert float(smu.ask("SOUR:VOLT?")) == 1.0
    assert smu.ask("OUTP?") == "1"
    assert smu.refuses('SOUR:CONF:LIST:REC "src", 3') == 2790
    assert smu.ask("SOUR:CONF:LIST:CAT?") == "src"
    smu('SOUR:CONF:LIST:DEL "src", 1')
    assert smu.ask('SOUR:CONF:LIST:SIZE? "src"') == "1"
    smu('SOUR:CONF:LIST:DEL "src"')
    assert smu.refuses('SOUR:CONF:LIST:SIZE? "src"') == 2790


def test_same_seed_same_readings(tmp_path):
    def readings(seed):
        with keithley(tmp_path, seed=seed) as smu:
            smu(*SOURCE_1_V, "OUTP ON", "COUN 5")
            smu.ask("READ?")
            return smu.table("REL,SOUR,READ").tolist()

    assert readings(4) == readings(4)
    assert readings(4) != readings(5)


def test_a_language_waits_for_the_power_switch(tmp_path):
    with keithley(tmp_path) as smu:
        smu("*LANG SCPI2400")
        assert smu.ask("*LANG?") == "SCPI2400"
        assert float(smu.ask("SOUR:VOLT:ILIM?")) == 105e-6
    with keithley(tmp_path, language="SCPI2400") as smu:
        assert smu.refuses("SOUR:VOLT:ILIM?") == -113
        smu.resource.read_stb()
        smu.resource.write("*CLS")
        assert float(smu.ask("SENS:CURR:PROT?")) == 105e-6
    with keithley(tmp_path, language="TSP") as smu:
        assert smu.ask("*IDN?").startswith("KEITHLEY INSTRUMENTS,MODEL 2450")
        smu.resource.write(":SOUR:VOLT 1")
        assert int(smu.ask("*ESR?")) & 16


def test_2400_language_reads_five_elements_with_the_output_on_only(tmp_path):
    with keithley(tmp_path, language="SCPI2400") as smu:
        smu("SOUR:VOLT:RANG 2", "SOUR:VOLT 1", "SENS:CURR:PROT 1e-3", "SENS:FUNC 'CURR'")
        assert smu.refuses("READ?") == 803
        smu("OUTP ON")
        volts, amps, ohms, _, status = smu.numbers("READ?")
        assert volts / amps == pytest.approx(1e4, rel=5e-3)
        assert ohms == 9.91e37
        assert int(status) == 0
        # MEASure puts the limit back to 105 µA, whatever it was.
        smu("SENS:CURR:PROT 1e-6")
        smu.ask("MEAS:CURR?")
        assert float(smu.ask("SENS:CURR:PROT?")) == pytest.approx(105e-6)


def test_2400_buffer_sets_its_status_bit(tmp_path):
    with keithley(tmp_path, language="SCPI2400") as smu:
        smu("SOUR:VOLT 1", "OUTP ON", "*SRE 1", "STAT:MEAS:ENAB 512", "TRAC:POIN 4",
            "TRIG:COUN 4", "TRAC:FEED:CONT NEXT", "FORM:ELEM CURR,TIME", "INIT")
        assert int(smu.ask("*STB?")) & 65 == 0
        assert smu.ask("*OPC?") == "1"
        assert int(smu.ask("*STB?")) & 65 == 65
        rows = smu.numbers("TRAC:DATA?").reshape(4, 2)
        np.testing.assert_allclose(rows[:, 0], 1e-4, rtol=0.01)
        assert np.all(np.diff(rows[:, 1]) > 0)


def test_unknown_language_in_the_bench_file(tmp_path):
    with pytest.raises(ValueError, match="'FORTRAN' is no command set of a 2450"), keithley(
            tmp_path, language="FORTRAN"):
        pass


def test_the_page_on_pymeasure_is_true():
    module = runpy.run_path(str(ROOT / "benchmarks" / "pymeasure_keithley2450.py"))
    page = ROOT / "docs" / "instruments" / "keithley2450_pymeasure.md"
    assert module["table"]() == page.read_text(encoding="utf-8")
