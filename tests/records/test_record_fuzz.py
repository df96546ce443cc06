"""Whatever the bytes of a file: a Record or one RecordError; nothing else, and never for long."""

import contextlib
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staged_runs import add, begun, end, phase

from ginsen.records import RecordError, read_record, read_text
from ginsen.records.recovery import recover
from ginsen.types import Outcome, Record

QUICK = settings(deadline=None, derandomize=True, max_examples=60,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a small whole run."""
    path = tmp_path_factory.mktemp("run") / "run.h5"
    recording = begun(path, parameters={"pulse_voltage": (5.0, "V")},
                      identities={"smu": "KEITHLEY INSTRUMENTS,MODEL 2450,04,1.7.12b"})
    for name in ("pulse", "read"):
        first = recording.count
        recording.begin_phase(phase(name))
        add(recording, 40)
        end(recording, name, first)
    recording.close(Outcome("finished"))
    return path.read_bytes()


def read_or_refused(path, read=read_record):
    with contextlib.suppress(RecordError):
        assert isinstance(read(path), Record)


# Half of the positions fall where something stands: most of a small file is reserved, and zero.
@QUICK
@given(flips=st.lists(st.tuples(st.integers(0, 2**31), st.integers(1, 255), st.booleans()),
                      min_size=1, max_size=20))
def test_recordings_with_any_bytes_changed(good, tmp_path, flips):
    full = [at for at, byte in enumerate(good) if byte]
    content = bytearray(good)
    for at, change, anywhere in flips:
        content[at % len(good) if anywhere else full[at % len(full)]] ^= change
    path = tmp_path / "changed.h5"
    path.write_bytes(content)
    read_or_refused(path)


@QUICK
@given(cut=st.integers(0, 2**31), start=st.integers(0, 2**31), more=st.binary(max_size=50))
def test_recordings_with_any_piece_cut_out(good, tmp_path, cut, start, more):
    at = start % len(good)
    path = tmp_path / "cut.h5"
    path.write_bytes(good[:at] + more + good[at + cut % (len(good) - at):])
    read_or_refused(path)


@settings(QUICK, max_examples=25)
@given(flips=st.lists(st.tuples(st.integers(0, 2**31), st.integers(1, 255)), min_size=1,
                      max_size=8), cut=st.integers(0, 3000))
def test_recovery_of_anything_says_one_sentence(good, tmp_path, flips, cut):
    full = [at for at, byte in enumerate(good) if byte]
    content = bytearray(good)
    for at, change in flips:
        content[full[at % len(full)]] ^= change
    path = tmp_path / "damaged.h5"
    path.write_bytes(content[:len(content) - cut])
    before = path.read_bytes()
    told, = recover([path])
    assert "\n" not in told.sentence
    if told.path is None:
        assert path.read_bytes() == before
    else:
        assert isinstance(read_record(told.path), Record)
    assert threading.active_count() < 20


NUMBER = st.one_of(st.floats().map(repr), st.integers().map(str),
                   st.sampled_from(["", "nan", "1,5", "9.9E37", "1e999", "-", "0x1", "1_0", "１"]))
LINE = st.one_of(st.lists(NUMBER, max_size=6).flatmap(
    lambda fields: st.sampled_from(["\t", ";", ",", " ", "  "]).map(lambda by: by.join(fields))),
    st.text(max_size=30), st.sampled_from(["Time (s),Voltage (V),Current (A)", "# t V I", "%"]))


@QUICK
@given(content=st.one_of(
    st.binary(max_size=300),
    st.lists(LINE, max_size=12).map(lambda lines: "\n".join(lines).encode("utf-8", "ignore")),
    st.lists(LINE, max_size=6).map(lambda lines: "\r\n".join(lines).encode("utf-16", "ignore"))))
def test_text_files_of_any_content(tmp_path, content):
    path = tmp_path / "any.txt"
    path.write_bytes(content)
    read_or_refused(path)
    read_or_refused(path, read_text)
