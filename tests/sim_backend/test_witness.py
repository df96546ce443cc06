"""What truly was at the terminals, asked of the bench outside any instrument's session."""

import json
import threading

import numpy as np
import pytest

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.device import OPEN, Source
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.sim_backend.witness import LONGEST_HISTORY

INSTR, OWN = "TCPIP0::probe::inst0::INSTR", "TCPIP0::bench::inst0::INSTR"


def told(own, query=":DEV:TERM?"):
    return json.loads(own.query(query))


def test_the_terminals_now_and_the_most_there_ever_was(manager):
    probe, own = manager.open_resource(INSTR), manager.open_resource(OWN)
    clock = manager.visalib.clock
    probe.write("VOLT -5;OUTP ON")
    clock.sleep(2.0)
    probe.write("OUTP OFF;VOLT 1;OUTP ON")
    clock.sleep(1.0)
    before = clock.now()
    seen = told(own)
    assert clock.now() == before == seen["time_s"]  # asking costs nothing
    there = seen["terminals"]["A"]
    assert there["voltage_V"] == pytest.approx(0.9)  # 900 of 1000 Ω
    assert there["current_A"] == pytest.approx(1e-3)
    assert there["highest_voltage_V"] == pytest.approx(4.5)
    assert there["highest_current_A"] == pytest.approx(5e-3)
    assert there["charge_C"] == pytest.approx(-10e-3 + 1e-3, rel=0.01)
    assert seen["energy_J"] == pytest.approx(2 * 4.5 * 5e-3 + 0.9e-3, rel=0.01)
    assert seen["terminals"]["B"]["current_A"] == pytest.approx(-1e-3)


def test_a_level_that_was_there_for_no_time_was_not_there(bench):
    port = bench.port("probe.hi")
    port.source = Source(50.0)
    port.source = Source(2.0)
    bench.advance_to(1.0)
    bench.look()
    assert bench.witness.seen.highest_voltage[0] == pytest.approx(1.8)


def test_a_current_that_fades_is_seen_at_its_highest():
    """A replayed sample that becomes a better insulator while nobody looks."""
    from ginsen.sim_backend.devices.replay import Replay

    bench = Bench(Replay(np.array([0.0, 0.5]), np.array([1e-2, 1e-6]), start=0.0))
    bench.wire("probe.hi", "A")
    bench.ground("B")
    bench.port("probe.hi").source = Source(1.0)
    bench.advance_to(1.0)
    bench.look()
    seen = bench.witness.seen
    assert seen.current[0] == pytest.approx(1e-6)
    assert seen.highest_current[0] == pytest.approx(1e-2)


def test_the_history_has_each_change_at_its_time(manager):
    probe, own = manager.open_resource(INSTR), manager.open_resource(OWN)
    clock = manager.visalib.clock
    for level in (1, 2, 3):
        clock.sleep(1.0)
        probe.write(f"VOLT {level};OUTP ON")
    probe.write("OUTP OFF")
    history = told(own, ":DEVICE:HISTORY?")
    assert [change["voltage_V"]["A"] for change in history] == pytest.approx([0, .9, 1.8, 2.7, 0])
    assert [change["time_s"] for change in history] == pytest.approx(
        [0.0, 1.002, 2.004, 3.006, 3.007])
    assert all(change["outputs"] == {} for change in history)  # the probe tells of none


def test_outputs_by_instrument():
    import pyvisa

    manager = pyvisa.ResourceManager("simulated@ginsen")
    try:
        own = manager.open_resource(OWN)
        smu = manager.open_resource("TCPIP0::ginsen-2450::inst0::INSTR")
        assert told(own)["outputs"] == {"smu": False}
        smu.write(":SOUR:VOLT 0.1;:OUTP ON")
        assert told(own)["outputs"] == {"smu": True}
        smu.query("*OPC?")
        assert [each["outputs"]["smu"] for each in told(own, ":DEV:HIST?")] == [False, True]
    finally:
        manager.close()


