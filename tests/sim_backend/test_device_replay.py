"""The replayed record: what held when, to the coulomb, and from when on."""

from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginsen.records import RecordError, Recording
from ginsen.sim_backend.devices.device import GROUND, OPEN, Source
from ginsen.sim_backend.devices.loader import DeviceFileError, load_device
from ginsen.sim_backend.devices.replay import Replay, conductance_of
from ginsen.types import Outcome, Phase, Record, Samples

TIME = np.array([10.0, 10.5, 12.0, 12.25])
G = np.array([1e-3, 4e-3, 2e-3, 5e-4])
DRIVE = (Source(2.0, 100.0), GROUND)


def current(conductance, volts=2.0, ohms=100.0):
    return volts / (ohms + 1 / conductance)


def now(device, sources=DRIVE):
    """The conductance it has, told from the current (a look takes no time)."""
    amps = device.advance(0.0, sources).final_current[0]
    return 1 / (sources[0].voltage / amps - sources[0].resistance)


def test_the_charge_is_that_of_every_sample_for_as_long_as_it_held():
    fared = Replay(TIME, G).advance(4.0, DRIVE)
    held = np.array([0.5, 1.5, 0.25, 1.75])  # the last one holds for ever
    charge = np.sum(held * current(G))
    assert fared.current[0] * 4.0 == pytest.approx(charge, rel=1e-12)
    assert fared.current[1] == -fared.current[0]
    assert fared.voltage[0] * 4.0 == pytest.approx(np.sum(held * (2.0 - 100.0 * current(G))))
    assert fared.final_current[0] == pytest.approx(current(G[3]))
    assert fared.clamped.tolist() == [0, 0]


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_it_does_not_matter_in_how_many_steps(steps):
    whole, parts = Replay(TIME, G), Replay(TIME, G)
    charge = sum(parts.advance(dt, DRIVE).current[0] * dt for dt in steps)
    assert charge == pytest.approx(whole.advance(sum(steps), DRIVE).current[0] * sum(steps),
                                   rel=1e-9)


def test_the_source_is_clamped_only_while_the_record_asks_for_too_much():
    limited = (Source(2.0, 100.0, current_limit=3e-3), GROUND)
    fared = Replay(TIME, G).advance(4.0, limited)
    assert fared.clamped.tolist() == pytest.approx([1.5 + 0.25, 0])
    assert fared.current[0] * 4.0 == pytest.approx(
        3e-3 * 1.75 + 0.5 * current(1e-3) + 1.75 * current(5e-4))


def test_a_sample_that_begins_as_the_advance_ends_is_the_final_one():
    device = Replay(TIME, G)
    fared = device.advance(0.5, DRIVE)
    assert fared.current[0] == pytest.approx(current(G[0]), rel=1e-12)
    assert fared.final_current[0] == pytest.approx(current(G[1]), rel=1e-12)
    assert device.advance(1e-9, DRIVE).current[0] == pytest.approx(current(G[1]), rel=1e-9)


@pytest.mark.parametrize("idle", [(OPEN, GROUND), (Source(0.0), GROUND), (OPEN, OPEN)])
def test_its_clock_stands_until_a_voltage_is_applied(idle):
    device = Replay(TIME, G)
    device.advance(100.0, idle)
    assert now(device) == pytest.approx(G[0])
    device.advance(0.6, idle)  # once it has started it goes on, whatever is applied
    assert now(device) == pytest.approx(G[1])


def test_it_may_begin_within_the_record():
    assert now(Replay(TIME, G, begin=12.1)) == pytest.approx(G[2])


def test_it_may_start_at_a_time_of_the_bench():
    device = Replay(TIME, G, start=3.0)
    device.advance(3.4, (OPEN, OPEN))
    assert now(device) == pytest.approx(G[0])
    device.advance(0.2, (OPEN, OPEN))
    assert now(device) == pytest.approx(G[1])


