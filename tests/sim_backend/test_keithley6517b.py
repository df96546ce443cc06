"""The electrometer of the tutorial: its ranges, its limits, its errors."""

import pytest

from ginsen.sim_backend.bench_file import build_bench

ADDRESS = "GPIB0::27::INSTR"


@pytest.fixture
def ask(tmp_path):
    def on(resistance):
        bench = build_bench({
            "instruments": {"it": {"model": "keithley6517b", "address": ADDRESS}},
            "device": {"kind": "resistor", "resistance_ohm": resistance},
            "wiring": {"it.hi": {"terminal": "A"}, "it.lo": {"terminal": "B"}}}, tmp_path)
        instrument = bench.addresses[ADDRESS]
        link = instrument.connect(stream=False)

        def ask(message):
            instrument.receive(link, message.encode(), True)
            bench.wait(lambda: bool(instrument.waiting(link)), bench.now + 10.0)
            return instrument.take(link, 1 << 20)[0].decode().strip()

        return ask

    return on


def amperes(reply):
    value, *_ = reply.split(",")
    assert value.endswith("NADC")
    return float(value[:-4])


@pytest.mark.parametrize("resistance", [1e4, 1e8, 1e12])
def test_currents_over_eight_decades(ask, resistance):
    electrometer = ask(resistance)
    reply = electrometer(":SOUR:VOLT 10;:OUTP ON;:READ?")
    assert amperes(reply) == pytest.approx(10 / resistance, rel=2e-2)
    assert reply.endswith("SECS,+00001RDNG#")


def test_a_range_that_is_too_small_overflows(ask):
    electrometer = ask(1e6)
    electrometer(":SENS:CURR:RANG:AUTO 0;:SENS:CURR:RANG 1e-6;:SOUR:VOLT 1;:OUTP ON;*OPC?")
    assert float(electrometer(":SENS:CURR:RANG?")) == pytest.approx(2e-6)
    assert amperes(electrometer(":READ?")) == pytest.approx(1e-6, rel=1e-2)
    assert electrometer(":SOUR:VOLT 10;:READ?").startswith("+9.9E+37OADC")


def test_source_limits(ask):
    electrometer = ask(1e3)
    assert amperes(electrometer(":OUTP ON;:SOUR:VOLT 50;:READ?")) == pytest.approx(10e-3, rel=1e-2)
    electrometer(":SOUR:VOLT 500;*OPC?")
    assert electrometer("SYST:ERR?").startswith("-222")
    electrometer(":SOUR:VOLT:RANG 1000;:SOUR:VOLT 500;*OPC?")
    electrometer(":SOUR:VOLT:RANG 100;*OPC?")
    assert electrometer("SYST:ERR?").startswith("-221")
    assert amperes(electrometer(":READ?")) == pytest.approx(1e-3, rel=1e-2)
    limited = electrometer(":SOUR:CURR:RLIM 1;:READ?")
    assert amperes(limited) == pytest.approx(500 / 20.001e6, rel=1e-2)


def test_a_source_that_is_off_drives_nothing(ask):
    assert abs(amperes(ask(1e3)(":SOUR:VOLT 10;:READ?"))) < 1e-14
