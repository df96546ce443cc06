"""Whatever is written to a virtual 2636B or B2912A: it answers the next question, within bounds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoilt import FUZZ

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.sim_backend.instruments.keithley2600 import VirtualKeithley2600
from ginsen.sim_backend.instruments.keysight_b2900 import VirtualKeysightB2900

WORDS = ["smua", "smub", ".", "source", "levelv", "limiti", "output", "measure", "i", "iv", "nplc",
         "nvbuffer1", "clear", "readings", "n", "trigger", "initiate", "timer", "delay", "count",
         "print", "printbuffer", "printnumber", "errorqueue", "next", "reset", "abort",
         "waitcomplete",
         "makebuffer", "loadscript", "loadandrunscript", "endscript", "function", "end", "while",
         "true", "do", "for", "k=1,9", "if", "then", "local", "return", "pcall", "string.rep",
         "table.concat", "setmetatable", "error", "(", ")", "{", "}", "[", "]", "=", ",", ";", "\n",
         " ", "'", '"', "--", "[[", "]]", "..", "#", "1", "0", "-1", "1e999", "1e-9", "0/0", "nil",
         "*IDN?", "*RST", "*CLS", "*OPC?", "*TRG", "*ESR?", "*ESE 255"]


@pytest.fixture(scope="module")
def smu():
    bench = Bench(Resistor(1e4), seed=5)
    bench.wire("smu.hi_a", "A", 0.0)
    bench.ground("B")
    return VirtualKeithley2600(bench, "smu")


@FUZZ
@given(data=st.one_of(st.binary(max_size=200),
                      st.lists(st.sampled_from(WORDS), max_size=30).map("".join).map(str.encode),
                      st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join).map(str.encode)),
       stream=st.booleans())
def test_any_bytes(smu, data, stream):
    link = smu.connect(stream=stream)
    begun = time.process_time()
    smu.receive(link, data, True)
    smu.bench.wait(lambda: smu.idle, smu.bench.now + 0.5)
    smu.device_clear(link)
    smu.receive(link, b"\nabort\n", True)
    smu.receive(link, b"endscript\n", True)
    smu.bench.wait(lambda: smu.idle, smu.bench.now + 200.0)
    smu.power_cycle()
    link.received.clear()
    smu.receive(link, b"print(42)\n", True)
    assert smu.bench.wait(lambda: bool(smu.waiting(link)), smu.bench.now + 1.0)
    assert bytes(smu.waiting(link)) == b"4.20000e+01\n"
    smu.take(link, 100)
    assert time.process_time() - begun < 5.0


SCPI = [":SOUR", ":SENS", "1", "2", ":VOLT", ":CURR", ":TRIG", ":RANG", ":AUTO", ":PROT", ":MODE",
        "LIST", ":LIST", ":ACQ", ":TRAN", ":ALL", ":COUN", ":TIM", ":DEL", ":INIT", ":ABOR",
        ":READ", ":FETC",
        ":ARR", ":MEAS", ":TRAC", ":DATA", ":FEED", ":CONT", ":CLE", ":POIN", ":OUTP", ":FORM",
        ":ELEM", "(@1)", "(@1,2)", "(@9)", "?", ";", ",", " ", "ON", "OFF", "REAL,64", "TIM", "BUS",
        "1e-3", "-5", "1e9", "NAN", "#15hello", "#0", '"', "'", "*TRG", "*RST", "*OPC?", "MAX"]


@pytest.fixture(scope="module")
def keysight():
    bench = Bench(Resistor(1e4), seed=5)
    bench.wire("smu.hi_1", "A", 0.0)
    bench.ground("B")
    return VirtualKeysightB2900(bench, "smu")


@FUZZ
@given(data=st.one_of(st.binary(max_size=200),
                      st.lists(st.sampled_from(SCPI), max_size=30).map("".join).map(str.encode)))
def test_any_bytes_to_a_keysight(keysight, data):
    link = keysight.connect(stream=False)
    begun = time.process_time()
    keysight.receive(link, data, True)
    keysight.bench.wait(lambda: keysight.idle, keysight.bench.now + 0.5)
    keysight.device_clear(link)
    keysight.power_cycle()
    keysight.receive(link, b"*CLS;:SOUR:VOLT?\n", True)
    assert keysight.bench.wait(lambda: bool(keysight.waiting(link)), keysight.bench.now + 1.0)
    assert keysight.take(link, 100) == (b"+0.000000E+00\n", True)
    assert time.process_time() - begun < 5.0