@pytest.mark.parametrize(("time", "conductance", "options", "sentence"), [
    ([], [], {}, "time has shape"), ([1, 2], [1], {}, "time has shape"),
    ([1, 1], [1, 1], {}, "rise"), ([1, np.nan], [1, 1], {}, "rise"),
    ([1, 2], [1, -1], {}, "conductance must be"), ([1, 2], [1, np.inf], {}, "conductance must be"),
    ([1, 2], [1, 1], {"start": -1.0}, "start is -1.0 s"),
])
def test_refuses(time, conductance, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        Replay(time, conductance, **options)


def test_conductance_is_that_behind_the_resistor_where_there_is_one():
    samples = Samples(
        np.arange(6.0), np.array([1.0, 1.0, 0.0, 1.0, 0.01, 1.0]),
        np.array([1e-4, 1e-4, 0.0, np.nan, -1e-9, 2e-4]),
        np.array([False, True, False, False, False, False]), *np.full((2, 6), np.nan))
    time, conductance = conductance_of(Record(samples, ()), 1e3)
    assert time.tolist() == [0, 4, 5]
    assert conductance.tolist() == pytest.approx([1e-4 / 0.9, 0.0, 2e-4 / 0.8])
    with pytest.raises(RecordError, match="no sample of the record has a conductance"):
        conductance_of(Record(samples[1:4], ()), 0.0)


# -- the device file ------------------------------------------------------------------------------

TEXT = "t (ms)\tV (V)\tI (mA)\tgate (V)\n0\t1\t1\t9\n500\t1\t2\t9\n1000\t1\t4\t9\n"


def load(folder, **entries):
    return load_device({"kind": "replay", **entries}, folder)


def test_a_text_beside_the_device_file(tmp_path):
    (tmp_path / "old.txt").write_text(TEXT)
    assert now(load(tmp_path, record_file="old.txt")) == pytest.approx(1e-3)
    assert now(load(tmp_path, record_file="old.txt", from_s=0.5)) == pytest.approx(2e-3)
    resisted = load(tmp_path, record_file="old.txt", series_resistance_ohm=500)
    assert now(resisted) == pytest.approx(1e-3 / 0.5)
    chosen = load(tmp_path, record_file="old.txt", voltage="gate (V)", time=1, current="I")
    assert now(chosen) == pytest.approx(1e-3 / 9)
    waiting = load(tmp_path, record_file="old.txt", start_s=1.0)
    waiting.advance(1.6, (OPEN, OPEN))
    assert now(waiting) == pytest.approx(2e-3)


def test_a_recording_knows_its_own_resistor(tmp_path):
    recording = Recording.create(
        tmp_path / "run.h5", protocol="memory", series_resistance=500.0,
        origin=datetime(2026, 1, 1, tzinfo=timezone.utc))
    samples = Samples.of([0.0, 1.0], [1.0, 1.0], [1e-3, 1.2e-3])
    recording.begin_phase(Phase("read", 1.0, 1.0, 1.0, 1e-2))
    recording.append(samples, samples.current, samples.current)
    recording.close(Outcome("finished"))
    assert now(load(tmp_path, record_file="run.h5")) == pytest.approx(1e-3 / 0.5)
    bare = load(tmp_path, record_file="run.h5", series_resistance_ohm=0)
    assert now(bare) == pytest.approx(1e-3)


def test_its_caveat_can_be_sent_over_a_bus():
    caveat = Replay(TIME, G).caveat
    assert caveat.isascii()
    assert '"' not in caveat
    assert "replayed record" in caveat


@pytest.mark.parametrize(("entries", "sentence"), [
    ({}, "record_file: is missing"),
    ({"record_file": "none.txt"}, "record_file: .*none.txt does not exist"),
    ({"record_file": "flat.txt"}, "record_file: no sample of the record has a conductance"),
    ({"record_file": "old.txt", "current": 7}, "record_file: .* no column '7'"),
    ({"record_file": "old.txt", "current": 2.5}, "current: must be a column's name or number"),
    ({"record_file": "old.txt", "from_s": 2}, "from_s: must be a number from 0 to 1, not 2"),
    ({"record_file": "old.txt", "start_s": -1}, "start_s: must be a number 0 or more"),
    ({"record_file": "old.txt", "series_resistance_ohm": "1k"}, "series_resistance_ohm: must be"),
    ({"record_file": "old.txt", "speed": 2}, "speed: is unknown; allowed are kind, .* start_s$"),
])
def test_one_sentence_for_each_mistake_in_a_replay(tmp_path: Path, entries, sentence):
    (tmp_path / "old.txt").write_text(TEXT)
    (tmp_path / "flat.txt").write_text("t,V,I\n0,0,0\n1,0,0\n")
    with pytest.raises(DeviceFileError, match=sentence) as caught:
        load(tmp_path, **entries)
    assert "\n" not in str(caught.value)
