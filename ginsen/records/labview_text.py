"""LabVIEW measurement files (.lvm): a header of settings, then a table.

After NI's "Specification for the LabVIEW Measurement File", writer version 2: a general header and
one for the segment, each closed by ***End_of_Header***, and fields parted by the separator the
first one names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ginsen.records.dialect import Text
from ginsen.records.error import RecordError
from ginsen.types import Array

FIRST_LINE = "LabVIEW Measurement"
_END = "***End_of_Header***"
_SEPARATORS = {"tab": "\t", "comma": ","}

UNITS = {"volts": "V", "volt": "V", "amps": "A", "amp": "A", "amperes": "A", "seconds": "s",
         "second": "s"}
"""How LabVIEW writes units in full."""


def is_labview(text: str) -> bool:
    """Whether a text begins as a LabVIEW measurement file does."""
    return text.startswith(FIRST_LINE)


def parse_labview(path: Path, text: str) -> Text:
    """The table of a LabVIEW measurement file, its times in the first column.

    Raises RecordError for several segments, times of their own for each channel, and what is no
    such file.
    """
    lines = text.splitlines()
    ends = [at for at, line in enumerate(lines) if line.strip().startswith(_END)]
    if len(ends) != 2:
        raise RecordError(f"{path} has {max(len(ends) - 1, 0)} segments of data; a record is one: "
                          "hand each on in a file of its own")
    settings = dict(_fields(line)[:2] for line in lines[1:ends[0]] if len(_fields(line)) > 1)
    separator = _SEPARATORS.get(settings.get("Separator", "Tab").lower())
    if separator is None:
        raise RecordError(f"{path}: its separator is {settings['Separator']!r}; Tab or Comma is "
                          "read")
    segment = {name: values for name, *values in
               (line.split(separator) for line in lines[ends[0] + 1:ends[1]])}
    decimal = settings.get("Decimal_Separator", ".")
    x_columns = settings.get("X_Columns", "One")
    if x_columns not in ("No", "One"):
        raise RecordError(f"{path}: each channel has times of its own (X_Columns {x_columns}); a "
                          "record has one for all")
    if ends[1] + 1 >= len(lines):
        raise RecordError(f"{path} ends with its header; a record has at least two lines of data")
    names = [name for name in lines[ends[1] + 1].split(separator)[1:] if name != "Comment"]
    body = [(at, line.split(separator)) for at, line in
            enumerate(lines[ends[1] + 2:], start=ends[1] + 3) if line.strip()]
    rows = np.array([_numbers(path, at, fields[:len(names) + 1], decimal, len(names) + 1)
                     for at, fields in body]).reshape(len(body), len(names) + 1)
    if x_columns == "No":
        rows[:, 0] = _times(path, segment, decimal, len(body))
    header = ("time (s)", *(_with_unit(name, unit) for name, unit in
                            zip(names, _padded(segment.get("Y_Unit_Label", ()), len(names)),
                                strict=True)))
    return Text(rows, tuple(at for at, _ in body), header, False,
                ("a LabVIEW measurement file",))


def _fields(line: str) -> list[str]:
    return line.replace(",", "\t", 1).split("\t") if "\t" not in line else line.split("\t")


def _numbers(path: Path, line: int, fields: Sequence[str], decimal: str, count: int) -> list[float]:
    """One row; an empty field is NaN."""
    try:
        row = [float(field.strip().replace(decimal, ".") or "nan") for field in fields]
    except ValueError:
        raise RecordError(f"{path}, line {line}: {' '.join(fields)[:60]!r} is not a row of "
                          f"{count} numbers") from None
    if len(row) != count:
        raise RecordError(f"{path}, line {line} has {len(row)} numbers; the header names {count}")
    return row


def _times(path: Path, segment: Mapping[str, Sequence[str]], decimal: str, count: int) -> Array:
    """The times (s) the header tells where the table has none."""
    try:
        starts, steps = ({float(each.replace(decimal, ".")) for each in segment[name] if each}
                         for name in ("X0", "Delta_X"))
    except (KeyError, ValueError):
        starts, steps = set(), set()
    if len(starts) != 1 or len(steps) != 1:
        raise RecordError(f"{path} tells no time: its header has no X0 and Delta_X that are the "
                          "same for all channels")
    return np.asarray(starts.pop() + steps.pop() * np.arange(count))


def _padded(units: Sequence[str], count: int) -> list[str]:
    return [*units, *[""] * count][:count]


def _with_unit(name: str, unit: str) -> str:
    short = UNITS.get(unit.strip().lower(), unit.strip())
    return f"{name} ({short})" if short and "(" not in name else name
