"""The virtual B1500A on the wire: grammar, errors, data formats, its modes, its status byte."""

from pathlib import Path

import numpy as np
import pytest
import pyvisa
from hypothesis import given
from hypothesis import strategies as st
from pyvisa.constants import EventMechanism, EventType

from ginsen.sim_backend.bench_file import build_bench
from ginsen.sim_backend.instruments.agilent_b1500_commands import COMMANDS
from ginsen.sim_backend.instruments.agilent_b1500_format import Format, scaled, seconds
from ginsen.sim_backend.instruments.flex_grammar import ERRORS

GPIB = "GPIB0::17::INSTR"
BENCH = f"""
[instruments.smu]
model = "agilent_b1500"
address = "{GPIB}"
{{options}}
[device]
kind = "resistor"
resistance_ohm = 1e3
[wiring]
"smu.force_1" = {{{{ terminal = "A" }}}}
"smu.gndu" = {{{{ terminal = "B" }}}}
"""
ONE_VOLT = ("CN 1", "DV 1,0,1,1E-2", "FMT 21,0")
SAMPLES = ("MM 10,1", "AAD 1,1", "AIT 1,2,1", "RI 1,-18", "MT 0.01,0.1,5",
           "MV 1,0,0,1,1E-2")


class Session:
    def __init__(self, manager):
        self.bench = manager.visalib.bench
        self.clock = manager.visalib.clock
        self.resource = manager.open_resource(GPIB, read_termination="\r\n",
                                              write_termination="\r\n")
        self.resource.timeout = 60_000

    def __call__(self, *commands):
        for command in commands:
            self.resource.write(command)
            assert self.error() == 0, command

    def ask(self, query):
        return self.resource.query(query)

    def error(self):
        return int(self.ask("ERRX?").split(",")[0])

    def refuses(self, command):
        self.resource.write(command)
        return self.error()

    def data(self, command):
        """What a measurement gives: a list of status, channel, type, value; of format 21."""
        return [(int(each[:3]) if each[:3].strip().isdigit() else each[:3].strip(), each[3],
                 each[4], float(each[5:])) for each in self.ask(command).split(",")]

    @property
    def source(self):
        return self.bench.port("smu.force_1").source


@pytest.fixture
def opened(tmp_path):
    managers = []

    def open_with(options=""):
        path = tmp_path / "bench.toml"
        path.write_text(BENCH.format(options=options), encoding="utf-8")
        managers.append(pyvisa.ResourceManager(f"{path}@ginsen"))
        return Session(managers[-1])

    yield open_with
    managers[0].close()


@pytest.fixture
def smu(opened):
    return opened()


def test_what_it_is(smu):
    assert smu.ask("*IDN?").startswith("Agilent Technologies,B1500A,MY50000001,A.")
    assert smu.ask("UNT?").split(";")[:5] == ["B1517A,0", "B1517A,0", "B1511B,0", "B1511B,0",
                                              "0,0"]
    assert (smu.ask("*TST?"), smu.ask("*OPC?"), smu.ask("WZ?")) == ("0", "1", "0")


@pytest.mark.parametrize("message", [
    "CN1;DV1,0,.5,1e-2", "cn 1; dv 1 , 0, +0.5 ,10E-3", "CN 1\nDV 101,0,0.5,0.01"])
def test_a_message(smu, message):
    smu(message)
    assert smu.ask("*LRN? 1") == "DV1,5,+500.000E-03,+10.0000E-03,0,18"


