"""The run file: what goes in comes out, whoever opens it, however the run ended."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import astuple
from datetime import datetime, timedelta, timezone
from pathlib import Path

import h5py
import numpy as np
import pytest

from ginsen.records import RecordError, Recording, read_record, unique_path
from ginsen.records.disk import DiskFile
from ginsen.records.layout import TABLES
from ginsen.records.reading import read_tables
from ginsen.types import Outcome, Phase, Samples, Span, SpectralFit

ORIGIN = datetime(2026, 11, 20, 11, 5, tzinfo=timezone.utc)
READ = Phase("read", 0.01, 10.0, 0.1, 1e-3, measure_range=1e-6, rest="open", duty=0.5)
PULSE = READ.named("pulse")


def block(count, start=0.0, seed=0):
    random = np.random.default_rng(seed)
    time_ = start + 0.1 * np.arange(count)
    return Samples(time_, np.full(count, 0.01), random.normal(1e-6, 1e-8, count),
                   random.random(count) < 0.1, np.full(count, 1e-6), np.full(count, 1e-10))


def create(path, **changes):
    told = {"protocol": "memory", "origin": ORIGIN, "seed": 7, "series_resistance": 1e4,
            "about": {"sample": "W3-12", "operator": " "},
            "parameters": {"pulse_voltage": (5.0, "V")}, "station_text": "[station]\n",
            "identities": {"smu": "KEITHLEY INSTRUMENTS,MODEL 2450,04,1.7.12b"}}
    return Recording.create(path, **{**told, **changes})


def add(recording, samples):
    g = samples.current / samples.voltage
    recording.append(samples, g, 0.01 * g)


def write_run(path):
    """Two phases of 30 and 50 samples with a dead time of 0.4 s between; samples and spans."""
    first, second = block(30), block(50, start=3.3, seed=1)
    spans = (Span("pulse", 5.0, first.time[0], first.time[-1], 0, 30,
                  measure_range=PULSE.measure_range or np.nan, nplc=PULSE.nplc),
             Span("read", 0.01, second.time[0], second.time[-1], 30, 80, dead_time=0.4,
                  measure_range=READ.measure_range or np.nan, nplc=READ.nplc))
    recording = create(path)
    recording.begin_phase(PULSE)
    add(recording, first[:10])
    add(recording, first[10:])
    recording.end_phase(spans[0])
    recording.begin_phase(READ)
    add(recording, second)
    recording.end_phase(spans[1])
    recording.close(Outcome("finished"))
    return Samples.joined([first, second]), spans


def test_what_goes_in_comes_out(tmp_path):
    samples, spans = write_run(tmp_path / "run.h5")
    record = read_record(tmp_path / "run.h5")
    for got, given in zip(record.samples.columns(), samples.columns(), strict=True):
        np.testing.assert_array_equal(got, given)
        assert got.dtype == given.dtype
    np.testing.assert_equal([astuple(span) for span in record.spans],
                            [astuple(span) for span in spans])
    assert record.outcome == Outcome("finished")
    assert record.origin == ORIGIN
    assert record.series_resistance == 1e4
    assert record.about["sample"] == "W3-12"
    assert record.about["operator"] == record.about["humidity"] == "unknown"
    assert record.about["protocol"] == "memory"
    assert record.about["seed"] == "7"
    assert record.about["numpy"] == np.__version__
    assert record.notes == ()


def test_opens_in_plain_h5py_as_plain_arrays_of_equal_length(tmp_path):
    write_run(tmp_path / "run.h5")
    with h5py.File(tmp_path / "run.h5") as file:
        assert set(file) == set(TABLES)
        for name, table in TABLES.items():
            lengths = {file[name][column].shape for column in table.columns}
            assert len(lengths) == 1, name
            assert all(file[name][column].compression is None for column in table.columns)
        np.testing.assert_array_equal(file["samples/phase"][:], [0] * 30 + [1] * 50)
        assert list(file["phases/rest"].asstr()) == ["open", "open"]
        assert np.isnan(file["phases/source_range_V"][0])
        assert file["phases/measure_range_A"][0] == 1e-6
        assert list(file["outcome/outcome"].asstr()) == ["running", "finished"]
        parameters = {name: (value, unit) for name, value, unit in zip(
            *(file["parameters"][c].asstr() for c in ("name", "value", "unit")), strict=True)}
        assert parameters == {"pulse_voltage": ("5.0", "V")}
        assert "[station]\n" in list(file["station/value"].asstr())


def test_every_dataset_stands_before_the_first_sample(tmp_path):
    recording = create(tmp_path / "run.h5")
    with h5py.File(tmp_path / "run.h5") as file:
        assert {f"{t}/{c}" for t, table in TABLES.items() for c in table.stored} \
            == {f"{t}/{c}" for t in file for c in file[t]}
    recording.close(Outcome("aborted"))


def test_beta_events_and_log_are_kept(tmp_path):
    recording = create(tmp_path / "run.h5")
    recording.begin_phase(READ)
    recording.beta(256, SpectralFit(1.2, 1.0, 1.4, amplitude=1e-20, floor=1e-24,
                                    band=(0.01, 4.0), count=256, goodness=0.4,
                                    sub_bands=((0.01, 0.2, 1.1, 0.2), (0.2, 4.0, 1.3, 0.1))), 25.6)
    recording.beta(1024, SpectralFit(None, None, None, reason="drift: 9 σ"), 102.4)
    recording.event(3.0, "compliance", "1 mA\0reached")
    recording.log("warning", "ΔV = 2 µV", utc=ORIGIN.astimezone(timezone(timedelta(hours=9))))
    recording.close(Outcome("failed", "the cable fell out"))
    with h5py.File(tmp_path / "run.h5") as file:
        beta = file["beta"]
        np.testing.assert_array_equal(beta["beta"][:], [1.2, np.nan])
        np.testing.assert_array_equal(beta["band_high_Hz"][:], [4.0, np.nan])
        assert list(beta["reason"].asstr()) == ["", "drift: 9 σ"]
        assert list(beta["window"]) == [256, 1024]
        np.testing.assert_array_equal(file["sub_bands/beta"][:], [1.1, 1.3])
        assert list(file["sub_bands/beta_row"]) == [0, 0]
        assert file["events/text"].asstr()[0] == "1 mA\\0reached"
        assert file["log/utc"].asstr()[0] == "2026-11-20T11:05:00+00:00"
        assert Outcome.parse(file["outcome/outcome"].asstr()[-1]).why == "the cable fell out"


def test_same_samples_same_bytes(tmp_path):
    def bytes_of(name):
        write_run(tmp_path / name)
        with h5py.File(tmp_path / name) as file:
            return {column: file["samples"][column][:].tobytes() for column in file["samples"]}
    assert bytes_of("a.h5") == bytes_of("b.h5")


def test_never_overwrites(tmp_path):
    write_run(tmp_path / "run.h5")
    before = (tmp_path / "run.h5").read_bytes()
    with pytest.raises(RecordError, match="never overwritten"):
        create(tmp_path / "run.h5")
    assert (tmp_path / "run.h5").read_bytes() == before


def test_names_never_clash(tmp_path):
    names = []
    for _ in range(3):
        path = unique_path(tmp_path / "runs", "memory", ORIGIN)
        create(path).close(Outcome("finished"))
        names.append(path.name)
    assert names == ["2026-11-20T110500Z_memory.h5", "2026-11-20T110500Z_memory-2.h5",
                     "2026-11-20T110500Z_memory-3.h5"]


def test_a_closed_recording_takes_nothing_and_closes_again(tmp_path):
    recording = create(tmp_path / "run.h5")
    recording.close(Outcome("aborted"))
    recording.close(Outcome("finished"))
    recording.flush()
    with pytest.raises(RecordError, match="closed"):
        recording.event(0.0, "stop", "too late")
    with pytest.raises(RecordError, match="holds no sample; its outcome is aborted"):
        read_record(tmp_path / "run.h5")


def test_refuses_columns_of_other_lengths_and_a_phase_that_never_began(tmp_path):
    recording = create(tmp_path / "run.h5")
    with pytest.raises(RecordError, match="5 samples came with 4 conductances"):
        recording.append(block(5), np.zeros(4), np.zeros(5))
    with pytest.raises(RecordError, match="none has begun"):
        recording.end_phase(Span("read", 0.0, 0.0, 0.0, 0, 0))
    recording.close(Outcome("aborted"))
    with pytest.raises(RecordError, match="time zone"):
        create(tmp_path / "other.h5", origin=datetime(2026, 1, 1))


WRITER = """
import sys, time
from datetime import datetime, timezone
import numpy as np
from ginsen.records import Recording
from ginsen.types import Phase, Samples, Span
run = Recording.create(sys.argv[1], protocol="memory", origin=datetime.now(timezone.utc))
for number in range(10**6):
    run.begin_phase(Phase(f"phase {number}", 0.01, 1.0, 0.001, 1e-3))
    first, until = run.count, time.monotonic() + 0.3
    while time.monotonic() < until:
        t = run.count * 1e-3 + 1e-3 * np.arange(50)
        run.append(Samples.of(t, np.full(50, 0.01), np.full(50, time.monotonic())),
                   np.ones(50), np.ones(50))
        run.event(float(t[0]), "block", "another one")
        print(time.monotonic(), flush=True)
    run.end_phase(Span(f"phase {number}", 0.01, first * 1e-3, float(t[-1]), first, run.count))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
