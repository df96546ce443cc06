"""Delimited text of time, voltage and current, as laboratories have it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ginsen.records.columns import QUANTITIES, locate
from ginsen.records.dialect import DELIMITERS, decode, parse
from ginsen.records.error import RecordError
from ginsen.types import Record, Samples


def read_text(path: Path | str, *, time: str | int | None = None,
              voltage: str | int | None = None, current: str | int | None = None,
              delimiter: str | None = None) -> Record:
    """A record from a table delimited by tab, semicolon, comma or spaces; no phases are told.

    Columns are known by their header, whose units are converted to s, V and A; or chosen by
    `time`, `voltage`, `current`, each a header name or a number from 1; or, without a header,
    taken in this order as far as the numbers agree. `Record.notes` says how they were read.
    `delimiter` is one character or its name. Comments (#, %), a byte order mark, UTF-16, decimal
    commas and empty fields are understood; empty fields and overflows (9.9E37) become NaN.
    Raises RecordError where a line cannot be read, a time does not rise, or a column is in doubt.
    """
    path = Path(path)
    names = {name: sign for sign, name in DELIMITERS.items()}
    text = parse(path, decode(path), names.get(delimiter, delimiter) if delimiter else None)
    columns, notes = locate(text, str(path),
                            {"time": time, "voltage": voltage, "current": current})
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