@pytest.mark.parametrize(("command", "error"), [
    ("NONSENSE", 100), ("*CLS", 100), (":SYST:ERR?", 100), ("*ESE 1", 100), ("5", 100),
    ("DV 1,0,,1", 102), ("DV 1,0,1E", 102), ("DV 1,0", 102), ("DV 1,0,1,1,0,0,0", 102),
    ("DV 1,0,9E999", 102), ("CN 0", 121), ("CN 11", 121), ("CN 1.5", 121), ("CN 5", 153),
    ("CN 1,1", 122), ("MM 1", 122), ("MM 3,1", 120), ("FMT 3", 120), ("*LRN? 34", 120),
    ("DV 2,0,1,1E-3", 200), ("TI 2", 200), ("DZ 2", 200), ("RZ 1", 205), ("DV 1,0,1,0", 123),
    ("DV 1,0,21,0.1", 123), ("DV 1,0,50,1E-3", 202), ("DV 1,0,101,1E-3", 120),
    ("DV 1,-20,3,1E-3", 120), ("DV 1,7,1,1E-3", 124), ("DI 1,0,1E-3", 123), ("RI 3,9", 124),
    ("RI 1,8", 124), ("XE", 214), ("MM 2,1;XE", 220), ("WV 1,2,0,0,1,5", 120), ("AIT 1,3,1", 120),
    ("AIT 1,1,128", 120), ("AIT 0,2,0.5", 120), ("MT 0,70,5", 120), ("MT 0,0.00005,5", 120),
    ("MM 10,1;AAD 1,1;MT 0,0.001,5;XE", 120), ("WSV 1,0,0,1", 220), ("EMG? 1", 120)])
def test_what_is_refused(smu, command, error):
    smu("CN 1")
    assert smu.refuses(command) == error
    assert smu.ask(f"EMG? {error}") == ERRORS[error]


def test_an_error_ends_its_message_and_errors_are_kept_in_order(smu):
    smu.resource.write("NONSENSE;CN 1")
    smu.resource.write("CN 11")
    assert smu.ask("*LRN? 0") == "CL"
    assert smu.ask("ERRX?") == '+100,"Undefined GPIB command."'
    assert smu.ask("ERRX? 1") == "+121"
    assert smu.ask("ERRX?") == '+0,"No Error."'
    for _ in range(3):
        smu.resource.write("CN 11")
    assert smu.ask("ERR?") == "121,121,121,0"
    assert smu.ask("ERR? 1") == "0"


def test_switching_on_forces_zero_and_switching_off_opens(smu):
    smu("CN 1")
    assert smu.ask("*LRN? 1") == "DV1,200,+00.0000E+00,+100.000E-06,0,16"
    assert smu.source.voltage == pytest.approx(0.0, abs=5e-3)
    smu("DV 1,0,1,1E-2")
    assert smu.source.voltage == pytest.approx(1.0, rel=1e-3)
    smu("CN 1")  # it is on already
    assert smu.source.voltage == pytest.approx(1.0, rel=1e-3)
    smu("DZ 1")
    assert smu.source.voltage == pytest.approx(0.0, abs=5e-3)
    smu("RZ 1")
    assert smu.source.voltage == pytest.approx(1.0, rel=1e-3)
    smu("CL")
    assert not smu.source.connected
    assert (smu.ask("*LRN? 0"), smu.ask("*LRN? 1")) == ("CL", "CL1")


def test_the_interlock(opened):
    closed = opened("interlock = true")
    closed("CN 1", "DV 1,0,50,2E-2", "FMT 21")
    assert closed.data("TI 1")[0][3] == pytest.approx(20e-3, rel=1e-2)  # at its compliance


@pytest.mark.parametrize(("form", "text"), [
    (1, "NAI+1.00"), (11, "NAI+1.000"), (21, "000AI+1.000"), (12, "+1.000"), (2, "+1.00")])
def test_the_formats(smu, form, text):
    smu("CN 1", "DV 1,0,1,1.15E-3", "RI 1,-17", "MM 1,1", f"FMT {form}")
    assert smu.ask("XE").startswith(text)
    assert smu.ask("NUB?") == "0"


def test_a_comma_may_end_what_is_measured(smu):
    smu(*ONE_VOLT, "FMT 25")
    smu.resource.write("TI 1;TI 1")
    smu.clock.sleep(0.1)
    assert smu.ask("NUB?") == "2"
    assert smu.resource.read_bytes(38).endswith(b",")
    assert smu.resource.read_stb() == 16


