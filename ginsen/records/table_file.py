"""The tables of a run file while they grow: an HDF5 file of columns, nothing added but rows.

HDF5 in its earliest format, without SWMR: of the ways tried, the one whose files still open in
plain h5py after `kill -9`.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from ginsen.records.disk import Batch, DiskFile
from ginsen.records.error import RecordError, RecordExists
from ginsen.records.layout import CHECK, FORMAT, TABLES, VERSION, Kind, text_check

CACHE = 1 << 20
"""Bytes of a column that HDF5 keeps in memory: its last chunk and more."""

TYPES: Mapping[Kind, Any] = {
    "real": np.dtype("<f8"), "whole": np.dtype("<i8"), "flag": np.dtype("u1"),
    "text": h5py.string_dtype("utf-8"),
}
# A row whose place was reserved but whose values never arrived must not read as zero volts.
FILLS: Mapping[Kind, float | None] = {"real": np.nan, "whole": -1, "flag": 0, "text": None}


class TableFile:
    """A new file with every table of `layout.TABLES` in place; one thread at a time writes.

    Raises RecordExists where the path is taken, RecordError where it cannot be made. What is
    written is on disk once the batches of `cut` are stored.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.disk = _new(path)
        self.turn = threading.Lock()
        """To be held by who cuts and stores."""
        self._file = h5py.File(self.disk, "w", libver="earliest", rdcc_nbytes=CACHE)
        # HDF5 would close it after Python has ended, and reach for a file that is gone.
        self._closer = weakref.finalize(self, _shut, self._file, self.disk)
        self._file.attrs["format"], self._file.attrs["version"] = FORMAT, VERSION
        for name, table in TABLES.items():
            for column, kind in table.stored.items():
                self._file.create_dataset(
                    f"{name}/{column}", shape=(0,), maxshape=(None,), chunks=(table.chunk,),
                    dtype=TYPES[kind], fillvalue=FILLS[kind], fletcher32=kind != "text")
        # Looking a dataset up by its path costs more than writing a row to it.
        self._columns = {name: {column: self._file[f"{name}/{column}"] for column in table.stored}
                         for name, table in TABLES.items()}
        self.rows = dict.fromkeys(TABLES, 0)
        self._changed = True

    def add(self, table: str, count: int, values: Mapping[str, npt.ArrayLike]) -> None:
        """Add rows; a column not told grows by its fill value."""
        self._changed = True
        first = self.rows[table]
        for name, column in self._columns[table].items():
            column.resize((first + count,))
            if name in values:
                column[first:first + count] = values[name]
        self.rows[table] = first + count

    def row(self, table: str, **values: float | str) -> None:
        """Add one row, whose texts must all be told."""
        self.fill(table, {name: [value] for name, value in values.items()})

    def fill(self, table: str, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]) -> None:
        """Add rows with all their texts, and the checksums of those."""
        count = len(next(iter(columns.values())))
        if not count:
            return
        texts = {name: [_storable(text) for text in columns[name]] for name in TABLES[table].texts}
        checks = {CHECK: [text_check(row) for row in zip(*texts.values(), strict=True)]}
        self.add(table, count, {**columns, **texts, **(checks if texts else {})})

    def put(self, table: str, row: int, values: Mapping[str, float]) -> None:
        """Set numbers of a row that is there."""
        self._changed = True
        for name, value in values.items():
            self._columns[table][name][row] = value

    def cut(self) -> Batch | None:
        """What the disk does not have yet; None if it has everything."""
        if not self._changed:
            return None
        self._file.flush()
        self._changed = False
        return self.disk.cut()

    def close(self) -> None:
        """Give the file back to the system."""
        self._closer()

    def give_up(self) -> None:
        """Close without going to the disk once more."""
        self.disk.abandon()
        self._closer()


def _new(path: Path) -> DiskFile:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return DiskFile(path)
    except FileExistsError:
        if not path.parent.is_dir():
            raise RecordError(f"{path.parent} is not a folder; name one for the "
                              "recording") from None
        raise RecordExists(f"{path} exists already; a recording is never overwritten, "
                           "choose another name") from None
    except OSError as fault:
        raise RecordError(f"{path} cannot be made: {fault.strerror}") from fault


def _shut(file: Any, disk: DiskFile) -> None:
    """Close a file that nobody has finished, with what can still be stored of it."""
    file.close()
    with contextlib.suppress(OSError):
        disk.store(disk.cut())
    disk.close()


def _storable(text: str) -> str:
    """A text as HDF5 can keep it: it ends at a NUL, which a broken instrument may well send."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")
