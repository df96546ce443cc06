"""The guard's process, on a bench that another process serves: dead, hung, wedged, fine."""

import os
import signal
import subprocess
import sys
import time

import pytest
import pyvisa

from ginsen.guard import Guard
from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.server import served as served_bench
from ginsen.types import Emergency

BENCH = """
[bench]
mode = "paced"
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

STATION = """
[station]
visa = "@py"
[smu]
driver = "keithley2450"
address = "{address}"
limits = {{ voltage = "6 V", current = "1 mA" }}
"""

HOLDING = """
import sys, time
from ginsen.station import Station
from ginsen.types import Phase
lab = Station.open("station.toml")
lab.watch()
lab.smu.start([Phase("hold", 1.0, 1000.0, 0.1, 1e-3)])
lab.alive()
print("holding", flush=True)
while True:
    time.sleep(0.2)
    lab.alive()
"""

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP and SIGKILL are POSIX's"),
]


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A served 2450 on a resistor; gives its address."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    with served_bench(load_bench(str(tmp_path / "bench.toml"))) as server:
        address = next(door.address for door in server.doors if door.name == "smu")
        (tmp_path / "station.toml").write_text(STATION.format(address=address), encoding="utf-8")
        yield address


def ask(address, *questions):
    with pyvisa.ResourceManager("@py").open_resource(address, read_termination="\n") as session:
        return [session.query(question) for question in questions]


@pytest.fixture
def holding(served):
    """A program that holds 1 V on the served bench."""
    program = subprocess.Popen([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE)
    assert program.stdout.readline() == b"holding\n"
    yield program
    program.kill()
    program.wait()
    program.stdout.close()


def off_within(address, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ask(address, ":OUTP?") == ["0"]:
            return True
        time.sleep(0.05)
    return False


def test_a_program_that_is_killed_leaves_its_output_off(served, holding):
    assert ask(served, ":OUTP?") == ["1"]
    holding.kill()
    assert off_within(served, 5.0)


def test_a_program_that_hangs_has_its_output_switched_off(served, holding):
    os.kill(holding.pid, signal.SIGSTOP)
    time.sleep(2.0)
    assert ask(served, ":OUTP?") == ["1"]  # not before its time
    assert off_within(served, 10.0)


def emergency(address):
    return Emergency("smu", address, "\n", (":ABOR", ":OUTP OFF"), ":OUTP?;*IDN?", "0;",
                     "MODEL 2450")


def test_told_to_act_it_does_whatever_the_program_is_doing(served):
    guard = Guard("@py", [emergency(served)])
    guard.watch()
    ask(served, ":OUTP ON;:OUTP?")
    guard.act("OUTPUT OFF was pressed")
    assert off_within(served, 5.0)
    guard.done()


def test_a_guard_that_was_killed_is_replaced(served):
    guard = Guard("@py", [emergency(served)])
    guard.watch()
    ask(served, ":OUTP ON;:OUTP?")
    first = guard.pid
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + 10
    while guard.pid == first and time.monotonic() < until:
        time.sleep(0.25)
        guard.beat()
    assert guard.pid != first
    guard.leave()  # without a word
    assert off_within(served, 10.0)


def test_with_all_done_nothing_is_touched(served):
    guard = Guard("@py", [emergency(served)])
    guard.watch()
    ask(served, ":OUTP ON;:OUTP?")
    guard.rest()
    guard.done()
    assert ask(served, ":OUTP?") == ["1"]
