"""What can still be read of a damaged run file: a truncated one, or one whose checksums fail."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ginsen.records.checks import check_tables, damaged_texts
from ginsen.records.error import RecordError
from ginsen.records.layout import CHECK, TABLES, Kind
from ginsen.records.opening import columns_in, opened, telling_damage
from ginsen.records.table_file import FILLS, TYPES
from ginsen.records.tables import Tables

LOST = "(damaged)"
"""Stands for a text that is lost."""

_SUPERBLOCK_END = slice(40, 48)
"""Where superblock 0 says how long the file is (HDF5 File Format Specification 3.0, II.A)."""


def salvaged(path: Path, copy: Path) -> tuple[Tables, tuple[str, ...]]:
    """The tables of a damaged run file as far as they go, and what is to be said of them.

    `copy` is made of it to be worked on. Rows are kept up to the first chunk that is not there, or
    whose checksum fails. The last chunk, which was being written when a machine lost power, is kept
    as it was found, and that is said. Raises RecordError where nothing can be read.
    """
    shutil.copyfile(path, copy)
    size = path.stat().st_size
    with copy.open("r+b") as file:
        head = file.read(_SUPERBLOCK_END.stop)
        end = int.from_bytes(head[_SUPERBLOCK_END], "little")
        if head[8:9] == b"\0" and size < end <= 16 * size:
            file.truncate(end)  # HDF5 opens no file that is shorter than it says
    notes: list[str] = []
    tables: dict[str, Any] = {}
    with opened(copy) as file:
        for name in TABLES:
            columns = columns_in(file, name, copy.stat().st_size)
            tables[name] = _table(name, columns, size, notes)
    with telling_damage(path):
        phases, count = tables["phases"], len(tables["phases"]["name"])
        for name in ("samples", "beta"):
            rows = tables[name]["phase"]
            rows[(rows < -1) | (rows >= count)] = -1
        for name in ("first", "stop_index"):
            phases[name] = np.maximum(phases[name], 0)
        check_tables(path, tables)
    if not len(tables["samples"]["time_s"]):
        raise RecordError(f"{path}: no sample can be read any more")
    return tables, tuple(notes)


def _table(name: str, columns: Mapping[str, Any], size: int, notes: list[str]) -> dict[str, Any]:
    """A table as far as its columns go. A sample must be whole; elsewhere a gap is unknown."""
    kinds = TABLES[name].stored
    rows = max(column.shape[0] for column in columns.values())
    table = {column: _texts(data, rows) if kinds[column] == "text"
             else _numbers(data, kinds[column], size, f"{name}/{column}", notes)
             for column, data in columns.items()}
    if name == "samples":
        claimed, rows = rows, min(len(values) for values in table.values())
        rows = int(np.argmax(np.append(np.isnan(table["time_s"][:rows]), True)))
        table = {column: values[:rows] for column, values in table.items()}
        if rows < claimed:
            notes.append(f"of {claimed} rows of samples {rows} could be read")
        return table
    for column, values in table.items():
        if len(values) < rows:
            notes.append(f"of {rows} rows of {name}/{column} {len(values)} could be read")
            table[column] = np.append(values, np.full(rows - len(values), FILLS[kinds[column]],
                                                      values.dtype))
    notes += [f"texts in row {row} of {name} are damaged" for row, _ in damaged_texts(name, table)]
    return {column: values for column, values in table.items() if column != CHECK}


def _numbers(column: Any, kind: Kind, size: int, where: str, notes: list[str]) -> Any:
    """The rows of a column chunk by chunk, as far as they are in the file."""
    parts = [np.empty(0, TYPES[kind])]
    rows, step = column.shape[0], column.chunks[0]
    for at in range(0, rows, step):
        try:
            place = column.id.get_chunk_info_by_coord((at,))
            if place.byte_offset is not None and place.byte_offset + place.size > size:
                break  # what was never told has no place, and reads as unknown
        except Exception:  # the index is damaged here; what h5py makes of it differs
            break
        try:
            parts.append(column[at:min(at + step, rows)])
        except OSError:
            if at + step < rows:
                break
            _, raw = column.id.read_direct_chunk((at,))
            parts.append(np.frombuffer(raw, TYPES[kind], count=step)[:rows - at])
            notes.append(f"{where} fails its checksum in rows {at} to {rows - 1}, which stand as "
                         "they were found")
    return np.concatenate(parts)


def _texts(column: Any, rows: int) -> Any:
    texts = np.full(rows, LOST, dtype=object)
    for row in range(min(rows, column.shape[0])):
        try:
            texts[row] = column.asstr()[row]
        except Exception:  # the same holds here
            continue
    return texts
