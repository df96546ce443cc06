"""Faults, dead connections and the truth over TCP: raw sockets, and PyVISA through pyvisa-py."""

import json
import socket
import threading
import time
from contextlib import closing

import pytest
import pyvisa
from pyvisa.errors import VisaIOError

from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.server import served

pytestmark = pytest.mark.realtime

BENCH = """
[bench]
seed = 3
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::smu::inst0::INSTR"
connections = {connections}
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""


@pytest.fixture
def serve(tmp_path):
    """Serve a 2450, its bench and its port for dead sockets, with faults added at run time."""
    contexts = []

    def start(connections=16, speed=1.0):
        path = tmp_path / "bench.toml"
        path.write_text(BENCH.format(connections=connections), encoding="utf-8")
        contexts.append(served(load_bench(str(path)), speed=speed))
        return Lab(contexts[-1].__enter__())

    yield start
    for context in contexts:
        context.__exit__(None, None, None)


class Lab:
    """What is served, and what a test asks of it."""

    def __init__(self, server):
        self.smu, self.own, self.end, *_ = server.doors

    def connect(self, door=None):
        client = socket.create_connection(("127.0.0.1", (door or self.smu).port), 5.0)
        return closing(client)

    def fault(self, text):
        with self.connect(self.own) as own:
            own.sendall(f":FAULT:ADD '{text}'\n".encode())
            assert ask(own, ":SYST:ERR?") == '0,"No error"'

    def truth(self):
        with self.connect(self.own) as own:
            return json.loads(ask(own, ":DEV:TERM?"))


def ask(client, message):
    """The line that answers; what came of it if the other end hung up or stayed silent."""
    data = b""
    try:
        client.sendall(message.encode() + b"\n")
        while not data.endswith(b"\n") and (more := client.recv(1 << 16)):
            data += more
    except (ConnectionError, TimeoutError):
        pass
    return data.decode("latin-1").strip()


def switch_on(client):
    assert ask(client, ":SOUR:VOLT 1;:OUTP ON;*OPC?") == "1"


def test_late_lost_garbled_truncated(serve):
    lab = serve()
    with lab.connect() as smu:
        lab.fault('kind = "late_reply", delay_s = 0.3')
        began = time.monotonic()
        assert ask(smu, "*OPC?") == "1"
        assert 0.3 <= time.monotonic() - began < 2.0
        lab.fault('kind = "garbled_reply", text = "2", match = ":OUTP?", times = 1')
        assert (ask(smu, ":OUTP?"), ask(smu, ":OUTP?")) == ("2", "0")
        smu.settimeout(0.2)
        lab.fault('kind = "lost_reply"')
        assert ask(smu, "*OPC?") == ""
        lab.fault('kind = "truncated_reply", match = "*IDN?", times = 1')
        assert ask(smu, "*IDN?") == "KEITHLEY INSTRUMENTS,MOD"
        smu.settimeout(5.0)
        assert ask(smu, "*OPC?") == "1"


def test_a_late_reply_is_off_by_one_through_pyvisa(serve):
    lab = serve()
    manager = pyvisa.ResourceManager("@py")
    try:
        smu = manager.open_resource(lab.smu.address, read_termination="\n", timeout=100)
        lab.fault('kind = "late_reply", delay_s = 0.3')
        with pytest.raises(VisaIOError, match="VI_ERROR_TMO"):
            smu.query("*OPC?")
        smu.timeout = 2000
        assert [smu.query("*IDN?"), smu.query(":OUTP?")][0] == "1"
    finally:
        manager.close()


def test_disconnected_the_connection_is_cut_and_none_accepted_for_a_time(serve):
    lab = serve()
    with lab.connect() as smu:
        switch_on(smu)
        lab.fault('kind = "disconnect", duration_s = 0.5')
        began = time.monotonic()
        assert ask(smu, "*OPC?") == ""
        while True:
            with lab.connect() as again:
                if ask(again, ":OUTP?") == "1":
                    break
            time.sleep(0.02)
        assert 0.3 < time.monotonic() - began < 2.0
    assert lab.truth()["outputs"] == {"smu": True}


def test_cut_off_in_the_middle_of_a_long_command(serve):
    lab = serve()
    with lab.connect() as smu:
        smu.sendall(b":TRIG:BLOC:DEL:CONS 1, 100\n:INIT\n*OPC?\n")
        time.sleep(0.1)
        lab.fault('kind = "disconnect"')
        assert smu.recv(10) == b""


def test_a_connection_that_silently_died_is_neither_closed_nor_answered(serve):
    lab = serve()
    with lab.connect() as before:
        switch_on(before)
        lab.fault('kind = "disconnect", silent = true, duration_s = 0.5')
        with lab.connect() as during:
            for client in (before, during):
                client.settimeout(0.1)
                client.sendall(b":OUTP OFF\n*IDN?\n")
                with pytest.raises(TimeoutError):
                    client.recv(10)
        time.sleep(0.5)
        with lab.connect() as after:
            assert ask(after, ":OUTP?") == "1"


def test_a_power_cycle_cuts_the_connection_and_leaves_the_output_off(serve):
    lab = serve()
    with lab.connect() as smu:
        switch_on(smu)
        assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(1.0, rel=0.01)
        lab.fault('kind = "power_cycle"')
        assert ask(smu, "*OPC?") == ""
    truth = lab.truth()
    assert truth["outputs"] == {"smu": False}
    assert abs(truth["terminals"]["A"]["voltage_V"]) < 1e-3
    with lab.connect() as smu:
        assert ask(smu, ":SOUR:VOLT?") == "0.000000E+00"


def test_who_dies_leaves_the_output_on_and_a_second_connection_reaches_it(serve):
    lab = serve()
    with lab.connect() as first:
        switch_on(first)
        with lab.connect() as guard:  # while the first is alive, but stopped
            assert ask(guard, ":OUTP?") == "1"
    time.sleep(0.1)
    assert lab.truth()["outputs"] == {"smu": True}
    with lab.connect() as guard:
        assert ask(guard, ":OUTP OFF;:OUTP?") == "0"


def test_who_comes_second_waits_while_the_first_ones_command_takes_its_time(serve):
    lab = serve()
    with lab.connect() as first, lab.connect() as guard:
        switch_on(first)
        first.sendall(b":TRIG:BLOC:DEL:CONS 1, 0.5\n:INIT\n*WAI\n")
        time.sleep(0.1)
        first.close()
        began = time.monotonic()
        assert ask(guard, ":OUTP OFF;:OUTP?") == "0"
        assert 0.2 < time.monotonic() - began < 2.0


def test_an_instrument_with_one_connection_keeps_a_dead_one_until_its_end_is_seen(serve):
    lab = serve(connections=1)
    with lab.connect() as stopped:  # its end never comes: the process is frozen, the cable out
        switch_on(stopped)
        with lab.connect() as guard:
            assert ask(guard, ":OUTP OFF;:OUTP?") == ""
        assert lab.truth()["outputs"] == {"smu": True}
        with lab.connect(lab.end):
            pass  # opened and closed
        assert stopped.recv(10) == b""
        with lab.connect() as guard:
            assert ask(guard, ":OUTP OFF;:OUTP?") == "0"


def test_one_that_dies_with_its_process_is_seen_at_once(serve):
    lab = serve(connections=1)
    with lab.connect() as first:
        switch_on(first)
    time.sleep(0.1)
    with lab.connect() as guard:
        assert ask(guard, ":OUTP?") == "1"


def test_the_truth_is_told_while_every_other_session_is_blocked(serve):
    lab = serve()
    bench_held, enough = threading.Event(), threading.Event()
    bench = lab.smu._turn.bench

    def work():
        with bench.lock:
            bench_held.set()
            enough.wait(10.0)

    with lab.connect() as smu, lab.connect(lab.own) as own:
        switch_on(smu)
        ask(own, ":DEV:TERM?")
        worker = threading.Thread(target=work)
        worker.start()
        try:
            assert bench_held.wait(5.0)
            smu.sendall(b":READ?\n")
            slowest = 0.0
            for _ in range(20):
                began = time.monotonic()
                truth = json.loads(ask(own, ":DEV:TERM?"))
                slowest = max(slowest, time.monotonic() - began)
                assert ask(own, ":DEV:SNAP?").startswith("#")
        finally:
            enough.set()
            worker.join()
        assert truth["outputs"] == {"smu": True}
        assert truth["terminals"]["A"]["voltage_V"] == pytest.approx(1.0, rel=0.01)
        assert slowest < 1.0
        assert float(ask(smu, "*OPC?")) != 0.0
