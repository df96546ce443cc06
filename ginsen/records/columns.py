"""Which column of a laboratory's table is time, voltage, current: by its name, or by the numbers.

The numbers decide only where they leave no doubt; otherwise the person is asked to say it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ginsen.records.dialect import Text
from ginsen.records.error import RecordError
from ginsen.types import Array

Quantity = Literal["time", "voltage", "current"]
QUANTITIES: tuple[Quantity, ...] = ("time", "voltage", "current")

_WORDS: Mapping[Quantity, frozenset[str]] = {
    "time": frozenset({"time", "t", "elapsed", "timestamp", "zeit", "temps"}),
    "voltage": frozenset({"voltage", "v", "u", "bias", "potential", "spannung", "tension"}),
    "current": frozenset({"current", "i", "strom", "courant"}),
}
_UNITS: Mapping[Quantity, Mapping[str, float]] = {
    "time": {"s": 1, "sec": 1, "seconds": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6,
             "ns": 1e-9, "min": 60, "h": 3600},
    "voltage": {"V": 1, "v": 1, "kV": 1e3, "mV": 1e-3, "uV": 1e-6, "µV": 1e-6, "μV": 1e-6},
    "current": {"A": 1, "a": 1, "mA": 1e-3, "uA": 1e-6, "µA": 1e-6, "μA": 1e-6, "nA": 1e-9,
                "pA": 1e-12, "fA": 1e-15},
}
_SYMBOL: Mapping[Quantity, str] = {"time": "s", "voltage": "V", "current": "A"}

_HOW = "say which is which: --time, --voltage and --current take a column's name or number"
_LEAST_RESISTANCE = 10.0
"""Ω. No nanowire network conducts better: volts over amperes well above it are the right way
round, well below its inverse they are swapped, between the two nothing is concluded."""


@dataclass(frozen=True)
class Column:
    """Where a quantity stands, from 0, what makes it SI, and a few words on how it was found."""

    index: int
    factor: float
    described: str


def locate(text: Text, where: str, chosen: Mapping[Quantity, str | int | None],
           ) -> tuple[dict[Quantity, Column], list[str]]:
    """The columns of time, voltage and current in `text`, and notes on how they were found.

    `chosen` names some or all of them, by header or by number from 1. Raises RecordError where
    a column does not exist, a unit is unknown, or the choice would be a guess; `where` is the file.
    """
    width = text.values.shape[1]
    columns = {quantity: _chosen(text, where, quantity, choice)
               for quantity, choice in chosen.items() if choice is not None}
    names = {quantity: _named(text.header, quantity) for quantity in QUANTITIES}
    # A comment is a header only if it names all three; else it is just a comment.
    speaks = all(names.values()) if text.commented else any(names.values())
    if len(columns) < 3 and text.header and not text.commented and not speaks:
        raise RecordError(f"{where}: no column of the header {_listed(text.header)} is known as "
                          f"time, voltage or current; {_HOW}")
    if speaks:
        for quantity in QUANTITIES:
            if quantity not in columns:
                columns[quantity] = _by_name(text, where, quantity, names[quantity])
    elif len(columns) < 3:
        if width < 3:
            raise RecordError(f"{where} has {width} columns; a record has at least time, voltage "
                              "and current")
        if "time" not in columns:
            columns["time"] = _time_by_numbers(text.values, where)
        if len(columns) < 3:
            columns = {**_pair_by_numbers(text.values, where), **columns}
    indices = [columns[quantity].index for quantity in QUANTITIES]
    if len(set(indices)) < 3:
        raise RecordError(f"{where}: two of time, voltage and current would come from one column "
                          f"({', '.join(str(index + 1) for index in indices)}); {_HOW}")
    read = [f"{quantity} is {columns[quantity].described}" for quantity in QUANTITIES]
    return columns, ["columns: " + ", ".join(read)]


def _chosen(text: Text, where: str, quantity: Quantity, choice: str | int) -> Column:
    """The column a person named, by header or by number."""
    wanted = str(choice).strip()
    same = [at for at, name in enumerate(text.header) if name.lower() == wanted.lower()]
    if not same:
        same = [at for at, name in enumerate(text.header) if _parts(name)[0] == wanted.lower()]
    if len(same) > 1:
        raise RecordError(f"{where}: several columns are named {wanted!r}; give the number of the "
                          f"one that is the {quantity}")
    width = text.values.shape[1]
    if same:
        index = same[0]
    elif wanted.isdecimal() and 1 <= int(wanted) <= width:
        index = int(wanted) - 1
    else:
        raise RecordError(f"{where} has no column {wanted!r} for the {quantity}; take a number "
                          f"from 1 to {width}"
                          + (f" or one of {_listed(text.header)}" if text.header else ""))
    if not text.header:
        return Column(index, 1.0, f"column {index + 1} in {_SYMBOL[quantity]}")
    return _scaled(text.header[index], where, quantity, index)


def _by_name(text: Text, where: str, quantity: Quantity, found: list[int]) -> Column:
    if len(found) != 1:
        what = "no column is" if not found else "more than one column is"
        raise RecordError(f"{where}: {what} named as a {quantity} in the header "
                          f"{_listed(text.header)}; {_HOW}")
    return _scaled(text.header[found[0]], where, quantity, found[0])


def _scaled(name: str, where: str, quantity: Quantity, index: int) -> Column:
    """A column with the unit its name states; SI where it states none."""
    unit = _parts(name)[1]
    if unit is None:
        return Column(index, 1.0, f"{name!r} taken in {_SYMBOL[quantity]}")
    factor = _UNITS[quantity].get(unit)
    if factor is None:
        raise RecordError(f"{where}: column {name!r} gives the {quantity} in {unit!r}; known are "
                          f"{', '.join(sorted(_UNITS[quantity]))}")
    return Column(index, float(factor), f"{name!r}")


def _named(header: tuple[str, ...], quantity: Quantity) -> list[int]:
    """The columns whose name is a word for the quantity, else those that contain one."""
    names = [_parts(name)[0] for name in header]
    return ([at for at, name in enumerate(names) if name in _WORDS[quantity]]
            or [at for at, name in enumerate(names)
                if _WORDS[quantity] & set(re.split(r"[\W_\d]+", name))])


def _parts(name: str) -> tuple[str, str | None]:
    """Name, in small letters, and unit of a header field.

    Read are "Time (s)", "Time [s]", "Time / s", "time_s", "I(A)"; a bare unit as "mA" names the
    quantity by itself.
    """
    match = re.fullmatch(r"(.*?)\s*[(\[]\s*(.*?)\s*[)\]]", name) \
        or re.fullmatch(r"(.*?)\s*/\s*(\S+)", name)
    if match and match[1]:
        return match[1].lower(), match[2]
    stem, _, last = name.rpartition("_")
    for quantity, units in _UNITS.items():
        if stem and last in units:
            return stem.lower(), last
        if name in units and name.lower() not in _WORDS[quantity]:
            return quantity, name
    return name.lower(), None


def _time_by_numbers(values: Array, where: str) -> Column:
    """The first column, which must rise throughout."""
    if not np.all(np.diff(values[:, 0]) > 0):
        raise RecordError(f"{where} has no header and its first column does not rise from line to "
                          f"line, so it is not the time; {_HOW}")
    counts = np.all(values[:, 0] == values[0, 0] + np.arange(len(values)))
    if counts and values.shape[1] > 3 and np.all(np.diff(values[:, 1]) > 0):
        raise RecordError(f"{where} has no header, and both its first column (a count) and its "
                          f"second could be the time; {_HOW}")
    return Column(0, 1.0, "column 1 in s")


def _pair_by_numbers(values: Array, where: str) -> dict[Quantity, Column]:
    """Voltage and current in the second and third column.

    The second over the third is a resistance. Where it would be far too small and a further
    column holds that ratio or its inverse, the second is the current.
    """
    ratio = _ratio(values[:, 1], values[:, 2])
    known = ratio[np.isfinite(ratio)]
    resistance = float(np.median(known)) if known.size else float("inf")
    confirming = [at for at in range(3, values.shape[1])
                  if _same(values[:, at], ratio) or _same(values[:, at], 1 / ratio)]
    upright = resistance >= _LEAST_RESISTANCE
    if not upright and not (confirming and resistance <= 1 / _LEAST_RESISTANCE):
        raise RecordError(f"{where} has no header, and columns 2 and 3 as voltage and current make "
                          f"a sample of {resistance:.3g} Ω, which is too little to be sure; {_HOW}")
    told = f" (column {confirming[0] + 1} agrees: it holds their ratio)" if confirming else ""
    volts, amps = (1, 2) if upright else (2, 1)
    return {"voltage": Column(volts, 1.0, f"column {volts + 1} in V{told}"),
            "current": Column(amps, 1.0, f"column {amps + 1} in A")}


def _ratio(a: Array, b: Array) -> Array:
    """|a / b|, NaN where either is zero or missing."""
    known = (a != 0) & (b != 0) & np.isfinite(a) & np.isfinite(b)
    ratio = np.full(a.shape, np.nan)
    np.divide(np.abs(a), np.abs(b), out=ratio, where=known)
    return ratio


def _same(column: Array, expected: Array) -> bool:
    """Whether a column holds the expected values, to the few digits a table may print."""
    known = np.isfinite(expected) & np.isfinite(column)
    if not known.any():
        return False
    off = np.abs(np.abs(column[known]) - expected[known]) > 0.01 * expected[known]
    return bool(off.mean() < 0.1)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(repr(name) for name in names)
