"""Tables of time, voltage and current, as laboratories have them: text, LabVIEW's, TDMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ginsen.records.columns import QUANTITIES, Quantity, locate
from ginsen.records.dialect import DELIMITERS, Text, decode, parse
from ginsen.records.error import RecordError
from ginsen.records.labview_text import is_labview, parse_labview
from ginsen.records.tdms import SIGNATURE, parse_tdms
from ginsen.types import Record, Samples


def read_text(path: Path | str, *, time: str | int | None = None,
              voltage: str | int | None = None, current: str | int | None = None,
              delimiter: str | None = None) -> Record:
    """A record from a table delimited by tab, semicolon, comma or spaces; no phases are told.

    LabVIEW measurement files and TDMS are tables too.

    Columns are known by their header, whose units are converted to s, V and A; or chosen by
    `time`, `voltage`, `current`, each a header name or a number from 1; or, without a header,
    taken in this order as far as the numbers agree. `Record.notes` says how they were read.
    `delimiter` is one character or its name. Comments (#, %), a byte order mark, UTF-16, decimal
    commas and empty fields are understood; empty fields and overflows (9.9E37) become NaN.
    Raises RecordError where a line cannot be read, a time does not rise, or a column is in doubt.
    """
    path = Path(path)
    chosen: dict[Quantity, str | int | None] = {"time": time, "voltage": voltage,
                                                "current": current}
    if begins_with(path, SIGNATURE):
        table, origin = parse_tdms(path)
        return replace(_record(table, path, chosen), origin=origin)
    written = decode(path)
    if is_labview(written):
        return _record(parse_labview(path, written), path, chosen)
    names = {name: sign for sign, name in DELIMITERS.items()}
    return _record(
        parse(path, written, names.get(delimiter, delimiter) if delimiter else None), path, chosen)


def begins_with(path: Path, signature: bytes) -> bool:
    """Whether a file can be read and begins with these bytes."""
    try:
        with path.open("rb") as file:
            return file.read(len(signature)) == signature
    except (OSError, ValueError):
        return False


def _record(text: Text, path: Path, chosen: Mapping[Quantity, str | int | None]) -> Record:
    """The record in a table."""
    columns, notes = locate(text, str(path), chosen)
    t, v, i = (text.values[:, columns[quantity].index] * columns[quantity].factor
               for quantity in QUANTITIES)
    if t.size < 2:
        raise RecordError(f"{path} has one line of numbers; a record has at least two")
    missing = np.flatnonzero(np.isnan(t))
    if missing.size:
        raise RecordError(f"{path}, line {text.lines[missing[0]]}: the time is missing; every line "
                          "has one")
    back = np.flatnonzero(np.diff(t) <= 0)
    if back.size:
        at = back[0] + 1
        raise RecordError(f"{path}, line {text.lines[at]}: the time {t[at]:g} s does not come "
                          f"after the {t[at - 1]:g} s before it; times rise from line to line")
    return Record(samples=Samples.of(t, v, i), spans=(), notes=(*text.notes, *notes))
