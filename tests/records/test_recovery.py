"""Interrupted, scattered and damaged recordings are made whole; the others are left alone."""

import hashlib

import h5py
import numpy as np
import pytest
from staged_runs import add, begun, check, elsewhere, end, phase

import ginsen.records.recording as recording_module
from ginsen.cli import main
from ginsen.records import read_record
from ginsen.records.disk import DiskFile
from ginsen.records.reading import read_tables
from ginsen.records.recovery import recover
from ginsen.types import Outcome

KILLED = """
import os
recording = begun(sys.argv[1])
recording.begin_phase(phase("pulse"))
add(recording, 100)
end(recording, "pulse", 0)
recording.begin_phase(phase("read"))
add(recording, 60)
recording.flush()
os._exit(9)
"""


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def killed(path):
    process = elsewhere(KILLED, str(path))
    assert process.returncode == 9, process.stderr
    return path


def finished(path, count=100):
    recording = begun(path)
    recording.begin_phase(phase("read"))
    while recording.count < count:
        add(recording, min(2000, count - recording.count))
        recording.flush()
    end(recording, "read", 0)
    recording.close(Outcome("finished"))
    return path


def test_an_interrupted_run_is_completed_once(tmp_path):
    path = killed(tmp_path / "run.h5")
    before = read_tables(path)
    told, = recover([path])
    assert told.sentence == (f"{path} holds 160 samples, interrupted: the run's end was never "
                             "written")
    after = read_tables(path)
    check(after, 160)
    for name in ("samples", "about", "station", "provenance", "parameters"):
        for column, values in before[name].items():
            np.testing.assert_array_equal(after[name][column], values)
    assert list(after["outcome"]["outcome"]) == [
        "running", "interrupted: the run's end was never written"]
    assert after["log"]["text"][-1].startswith("made whole by ginsen recover")
    with h5py.File(path) as file:
        assert file["phases/stop_index"][1] == 160
        assert file["outcome/outcome"].asstr()[-1].startswith("interrupted")
    as_it_is = digest(path)
    again, = recover([path])
    assert "is complete (interrupted" in again.sentence
    assert digest(path) == as_it_is
    assert [each.name for each in tmp_path.iterdir()] == ["run.h5"]


def test_a_run_that_ended_is_left_alone(tmp_path):
    path = finished(tmp_path / "run.h5")
    before = digest(path)
    told, = recover([path])
    assert told.sentence == f"{path} is complete (finished) and was left as it is"
    assert digest(path) == before


def test_a_file_that_is_still_written_is_left_alone(tmp_path):
    recording = begun(tmp_path / "run.h5")
    recording.begin_phase(phase("read"))
    add(recording, 30)
    recording.flush()
    before = digest(recording.path)
    told, = recover([recording.path])
    assert "is open in another program, which may still be writing it" in told.sentence
    assert told.path is None
    assert digest(recording.path) == before
    # Meanwhile everybody may read it.
    assert len(read_record(recording.path).samples) == 30
    end(recording, "read", 0)
    recording.close(Outcome("finished"))
    assert "is complete (finished)" in next(recover([recording.path])).sentence


def test_files_in_which_one_run_went_on_are_joined_in_whatever_order_named(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_module, "folders_elsewhere", lambda asked, avoid: asked)
    put, full = DiskFile._put, []

    def fail(file, parts):
        if file.path.parent.name in full:
            raise OSError(28, "No space left on device")
        put(file, parts)

    monkeypatch.setattr(DiskFile, "_put", fail)
    folders = [tmp_path / name for name in "abc"]
    recording = begun(folders[0] / "run.h5", elsewhere=folders[1:])
    recording.begin_phase(phase("read"))
    for name in "ab":
        add(recording, 40)
        recording.flush()
        full.append(name)
        add(recording, 10)
        recording.flush()
    end(recording, "read", 0)
    recording.close(Outcome("finished"))
    full.clear()
    files = recording.files
    kept = digest(files[1])
    told, = recover([files[2], files[0], files[1]])
    assert told.path == files[0]
    assert told.sentence == (f"{files[0]} holds 100 samples, finished; {files[1]} is joined to it "
                             f"and no longer needed; {files[2]} is joined to it and no longer "
                             "needed")
    check(read_tables(files[0]), 100)
    assert len(read_record(files[0]).notes) == 2
    assert digest(files[1]) == kept