def test_spots(smu):
    smu(*ONE_VOLT, "TSR")
    ((status, channel, kind, value),) = smu.data("TI 1,0")
    assert (status, channel, kind) == (0, "A", "I")
    assert value == pytest.approx(1e-3, rel=1e-2)
    assert smu.data("TV 1")[0][2:] == ("V", pytest.approx(1.0, rel=1e-3))
    time, current, voltage = smu.data("TTIV 1,0,0")
    assert (time[2], current[2], voltage[2]) == ("T", "I", "V")
    assert 0 < time[3] < 0.1
    smu("DI 1,0,1E-3,5")
    assert smu.data("TV 1")[0][3] == pytest.approx(1.0, rel=1e-2)
    assert smu.data("TDV 1,0,0.5,1E-2")[0][2] == "T"
    assert smu.data("TSQ")[0][1:3] == ("Z", "T")


def test_compliance_and_overflow_are_told(smu):
    smu("CN 1", "DV 1,0,1,1E-4", "FMT 21", "CN 2")
    ((status, *_, value),) = smu.data("TI 1,0")
    assert (status, value) == (8, pytest.approx(1e-4, rel=1e-2))
    assert smu.data("TI 2,0")[0][0] == 4  # another channel is
    smu("DV 1,0,1,1E-2")
    ((status, *_, value),) = smu.data("TI 1,-16")
    assert status & 1
    assert value == 199.9999e99
    smu("FMT 1")
    assert smu.ask("TI 1,-16") == "VAI+199.999E+99"


def test_a_series_resistor(smu):
    smu(*ONE_VOLT, "SSR 1,1")
    assert smu.data("TI 1,0")[0][3] == pytest.approx(1 / 1.001e6, rel=1e-2)
    assert smu.ask("*LRN? 53").startswith("SSR1,1;SSR2,0")


@pytest.mark.parametrize(("adc", "wanted"), [
    ("AAD 1,1;AIT 1,2,2;AZ 0", 40e-3), ("AAD 1,1;AIT 1,2,2;AZ 1", 80e-3),
    ("AAD 1,1;AIT 1,1,100", 8e-3), ("AAD 1,0;AV -1", 20e-3), ("AAD 1,0;AIT 0,3,0.004", 4e-3)])
def test_how_long_it_averages(smu, adc, wanted):
    smu(*ONE_VOLT, adc)
    smu.data("TI 1,-18")
    before = smu.clock.now()
    smu.data("TI 1,-18")
    assert smu.clock.now() - before == pytest.approx(wanted, abs=2e-3)


def test_a_sampling_is_read_while_it_runs(smu):
    smu(*ONE_VOLT, *SAMPLES, "TSC 1", "MSC 1,1", "TSR")
    smu.resource.write("XE")
    assert smu.resource.read_stb() == 0  # neither data nor ready
    smu.clock.sleep(0.15)
    assert smu.resource.read_stb() == 1
    first = smu.resource.read_bytes(38).decode("ascii")
    assert first.startswith("000AT+000.0")
    assert smu.clock.now() < 0.4
    rest = smu.resource.read().split(",")
    assert len(rest) == 8
    times = [float(each[5:]) for each in (first.split(",")[0], *rest[::2])]
    assert np.diff(times) == pytest.approx(np.full(4, 0.1), abs=2e-4)
    assert smu.source.voltage == pytest.approx(0.0, abs=5e-3)  # the base again
    assert smu.resource.read_stb() == 16


def test_a_sampling_numbers_its_samples_and_leaves_out_those_it_is_busy_for(smu):
    smu(*ONE_VOLT, *SAMPLES, "AIT 1,2,2", "MT 0,0.03,4", "FMT 21,1")
    found = smu.data("XE")
    assert [each[3] for each in found[1::2]] == [1, 3, 5, 7]
    assert [each[0] for each in found[1::2]] == ["W", "W", "W", "E"]


