"""Faults in a bench file: what they mean, and one clear sentence for what makes no sense."""

import math
from pathlib import Path

import pytest

from ginsen.sim_backend.bench_file import BenchFileError, load_bench
from ginsen.sim_backend.fault import KINDS, Fault, fault_of


def test_a_table_in_si_with_the_usual_values():
    assert fault_of({"kind": "clock", "instrument": "smu", "at_s": 3, "ppm": 20}) == Fault(
        "clock", instrument="smu", at=3, value=20e-6)
    assert fault_of({"kind": "clock"}).value == pytest.approx(50e-6)
    assert fault_of({"kind": "disconnect"}).duration == math.inf
    assert fault_of({"kind": "power_cycle"}).duration == 0.0


@pytest.mark.parametrize(("table", "most"), [
    ({}, 1), ({"at_s": 1}, 1), ({"at_s": 1, "match": "OUTP"}, 1), ({"at_s": 1, "times": 3}, 3),
    ({"match": "OUTP"}, math.inf), ({"every": 2}, math.inf), ({"mean_interval_s": 9}, math.inf),
    ({"every": 2, "times": 4}, 4)])
def test_how_often(table, most):
    assert fault_of({"kind": "lost_reply", **table}).most == most


@pytest.mark.parametrize(("match", "message", "fits"), [
    (":INIT", "INIT\n", True), ("INIT", ":INITiate:IMMediate", True), (":initiate", "init", True),
    ("TRAC:DATA?", ':TRACe:DATA? 1,10,"defbuffer1"', True), ("TRAC:DATA?", ":TRAC:POIN?", False),
    (":TRAC", ":TRACE:CLEAR", True), ("OUTP?", "OUTP ON", False), ("OUTP", "OUTP?", True),
    ("OUTP", ":OUTP1:STAT ON", True), ("OUTP", "VOLT 1;:OUTP ON", True),
    ("VOLT", "SOUR:VOLT 1", False), ("SOUR:VOLT", ":SOUR1:VOLTAGE 2", True),
    ("*IDN?", "*IDN?", True), ("*OPC", "*OPC?", True), ("*OPC?", "*OPC", False),
    ("MoveChuckContact", "movechuckcontact 100", True), ("OUTP", "", False),
    ("SO", "SOUR:VOLT 1", False)])
def test_which_messages_it_waits_for(match, message, fits):
    assert Fault("lost_reply", match=match).fits(message) is fits


@pytest.mark.parametrize(("text", "says"), [
    ('kind = "fire"', "kind: there is no kind 'fire'; allowed are late_reply, lost_reply"),
    ("at_s = 1", "kind: there is no kind None"),
    ('kind = "late_reply"', "delay_s is missing"),
    ('kind = "lock"\nfactor = 3', "factor is unknown to a lock; allowed are kind, instrument"),
    ('kind = "slow"\nfactor = 0.5', "factor is a number from 1 to 1e+12, not 0.5"),
    ('kind = "slow"\nfactor = nan', "factor is a number from 1 to 1e+12, not nan"),
    ('kind = "clock"\nppm = 1e9', "ppm is a number from -100000 to 100000"),
    ('kind = "lock"\nat_s = 3\ntimes = 2', "times: a lock that no message brings comes once"),
    ("kind = [1]", "kind: there is no kind [1]"),
    (f'kind = "lock"\nat_s = 1{"0" * 400}', "at_s is a number from 0 to 1e+12"),
    ('kind = "lock"\nat_s = "soon"', "at_s is a number, not 'soon'"),
    ('kind = "lock"\nevery = 1.5', "every is a whole number, not 1.5"),
    ('kind = "lock"\nevery = true', "every is a whole number, not True"),
    ('kind = "lock"\ntimes = 0', "times is a number from 1 to 1e+12, not 0"),
    ('kind = "disconnect"\nsilent = 1', "silent is true or false, not 1"),
    ('kind = "lock"\ninstrument = "dmm"', "instrument: there is no 'dmm'; allowed are probe"),
    ('kind = "lift"\nterminal = "Z"', "terminal: the device has no 'Z'; its terminals are A, B"),
])
def test_what_makes_no_sense_is_said(bench_file, text, says):
    path = bench_file()
    path.write_text(path.read_text(encoding="utf-8") + f'[[faults]]\nkind = "lock"\n[[faults]]\n'
                    f"{text}\n", encoding="utf-8")
    with pytest.raises(BenchFileError) as caught:
        load_bench(str(path))
    assert str(caught.value).startswith(f"{path}, [[faults]] 2: {says}")
    assert "\n" not in str(caught.value)


def test_faults_are_tables(bench_file):
    path = bench_file()
    path.write_text("faults = [1]\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(BenchFileError, match=r"\[\[faults\]\] 1: write it as a table"):
        load_bench(str(path))


def test_a_bench_without_faults_has_no_injector(bench_file):
    assert load_bench(str(bench_file())).faults is None


def test_connections_are_counted_from_one(bench_file):
    path = bench_file()
    path.write_text(path.read_text(encoding="utf-8").replace(
        'serial = "42"', "connections = 0"), encoding="utf-8")
    with pytest.raises(BenchFileError, match="connections is a whole number of at least 1"):
        load_bench(str(path))


def test_every_kind_is_in_the_docs():
    text = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
    for kind, keys in KINDS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{kind}` |"))
        assert all(f"`{key}`" in row or f"`{key} = " in row for key in keys), kind
