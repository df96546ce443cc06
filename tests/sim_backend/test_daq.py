"""The virtual DAQ card: its clock, its amplifiers, its rails, its buffer."""

import struct
import zlib

import numpy as np
import pytest

from ginsen.datasheets.daq_with_amplifier import CONVERTER_NOISE, STEP
from ginsen.sim_backend.bench_file import BenchFileError, build_bench

ADDRESS = "GPIB0::7::INSTR"
AMPLIFIER = {"gain_V_per_A": 1e5, "bandwidth_Hz": 1e4, "offset_V": 0.5}


def bench_with(tmp_path, amplifiers, resistance=1e5):
    return build_bench({
        "instruments": {"it": {"model": "daq_with_amplifier", "address": ADDRESS,
                               "amplifiers": amplifiers}},
        "device": {"kind": "resistor", "resistance_ohm": resistance},
        "wiring": {"it.ao0": {"terminal": "A"}, "it.ai1": {"terminal": "B"}}}, tmp_path)


class Wire:
    """Questions to the card on a bench."""

    def __init__(self, bench):
        self.bench = bench
        self.card = bench.addresses[ADDRESS]
        self._link = self.card.connect(stream=False)

    def tell(self, message):
        self.card.receive(self._link, message.encode(), True)

    def ask(self, message):
        self.tell(message)
        self.bench.wait(lambda: bool(self.card.waiting(self._link)), self.bench.now + 10.0)
        return self.card.take(self._link, 1 << 22)[0].removesuffix(b"\n")

    def error(self):
        return int(self.ask(":SYST:ERR?").split(b",")[0])

    def let_pass(self, seconds):
        self.bench.advance_to(self.bench.now + seconds)

    def scans(self, first, count, inputs):
        block = self.ask(f":SCAN:DATA? {first},{count}")
        data = block[2 + int(block[1:2]):-4]
        assert zlib.crc32(data) == int.from_bytes(block[-4:], "big")
        return np.array(struct.unpack(f">{len(data) // 4}f", data)).reshape(count, inputs)


@pytest.fixture
def wire(tmp_path):
    return Wire(bench_with(tmp_path, [AMPLIFIER, AMPLIFIER]))


def test_every_input_is_converted_at_each_tick(wire):
    wire.tell(":OUTP:STEP 1,3,-2,2;:SCAN:CHAN (@1,0);:SCAN:RATE 100;:SCAN:COUN 10;"
             ":OUTP:AFT 0.25")
    assert wire.ask(":SCAN:STAR;STAT?") == b"1,0"
    wire.let_pass(0.0551)
    assert wire.ask(":SCAN:STAT?") == b"1,5"
    wire.let_pass(0.1)
    assert wire.ask(":SCAN:STAT?") == b"0,10"
    wired, loose = wire.scans(0, 10, 2).T
    levels = np.array([1, 1, 1, -2, -2] * 2)
    assert wired == pytest.approx(0.5 + levels, abs=2.1e-2)  # 1 % of the gain
    assert loose == pytest.approx(np.full(10, 0.5), abs=3e-3)
    assert float(wire.ask(":OUTP:MON?")) == pytest.approx(0.25, abs=STEP)
    assert wire.ask(":OUTP:ZERO?") == b"0"
    assert wire.ask(":OUTP:LEV 0;ZERO?") == b"1"


def test_the_amplifier_follows_a_step_with_its_time_constant(tmp_path):
    wire = Wire(bench_with(tmp_path, [{"gain_V_per_A": 1e5, "bandwidth_Hz": 10}]))
    wire.ask(":OUTP:STEP 5,1000;:SCAN:CHAN (@1);:SCAN:RATE 1000;:SCAN:COUN 200;:SCAN:STAR;STAT?")
    wire.let_pass(0.3)
    volts = wire.scans(0, 200, 1)[:, 0]
    time = np.arange(1, 201) / 1000
    assert volts / volts[-1] == pytest.approx(1 - np.exp(-time * 2 * np.pi * 10), abs=2e-3)


