"""Faults at random, added while a bench runs, several at once, cleared."""

from __future__ import annotations

import json

import numpy as np
import pytest
from breaking_bench import benches, refused, source
from pyvisa.constants import StatusCode


@pytest.fixture
def bench(tmp_path):
    """Open a bench with the faults given, each a line of TOML."""
    with benches(tmp_path) as make:
        yield make


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
