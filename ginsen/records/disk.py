"""The file under an HDF5 file: what HDF5 writes waits in memory and goes to the disk as a whole.

HDF5 does not survive a write that fails: of ten files that met a limit of their size none could be
opened again, and the program crashed at its end ten times (HDF5 2.0.0). So it never sees one. It
also leaves a file torn when it is killed between two writes. Here what the first batch held, in
which every dataset was made and which says how long each is, is changed last and by one write: what
is on its way before counts for nothing yet.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from ginsen.records.lock import hold

PATIENCE = 10.0
"""Seconds after which a disk that does not answer is taken for gone."""

Parts = list[tuple[int, bytes]]
"""Bytes and where they go, in the order in which they were written."""

Writes = dict[tuple[int, int], bytes]
"""Bytes by where they go and how many they are, in the order in which they were written."""


@dataclass(frozen=True)
class Batch:
    """What a file gains at once, and how long it is then."""

    writes: Writes
    end: int


class DiskFile:
    """A new file, as h5py takes one in the place of a path.

    `cut` takes what has been written since the last time, `store` puts it on disk. Only `store`
    may fail, or block for as long as a network share pleases; it may run in another thread.
    Raises FileExistsError or another OSError where the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._disk = path.open("x+b", buffering=0)
        hold(self._disk.fileno())
        # A position of its own: HDF5 may read back while the last batch is on its way.
        self._reader = path.open("rb", buffering=0)
        self._countable = os.fstat(self._disk.fileno()).st_nlink > 0
        self._waiting: Writes = {}
        self._leaving: Writes = {}
        self._position = self._end = self._stored = 0
        self._head = bytearray()  # what the first batch held, as it is now
        self._abandoned = False
        self._storing = threading.Lock()

    # -- what HDF5 calls ------------------------------------------------------------------------

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Where the next bytes are read or written."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._end}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Where that is."""
        return self._position

    def read(self, size: int) -> bytes:
        """As `readinto`; h5py knows a file by this."""
        data = bytearray(size)
        self.readinto(memoryview(data))
        return bytes(data)

    def readinto(self, into: memoryview) -> int:
        """The bytes as they will be; zeros where the disk no longer gives any."""
        start, size = self._position, len(into)
        data = bytearray(size)
        # Taken before the disk is asked: what is stored meanwhile is then in both.
        later = self._leaving, self._waiting
        if not self._abandoned:
            with contextlib.suppress(OSError):
                self._reader.seek(start)
                stored = self._reader.read(size) or b""
                data[:len(stored)] = stored
        for writes in later:
            for (offset, length), part in writes.items():
                first, last = max(offset, start), min(offset + length, start + size)
                if first < last:
                    data[first - start:last - start] = part[first - offset:last - offset]
        into[:] = data
        self._position += size
        return size

    def write(self, data: memoryview) -> int:
        """Kept until the next `cut`."""
        part = bytes(data)
        # Taken out first: of two that overlap the later one must stand later.
        self._waiting.pop((self._position, len(part)), None)
        self._waiting[self._position, len(part)] = part
        self._position += len(part)
        self._end = max(self._end, self._position)
        return len(part)

    def truncate(self, size: int | None = None) -> int:
        """How long the file is to be."""
        self._end = self._position if size is None else size
        return self._end

    def flush(self) -> None:
        """Nothing: it is `store` that reaches the disk."""

    # -- what a recording calls -----------------------------------------------------------------

    def cut(self) -> Batch:
        """What has been written since the last cut; to be called while HDF5 rests."""
        self._leaving, self._waiting = self._waiting, {}
        return Batch(self._leaving, self._end)

    def store(self, batch: Batch) -> None:
        """Put a batch on disk and wait until the disk has it.

        What is new goes first, behind all there was; only then are bytes in place changed that
        say so, those of the first batch last and at once. A full disk therefore leaves the file as
        the last batch had left it, and so does a kill before the end. Raises OSError, also where
        the file is no longer under its name.
        """
        if self._abandoned or not self._storing.acquire(timeout=PATIENCE):
            raise OSError(5, "the file was given up", str(self.path))
        try:
            self._store(batch)
        finally:
            self._storing.release()

    def _store(self, batch: Batch) -> None:
        if not self.path.exists() or (self._countable
                                      and os.fstat(self._disk.fileno()).st_nlink == 0):
            raise FileNotFoundError(2, "the file is no longer there", str(self.path))
        parts = [(offset, part) for (offset, _), part in batch.writes.items()]
        old, new = _split(parts, self._stored)
        head, behind = _split(old, len(self._head))
        if new:
            self._put(new)
            self._disk.truncate(batch.end)
            self._sync()
        if behind:
            self._put(behind)
        if head:
            self._put([_laid_over(self._head, head)])
        if old:
            self._sync()
        if not self._stored:
            self._head = bytearray(batch.end)
            _laid_over(self._head, new)
        self._stored = batch.end
        self._leaving = {}

    def abandon(self) -> None:
        """From now on the disk is neither read nor written; HDF5 can still close its file."""
        self._abandoned = True

    def rescue(self, path: Path) -> None:
        """Copy what stands on the disk, though it may have lost its name. Raises OSError."""
        with path.open("xb") as copy:
            self._reader.seek(0)
            while part := self._reader.read(1 << 20):
                copy.write(part)

    def close(self) -> None:
        """Give the file back to the system."""
        if self._abandoned:  # which may never return, where a share is gone
            with contextlib.suppress(RuntimeError):  # no thread begins once Python ends
                threading.Thread(target=self._close, daemon=True).start()
        else:
            self._close()

    def _close(self) -> None:
        for each in (self._reader, self._disk):
            with contextlib.suppress(OSError):  # a share that is gone says so here once more
                each.close()

    def _put(self, parts: Parts) -> None:
        for offset, part in parts:
            self._disk.seek(offset)
            left = memoryview(part)
            while left:
                left = left[self._disk.write(left):]

    def _sync(self) -> None:
        os.fsync(self._disk.fileno())


def _split(parts: Parts, at: int) -> tuple[Parts, Parts]:
    """What goes before and what behind a place in the file, each in the order of `parts`."""
    before, behind = [], []
    for offset, part in parts:
        inside = max(0, min(len(part), at - offset))
        if inside:
            before.append((offset, part[:inside]))
        if inside < len(part):
            behind.append((offset + inside, part[inside:]))
    return before, behind


def _laid_over(whole: bytearray, parts: Parts) -> tuple[int, bytes]:
    """Put parts into `whole`; returns the one stretch of it that holds them all."""
    for offset, part in parts:
        whole[offset:offset + len(part)] = part
    first = min((offset for offset, _ in parts), default=0)
    last = max((offset + len(part) for offset, part in parts), default=0)
    return first, bytes(whole[first:last])
