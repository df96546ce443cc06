"""Each fault of a bench, met through PyVISA in process."""

from __future__ import annotations

import json
from contextlib import contextmanager

import numpy as np
import pytest
import pyvisa
from keithley2450_on_a_resistor import SOURCE_1_V
from pyvisa.constants import StatusCode
from pyvisa.errors import VisaIOError

from ginsen.sim_backend.fault import Fault

LAN, GPIB, SOCKET = "TCPIP0::smu::inst0::INSTR", "GPIB0::18::INSTR", "TCPIP0::smu::5025::SOCKET"

BENCH = """
[bench]
seed = 3
[instruments.smu]
model = "{model}"
address = ["TCPIP0::smu::inst0::INSTR", "GPIB0::18::INSTR", "TCPIP0::smu::5025::SOCKET"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""


class Bench:
    """A bench with an instrument and faults, and what a test asks of it."""

    def __init__(self, manager):
        self.manager = manager
        self.clock = manager.visalib.clock
        self.own = manager.open_resource("TCPIP0::bench::inst0::INSTR")

    def open(self, address=LAN, **options):
        return self.manager.open_resource(address, read_termination="\n", **options)

    def log(self):
        return [(each["kind"], each["message"]) for each in json.loads(
            self.own.query(":FAULT:LOG?"))]

    def truth(self):
        return json.loads(self.own.query(":DEV:TERM?"))


@pytest.fixture
def bench(tmp_path):
    """Open a bench with the faults given, each a line of TOML."""
    managers = []

    def make(*faults, model="keithley2450"):
        path = tmp_path / f"{len(managers)}.toml"
        tables = "".join("[[faults]]\n" + fault.replace(", ", "\n") + "\n" for fault in faults)
        path.write_text(BENCH.format(model=model) + tables, encoding="utf-8")
        managers.append(pyvisa.ResourceManager(f"{path}@ginsen"))
        return Bench(managers[-1])

    yield make
    for manager in managers:
        manager.close()


@contextmanager
def refused(code):
    with pytest.raises(VisaIOError) as caught:
        yield
    assert caught.value.error_code == code


def source(smu, *more):
    for command in (*SOURCE_1_V, *more, "OUTP ON"):
        smu.write(command)


def test_a_late_reply_comes_after_its_delay_and_only_where_it_fits(bench):
    lab = bench('kind = "late_reply", match = ":OUTP?", times = 1, delay_s = 3.0')
    smu = lab.open(timeout=10_000)
    smu.query("*IDN?")
    before = lab.clock.now()
    assert smu.query("OUTPUT:STATE?") == "0"
    assert lab.clock.now() - before == pytest.approx(3.001)
    assert smu.query("OUTP?") == "0"
    assert lab.clock.now() - before == pytest.approx(3.002)
    assert lab.log() == [("late_reply", "OUTPUT:STATE?")]


def test_a_late_reply_on_a_socket_is_taken_for_the_next(bench):
    lab = bench('kind = "late_reply", match = "*IDN?", delay_s = 3.0')
    smu = lab.open(SOCKET, timeout=1000)
    with refused(StatusCode.error_timeout):
        smu.query("*IDN?")
    lab.clock.sleep(3.0)
    assert smu.query("OUTP?").startswith("KEITHLEY")
    assert smu.query(":SOUR:FUNC?") == "0"


def test_a_lost_reply_never_comes_but_the_command_is_carried_out(bench):
    lab = bench('kind = "lost_reply", every = 2, times = 2')
    smu = lab.open()
    assert smu.query("*OPC?") == "1"
    with refused(StatusCode.error_timeout):
        smu.query(":SOUR:VOLT 1;:SOUR:VOLT?")
    assert float(smu.query(":SOUR:VOLT?")) == 1.0
    with refused(StatusCode.error_timeout):
        smu.query("*OPC?")
    assert [smu.query("*OPC?") for _ in range(4)] == ["1"] * 4


@pytest.mark.parametrize("address", [LAN, SOCKET])
def test_a_garbled_reply_is_as_long_and_no_ascii(bench, address):
    lab = bench('kind = "garbled_reply", match = "*IDN?", bytes = 4, times = 1')
    smu = lab.open(address)
    right = b"KEITHLEY INSTRUMENTS,MODEL 2450,04400001,1.7.12b\n"
    smu.write("*IDN?")
    got = smu.read_raw()
    assert len(got) == len(right)
    assert got.endswith(b"\n")
    assert got.count(b"\n") == 1
    assert sum(a != b for a, b in zip(got, right, strict=True)) == 4
    assert max(got) >= 128
    smu.write("*IDN?")
    assert smu.read_raw() == right


def test_an_output_reads_back_garbage(bench):
    lab = bench('kind = "garbled_reply", match = ":OUTP?", text = "7"')
    assert lab.open().query("OUTP?") == "7"


@pytest.mark.parametrize("address", [LAN, SOCKET])
def test_a_truncated_reply_has_no_line_feed(bench, address):
    lab = bench('kind = "truncated_reply", match = "*IDN?", bytes_kept = 8, times = 1')
    smu = lab.open(address)
    smu.write("*IDN?")
    assert lab.manager.visalib.read(smu.session, 100)[0] == b"KEITHLEY"
    assert smu.query("OUTP?") == "0"


def test_half_a_reply_unless_said_otherwise(bench):
    lab = bench('kind = "truncated_reply", match = "*IDN?"')
    smu = lab.open()
    smu.write("*IDN?")
    assert lab.manager.visalib.read(smu.session, 100)[0] == b"KEITHLEY INSTRUMENTS,MOD"


def test_disconnected_every_session_is_lost_and_none_opened_for_a_time(bench):
    lab = bench('kind = "disconnect", at_s = 10, duration_s = 0.5')
    lan, gpib = lab.open(), lab.open(GPIB)
    source(lan)
    lan.timeout = 60_000
    lan.write(":TRIG:BLOC:DEL:CONS 1, 100")
    lan.write(":INIT;*OPC?")
    with refused(StatusCode.error_connection_lost):
        lan.read()  # broken off while it waits
    assert lab.clock.now() == pytest.approx(10.0)
    for session in (lan, gpib):
        with refused(StatusCode.error_connection_lost):
            session.write("*IDN?")
    with refused(StatusCode.error_connection_lost):
        lan.read_stb()
    with refused(StatusCode.error_resource_not_found):
        lab.open()
    assert lab.truth()["outputs"] == {"smu": True}
    attempts = 0
    while True:
        try:
            again = lab.open()
            break
        except VisaIOError:
            attempts += 1
            assert attempts < 10_000
    assert lab.clock.now() == pytest.approx(10.5, abs=0.01)
    with refused(StatusCode.error_connection_lost):
        lan.read()
    again.clear()  # the instrument still waits for its trigger model, to answer nobody's *OPC?
    assert again.query("OUTP?") == "1"


def test_disconnected_for_ever(bench):
    lab = bench('kind = "disconnect", match = ":OUTP ON"')
    smu = lab.open()
    smu.write(":OUTP ON")
    lab.clock.sleep(1e6)
    with refused(StatusCode.error_resource_not_found):
        lab.open()
    lab.own.write(":FAULT:CLE")
    assert lab.open().query("OUTP?") == "1"


def test_a_connection_that_silently_died_answers_nothing(bench):
    lab = bench('kind = "disconnect", silent = true, at_s = 1, duration_s = 5')
    smu = lab.open()
    lab.clock.sleep(1.0)
    smu.write(":OUTP ON")
    with refused(StatusCode.error_timeout):
        smu.read()
    during = lab.open()
    with refused(StatusCode.error_timeout):
        during.query("OUTP?")
    lab.clock.sleep(5.0)
    assert lab.open().query("OUTP?") == "0"  # what was sent meanwhile vanished
    with refused(StatusCode.error_timeout):
        during.query("OUTP?")


def test_a_lock_is_held_by_another_client_for_a_time(bench):
    lab = bench('kind = "lock", at_s = 1, duration_s = 2')
    smu = lab.open()
    lab.clock.sleep(1.0)
    with refused(StatusCode.error_resource_locked):
        smu.write("*IDN?")
    with refused(StatusCode.error_resource_locked):
        smu.clear()
    with refused(StatusCode.error_resource_locked):
        smu.lock_excl(timeout=1)
    before = lab.clock.now()
    smu.lock_excl(timeout=5000)  # until the other one gives it back
    assert 1.9 < lab.clock.now() - before < 2.0
    assert smu.query("OUTP?") == "0"


def test_a_slow_instrument_takes_longer_for_its_commands_not_for_its_readings(bench):
    lab = bench('kind = "slow", factor = 50, at_s = 10, duration_s = 100')
    smu = lab.open(timeout=1e5)
    source(smu)

    def cost():
        before = lab.clock.now()
        smu.query("READ?")
        return lab.clock.now() - before

    quick = cost()
    lab.clock.sleep(20.0)
    slow = cost()
    lab.clock.sleep(100.0)
    assert slow - quick == pytest.approx(49e-3, rel=1e-3)
    assert cost() == pytest.approx(quick)


def test_a_clock_that_is_fast_counts_more_seconds_and_measures_more_often(bench):
    marks = []
    for fault in ((), ('kind = "clock", ppm = 50',)):
        lab = bench(*fault)
        smu = lab.open(timeout=1e7)
        source(smu, ":TRIG:TIM1:DEL 0.1", ":TRIG:TIM1:COUN 0", ":TRIG:TIM1:STAR:GEN ON",
               ":TRIG:TIM1:STAT ON", ":TRIG:BLOC:WAIT 1, TIM1",
               ':TRIG:BLOC:MEAS 2, "defbuffer1"', ":TRIG:BLOC:BRAN:COUN 3, 1001, 1")
        before = lab.clock.now()
        smu.query(":INIT;*OPC?")
        passed = lab.clock.now() - before
        times = np.array(smu.query(':TRAC:DATA? 1,1001,"defbuffer1",REL').split(","), float)
        marks.append((passed, times[-1]))
    (true, told), (drifting, told_drifting) = marks
    assert told_drifting == pytest.approx(told, abs=1e-6)
    assert true / drifting == pytest.approx(1 + 50e-6, abs=2e-6)


def test_a_2400_with_a_slow_clock(bench):
    lab = bench('kind = "clock", ppm = -1000, at_s = 100', model="keithley2400")
    smu = lab.open(GPIB)
    lab.clock.sleep(100.0)
    smu.write(":SYST:TIME:RES")
    began = lab.clock.now()
    lab.clock.sleep(1000.0)
    told = float(smu.query(":SYST:TIME?"))
    assert told == pytest.approx((lab.clock.now() - began) * 0.999, abs=2e-3)


def test_an_error_in_the_queue(bench):
    lab = bench('kind = "error", at_s = 1, code = 2702, text = "Fan failed"')
    smu = lab.open()
    lab.clock.sleep(1.0)
    assert smu.query("SYST:ERR?").startswith('2702,"Fan failed')
    assert smu.query("SYST:ERR?").startswith("0,")


def test_the_sample_suddenly_conducts(bench):
    lab = bench('kind = "shunt", resistance_ohm = 100, at_s = 10, duration_s = 5')
    smu = lab.open()
    source(smu)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)
    lab.clock.sleep(10.0)
    during = lab.truth()["terminals"]["A"]
    assert during["current_A"] == pytest.approx(1e-3, rel=0.01)  # 10 mA, were it not for ILIM
    assert during["voltage_V"] == pytest.approx(1e-3 * 100 * 1e4 / 10_100, rel=0.01)
    assert smu.query(":SOUR:VOLT:ILIM:TRIP?") == "1"
    smu.query("READ?")
    assert int(float(smu.query(':TRAC:DATA? 2,2,"defbuffer1",SOURSTAT'))) & 32
    lab.clock.sleep(5.0)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)
    assert lab.truth()["terminals"]["A"]["highest_current_A"] == pytest.approx(1e-3, rel=0.01)


def test_a_probe_lifts(bench):
    lab = bench('kind = "lift", at_s = 10, duration_s = 5')
    smu = lab.open()
    source(smu)
    lab.clock.sleep(10.0)
    assert abs(float(smu.query("READ?"))) < 1e-6
    assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(0.0, abs=1e-9)
    lab.clock.sleep(5.0)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("model", ["keithley2450", "keithley2400"])
def test_a_power_cycle_forgets_everything_and_ends_lan_sessions(bench, model):
    lab = bench('kind = "power_cycle", at_s = 10, duration_s = 30', model=model)
    lan, gpib = lab.open(), lab.open(GPIB, timeout=1000)
    gpib.write("*SRE 1;:SOUR:VOLT 1;:OUTP ON;:NONSENSE")
    assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(1.0, rel=0.01)
    lab.clock.sleep(10.0)
    assert lab.truth()["outputs"] == {"smu": False}
    assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(0.0, abs=1e-3)
    with refused(StatusCode.error_connection_lost):
        lan.write("*IDN?")
    with refused(StatusCode.error_resource_not_found):
        lab.open()
    with refused(StatusCode.error_timeout):
        gpib.query("OUTP?")
    lab.clock.sleep(30.0)
    assert gpib.query("OUTP?") == "0"
    assert float(gpib.query(":SOUR:VOLT?")) == 0.0
    assert gpib.query("*SRE?") == "0"
    assert gpib.query("SYST:ERR?").startswith("0,")
    assert lab.open().query("OUTP?") == "0"


def test_a_power_cycle_in_place_of_a_message(bench):
    lab = bench('kind = "power_cycle", match = ":INIT", times = 1', model="keithley2400")
    smu = lab.open(GPIB)
    smu.write(":SOUR:VOLT 1;:OUTP ON;*OPC")
    smu.write(":INIT;:SOUR:VOLT 2")
    assert smu.query(":OUTP?") == "0"
    assert float(smu.query(":SOUR:VOLT?")) == 0.0
    assert smu.query("SYST:ERR?").startswith("0,")


def test_a_chuck_stays_where_it_is_when_its_prober_loses_power():
    manager = pyvisa.ResourceManager("wafer@ginsen")
    try:
        prober = manager.open_resource("GPIB0::28::INSTR", timeout=60_000)
        assert prober.query("MoveChuckContact").startswith("0:")
        manager.visalib.bench.add_fault(Fault("power_cycle", instrument="prober"))
        assert prober.query("ReadChuckStatus").split()[7] == "C"
    finally:
        manager.close()


@pytest.mark.parametrize("model", ["keithley2450", "keithley2400"])
def test_an_output_that_is_stuck_on(bench, model):
    lab = bench('kind = "stuck_on", at_s = 1, duration_s = 100', model=model)
    smu = lab.open()
    for command in (":SOUR:FUNC VOLT", ":SOUR:VOLT:RANG 2", ":SOUR:VOLT 1", ":OUTP ON"):
        smu.write(command)
    lab.clock.sleep(1.0)
    for command in (":OUTP OFF", "*RST"):
        smu.write(command)
        assert smu.query(":OUTP?") == "1"
    truth = lab.truth()
    assert truth["outputs"] == {"smu": True}
    assert truth["terminals"]["A"]["voltage_V"] == pytest.approx(0.0, abs=3e-3)  # *RST: 0 V
    lab.clock.sleep(100.0)
    smu.write(":OUTP OFF")
    assert smu.query(":OUTP?") == "0"


def test_faults_at_random_come_at_their_rate_and_again_with_the_same_seed(bench):
    def moments():
        lab = bench('kind = "error", mean_interval_s = 60')
        lab.clock.sleep(60 * 400)
        return [each["time_s"] for each in json.loads(lab.own.query(":FAULT:LOG?"))]

    first, second = moments(), moments()
    assert first == second
    assert len(first) == pytest.approx(400, abs=4 * 20)
    assert np.std(np.diff(first)) == pytest.approx(60, rel=0.2)  # exponential, not regular


def test_a_random_fault_of_replies_waits_for_one(bench):
    lab = bench('kind = "lost_reply", mean_interval_s = 10')
    smu = lab.open()
    lab.clock.sleep(1000.0)
    assert lab.log() == []
    with refused(StatusCode.error_timeout):
        smu.query("*OPC?")
    assert len(lab.log()) == 1


def test_added_at_run_time_through_the_bench(bench):
    lab = bench()
    smu = lab.open()
    assert lab.log() == []
    lab.own.write(""":FAULT:ADD 'kind = "lost_reply", match = "*OPC?", times = 1'""")
    with refused(StatusCode.error_timeout):
        smu.query("*OPC?")
    assert smu.query("*OPC?") == "1"
    assert lab.own.query("SYST:ERR?").startswith("0,")
    for text, says in (('kind = "fire"', "there is no kind 'fire'"),
                       ('kind = "lock", instrument = "dmm"', "there is no 'dmm'; allowed are smu"),
                       ("kind =", "Invalid value"), ("x = " + "[" * 3000, "recursion")):
        lab.own.write(f":FAULT:ADD '{text}'")
        error = lab.own.query("SYST:ERR?")
        assert error.startswith("-222,")
        assert says in error


def test_the_bench_itself_never_breaks(bench):
    lab = bench('kind = "lost_reply", every = 1', 'kind = "lock"', 'kind = "slow", factor = 1e6')
    assert lab.own.query(":MODE?").strip() == "VIRT"
    assert lab.clock.now() < 1.0


def test_faults_of_one_message_add_up(bench):
    lab = bench('kind = "late_reply", delay_s = 1, every = 1',
                'kind = "late_reply", delay_s = 2, every = 1',
                'kind = "garbled_reply", text = "x", every = 1')
    smu = lab.open(timeout=10_000)
    assert smu.query("*OPC?") == "x"
    assert lab.clock.now() == pytest.approx(3.001)


def test_cleared_faults_end(bench):
    lab = bench('kind = "slow", factor = 100', 'kind = "lift"', 'kind = "lock", at_s = 1e9',
                'kind = "stuck_on"', 'kind = "clock", ppm = 100, duration_s = 1e9')
    smu = lab.open()
    lab.clock.sleep(1.0)
    lab.own.write(":FAULT:CLE")
    source(smu)
    before = lab.clock.now()
    smu.query("*OPC?")
    assert lab.clock.now() - before == pytest.approx(1e-3)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)
    smu.write(":OUTP OFF")
    assert smu.query(":OUTP?") == "0"
    lab.clock.sleep(2e9)
    assert len(lab.log()) == 4
