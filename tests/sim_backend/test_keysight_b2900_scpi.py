"""The virtual B2912A on the wire: its channels, its two trigger systems, its readings."""

import numpy as np
import pytest
import pyvisa

GPIB = "GPIB0::23::INSTR"
BENCH = f"""
[instruments.smu]
model = "keysight_b2912a"
address = "{GPIB}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi_1" = {{ terminal = "A" }}
"smu.lo_1" = {{ terminal = "B" }}
"""
SOURCE_1_V = ("SOUR:FUNC:MODE VOLT", "SOUR:VOLT:RANG 2", "SENS:CURR:RANG 1E-3",
              "SENS:CURR:PROT 1E-3", "SOUR:VOLT 1", "SENS:CURR:NPLC 0.1")
TIMED = ("TRIG:ACQ:SOUR TIM", "TRIG:ACQ:TIM 0.01", "TRIG:ACQ:COUN 20")


class Session:
    def __init__(self, manager):
        self.bench = manager.visalib.bench
        self.clock = manager.visalib.clock
        self.resource = manager.open_resource(GPIB)
        self.resource.timeout = 60_000

    def __call__(self, *commands):
        for command in commands:
            self.resource.write(command)
            assert self.error() == 0, command

    def ask(self, query):
        return self.resource.query(query).strip()

    def numbers(self, query):
        return np.array(self.ask(query).split(","), dtype=float)

    def error(self):
        return int(self.ask("SYST:ERR?").split(",")[0])

    def refuses(self, command):
        self.resource.write(command)
        return self.error()

    @property
    def source(self):
        return self.bench.port("smu.hi_1").source