def test_a_logarithmic_sampling(smu):
    smu(*ONE_VOLT, *SAMPLES, "AIT 1,1,1", "ML 2", "MT 0.01,0.002,21", "TSC 1")
    times = [each[3] for each in smu.data("XE")[::2]]
    assert times[20] - times[0] == pytest.approx(0.002 * 99, rel=0.02)
    assert np.all(np.diff(times[8:], 2) > 0)


def test_a_fast_sampling_shortens_its_averaging(smu):
    smu(*ONE_VOLT, "MM 10,1", "AV 1000,1", "RI 1,-18", "MT 0,0.0005,20", "MV 1,0,1,1,1E-2",
        "TSC 1")
    times = [each[3] for each in smu.data("XE")[::2]]
    assert np.diff(times) == pytest.approx(np.full(19, 5e-4), abs=1.1e-4)


def test_a_sampling_may_end_at_compliance(smu):
    smu("CN 1", "FMT 21", *SAMPLES, "MV 1,0,0,1,1E-4", "MSC 2,1")
    found = smu.data("XE")
    assert found[0][0] == 8
    assert [each[0] for each in found[1:]] == [64] * 4


def test_nothing_else_is_done_while_it_measures_but_stopping(smu):
    smu(*ONE_VOLT, *SAMPLES, "MT 0,1,100")
    smu.resource.write("XE")
    smu.resource.write("CN 2")
    smu.clock.sleep(3.5)
    assert not smu.bench.port("smu.force_2").source.connected
    smu.resource.write("AB")
    assert smu.ask("*LRN? 0") == "CN1,2"
    assert smu.source.voltage == pytest.approx(1.0, rel=1e-3)
    assert smu.ask("NUB?") == "4"
    smu("BC")
    assert smu.ask("NUB?") == "0"


def test_a_device_clear_stops_it_and_drops_what_it_measured(smu):
    smu(*ONE_VOLT, *SAMPLES, "MT 0,1,100")
    smu.resource.write("XE")
    smu.clock.sleep(3.5)
    smu.resource.clear()
    assert smu.resource.read_stb() == 16
    assert smu.ask("*LRN? 0") == "CN1"


def test_sweeps(smu):
    smu("CN 1", "FMT 21,1", "MM 2,1", "WT 0,0.01", "WV 1,3,0,0,1,3,1E-2", "WM 1,2")
    found = smu.data("XE")
    assert [each[3] for each in found[1::2]] == [0, 0.5, 1, 1, 0.5, 0]
    assert [each[2] for each in found[1::2]] == ["v"] * 6
    assert [each[3] for each in found[::2]] == pytest.approx(
        [0, 5e-4, 1e-3, 1e-3, 5e-4, 0], abs=5e-6)
    assert smu.source.voltage == pytest.approx(1.0, rel=1e-3)
    smu("CN 2", "WV 1,2,0,0.01,1,3,1E-2", "WSV 2,0,0.1,1,1E-3", "FMT 21,2", "WM 1,1")
    assert [each[3] for each in smu.data("XE")[1::3]] == pytest.approx([0.01, 0.1, 1.0])
    assert smu.source.voltage == pytest.approx(0.01, abs=1e-3)


def test_a_sweep_of_current(smu):
    smu("CN 1", "FMT 21", "MM 2,1", "WT 0,0.01", "WI 1,1,0,0,1E-3,3,5")
    assert [each[3] for each in smu.data("XE")] == pytest.approx([0, 0.5, 1.0], abs=1e-2)


def test_service_is_asked_for(smu):
    smu(*ONE_VOLT, *SAMPLES, "*SRE 1")
    smu.resource.enable_event(EventType.service_request, EventMechanism.queue)
    smu.resource.write("XE")
    smu.resource.wait_on_event(EventType.service_request, 5000)
    assert smu.resource.read_stb() & 65 == 65
    smu.resource.read()
    assert smu.ask("*SRE?") == "1"


