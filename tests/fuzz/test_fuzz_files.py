"""Whatever a station, bench, device or plan file holds: it is read, or refused in one sentence."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoilt import FUZZ, said_well, spoilt

from ginsen.protocols.campaign_plan import read_plan
from ginsen.sim_backend.bench_file import load_bench
from ginsen.station_file import StationError, read_station

STATION = """
[station]
name = "B"
visa = "bench.toml@ginsen"
safe_state = "open"
[smu]
driver = "keithley2450"
address = "TCPIP0::192.0.2.10::inst0::INSTR"
limits = { voltage = "6 V", current = "1 mA", energy = "50 mJ" }
series_resistance = "10 kΩ"
[prober]
driver = "velox"
address = "GPIB0::28::INSTR"
"""

BENCH = """
[bench]
mode = "virtual"
seed = 1
line_frequency_Hz = 50
start = "2026-01-01T00:00:00Z"
[instruments.smu]
model = "keithley2450"
address = ["TCPIP0::a::inst0::INSTR", "GPIB0::18::INSTR"]
serial = "04"
connections = 2
[instruments.prober]
model = "velox"
address = "GPIB0::28::INSTR"
dies = [[0, 0], [1, 0]]
contacts = []
index_um = [5000, 5000]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A", series_resistance_ohm = 0 }
"smu.lo" = { terminal = "B" }
[[faults]]
kind = "late_reply"
instrument = "smu"
match = ":READ?"
times = 2
delay_s = 3.0
"""

PLAN = """
[campaign]
name = "week"
repeats = 2
order = "random"
seed = 3
rests_s = [1, 10]
[[run]]
protocol = "noise"
[run.parameters]
time = 1
voltage = 0.1
[[run]]
protocol = "memory"
[[pair]]
name = "A-B"
source_meter = "smu"
"""

WIRED = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

DEVICES = {name: files("ginsen.sim_backend.devices").joinpath(f"{name}.toml").read_text("utf-8")
           for name in ("nanowire_network", "fluctuating_network")}


def bench_of(path):
    return load_bench(str(path))


def read_or_refused(read, path, content, *kinds):
    path.write_bytes(content)
    try:
        read(path)
    except Exception as problem:
        said_well(problem, *kinds)


def test_the_good_files_are_good(tmp_path):
    for name, text, read in (("station", STATION, read_station), ("bench", BENCH, bench_of),
                             ("plan", PLAN, read_plan)):
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        read(path)


@FUZZ
@given(content=st.one_of(spoilt(STATION), st.binary(max_size=80)))
def test_any_station_file(content, tmp_path):
    read_or_refused(read_station, tmp_path / "station.toml", content, StationError)


@FUZZ
@given(content=spoilt(BENCH))
def test_any_bench_file(content, tmp_path):
    read_or_refused(bench_of, tmp_path / "bench.toml", content, ValueError)


@FUZZ
@given(content=spoilt(PLAN))
def test_any_plan(content, tmp_path):
    read_or_refused(read_plan, tmp_path / "plan.toml", content, ValueError)


@pytest.mark.parametrize("name", DEVICES)
def test_any_device_file(name, tmp_path):
    bench = tmp_path / "bench.toml"
    bench.write_text(f'[device]\nfile = "device.toml"\n{WIRED}', encoding="utf-8")

    @FUZZ
    @given(content=spoilt(DEVICES[name]))
    def check(content):
        read_or_refused(lambda path: load_bench(str(bench)), tmp_path / "device.toml", content,
                        ValueError)

    check()
