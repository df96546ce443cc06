"""How a delimited text is written: its encoding, its delimiter, its decimal mark, its header."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ginsen.records.error import RecordError
from ginsen.types import Array

DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma", " ": "space"}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)|", re.IGNORECASE)
_COMMENTS = ("#", "%")
_OVERFLOW = 9.9e37  # SCPI 1999 vol. 1, 7.2.1: 9.9E37 stands for infinity, 9.91E37 for not a number
LARGEST = 300_000_000
"""Bytes of a text file, of which reading takes some ten times as much memory."""
_JUDGED = 50
"""Lines from which the dialect is judged; the others must then follow it."""


@dataclass(frozen=True, eq=False)
class Text:
    """The numbers of a delimited text, and what stood above them.

    `values` has shape (lines, columns), NaN where a field was empty or an overflow; `lines` gives
    each row's line number in the file, from 1. `header` names the columns, empty where there is
    none; `commented` says that it stood behind a comment sign, as NumPy writes it.
    """

    values: Array
    lines: tuple[int, ...]
    header: tuple[str, ...]
    commented: bool
    notes: tuple[str, ...]


def decode(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows' Western code page.

    Raises RecordError for a file that is absent, empty or no text.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise RecordError(f"{path} is larger than {LARGEST / 1e6:.0f} MB; hand it on in parts")
        raw = path.read_bytes()
    except OSError as fault:
        raise RecordError(f"{path} cannot be read: {fault.strerror}") from fault
    if not raw.strip():
        raise RecordError(f"{path} is empty; a record has lines of time, voltage and current")
    try:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return raw.decode("utf-16")
        if b"\0" in raw[:1000]:
            # Without a byte order mark: the zero half of each ASCII letter tells the order.
            return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if b"\0" in raw:
        raise RecordError(f"{path} is neither text nor a Ginsen run file")
    return raw.decode("cp1252", errors="replace")


def parse(path: Path, text: str, delimiter: str | None = None) -> Text:
    """Numbers and header of `text`, which came from `path`.

    Blank lines and lines that begin with # or % do not count. Lines above the first line of
    numbers are a preamble whose last one is the header, if it has as many fields as the numbers;
    where all of them are comments, the last comment may be it. Raises RecordError, naming the
    line, where a later line has other fields or no numbers.
    """
    if delimiter is not None and delimiter not in DELIMITERS:
        raise RecordError(f"{path}: {delimiter!r} is no delimiter; take tab, semicolon, comma or "
                          "space")
    lines = [(number, line.strip(" ")) for number, line
             in enumerate(re.split(r"\r\n|\n|\r", text), start=1) if line.strip()]
    first = next((at for at, (_, line) in enumerate(lines) if _numeric(line)), None)
    if first is None:
        raise RecordError(f"{path} has no line of numbers; a record has lines of time, voltage "
                          "and current")
    body = [(number, line) for number, line in lines[first:] if not line.startswith(_COMMENTS)]
    separator, decimal = _judge(path, body[:_JUDGED], delimiter)
    rows = [split(line, separator) for _, line in body]
    width = len(rows[0])
    if width > 1 and all(len(row) == width and not row[-1] for row in rows):
        rows, width = [row[:-1] for row in rows], width - 1
    values = np.empty((len(rows), width))
    for at, (row, (number, line)) in enumerate(zip(rows, body, strict=True)):
        if len(row) != width:
            raise RecordError(f"{path}, line {number} has {len(row)} fields where the first line "
                              f"of numbers has {width}")
        if not all(_is_number(field, decimal) for field in row):
            raise RecordError(f"{path}, line {number}: {line[:60]!r} is not {width} numbers "
                              f"delimited by {DELIMITERS[separator]}")
        values[at] = [float(field.replace(decimal, ".") or "nan") for field in row]
    values[~(np.abs(values) < _OVERFLOW)] = np.nan
    header, commented, notes = _header(lines[:first], separator, width)
    if decimal == ",":
        notes.append("the decimal mark was read as a comma, the delimiter as a "
                     f"{DELIMITERS[separator]}")
    return Text(values, tuple(number for number, _ in body), header, commented, tuple(notes))


def split(line: str, delimiter: str) -> list[str]:
    """The fields of a line, bare of spaces and quotes; several spaces delimit once."""
    fields = line.split() if delimiter == " " else line.split(delimiter)
    return [field.strip(" \t\"'") for field in fields]


def _numeric(line: str) -> bool:
    """Whether all that stands in a line are numbers, whatever delimits them."""
    fields = [field for field in re.split(r"[\s;,\"']+", line) if field]
    return any(fields) and all(_NUMBER.fullmatch(field) for field in fields)


def _is_number(field: str, decimal: str) -> bool:
    if decimal == ",":
        # A comma at a number's end delimits; only one between digits is a decimal mark.
        if "." in field or field.endswith(","):
            return False
        field = field.replace(",", ".", 1)
    return _NUMBER.fullmatch(field) is not None


def _judge(path: Path, body: list[tuple[int, str]], asked: str | None) -> tuple[str, str]:
    """The delimiter and decimal mark that make the most lines as many numbers as the first."""
    best, choice = 0, None
    for delimiter in DELIMITERS if asked is None else (asked,):
        for decimal in ".," if delimiter != "," else ".":
            rows = [split(line, delimiter) for _, line in body]
            good = [len(row) == len(rows[0]) and all(_is_number(f, decimal) for f in row)
                    for row in rows]
            if len(rows[0]) > 1 and good[0] and sum(good) > best:
                best, choice = sum(good), (delimiter, decimal)
    if choice is None:
        number, line = body[0]
        raise RecordError(f"{path}, line {number}: {line[:60]!r} cannot be split into numbers; "
                          "delimit them by tab, semicolon, comma or spaces")
    return choice


def _header(above: list[tuple[int, str]], separator: str,
            width: int) -> tuple[tuple[str, ...], bool, list[str]]:
    """The column names right above the numbers, if they are as many; whether in a comment."""
    preamble = [line for _, line in above if not line.startswith(_COMMENTS)]
    commented = not preamble
    candidates = [line.lstrip("#% ") for _, line in above] if commented else preamble
    if not candidates:
        return (), False, []
    names = split(candidates[-1], separator)
    if separator == " " and len(names) != width:
        names = split(re.sub(r"\s{2,}", "\t", candidates[-1]), "\t")  # names of several words
    while len(names) > width and not names[-1]:
        names.pop()
    fits = len(names) == width
    passed = len(preamble) - (0 if commented or not fits else 1)
    notes = [f"{passed} lines above the numbers were passed over"] if passed else []
    return tuple(names) if fits else (), commented, notes
