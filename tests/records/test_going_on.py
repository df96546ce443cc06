"""Whatever becomes of its disk, a run goes on in a second file, or ends with a sentence."""

import errno
import json
import os
import shutil
import sys
import threading

import h5py
import numpy as np
import pytest
from staged_runs import DT, add, begun, check, elsewhere, end, phase

import ginsen.records.recording as module
from ginsen.records import RecordError, read_record
from ginsen.records.disk import DiskFile
from ginsen.records.reading import pairs_of, read_tables
from ginsen.types import Outcome


@pytest.fixture(autouse=True)
def state_folder(tmp_path, monkeypatch):
    """No test leaves anything in the folders of whoever runs it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))
    monkeypatch.setattr(module, "folders_elsewhere",
                        lambda asked, avoid: (*asked, tmp_path / "state"))


@pytest.fixture
def broken(monkeypatch):
    """A function after which no file whose path contains a word can be written."""
    words, put = [], DiskFile._put

    def fail(file, parts):
        if any(word in str(file.path) for word in words):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.path))
        put(file, parts)

    monkeypatch.setattr(DiskFile, "_put", fail)
    return words.append


def whole(recording):
    return read_tables(*recording.files)


def test_a_full_disk_in_the_middle_of_a_phase(tmp_path, broken, caplog):
    recording = begun(tmp_path / "runs" / "run.h5")
    recording.begin_phase(phase("pulse"))
    add(recording, 100)
    end(recording, "pulse", 0)
    recording.begin_phase(phase("read"))
    add(recording, 50)
    recording.flush()
    broken("runs")
    add(recording, 70)
    recording.flush()
    first, second = recording.files
    assert (first, second) == (recording.path, tmp_path / "state" / "run-continued.h5")
    assert f"{first} can no longer be written: No space left on device; the recording goes on in " \
           f"{second}" in caplog.text
    add(recording, 80)
    end(recording, "read", 100)
    recording.log("INFO", "over")
    recording.close(Outcome("finished"))
    tables = whole(recording)
    check(tables, 300)
    assert list(tables["phases"]["name"]) == ["pulse", "read"]
    assert list(tables["log"]["text"]) == ["over"]
    record = read_record(*recording.files)
    assert record.outcome == Outcome("finished")
    assert record.spans[1].integration == DT / 2
    assert record.notes == ("run.h5 could no longer be written (No space left on device): from "
                            "sample 150 on the run is recorded in run-continued.h5",)
    # What each holds by itself, opened without us.
    with h5py.File(first) as file:
        assert file["samples/time_s"].shape == (150,)
        assert list(file["outcome/outcome"].asstr()) == ["running"]
    alone = read_record(second)
    assert [span.name for span in alone.spans] == ["read"]
    assert len(alone.samples) == 150
    told = pairs_of(read_tables(second)["provenance"])
    assert told["continues"] == pairs_of(read_tables(first)["provenance"])["id"] != told["id"]


@pytest.mark.parametrize("at", ["before the first phase", "between two phases", "at close"])
def test_a_full_disk_at_any_moment(tmp_path, broken, at):
    recording = begun(tmp_path / "runs" / "run.h5")
    if at == "before the first phase":
        broken("runs")
    recording.begin_phase(phase("one"))
    add(recording, 40)
    end(recording, "one", 0)
    if at == "between two phases":
        recording.flush()
        broken("runs")
        recording.log("INFO", "nothing but a line")
        recording.flush()
    recording.begin_phase(phase("two"))
    add(recording, 60)
    end(recording, "two", 40)
    if at == "at close":
        recording.flush()
        broken("runs")
    recording.close(Outcome("aborted", "stopped by the user"))
    assert len(recording.files) == 2
    check(whole(recording), 100)
    assert read_record(*recording.files).outcome == Outcome("aborted", "stopped by the user")


def test_one_disk_after_the_other(tmp_path, broken):
    recording = begun(tmp_path / "runs" / "run.h5", elsewhere=[tmp_path / "second"])
    recording.begin_phase(phase("read"))
    for word in ("runs", "second"):
        add(recording, 25)
        recording.flush()
        broken(word)
        add(recording, 25)
        recording.flush()
    end(recording, "read", 0)
    recording.close(Outcome("finished"))
    assert [path.parent.name for path in recording.files] == ["runs", "second", "state"]
    check(whole(recording), 100)
    assert list(whole(recording)["phases"]["name"]) == ["read"]


def test_nowhere_left_to_write_is_told_at_the_next_call(tmp_path, broken):
    recording = begun(tmp_path / "runs" / "run.h5")
    recording.begin_phase(phase("read"))
    add(recording, 30)
    recording.flush()
    broken("/")
    add(recording, 10)
    recording.flush()
    for call in (lambda: add(recording, 10), lambda: recording.close(Outcome("finished"))):
        with pytest.raises(RecordError, match="nothing more is recorded"):
            call()
    recording.close(Outcome("finished"))
    assert len(read_record(tmp_path / "runs" / "run.h5").samples) == 30
    assert [path.name for path in tmp_path.rglob("*.h5")] == ["run.h5"]


def test_a_name_that_is_taken_elsewhere_is_not_overwritten(tmp_path, broken):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "run-continued.h5").write_text("of yesterday")
    recording = begun(tmp_path / "runs" / "run.h5")
    broken("runs")
    add(recording, 10)
    recording.close(Outcome("finished"))
    assert recording.files[1].name == "run-continued-2.h5"
    assert (tmp_path / "state" / "run-continued.h5").read_text() == "of yesterday"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no file that is open")
@pytest.mark.parametrize("lose", ["file", "folder", "replaced"])
def test_a_file_deleted_underneath_is_given_a_name_again(tmp_path, lose):
    recording = begun(tmp_path / "runs" / "run.h5")
    recording.begin_phase(phase("read"))
    add(recording, 30)
    recording.flush()
    if lose == "folder":
        shutil.rmtree(tmp_path / "runs")
    else:
        recording.path.unlink()
    if lose == "replaced":
        recording.path.write_text("somebody else's")
    add(recording, 20)
    recording.flush()
    add(recording, 10)
    end(recording, "read", 0)
    recording.close(Outcome("finished"))
    assert [path.name for path in recording.files] == ["run-rescued.h5", "run-continued.h5"]
    check(whole(recording), 60)
    if lose == "replaced":
        assert recording.path.read_text() == "somebody else's"


def test_a_share_that_hangs_holds_nobody_up(tmp_path, monkeypatch):
    """Whoever measures goes on at once; the write that never returns is left behind."""
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    stuck, free = threading.Event(), threading.Event()
    put = DiskFile._put

    def hang(file, parts):
        if stuck.is_set() and "runs" in str(file.path):
            free.wait(30)
        put(file, parts)

    monkeypatch.setattr(DiskFile, "_put", hang)
    recording = begun(tmp_path / "runs" / "run.h5")
    recording.begin_phase(phase("read"))
    add(recording, 30)
    recording.flush()
    stuck.set()
    add(recording, 20)
    end(recording, "read", 0)
    recording.close(Outcome("finished"))
    free.set()
    assert len(recording.files) == 2
    check(whole(recording), 50)


LIMITED = """
import json, resource
from pathlib import Path
from ginsen.types import Outcome
folder = Path(sys.argv[1])
recording = begun(folder / "run.h5", elsewhere=[folder / "a", folder / "b"])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
for number in range(4):
    first = recording.count
    recording.begin_phase(phase(f"phase {number}"))
    for _ in range(8):
        add(recording, 500)
    recording.flush()
    end(recording, f"phase {number}", first)
if len(sys.argv) > 3:
    print(json.dumps([str(path) for path in recording.files]))
    sys.exit("left open")
recording.close(Outcome("finished"))
print(json.dumps([str(path) for path in recording.files]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size")
@pytest.mark.parametrize("limit", [600_000, 1_000_000])
@pytest.mark.parametrize("ending", ["closed", "left open"])
def test_writes_that_the_system_really_refuses(tmp_path, limit, ending):
    """No file may pass the limit: HDF5 alone would lose the first one and crash at the end."""
    left = ["left open"] if ending == "left open" else []
    process = elsewhere(LIMITED, str(tmp_path), str(limit), *left)
    assert process.returncode == (1 if left else 0), process.stderr
    files = json.loads(process.stdout)
    assert len(files) >= 2
    check(read_tables(*files), 16_000)
    for each in files:
        with h5py.File(each) as file:
            assert not np.isnan(file["samples/time_s"][:]).any()
    assert read_record(*files).outcome.state == ("interrupted" if left else "finished")