@pytest.mark.parametrize("after", [0.7, 1.13, 1.6])
def test_kill_9_leaves_all_but_the_last_second(tmp_path, after):
    path = tmp_path / "run.h5"
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE,
                          env={**os.environ, "PYTHONPATH": str(root)}) as writer:
        started = float(writer.stdout.readline())
        while (now := float(writer.stdout.readline())) < started + after:
            pass
        writer.send_signal(signal.SIGKILL)
        written = [now, *map(float, writer.stdout.read().split())]
    with h5py.File(path) as file:
        stamps = file["samples/current_A"][:]
        times = file["samples/time_s"][:]
    # The current carries the writer's own clock: compare with the last block it reported.
    assert stamps[~np.isnan(times)].max() > written[-1] - 1.0
    record = read_record(path)
    np.testing.assert_allclose(np.diff(record.samples.time), 1e-3, rtol=1e-6)
    assert record.outcome.state == "interrupted"
    assert "interrupted" in record.notes[0]
    assert record.spans[-1].stop_index == len(record.samples)
    assert [span.first for span in record.spans[1:]] \
        == [span.stop_index for span in record.spans[:-1]]


def test_killed_between_any_two_writes_a_recording_reads(tmp_path, monkeypatch):
    path, copy = tmp_path / "run.h5", tmp_path / "copy.h5"
    put, seen, torn = DiskFile._put, [], []

    def one_by_one(file, parts):
        for part in parts:
            put(file, [part])
            copy.write_bytes(path.read_bytes())
            try:
                tables = read_tables(copy)
                seen.append((len(tables["samples"]["time_s"]), len(tables["events"]["text"])))
            except RecordError as problem:
                torn.append(str(problem))

    recording = create(path)
    for number in range(2):
        recording.begin_phase(READ.named(f"read {number}"))
        add(recording, block(7, start=number))
        recording.beta(256, SpectralFit(1.2, 1.0, 1.4, count=256), 1.0)
        recording.event(0.0, "note", "here")
        recording.flush()
        recording.end_phase(Span(f"read {number}", 0.01, number, number + 0.6, 7 * number,
                                 7 * number + 7))
        monkeypatch.setattr(DiskFile, "_put", one_by_one)  # in place from here on
    recording.close(Outcome("finished"))
    assert not torn
    assert len(recording.files) == 1
    assert len(seen) > 20
    assert seen == sorted(seen)
    assert {samples % 7 for samples, _ in seen} == {0}
    assert seen[-1] == (14, 2)


