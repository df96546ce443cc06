"""Replies that are late, lost, garbled or cut, met through PyVISA in process."""

from __future__ import annotations

import pytest
from breaking_bench import LAN, SOCKET, benches, refused
from pyvisa.constants import StatusCode


@pytest.fixture
def bench(tmp_path):
    """Open a bench with the faults given, each a line of TOML."""
    with benches(tmp_path) as make:
        yield make


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
