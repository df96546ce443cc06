"""A recording in the words of other programs: bytes to be written to a file.

Each writer takes a run's tables and its header, lines that say which procedure ran with which
parameters.
"""

from __future__ import annotations

import csv
import io
import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.io import savemat

from ginsen.records.export_table import Column, columns_of
from ginsen.records.reading import Tables

_NOTE = 200
"""Characters of a wave note's line: Igor 6 takes commands of at most 400."""


def pymeasure_csv(tables: Tables, header: Sequence[str]) -> bytes:
    """Comma-separated text that PyMeasure's `Results.load` opens, the header in comments."""
    columns = columns_of(tables)
    text = io.StringIO()
    text.writelines(f"#{line}\n" for line in header)
    _rows(text, ",", [[column.heading for column in columns]], columns)
    return text.getvalue().encode("utf-8")


def origin_text(tables: Tables, header: Sequence[str]) -> bytes:
    """Tab-separated text under three lines: long names, units, comments, as Origin takes them.

    What is not a number is an empty cell, Origin's missing value. The byte order mark lets Origin
    see that the text is UTF-8. The header has no place in it.
    """
    columns = columns_of(tables)
    text = io.StringIO()
    _rows(text, "\t", [[column.label for column in columns], [column.unit for column in columns],
                       [column.comment for column in columns]], columns, missing="")
    return text.getvalue().encode("utf-8-sig")


def igor_text(tables: Tables, header: Sequence[str]) -> bytes:
    """An Igor text file (.itx): double-precision waves with data units, notes on the first.

    Laid out after the Igor Pro manual, chapter II-9, Igor Text File Format.
    """
    columns = columns_of(tables)
    text = io.StringIO()
    text.write(f"IGOR\nWAVES/D\t{', '.join(column.name for column in columns)}\nBEGIN\n")
    _rows(text, "\t", [], columns)
    text.write("END\n")
    for column in columns:
        text.write(f'X SetScale d, 0, 0, "{column.unit}", {column.name}\n')
        text.write(f"X Note {column.name}, {_quoted(column.comment)}\n")
    for line in header:
        for part in textwrap.wrap(line.strip(), _NOTE):
            text.write(f"X Note {columns[0].name}, {_quoted(part)}\n")
    return text.getvalue().encode("utf-8")


def matlab(tables: Tables, header: Sequence[str]) -> bytes:
    """A MATLAB file (version 5): every table of the run as a structure, `header` as text.

    Numbers are columns, texts cell arrays, so that `struct2table` takes a structure. Rows and
    indices are the recording's own and count from 0.
    """
    file = io.BytesIO()
    structures: dict[str, Any] = {
        name: {column: np.asarray(values).reshape(-1, 1) for column, values in table.items()}
        for name, table in tables.items()}
    savemat(file, {**structures, "header": "\n".join(header)},  # type: ignore[arg-type]
            do_compression=True, long_field_names=True)  # its stubs know of paths only
    return file.getvalue()


def _rows(text: io.StringIO, delimiter: str, above: Sequence[Sequence[str]],
          columns: Sequence[Column], *, missing: str = "NaN") -> None:
    """The lines `above`, then one a sample, numbers with all their digits."""
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows(above)
    writer.writerows(zip(*(_numbers(column, missing) for column in columns), strict=True))


def _numbers(column: Column, missing: str) -> list[float | str]:
    return [missing if math.isnan(value) else value for value in column.values.tolist()]


def _quoted(line: str) -> str:
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
