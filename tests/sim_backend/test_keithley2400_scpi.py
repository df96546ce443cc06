"""The virtual 2400's settings and refusals, through PyVISA."""

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


@pytest.fixture
def smu(tmp_path):
    with keithley2400(tmp_path) as session:
        yield session


def test_it_says_who_it_is(smu):
    assert smu.ask("*IDN?").startswith("KEITHLEY INSTRUMENTS INC.,MODEL 2400,1240001,C30 ")
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
    assert smu.numbers("READ?")[:3].tolist() == [1.0, 9.91e37, 9.91e37]


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


def test_the_whole_error_queue_at_once(smu):
    # Page 18-112.
    smu.resource.write(":NONSENSE")
    smu.resource.write("SOUR:VOLT 500")
    assert smu.ask("SYST:ERR:COUN?") == "2"
    assert smu.ask("SYST:ERR:CODE?") == "-113"
    assert smu.ask("SYST:ERR:ALL?").startswith("-222,")
    assert smu.ask("SYST:ERR:CODE:ALL?") == "0"
    assert smu.ask("SYST:ERR:ALL?") == '0,"No error"'
    smu.resource.write(":NONSENSE")
    smu.resource.write(":NONSENSE")
    assert smu.ask("SYST:ERR:CODE:ALL?") == "-113,-113"