def test_an_answer_comes_before_data_and_the_last_one_counts(smu):
    smu(*ONE_VOLT)
    smu.resource.write("TI 1")
    smu.resource.write("*OPC?")
    smu.resource.write("*LRN? 0")
    smu.clock.sleep(0.1)
    assert smu.resource.read() == "CN1"
    assert smu.resource.read().startswith("000AI")


def test_the_self_calibration_opens_the_outputs(smu):
    smu(*ONE_VOLT)
    before = smu.clock.now()
    assert smu.ask("*CAL?") == "0"
    assert smu.clock.now() - before == pytest.approx(30.0, abs=0.1)
    assert smu.ask("*LRN? 0") == "CL"


SETTINGS = ["FMT11,0", "MM10,1,3", "AIT0,1,7", "AIT1,2,3", "AZ1", "TSC1", "PAD1", "FL1,2",
            "WM2,2", "WT1.50,0.2000,0.3000,0.1000,0.0000", "ML3", "MT0.5000,0.00250,11,1.00",
            "MSC2,1", "MV1,20,+0.50000E+00,+1.00000E+00,+1.00000E-03", "RI1,-15", "RV3,200",
            "CMM2,1", "SSR1,1", "RM2,3,40", "AAD1,1", "WAT1,2.0,0.5000", "CM1", "TM3",
            "WV1,3,20,+0.00000E+00,+1.00000E+00,11,+1.00000E-03,1.000"]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_said_as_it_was_made(smu, setting):
    smu("ML 1", setting) if setting.startswith("ML") else smu(setting)
    kinds = (30, 31, 32, 33, 46, 47, 53, 54, 55, 56, 57, 60, 110)
    wanted = setting.replace("MT0.5000,0.00250", "MT0.5000,0.00200")
    assert any(wanted in smu.ask(f"*LRN? {kind}").split(";") for kind in kinds)


def test_a_value_has_as_many_digits_as_its_format():
    assert scaled(0.0, 20.0) == "+00.0000E+00"
    assert scaled(1e-4, 1e-4) == "+100.000E-06"
    assert scaled(-1.15e-3, 1e-3, 7) == "-1.150000E-03"
    assert seconds(12.34567) == "+12.3457E+00"
    assert seconds(1234.5678, 7) == "+1.234568E+03"
    assert Format(1).datum(8, "A", "I", 1e-4, 1e-4) == "CAI+100.000E-06"


@given(value=st.floats(-1.15, 1.15), code=st.integers(-11, 2), digits=st.sampled_from([6, 7]))
def test_every_value_of_a_range_can_be_written(value, code, digits):
    full_scale = 10.0**code
    text = scaled(value * full_scale, full_scale, digits)
    assert len(text) == digits + 6
    assert float(text) == pytest.approx(value * full_scale, abs=1.2e-5 * full_scale)


NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 5, 10, 11, 17, 20, -17, -20, 31, 47, 100, 101, 0.002,
                           0.01, 0.5, -0.5, 1e-3, 1e-6])
CALLS = st.tuples(st.sampled_from(sorted(COMMANDS)), st.lists(NUMBERS, max_size=8)).map(
    lambda call: f"{call[0]} {','.join(map(str, call[1]))}")


@given(calls=st.lists(CALLS, max_size=12))
def test_whatever_commands_come_it_lives_on(calls):
    bench = build_bench({"instruments": {"it": {"model": "agilent_b1500", "address": GPIB}},
                         "device": {"kind": "resistor", "resistance_ohm": 1e3},
                         "wiring": {"it.force_1": {"terminal": "A"}}}, Path())
    it = bench.addresses[GPIB]
    link = it.connect(stream=False)
    for call in ("CN", "MM 10,1", "MT 0,0.002,5", *calls):
        it.receive(link, call.encode("ascii"), True)
        assert bench.wait(lambda: it.idle, bench.now + 1e8), call
    it.receive(link, b"BC;*SRE 0;*IDN?", True)
    assert bench.wait(lambda: it.idle, bench.now + 1.0)
    assert b"B1500A" in it.take(link, 1 << 20)[0]