@pytest.fixture
def smu(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    yield Session(manager)
    manager.close()


def test_it_says_who_it_is_and_that_nothing_is_wrong(smu):
    assert smu.ask("*IDN?") == "Keysight Technologies,B2912A,MY50000001,3.4.2011.5100"
    assert smu.ask("SYST:ERR?") == '+0,"No error"'
    assert smu.refuses("NONSENSE") == -113


def test_a_reading_switches_the_output_on_unless_told_not_to(smu):
    smu(*SOURCE_1_V)
    assert smu.ask("OUTP?") == "0"
    assert smu.numbers("MEAS:CURR?") == pytest.approx(1e-4, rel=1e-2)
    assert smu.ask("OUTP?") == "1"
    smu("OUTP OFF", "OUTP:ON:AUTO OFF")
    assert smu.numbers("MEAS:CURR?") == pytest.approx(0, abs=1e-6)
    assert smu.ask("OUTP?") == "0"
    smu("OUTP:ON:AUTO ON", "OUTP:OFF:AUTO ON")
    assert smu.numbers("MEAS:CURR?") == pytest.approx(1e-4, rel=1e-2)
    assert smu.ask("OUTP?") == "0"


def test_a_measurement_leaves_the_compliance_alone(smu):
    smu(*SOURCE_1_V, "SENS:CURR:RANG 1E-5", "SENS:CURR:PROT 1E-6")
    assert smu.numbers("MEAS:CURR?") == pytest.approx(1e-6, rel=1e-2)
    assert smu.numbers("SENS:CURR:PROT?") == 1e-6
    assert smu.ask("SENS:CURR:PROT:TRIP?") == "1"


def test_elements_come_in_the_instruments_order(smu):
    smu(*SOURCE_1_V, "FORM:ELEM:SENS STAT,SOUR,CURR,VOLT")
    assert smu.ask("FORM:ELEM:SENS?") == "VOLT,CURR,STAT,SOUR"
    voltage, current, status, source = smu.numbers("MEAS?")
    assert voltage == pytest.approx(1.0, abs=2e-3)
    assert current == pytest.approx(1e-4, rel=1e-2)
    assert (status, source) == (0, 1)
    smu("SENS:CURR:PROT 1E-5")
    assert smu.numbers("MEAS?")[2] == 2  # the compliance bits
    smu("SENS:CURR:PROT 1E-3", "SENS:CURR:RANG 1E-5", "FORM:ELEM:SENS CURR,STAT")
    assert smu.numbers("MEAS?")[0] == pytest.approx(1e-5, rel=0.1) or smu.numbers(
        "MEAS?")[0] == 9.91e37


def test_channels_go_by_suffix_and_by_list(smu):
    smu("SOUR2:VOLT 2", "VOLT 1", "OUTP1 ON", "OUTP2 ON")
    assert smu.numbers("SOUR1:VOLT?") == 1
    assert smu.numbers("SOUR2:VOLT?") == 2
    assert len(smu.numbers("MEAS:VOLT? (@1,2)")) == 2
    assert smu.numbers("MEAS:VOLT? (@2)") == pytest.approx(2, abs=1e-2)
    smu("OUTP2 OFF")
    assert smu.ask("OUTP1?;:OUTP2?") == "1;0"
    for command in ("SOUR3:VOLT 1", "OUTP0 ON"):
        assert smu.refuses(command) == -114
    assert smu.refuses("INIT (@3)") == -114


def test_a_timed_run_can_be_read_meanwhile(smu):
    smu(*SOURCE_1_V, *TIMED, "OUTP ON", "TRAC:FEED SENS", "TRAC:POIN 100", "TRAC:FEED:CONT NEXT",
        "FORM:ELEM:SENS CURR,TIME", "INIT:ACQ (@1)")
    smu.clock.sleep(0.1)
    ready = int(smu.ask("TRAC:POIN:ACT?"))
    assert 8 <= ready <= 14
    assert smu.refuses("INIT:ACQ (@1)") == -213
    assert smu.refuses("TRAC:CLE") == -221
    assert smu.ask("IDLE?") == "1"
    rows = smu.numbers("TRAC:DATA? 5,10").reshape(10, 2)
    assert rows[:, 0] == pytest.approx(np.full(10, 1e-4), rel=1e-2)
    assert np.diff(rows[:, 1]) == pytest.approx(np.full(9, 0.01), abs=2e-6)
    assert smu.numbers("FETC:ARR:CURR?").size == 20
    assert smu.numbers("SENS:DATA? 18").size == 4
    assert smu.numbers("FETC?").size == 2
    assert smu.numbers("SENS2:DATA?") == 9.91e37
    smu("TRAC:FEED:CONT NEV", "TRAC:CLE")
    assert smu.ask("TRAC:POIN:ACT?") == "0"


@pytest.mark.parametrize(("kind", "order", "code", "big"), [
    ("REAL,32", "NORM", "f", True), ("REAL,64", "SWAP", "d", False)])
def test_binary_blocks(smu, kind, order, code, big):
    smu(*SOURCE_1_V, *TIMED, "OUTP ON", "INIT:ACQ", f"FORM {kind}", f"FORM:BORD {order}")
    assert smu.ask("IDLE?") == "1"
    assert smu.ask("FORM?") == kind
    values = smu.resource.query_binary_values("FETC:ARR:CURR?", code, is_big_endian=big)
    assert values == pytest.approx([1e-4] * 20, rel=1e-2)


def test_a_pulse_leaves_the_immediate_level_for_its_width(smu):
    smu(*SOURCE_1_V, "SOUR:VOLT 0.5", "SOUR:VOLT:TRIG 2", "SOUR:FUNC:SHAP PULS",
        "SOUR:PULS:WIDT 0.1", "SOUR:PULS:DEL 0.05", "OUTP ON")
    before = smu.bench.port("smu.hi_1").totals()
    smu("INIT:TRAN")
    assert smu.ask("IDLE?") == "1"
    after = smu.bench.port("smu.hi_1").totals()
    excess = after.flux - before.flux - 0.5 * (after.time - before.time)
    assert excess == pytest.approx(1.5 * 0.1, rel=2e-2)
    assert smu.source.voltage == pytest.approx(0.5, abs=2e-3)


def test_a_list_steps_with_each_trigger_and_returns(smu):
    smu(*SOURCE_1_V, *TIMED, "SOUR:VOLT 0", "SOUR:VOLT:MODE LIST", "SOUR:LIST:VOLT 1,-1,2",
        "TRIG:TRAN:SOUR TIM", "TRIG:TRAN:TIM 0.01", "TRIG:TRAN:COUN 20", "TRIG:ACQ:DEL 1E-3",
        "OUTP ON", "INIT")
    assert smu.ask("IDLE?") == "1"
    assert smu.numbers("FETC:ARR:VOLT?")[:6] == pytest.approx([1, -1, 2] * 2, abs=3e-3)
    assert smu.source.voltage == pytest.approx(0, abs=2e-3)


def test_a_bus_trigger_is_waited_for(smu):
    smu(*SOURCE_1_V, "TRIG:ACQ:SOUR BUS", "TRIG:ACQ:COUN 2", "OUTP ON", "INIT:ACQ")
    smu.clock.sleep(1.0)
    assert smu.numbers("FETC:ARR:CURR?") == 9.91e37
    for count in (1, 2):
        smu("*TRG")
        smu.clock.sleep(0.1)
        assert smu.numbers("FETC:ARR:CURR?").size == count
    smu("INIT:ACQ", "ABOR:ACQ (@1)")
    assert smu.ask("IDLE?") == "1"


@pytest.mark.parametrize(("mode", "connected"), [("NORM", True), ("ZERO", True), ("HIZ", False)])
def test_the_off_states(smu, mode, connected):
    smu(*SOURCE_1_V, f"OUTP:OFF:MODE {mode}", "OUTP ON", "OUTP OFF")
    assert smu.ask("OUTP:OFF:MODE?") == mode
    assert smu.source.connected == connected


def test_what_is_set_is_what_is_told(smu):
    for command, value in (("SOUR:VOLT", 1.25), ("SOUR:CURR", 1e-3), ("SENS:CURR:PROT", 1e-4),
                           ("SENS:VOLT:PROT", 5.0), ("SENS:CURR:NPLC", 0.25),
                           ("SENS:CURR:APER", 0.01), ("TRIG:ACQ:TIM", 0.5), ("ARM:ACQ:DEL", 0.1),
                           ("TRIG:TRAN:DEL", 0.2), ("SOUR:PULS:WIDT", 0.01),
                           ("TRAC2:POIN", 50), ("SENS2:REM", 1), ("SYST:LFR", 60)):
        smu(f"{command} {value}")
        assert smu.numbers(f"{command}?") == pytest.approx(value), command
    smu("*RST")
    assert smu.numbers(["SOUR:VOLT?", ":SENS:CURR:PROT?"][0]) == 0
    assert smu.numbers("SENS:CURR:PROT?") == 1e-4


@pytest.mark.parametrize(("command", "error"), [
    ("SOUR:VOLT 300", -222), ("SENS:CURR:PROT 5", -222), ("SENS:CURR:PROT 1E-6", -222),
    ("SOUR:VOLT:RANG 0.2", -221), ("TRIG:ACQ:COUN 0", -222), ("TRIG:ACQ:SOUR MOON", -224),
    ("SOUR:LIST:VOLT", -109), ("FORM REAL,48", -224), ("SOUR:VOLT 3", -222)])
def test_what_it_refuses(smu, command, error):
    smu(*SOURCE_1_V)
    assert smu.refuses(command) == error
