"""Swapping the station file is the only difference between a simulated bench and a real one.

The same run goes once through "@ginsen" in bench time, and once through pyvisa-py, a VISA library
with no clock and no knowledge of Ginsen, over TCP to the same bench in the time of the wall.
"""

import re
from dataclasses import dataclass, field

import pytest

from ginsen import Station, run
from ginsen.protocols import Memory
from ginsen.sim_backend.bench_file import load_bench
from ginsen.sim_backend.scpi.exchange import Instrument
from ginsen.sim_backend.server import served

SPEED = 10.0

BENCH = """
[bench]
seed = 3
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
[device]
file = "nanowire_network.toml"
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

STATION = """
[station]
name = "one of two"
visa = "{visa}"
[smu]
driver = "keithley2450"
address = "{address}"
limits = {{ voltage = "6 V", current = "10 mA" }}
"""

POLLS = (":TRIG:STAT?", ":TRAC:ACT?", ":TRAC:DATA?")
DATA = re.compile(r":TRAC:DATA\? (\d+), (\d+), (.*)")


@pytest.fixture
def wire(monkeypatch):
    """Every byte that the source meter receives, whichever door it came in by."""
    received = bytearray()
    receive = Instrument.receive

    def tapped(instrument, link, data, end):
        if instrument.name == "smu":
            received.extend(data)
        receive(instrument, link, data, end)

    monkeypatch.setattr(Instrument, "receive", tapped)
    return received


@dataclass
class Polls:
    """A run of polls: the questions asked in it, and up to which reading data were fetched."""

    asked: set[str] = field(default_factory=set)
    fetched: int = 0


def merged(wire):
    """The messages on the wire, each run of polls as one.

    How often the instrument is asked whether it has finished is a matter of time, and readings are
    fetched as they come: what must be the same is what is asked, and that every reading is fetched
    once and in order.
    """
    messages = []
    for message in wire.decode().split("\r\n"):
        if not message.startswith(POLLS):
            messages.append(message)
            continue
        if not messages or not isinstance(messages[-1], Polls):
            messages.append(Polls())
        polls = messages[-1]
        if data := DATA.fullmatch(message):
            first, last, message = int(data[1]), int(data[2]), data[3]
            assert first == polls.fetched + 1
            polls.fetched = last
        polls.asked.add(message)
    return messages


def measured(folder, visa, address):
    path = folder / "station.toml"
    path.write_text(STATION.format(visa=visa, address=address), encoding="utf-8")
    with Station.open(path) as lab:
        return run(Memory(before_time=1, pulse_time=1, read_time=5, folder=str(folder)), lab)


@pytest.mark.realtime
def test_the_bytes_are_the_same_in_process_and_through_another_library(tmp_path, wire):
    bench = tmp_path / "bench.toml"
    bench.write_text(BENCH, encoding="utf-8")
    simulated = measured(tmp_path, "bench.toml@ginsen", "TCPIP0::ginsen-2450::inst0::INSTR")
    in_process, asked = merged(wire), wire.count(b":TRIG:STAT?")
    with served(load_bench(str(bench)), speed=SPEED) as server:
        wire.clear()  # the server has asked for the identity
        foreign = measured(tmp_path, "@py", server.doors[0].address)

    assert merged(wire) == in_process
    assert wire.count(b":TRIG:STAT?") < asked / 2  # so there was something to merge
    assert [each.fetched for each in in_process if isinstance(each, Polls)] == [21 + 101 + 101]
    for name, phase in simulated.phases.items():
        assert foreign.phases[name].conductance == pytest.approx(phase.conductance, rel=1e-2)
