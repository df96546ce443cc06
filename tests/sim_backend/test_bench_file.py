"""Bench files: what they build, and one clear sentence for everything that makes no sense."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import pyvisa

from ginsen.sim_backend.bench_file import BUNDLED_BENCHES, BenchFileError, load_bench
from ginsen.sim_backend.models import MODELS


def test_a_bench_file(bench_file):
    bench = load_bench(str(bench_file("paced", speed=7.0)))
    assert bench.paced
    assert (bench.seed, bench.line_frequency) == (5, 50.0)
    probe = bench.addresses["GPIB0::7::INSTR"]
    assert bench.addresses["ASRL3::INSTR"] is probe
    assert probe.port("hi").series_resistance == 100.0


@pytest.mark.parametrize(("old", "new", "says"), [
    ("seed = 5", "sead = 5", "[bench]: sead is unknown; allowed are mode, speed, seed"),
    ("seed = 5", "seed = 1.5", "[bench]: seed cannot be 1.5; it is a whole number"),
    ("seed = 5", "seed = true", "[bench]: seed cannot be True"),
    ("seed = 5", "seed = -1", "[bench]: seed is a whole number of at least 0"),
    ("speed = 1.0", "speed = 0", "[bench]: speed is a number greater than 0"),
    ("seed = 5", "line_frequency_Hz = 55", "[bench]: line_frequency_Hz is 50 or 60"),
    ("seed = 5", 'start = "May"', '[bench]: start is a date and time such as'),
    ('"virtual"', '"fast"', '[bench]: mode is "virtual" or "paced", not \'fast\''),
    ('model = "probe"', "", "[instruments.probe]: model is missing; allowed are"),
    ('model = "probe"', 'model = "2400"', "[instruments.probe]: there is no model '2400'"),
    ('serial = "42"', "colour = 1", "[instruments.probe]: colour is unknown; allowed are model"),
    ('"GPIB0::7::INSTR"', '"over there"', "[instruments.probe]: 'over there' is no VISA resource"),
    ('"GPIB0::7::INSTR"', '"TCPIP::bench::INSTR"',
     'address TCPIP0::bench::inst0::INSTR is taken by "bench"'),
    ("resistance_ohm = 900", "resistance_ohm = 0", "[device]: resistance"),
    ('kind = "resistor"', 'file = "none.toml"', "[device]: resistance_ohm is unknown"),
    ('kind = "resistor"\nresistance_ohm = 900', 'file = "none.toml"',
     "none.toml: the device file cannot be read (No such file or directory)"),
    ('"probe.hi"', '"probe.high"', '[wiring] "probe.high": there is no such output; '
                                  "allowed are probe.hi, probe.lo"),
    ('terminal = "B"', 'terminal = "C"', "the device has no terminal 'C'; its terminals are A, B"),
    ('terminal = "B"', 'terminal = "A"', "terminal 'A' is wired to \"probe.hi\" already"),
    ('{ terminal = "B" }', '"B"', '[wiring] "probe.lo": write { terminal = "A" }'),
    ("_ohm = 100", "_ohm = -1", "series_resistance_ohm is a number of at least 0"),
    ("[device]", "[devise]", "the file: devise is unknown; allowed are bench, instruments"),
    ("[bench]", "[bench", "is not TOML"),
])
def test_one_clear_sentence(bench_file, old, new, says):
    path: Path = bench_file()
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BenchFileError, match=re.escape(says)) as caught:
        load_bench(str(path))
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_bench_that_is_not_there(tmp_path):
    with pytest.raises(BenchFileError, match="bundled benches are everything, fluctuating, "
                                             "simulated, simulated_2400, wafer"):
        pyvisa.ResourceManager(f"{tmp_path / 'none.toml'}@ginsen")


def test_the_simulated_bench_is_a_2450_and_a_prober_in_virtual_time():
    bench = load_bench("simulated")
    assert not bench.paced
    assert set(bench.addresses) == {"TCPIP0::ginsen-2450::inst0::INSTR",
                                    "TCPIP0::ginsen-velox::inst0::INSTR",
                                    "TCPIP0::bench::inst0::INSTR"}


def test_without_a_name_the_bench_holds_every_instrument_there_is():
    manager = pyvisa.ResourceManager("@ginsen")
    try:
        bench = manager.visalib.bench
        assert bench.paced
        there = {type(each) for each in bench.addresses.values()}
        assert there >= set(MODELS.values()) - {MODELS["transcript"]}  # that one needs a capture
        for address in ("TCPIP::ginsen-2450::INSTR", "GPIB0::18::INSTR",
                        "USB0::0x05E6::0x2450::04400001::INSTR"):
            with manager.open_resource(address) as instrument:
                assert "MODEL 2450,04400001" in instrument.query("*IDN?")
    finally:
        manager.close()


def test_every_bundled_bench_opens():
    names = sorted(path.stem for path in BUNDLED_BENCHES.glob("*.toml"))
    assert names == ["everything", "fluctuating", "simulated", "simulated_2400", "wafer"]
    for name in names:
        assert load_bench(name).device.terminals
