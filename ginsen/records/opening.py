"""An HDF5 file from anywhere, opened as data: no link followed, no filter loaded, no size believed.

HDF5 can point out of a file (external links and storage, virtual datasets), load a filter's code
from a library, and claim more rows than there are atoms. A run file does none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ginsen.records.error import RecordError
from ginsen.records.layout import FORMAT, TABLES, VERSION, Kind
from ginsen.records.table_file import TYPES

SIGNATURE = b"\x89HDF\r\n\x1a\n"  # HDF5 File Format Specification 3.0, II.A
MOST_ROWS_A_CHUNK = 1 << 20
_TEXT = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])
"""How HDF5 keeps a text in a column: its length, and where in a heap it is (Specification 3.0,
IV.B, global heap ID, with offsets of eight bytes)."""


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A run file, open for reading. Raises RecordError for what is none, or from inside `with`."""
    # Unlocked: a file is replaced whole or not at all, and `recover` reads what it has locked.
    with telling_damage(path), h5py.File(path, "r", rdcc_nbytes=1 << 20, locking=False) as file:
        if file.attrs.get("format") != FORMAT:
            raise RecordError(f"{path} is HDF5 but not a Ginsen run file: its root has no "
                              f"attribute format = {FORMAT!r}")
        if int(file.attrs["version"]) > VERSION:
            raise RecordError(f"{path} has layout {int(file.attrs['version'])}, newer than the "
                              f"{VERSION} this Ginsen reads; update Ginsen")
        yield file


@contextmanager
def telling_damage(path: Path) -> Iterator[None]:
    """Tell as a RecordError whatever a damaged file makes of reading it."""
    try:
        yield
    except RecordError:
        raise
    except Exception as fault:
        raise RecordError(f"{path} is a damaged HDF5 file: {fault}") from fault


def columns_in(file: Any, name: str, size: int) -> dict[str, Any]:
    """The columns of one table of an open run file of `size` bytes, as h5py datasets.

    Raises RecordError for a column that is not stored in this file as ours are. A file of layout
    1 has no checksums of texts.
    """
    table = TABLES[name]
    columns = table.columns if int(file.attrs["version"]) == 1 else table.stored
    group = _inside(file, name, h5py.Group)
    return {column: _checked(_inside(group, column, h5py.Dataset), kind, size)
            for column, kind in columns.items()}


def _inside(group: Any, name: str, kind: type) -> Any:
    """What a group holds itself under a name."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise RecordError(f"{group.file.filename} does not hold {name!r} itself but points "
                          "elsewhere, or nowhere; that is not followed")
    found = group[name]
    if not isinstance(found, kind):
        raise RecordError(f"{group.file.filename}: {found.name} is not what a run file has there")
    return found


def _checked(column: Any, kind: Kind, size: int) -> Any:
    where = f"{column.file.filename}: {column.name}"
    settings = column.id.get_create_plist()
    if column.external or column.is_virtual or column.ndim != 1 or column.chunks is None:
        raise RecordError(f"{where} is not a column that grows in this file")
    if kind == "text":
        fits = column.dtype.kind == "O" and h5py.check_string_dtype(column.dtype) is not None
    else:
        fits = column.dtype == TYPES[kind]
    if not fits:
        raise RecordError(f"{where} holds {column.dtype}; a run file has {TYPES[kind]} there")
    filters = [settings.get_filter(at)[0] for at in range(settings.get_nfilters())]
    if any(code != h5py.h5z.FILTER_FLETCHER32 for code in filters):
        raise RecordError(f"{where} goes through HDF5 filters {filters}; a run file has none but "
                          "checksums (undo them with h5repack -f NONE)")
    width = _TEXT.itemsize if kind == "text" else column.dtype.itemsize
    if column.chunks[0] > MOST_ROWS_A_CHUNK or column.shape[0] * width > size:
        raise RecordError(f"{where} claims {column.shape[0]} rows; a file of {size} bytes can't "
                          "hold them")
    if kind == "text" and _length_of_texts(column) > size:
        raise RecordError(f"{where} claims longer texts than a file of {size} bytes can hold")
    return column


def _length_of_texts(column: Any) -> int:
    """Bytes of all texts of a column, without reading one."""
    total = 0
    for at in range(0, column.shape[0], column.chunks[0]):
        _, raw = column.id.read_direct_chunk((at,))
        rows = np.frombuffer(raw, _TEXT)[:column.shape[0] - at]
        total += int(rows["length"].sum(dtype=np.uint64))
    return total


def values_of(column: Any, rows: int) -> Any:
    """The first rows of a column. Raises RecordError, naming rows, where a checksum fails."""
    text = h5py.check_string_dtype(column.dtype) is not None
    try:
        return column.asstr()[:rows] if text else column[:rows]
    except OSError:
        at = whole_rows(column, rows)
        raise RecordError(
            f"{column.file.filename}: {column.name} is damaged from row {at} on (its checksum "
            "fails, or it can't be read); `ginsen recover` keeps what is whole") from None


def whole_rows(column: Any, rows: int) -> int:
    """How many rows of a column, from the first on, can be read."""
    for at in range(0, rows, column.chunks[0]):
        try:
            column[at:min(at + column.chunks[0], rows)]
        except OSError:
            return at
    return rows
