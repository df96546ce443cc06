"""The virtual 4200A on the wire: KXCI's pages, tests, readings, status, refusals."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
import pyvisa
from hypothesis import given, settings
from hypothesis import strategies as st
from pymeasure.instruments.keithley import Keithley4200

from ginsen.sim_backend.bench_file import build_bench
from ginsen.sim_backend.instruments.keithley4200_words import Refusal, commands

SOCKET, GPIB = "TCPIP0::k4200::1225::SOCKET", "GPIB0::17::INSTR"
BENCH = f"""
[instruments.spa]
model = "keithley4200"
address = ["{SOCKET}", "{GPIB}"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"spa.hi_1" = {{ terminal = "A" }}
"spa.lo_1" = {{ terminal = "B" }}
"""
WRONG = "KXCI command error. (-992)"
SAMPLING = ("DE;CH1,'V1','I1',1,3", "SS;VC1,1,1e-3", "IT1", "SM;DM2", "LI'V1','I1'", "IN0.05",
            "NR5", "MD;ME1")


@pytest.fixture
def library(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    name = f"{tmp_path / 'bench.toml'}@ginsen"
    manager = pyvisa.ResourceManager(name)
    yield name
    manager.close()


@pytest.fixture
def link(library):
    return pyvisa.ResourceManager(library).open_resource(
        SOCKET, read_termination="\0", write_termination="\0")


def send(link, *messages):
    for message in messages:
        assert link.query(message) == "ACK", message


def spa(link):
    return link.visalib.bench.addresses[SOCKET]


def finish(link):
    for _ in range(1000):
        if not int(link.query("SP")) & 16:
            return
        link.visalib.clock.sleep(0.1)
    raise AssertionError("the test goes on and on")


def numbers(told):
    return np.array([float(each.lstrip("NCTV")) for each in told.split(",")])


def test_every_message_is_answered(link):
    assert link.query("*IDN?") == "KEITHLEY INSTRUMENTS,KI4200A,1400001,V1.14"
    assert link.query("*OPT?") == "SMU1,SMU2,SMU3,SMU4"
    send(link, "BC", "*RST", "US;DV1,0,1,1e-3", "DV1 DV2")
    assert link.query(":ERROR:LAST:GET") == ""


@pytest.mark.parametrize("message", [
    "NONSENSE", "US;DV1,0,211,1e-3", "US;DV1,4,0.1,1e-3", "US;DV1,1,22,1e-3", "US;DV9,0,1,1e-3",
    "US;DV1,0,1", "US;DV1,0,100,0.1", "DE;DV1", "US;VC1,1,1e-3", "SS;VC1,1,1e-3", "MD;ME1",
    "IT4,0,0,11", "IT4", "IT2,0,0,1", "SM;IN0.001", "SM;NR4097", "SM;NR1.5", "RS8", "DO 'I1'",
    "RD 'I1',0", "DE;CH1,'TOOLONG','I1',1,3", "DE;CH1,'V1','I1',3,1", "DV1,,"])
def test_what_is_wrong_is_refused_and_told(link, message):
    assert link.query(message) == WRONG
    assert link.query(":ERROR:LAST:GET") == WRONG
    assert int(link.query("SP")) == 2 | 64
    assert int(link.query("SP")) == 0
    assert link.query(":ERROR:LAST:CLEAR") == "ACK"
    assert link.query(":ERROR:LAST:GET") == ""
    assert not spa(link).output_on


def test_a_spot_reading_has_status_channel_and_function(link):
    send(link, "US;DV1,0,1,1e-3")
    assert link.query("TI1").startswith("NAI+1.00")
    assert link.query("TV1").startswith("NAV+")
    send(link, "DV1,0,5,1e-4")
    assert link.query("TI1").startswith("CAI+")
    assert link.query("TI2").startswith("TBI")
    send(link, "DV1")
    assert link.query("TI2").startswith("NBI")
    send(link, "DI1,0,1e-4,10")
    assert float(link.query("TV1")[3:]) == pytest.approx(1.0, rel=1e-3)


def test_a_compliance_below_the_least_is_raised_without_a_word(link):
    send(link, "US;DV1,0,1,1e-9")
    told = link.query("TI1")
    assert told[0] == "C"
    assert float(told[3:]) == pytest.approx(100e-9, rel=1e-2)


def test_sampling_stamps_its_readings_itself(link):
    send(link, *SAMPLING)
    assert int(link.query("SP")) & 16
    assert link.query("DO 'I1'") == WRONG  # not before the end
    assert link.query("US;DV1") == WRONG  # nor anything else
    finish(link)
    current, stamps = link.query("DO 'I1'"), link.query("DO 'CH1T'")
    assert current.count("N+") == 5
    assert numbers(current) == pytest.approx(np.full(5, 1e-4), rel=2e-3)
    # 0.1 PLC twice, and IN after the end of the reading before; the first changes its range.
    assert np.diff(numbers(stamps))[1:] == pytest.approx(np.full(3, 4e-3 + 0.05), abs=1e-4)
    assert link.query("DO 'CH1S'") == "N,N,N,N,N"
    assert not spa(link).output_on


def test_readings_can_be_had_while_they_are_made(link):
    send(link, *SAMPLING)
    assert link.query("RD 'I1',5") == "0"
    link.visalib.clock.sleep(0.12)
    assert float(link.query("RD 'I1',2")) == pytest.approx(1e-4, rel=2e-3)
    assert link.query("RD 'I1',5") == "0"
    send(link, "MD;ME4")
    assert not int(link.query("SP")) & 16
    assert not spa(link).output_on


def test_without_standby_the_output_stays_on(link):
    send(link, "DE;CH1,'V1','I1',1,3", "SS;VC1,1,1e-3", "ST1,0", "SM;LI'I1'", "NR2", "MD;ME1")
    finish(link)
    assert spa(link).output_on
    assert link.visalib.bench.port("spa.hi_1").source.voltage == pytest.approx(1.0, abs=2e-3)


def test_lists_and_linear_sweeps(link):
    send(link, "DE;CH1,'V1','I1',1,1", "SS;VL1,1,1e-3,1,-1,0.5", "DT0.1", "SM;LI'V1','I1'",
         "MD;ME1")
    finish(link)
    assert numbers(link.query("DO 'I1'")) == pytest.approx([1e-4, -1e-4, 5e-5], rel=5e-3, abs=2e-7)
    send(link, "SS;VR1,-1,1,0.5,1e-3", "MD;ME1")
    finish(link)
    assert numbers(link.query("DO 'V1'")) == pytest.approx([-1, -0.5, 0, 0.5, 1], abs=4e-3)


def test_an_unlisted_current_is_not_measured(link):
    send(link, "DE;CH1,'V1','I1',1,3", "SS;VC1,1,1e-3", "SM;NR2", "MD;ME1")
    finish(link)
    assert link.query("DO 'I1'") == WRONG
    assert numbers(link.query("DO 'V1'")) == pytest.approx([1, 1])  # as programmed


def test_it_leaves_the_test_when_told_to_at_compliance(link):
    send(link, "EC1", "DE;CH1,'V1','I1',1,1", "SS;VL1,1,1e-4,0.5,2,3,4", "SM;LI'I1'", "MD;ME1")
    finish(link)
    assert link.query("DO 'CH1S'") == "N,C"


def test_a_fixed_range_holds_the_current_back(link):
    send(link, "SR1,1e-5", "US;DV1,0,1,1e-3")  # 100 µA would flow
    told = link.query("TI1")
    assert told[0] in "CV"
    assert bench_current(link) == pytest.approx(1.05e-5, rel=1e-2)
    send(link, "SR1,0")
    assert float(link.query("TI1")[3:]) == pytest.approx(1e-4, rel=1e-2)
    send(link, "SR1,1e-3", "DI1,0,1e-6,1")
    assert float(link.query("TV1")[3:]) == pytest.approx(1e-2, rel=0.2)  # on the range of 1 mA


def bench_current(link):
    return link.visalib.bench.port("spa.hi_1").instant()[1]


def test_the_digits_that_rs_asks_for(link):
    send(link, "US;DV1,0,1,1e-3", "RS3")
    assert len(link.query("TI1")) == len("NAI+1.00E-04")
    send(link, "RS7")
    assert len(link.query("TI1")) == len("NAI+1.000000E-04")


def test_on_gpib_only_data_are_answered(library):
    bus = pyvisa.ResourceManager(library).open_resource(GPIB, timeout=500)
    bus.write("US;DV1,0,1,1e-3")
    assert bus.query("TI1").startswith("NAI")
    assert bus.query("TI1").endswith("\r\n")
    bus.write("NONSENSE")
    assert bus.read_stb() == 2 | 64
    bus.write("DR1")
    for message in SAMPLING:
        bus.write(message)
    bus.visalib.clock.sleep(2.0)
    assert bus.read_stb() & (1 | 64) == 1 | 64


def test_pymeasures_own_class_unmodified(library):
    spa = Keithley4200(SOCKET, visa_library=library)
    assert "KI4200A" in spa.id
    spa.smu1.voltage_setpoint = (0, 2.0, 1e-2)
    assert spa.smu1.current == pytest.approx(2e-4, rel=1e-2)
    assert spa.smu1.voltage == pytest.approx(2.0, rel=1e-2)
    spa.smu1.current_setpoint = (0, 1e-4, 10)
    assert spa.smu1.voltage == pytest.approx(1.0, rel=1e-2)
    spa.clear()
    assert spa.status == 0
    spa.smu1.disable()
    assert spa.smu1.current == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(ValueError, match="Expected 'ACK'"):
        spa.smu1.voltage_setpoint = (0, 300, 1e-2)


def test_modules_of_a_bench(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH.replace(
        'model = "keithley4200"', 'model = "keithley4200"\nmodules = ["SMU9"]'), encoding="utf-8")
    with pytest.raises(ValueError, match="modules: each is one of SMU1"):
        pyvisa.ResourceManager(f"{tmp_path / 'bench.toml'}@ginsen")


WORDS = st.sampled_from([
    "US", "DE", "SS", "SM", "MD", "DV1", "DV1,0,1,1E-3", "DI1,9,.1,-20", "CH1,'V','I',1,3", "CH1",
    "CH1,'V','I',1,1", "VC1,1,1E-3", "VL1,1,1E-3,1,2", "VR1,0,1,.1,1E-3", "LI'V','I'", "IN.01",
    "NR3", "WT100", "ME1", "ME2", "ME3", "ME4", "TI1", "TV1", "DO'I'", "DO'CH1T'", "RD'I',1", "SP",
    "BC", "RG1,1E-3", "RS7", "IT4,0,0,.01", "EC1", "EM1,0", "*RST", ";", " ", "'", "\0", "1e999"])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(WORDS, max_size=12))
def test_any_order_of_its_commands_is_answered(words):
    bench = build_bench({"instruments": {"it": {"model": "keithley4200", "address": SOCKET}},
                         "device": {"kind": "resistor", "resistance_ohm": 1e3},
                         "wiring": {"it.hi_1": {"terminal": "A"}, "it.lo_1": {"terminal": "B"}}},
                        Path())
    it = bench.addresses[SOCKET]
    stream = it.connect(stream=True)
    for word in words:
        it.receive(stream, word.encode("latin-1") + b"\0", False)
        bench.wait(lambda: it.idle, bench.now + 50)
    asked = sum(bool(part.strip()) for word in words for part in word.split("\0"))
    assert stream.received.count(b"\0") == asked
    bench.advance_to(bench.now + 1.0)


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_text_is_commands_or_refused(text):
    with contextlib.suppress(Refusal):
        assert all(len(each.name) >= 2 for each in commands(text))
