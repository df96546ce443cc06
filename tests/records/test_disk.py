"""What HDF5 writes reaches the disk whole, in an order that a full disk cannot spoil."""

import errno
import os

import numpy as np
import pytest

from ginsen.records.disk import DiskFile


@pytest.fixture
def file(tmp_path):
    made = DiskFile(tmp_path / "file")
    yield made
    made.close()


def put(file, offset, data):
    file.seek(offset)
    file.write(memoryview(data))


def stored(file):
    return file.path.read_bytes()


def test_nothing_reaches_the_disk_before_it_is_stored(file):
    put(file, 0, b"abcdef")
    assert stored(file) == b""
    batch = file.cut()
    put(file, 0, b"XY")
    file.store(batch)
    assert stored(file) == b"abcdef"
    file.store(file.cut())
    assert stored(file) == b"XYcdef"


def test_reads_what_was_written_wherever_it_is(file):
    random = np.random.default_rng(1)
    expected = bytearray(400)
    put(file, 0, bytes(expected))
    for step in range(200):
        at, size = random.integers(0, 380), random.integers(1, 20)
        data = random.bytes(size)
        put(file, at, data)
        expected[at:at + size] = data
        if step % 7 == 0:
            batch = file.cut()
        if step % 7 == 3:
            file.store(batch)
        first, last = sorted(random.integers(0, 400, 2))
        file.seek(first)
        assert file.read(last - first) == bytes(expected[first:last])
    file.store(file.cut())
    assert stored(file) == bytes(expected)


def test_what_is_new_goes_first_and_without_room_for_it_nothing_old_is_touched(file, monkeypatch):
    put(file, 0, b"head" + b"0" * 96)
    file.store(file.cut())
    put(file, 0, b"HEAD")
    put(file, 90, b"1" * 30)  # across the end
    write, puts = DiskFile._put, []

    def full(self, parts):
        puts.append(parts)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    batch = file.cut()
    with monkeypatch.context() as broken:
        broken.setattr(DiskFile, "_put", full)
        with pytest.raises(OSError, match="space"):
            file.store(batch)
    assert puts == [[(100, b"1" * 20)]]
    assert stored(file) == b"head" + b"0" * 96
    assert write is DiskFile._put
    file.store(batch)
    assert stored(file) == b"HEAD" + b"0" * 86 + b"1" * 30


def test_what_the_first_batch_held_is_changed_last_and_by_one_write(file, monkeypatch):
    put(file, 0, b"head" + b"0" * 96)
    file.store(file.cut())
    put(file, 100, b"1" * 50)
    file.store(file.cut())
    put(file, 80, b"C")
    put(file, 10, b"A")
    put(file, 120, b"2" * 40)  # in place, and across the end
    put(file, 98, b"xyz")  # across the end of the first
    write, puts = DiskFile._put, []

    def noting(self, parts):
        puts.append(parts)
        write(self, parts)

    monkeypatch.setattr(DiskFile, "_put", noting)
    file.store(file.cut())
    assert puts == [[(150, b"2" * 10)], [(120, b"2" * 30), (100, b"z")],
                    [(10, b"A" + b"0" * 69 + b"C" + b"0" * 17 + b"xy")]]
    assert stored(file)[10:101] == puts[2][0][1] + b"z"
    assert stored(file)[:10] == b"head000000"


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_lost_its_name_is_noticed_and_can_be_rescued(file, tmp_path, replaced):
    put(file, 0, b"precious")
    file.store(file.cut())
    file.path.unlink()
    if replaced:
        file.path.write_bytes(b"somebody else's")
    put(file, 0, b"PRECIOUS")
    with pytest.raises(FileNotFoundError):
        file.store(file.cut())
    file.rescue(tmp_path / "rescued")
    assert (tmp_path / "rescued").read_bytes() == b"precious"
    if replaced:
        assert stored(file) == b"somebody else's"


def test_an_abandoned_file_still_takes_what_hdf5_has_to_say_and_stores_nothing(file):
    put(file, 0, b"abc")
    file.store(file.cut())
    file.abandon()
    put(file, 0, b"xyz")
    file.seek(0)
    assert file.read(5) == b"xyz\0\0"
    with pytest.raises(OSError, match="given up"):
        file.store(file.cut())
    assert stored(file) == b"abc"