def test_the_noise_of_a_conversion(wire):
    wire.ask(":SCAN:CHAN (@1);:SCAN:RATE 10000;:SCAN:COUN 5000;:SCAN:STAR;STAT?")
    wire.let_pass(1.0)
    assert np.std(wire.scans(0, 5000, 1)) == pytest.approx(
        np.hypot(CONVERTER_NOISE, STEP / 12**0.5), rel=0.1)


def test_at_its_rail_an_amplifier_says_ten_volts(tmp_path):
    wire = Wire(bench_with(tmp_path, [AMPLIFIER], resistance=1e4))
    wire.ask(":OUTP:STEP 5,9;:SCAN:CHAN (@1);:SCAN:COUN 20;:SCAN:STAR;STAT?")
    wire.let_pass(0.1)
    assert np.all(wire.scans(0, 20, 1) > 9.99)


def test_a_reader_too_slow_loses_the_scan_and_the_output_goes_to_zero(wire, monkeypatch):
    monkeypatch.setattr("ginsen.sim_backend.instruments.daq.BUFFER", 100)
    wire.ask(":OUTP:STEP 1,1;AFT 1;:SCAN:COUN 1000;:SCAN:STAR;STAT?")
    wire.let_pass(0.06)
    assert len(wire.scans(40, 5, 1)) == 5  # what is before is forgotten
    wire.let_pass(0.06)
    assert wire.ask(":SCAN:STAT?").startswith(b"1,")
    wire.let_pass(1.0)
    assert wire.error() == 601
    assert wire.ask(":SCAN:STAT?") == b"0,141"
    assert float(wire.ask(":OUTP:MON?")) == 0


def test_aborted_it_stays_at_its_level(wire):
    wire.ask(":OUTP:STEP 1,1;:SCAN:COUN 1000;:SCAN:STAR;STAT?")
    wire.let_pass(0.1)
    wire.ask(":ABOR;*OPC?")
    wire.let_pass(2.0)
    assert float(wire.ask(":OUTP:MON?")) == pytest.approx(1.0, abs=STEP)
    assert wire.ask(":SCAN:STAT?") == b"0,100"
    wire.ask("*RST;*OPC?")
    assert float(wire.ask(":OUTP:MON?")) == 0


@pytest.mark.parametrize(("message", "code"), [
    (":OUTP:LEV 11", -222), (":OUTP:STEP", -109), (":OUTP:STEP 1", -109),
    (":OUTP:STEP 11,1", -222), (":OUTP:STEP 1,0", -222), (":SCAN:CHAN (@0,0)", -222),
    (":SCAN:CHAN (@16)", -222), (":SCAN:RATE 1e6", -222), (":SCAN:DATA? 0,1", -222),
    (":SCAN:RATE 1e5;CHAN (@0:15);:SCAN:STAR", -221), (":SCAN:STAR;:SCAN:STAR", -213),
    (":SCAN:STAR;:OUTP:LEV 1", -221), (":SCAN:STAR;:OUTP:STEP 1,1", -221),
    (":OUTP:STEP " + ",".join(["1"] * 2002), -223),
])
def test_what_it_refuses(wire, message, code):
    wire.tell(message)
    wire.let_pass(0.01)
    assert wire.error() == code


@pytest.mark.parametrize(("amplifiers", "problem"), [
    ([], "give one to 16"), ([7], "write { gain_V_per_A"), ([{"gain": 1}], "write { gain_V_per_A"),
    ([{"gain_V_per_A": 0, "bandwidth_Hz": 1e4}], "gain_V_per_A is a number above 0, not 0"),
    ([{"gain_V_per_A": 1e6}], "bandwidth_Hz is a number above 0, not None"),
    ([{**AMPLIFIER, "offset_V": 20}], "offset_V is within"),
])
def test_what_a_bench_may_say_of_amplifiers(tmp_path, amplifiers, problem):
    with pytest.raises(BenchFileError, match=problem):
        bench_with(tmp_path, amplifiers)