@pytest.mark.parametrize("query", [":DEV:TERM?", ":DEV:HIST?", "dev:snapshot?"])
def test_it_is_told_while_another_thread_has_the_bench(manager, query):
    own = manager.open_resource(OWN)
    bench = manager.visalib.bench
    held, enough = threading.Event(), threading.Event()

    def work():
        with bench.lock:
            held.set()
            enough.wait(10.0)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert held.wait(5.0)
        own.write(query)
        answer = own.read_raw()
        assert not enough.is_set()
    finally:
        enough.set()
        worker.join()
    assert b"time_s" in answer or answer == b"[]\n"


def test_a_long_answer_comes_in_pieces(manager):
    own = manager.open_resource(OWN, chunk_size=20)
    assert set(told(own)) == {"time_s", "terminals", "energy_J", "outputs"}
    own.write(":DEV:TERM?")
    own.clear()
    assert own.query(":MODE?") == "VIRT\n"


def test_looking_changes_no_sample():
    """The queries read the network; they do not stimulate it."""
    import pyvisa

    def run(look):
        manager = pyvisa.ResourceManager("simulated@ginsen")
        try:
            own = manager.open_resource(OWN)
            smu = manager.open_resource("TCPIP0::ginsen-2450::inst0::INSTR")
            for command in (":SOUR:VOLT:RANG 20", ":SOUR:VOLT:ILIM 1e-3", ":SOUR:VOLT 5",
                            ":OUTP ON"):
                smu.write(command)
            readings = []
            for _ in range(20):
                readings.append(float(smu.query(":READ?")))
                if look:
                    own.query_binary_values(":DEV:SNAP?", datatype="B")
            return readings
        finally:
            manager.close()

    assert run(True) == run(False)


@pytest.mark.parametrize(("source", "amperes", "clamped"), [
    (Source(10.0), 10.0 / (100.0 + 900.0 * 1000.0 / 1900.0), False),
    (Source(10.0, 50.0), 10.0 / (150.0 + 900.0 * 1000.0 / 1900.0), False),
    (Source(10.0, current_limit=2e-3), 2e-3, True),
    (Source(-10.0, 50.0, current_limit=2e-3), -2e-3, True),
    (OPEN, 0.0, False),
])
def test_a_shunt_at_the_terminal(bench, source, amperes, clamped):
    """A source behind 100 Ω, on 900 Ω beside 1000 Ω."""
    port = bench.port("probe.hi")
    port.source = source
    end = bench.shunt("A", 1000.0)
    bench.advance_to(1.0)
    totals = port.totals()
    assert totals.charge == pytest.approx(amperes)
    assert totals.clamped == pytest.approx(1.0 if clamped else 0.0)
    assert bench.witness.seen.voltage[0] == pytest.approx(amperes * 900.0 * 1000.0 / 1900.0)
    assert port.instant()[2] is clamped
    end()
    bench.advance_to(2.0)
    bench.look()
    alone = min(abs(source.voltage) / (1000.0 + source.resistance), source.current_limit)
    assert bench.witness.seen.current[0] == pytest.approx(
        np.sign(source.voltage) * alone if source.connected else 0.0)


def test_without_a_shunt_nothing_else_happens():
    plain, shunted = Bench(Resistor(900.0)), Bench(Resistor(900.0))
    for each in (plain, shunted):
        each.wire("probe.hi", "A", 100.0)
        each.ground("B")
        each.port("probe.hi").source = Source(3.0, current_limit=1e-3)
    shunted.shunt("A", 1e15)
    for each in (plain, shunted):
        each.advance_to(0.5)
    ours, theirs = (each.port("probe.hi").totals() for each in (plain, shunted))
    assert (ours.charge, ours.flux, ours.clamped) == pytest.approx(
        (theirs.charge, theirs.flux, theirs.clamped), rel=1e-9)


def test_the_history_keeps_the_newest_changes_and_says_each_state_of_the_outputs_once(bench):
    port, witness = bench.port("probe.hi"), bench.witness
    for number in range(LONGEST_HISTORY + 100):
        port.source = Source(1.0 + number)
        bench.look()
    assert len(witness.changes) == LONGEST_HISTORY
    assert witness.changes[-1].voltage[0] == pytest.approx(0.9 * (LONGEST_HISTORY + 100))
    assert len({id(change.outputs) for change in witness.changes}) == 1