def test_of_a_truncated_file_what_is_there_goes_into_a_new_one(tmp_path):
    path = finished(tmp_path / "run.h5", 20_000)
    whole = path.read_bytes()
    path.write_bytes(whole[:-400_000])
    for name in ("run-recovered.h5", "run-recovered-2.h5"):
        told, = recover([path])
        assert told.path == tmp_path / name
        assert f"{path} is damaged and was left as it is" in told.sentence
    tables = read_tables(tmp_path / "run-recovered.h5")
    count = len(tables["samples"]["time_s"])
    assert 4096 <= count < 20_000
    np.testing.assert_array_equal(tables["samples"]["current_A"], np.arange(count))
    assert any("rows of samples" in note for note in
               read_record(tmp_path / "run-recovered.h5").notes)
    assert path.read_bytes() == whole[:-400_000]


def damage(path, table, column, row):
    """Flip a bit of one number of a file, behind HDF5's back."""
    with h5py.File(path) as file:
        data = file[f"{table}/{column}"]
        chunk = data.id.get_chunk_info_by_coord((row - row % data.chunks[0],))
        at = chunk.byte_offset + row % data.chunks[0] * data.dtype.itemsize
    content = bytearray(path.read_bytes())
    content[at + 6] ^= 1
    path.write_bytes(content)


def test_a_bit_that_flipped_is_told_with_where_and_the_rest_is_saved(tmp_path, capsys):
    path = finished(tmp_path / "run.h5", 10_000)
    damage(path, "samples", "current_A", 5000)
    assert main(["analyse", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"ginsen: {path}: /samples/current_A is damaged from row 4096 on (its checksum fails, or "
        "it can't be read); `ginsen recover` keeps what is whole\n")
    told, = recover([path])
    assert "of 10000 rows of samples 4096 could be read" in told.sentence
    check_first = read_tables(told.path)["samples"]["current_A"]
    np.testing.assert_array_equal(check_first, np.arange(4096))


def test_the_last_chunk_is_kept_as_it_was_found_and_that_is_said(tmp_path):
    path = finished(tmp_path / "run.h5", 5000)
    damage(path, "samples", "voltage_V", 4999)
    told, = recover([path])
    record = read_record(told.path)
    assert len(record.samples) == 5000
    np.testing.assert_array_equal(record.samples.current, np.arange(5000))
    assert "samples/voltage_V fails its checksum in rows 4096 to 4999" in record.notes[-1]


def test_a_text_that_was_changed_is_told_and_kept(tmp_path):
    path = finished(tmp_path / "run.h5")
    content = path.read_bytes()
    assert content.count(b"memory") == 1
    path.write_bytes(content.replace(b"memory", b"mimory"))
    told, = recover([path])
    assert "texts in row 1 of provenance are damaged" in told.sentence
    assert read_record(told.path).about["protocol"] == "mimory"


@pytest.mark.parametrize(("name", "content"), [
    ("text.h5", b"hello"), ("empty.h5", b""), ("noise.h5", b"\x89HDF\r\n\x1a\n" + bytes(5000))])
def test_what_is_no_recording_is_said_to_be_none(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    told, = recover([tmp_path / name])
    assert told.path is None
    assert name in told.sentence
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_the_command_says_one_line_a_run_and_fails_if_one_could_not_be_kept(tmp_path, capsys):
    path = finished(tmp_path / "a.h5")
    assert main(["recover", str(path), str(path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["recover", str(path), str(tmp_path / "none.h5")]) == 1
    assert capsys.readouterr().out.splitlines()[1] == (
        f"{tmp_path / 'none.h5'} is no file; name a recording (.h5)")


def test_what_the_guard_did_goes_into_the_log(tmp_path):
    path = killed(tmp_path / "run.h5")
    stamp = "2026-11-20T11:06:00.123+00:00"
    (tmp_path / "run.h5.guard.txt").write_text(f"{stamp} the program ended; smu is off.\n", "utf-8")
    list(recover([path]))
    log = read_tables(path)["log"]
    assert (stamp, "WARNING", "guard: the program ended; smu is off.") in list(
        zip(log["utc"], log["level"], log["text"], strict=True))
