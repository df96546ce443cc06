"""Whatever bytes a virtual instrument is sent: an IEEE 488.2 outcome, never a crash or a hang."""

import functools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoilt import FUZZ

from ginsen.sim_backend.bench_file import build_bench
from ginsen.sim_backend.instruments.flex import FlexInstrument
from ginsen.sim_backend.models import MODELS
from ginsen.sim_backend.scpi.headers import spellings
from ginsen.sim_backend.scpi.instrument import ScpiInstrument

ALL = sorted(set(MODELS) - {"transcript"})  # that one needs a capture

LONGEST = 3000.0
"""Bench seconds in which everything sent has to be carried out, or be cleared away."""

MOST_HELD = 1 << 20

WORDS = st.sampled_from([
    "*IDN?", "*RST", "*CLS", "*OPC?", "*WAI", "*TRG", "*STB?", "*ESE 255", "SYST:ERR?", ":READ?",
    ":INIT", ":ABOR", ":OUTP ON", "OUTP OFF", "RAMP", "ZERO", "PSwitch 1", "STATE?", "SETP 1,300",
    "RANGE 1,3", "KRDG? A", "A1", "J0.1", "C3", "H1", "$T5", "X", "R7", "ROUT:MULT:CLOS (@101)",
    "MoveChuckContact 100", "StepNextDie", "(@1:9999)", "#15hello", "#0", "#9", "'", '"', "1e999",
    "9" * 400, ":" * 50, ";" * 50, "\x00", "µ", "MIN", "9.9e37", "-1"])
BYTES = st.one_of(
    st.binary(max_size=60),
    st.lists(WORDS, max_size=6).map(lambda words: ";".join(words).encode("utf-8")),
    st.lists(WORDS, max_size=4).map(lambda words: " ".join(words).encode("latin-1")),
    st.tuples(WORDS, st.text(max_size=12)).map(lambda pair: "".join(pair).encode("utf-8")))


@functools.cache
def headers(model):
    """One spelling of every command of a model's own table."""
    kind = MODELS[model]
    if issubclass(kind, FlexInstrument):
        return sorted(kind.commands)
    if not issubclass(kind, ScpiInstrument):
        return ["*IDN?"]
    return [min(spellings(pattern.replace("<n>", "1")), key=len) + "?" * pattern.endswith("?")
            for pattern in kind.all_commands()]


def bench_with(model):
    kind = MODELS[model]
    ends = (*kind.outputs[:1], *kind.grounds[:1])
    return build_bench({
        "instruments": {"it": {"model": model, "address": "GPIB0::7::INSTR"}},
        "device": {"kind": "resistor", "resistance_ohm": 1e3},
        "wiring": {f"it.{end}": {"terminal": terminal}
                   for end, terminal in zip(ends, "AB", strict=False)}}, Path())


def legal(model, pieces):
    """Send pieces with END; whatever comes back comes in time, and the instrument lives on."""
    bench = bench_with(model)
    instrument = bench.addresses["GPIB0::7::INSTR"]
    link = instrument.connect(stream=False)
    for piece in pieces:
        instrument.receive(link, piece, True)
        bench.wait(lambda: instrument.idle, bench.now + LONGEST)
        assert sum(map(len, instrument._replies)) + len(link.unfinished) < MOST_HELD
        while instrument.waiting(link):
            reply, end = instrument.take(link, 1 << 20)
            assert not end or reply.endswith((b"\n", b"\r"))
        assert 0 <= instrument.serial_poll() < 256
    instrument.device_clear(link)
    assert instrument.idle
    stream = instrument.connect(stream=True)
    stream.received.clear()  # of a greeting
    instrument.receive(stream, b"V\n" if model == "ips120" else b"*IDN?\n", False)
    assert bench.wait(lambda: bool(stream.received), bench.now + LONGEST)


@pytest.mark.parametrize("model", ALL)
@FUZZ
@given(pieces=st.lists(BYTES, max_size=6))
def test_any_bytes_have_a_legal_outcome(model, pieces):
    legal(model, pieces)


@pytest.mark.parametrize("model", ALL)
@FUZZ
@given(data=st.data())
def test_its_own_commands_with_any_data_have_a_legal_outcome(model, data):
    own = st.tuples(st.sampled_from(headers(model)), st.one_of(
        st.just(""), WORDS, st.floats().map(str), st.lists(st.integers(), max_size=3).map(
            lambda numbers: ",".join(map(str, numbers))), st.text(max_size=8))).map(
                lambda parts: " ".join(parts).encode("utf-8"))
    legal(model, data.draw(st.lists(own, max_size=8)))
