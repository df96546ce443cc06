"""A source meter with two channels in a station: each is one of its own, within its own limits."""

from pathlib import Path

import numpy as np
import pytest

from ginsen import Station, run
from ginsen.protocols import Memory, Noise
from ginsen.station_check import check_station
from ginsen.station_file import StationError, read_station
from ginsen.types import Phase

EXAMPLE = Path(__file__).parents[1] / "examples" / "two_channels.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
ADDRESS = "TCPIP0::k2636::inst0::INSTR"
KEYSIGHT = f"""
[instruments.smu]
model = "keysight_b2912a"
address = "{ADDRESS}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi_2" = {{ terminal = "A" }}
"smu.lo_2" = {{ terminal = "B" }}
"""

AGILENT = KEYSIGHT.replace("keysight_b2912a", "agilent_b1500").replace(
    "smu.hi_2", "smu.force_2").replace("smu.lo_2", "smu.gndu")


def told(folder, text):
    (folder / "station.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StationError) as problem:
        read_station(folder / "station.toml")
    return str(problem.value)


def test_each_channel_answers():
    assert [(each.name, each.identity) for each in check_station(EXAMPLE)] == [
        ("left", "Keithley Instruments Inc., Model 2636B, 4400001, 3.3.5"),
        ("right", "Keithley Instruments Inc., Model 2636B, 4400001, 3.3.5")]


@pytest.mark.parametrize(("driver", "bench"), [("keysight_b2912a", KEYSIGHT),
                                               ("agilent_b1500", AGILENT)])
def test_a_protocol_runs_on_others_too(tmp_path, driver, bench):
    (tmp_path / "two_channels_bench.toml").write_text(bench, encoding="utf-8")
    station = TEXT.replace("keithley2636b", driver).replace('"a"', '"1"').replace('"b"', '"2"')
    (tmp_path / "station.toml").write_text(station, encoding="utf-8")
    with Station.open(tmp_path / "station.toml") as lab:
        result = run(Noise(time=5.0, interval=0.05, compliance=1e-4, source_meter="right",
                           folder=str(tmp_path)), lab, sample="10 kΩ")
        assert not lab._manager.visalib.bench.addresses[ADDRESS].output_on
    samples = result.record.samples
    assert len(samples) == 101
    assert samples.current == pytest.approx(np.full(101, 1e-5), rel=5e-2)


def test_who_does_not_tell_the_mains_is_told(tmp_path):
    (tmp_path / "two_channels_bench.toml").write_text(AGILENT, encoding="utf-8")
    station = TEXT.replace("keithley2636b", "agilent_b1500").replace('"a"', '"1"').replace(
        'channel = "b"', 'channel = "2"\nmains = "60 Hz"')
    (tmp_path / "station.toml").write_text(station, encoding="utf-8")
    with Station.open(tmp_path / "station.toml") as lab:
        one_cycle = Phase("read", 0.1, 1.0, 0.1, 1e-4)
        assert lab.source_meters["left"].integration_time(one_cycle) == 1 / 50
        assert lab.source_meters["right"].integration_time(one_cycle) == 1 / 60
    assert "'mains' is not known here" in told(
        tmp_path, TEXT.replace('channel = "b"', 'channel = "b"\nmains = "60 Hz"'))


def test_what_a_channel_may_be(tmp_path):
    assert told(tmp_path, TEXT.replace('channel = "b"', 'channel = "c"')) == (
        "station.toml, [right]: channel is 'c'; it must be one of a, b.")
    assert "'terminals' is not known here" in told(
        tmp_path, TEXT.replace('channel = "b"', 'terminals = "rear"'))
    assert "'channel' is not known here" in told(
        tmp_path, TEXT.replace("keithley2636b", "keithley2450"))
    (tmp_path / "station.toml").write_text(TEXT.replace('channel = "a"\n', ""), encoding="utf-8")
    assert read_station(tmp_path / "station.toml").source_meters[0].channel == "a"


def test_limits_beyond_the_instrument_are_a_slip_of_the_pen(tmp_path):
    text = TEXT.replace("two_channels_bench.toml", str(EXAMPLE.with_name(
        "two_channels_bench.toml"))).replace("keithley2636b", "keithley2602b")
    (tmp_path / "station.toml").write_text(text.replace("6 V", "100 V"), encoding="utf-8")
    with pytest.raises(StationError, match=r"100 V is more than a 2602B can do, 40\.4 V"):
        Station.open(tmp_path / "station.toml")
    (tmp_path / "station.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StationError, match="the station expects a Keithley 2602B"):
        Station.open(tmp_path / "station.toml")


def test_a_protocol_runs_on_the_channel_it_names(tmp_path):
    with Station.open(EXAMPLE) as lab:
        bench = lab._manager.visalib.bench
        left, right = bench.port("smu.hi_a"), bench.port("smu.hi_b")
        result = run(Memory(pulse_time=0.5, read_time=2.0, source_meter="right",
                            folder=str(tmp_path)), lab, sample="N11")
        # Off since it was switched on, the other channel holds its electrode at 0 V, up to 1 mA.
        assert (left.source.voltage, left.source.current_limit) == (0.0, 1e-3)
        assert not right.source.connected
        assert right.totals().charge > 1e-6
        assert result.retention is not None
        assert not bench.addresses[ADDRESS].output_on