def test_what_waits_is_on_disk_within_half_a_second_without_another_call(tmp_path):
    recording = create(tmp_path / "run.h5")
    recording.begin_phase(READ)
    add(recording, block(5))
    until = time.monotonic() + 0.5
    seen = 0
    while seen < 5 and time.monotonic() < until:
        seen = _on_disk(tmp_path / "run.h5", tmp_path / "copy.h5")
    recording.close(Outcome("finished"))
    assert seen == 5


def _on_disk(path, copy):
    """Samples in the bytes the file has now; its copy shares nothing with the open handle."""
    copy.write_bytes(path.read_bytes())
    with h5py.File(copy) as file:
        return file["samples/time_s"].shape[0]


def test_a_run_cut_off_mid_block_reads_up_to_the_last_whole_sample(tmp_path):
    path = tmp_path / "run.h5"
    write_run(path)
    with h5py.File(path, "r+") as file:
        file["outcome/outcome"].resize((1,))
        file["samples/current_A"].resize((60,))
        file["samples/time_s"][58:] = np.nan
        file["phases/dead_time_s"][1] = np.nan
    record = read_record(path)
    assert len(record.samples) == 58
    assert record.spans[1].stop_index == 58
    assert record.spans[1].stop == record.samples.time[-1]
    assert record.spans[1].dead_time == pytest.approx(0.4)
    assert record.outcome.state == "interrupted"


def test_says_what_is_wrong_with_a_file_that_is_no_run(tmp_path):
    whole = tmp_path / "run.h5"
    write_run(whole)
    cases = {"truncated.h5": whole.read_bytes()[:5000], "empty.h5": b"",
             "noise.h5": np.random.default_rng(0).bytes(4000)}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RecordError, match=name):
            read_record(tmp_path / name)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = [1.0]
    with pytest.raises(RecordError, match="not a Ginsen run file"):
        read_record(tmp_path / "other.h5")
    with pytest.raises(RecordError, match="does not exist"):
        read_record(tmp_path / "nowhere.h5")
    with pytest.raises(RecordError, match="folder"):
        read_record(tmp_path)


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    whole = tmp_path / "run.h5"
    write_run(whole)
    content = whole.read_bytes()
    for length in np.linspace(8, len(content) - 1, 40, dtype=int):
        (tmp_path / "short.h5").write_bytes(content[:length])
        with pytest.raises(RecordError, match=r"short\.h5 is a damaged HDF5 file"):
            read_record(tmp_path / "short.h5")
