"""Whether the tables of a run file agree with themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ginsen.records.error import RecordError
from ginsen.records.layout import CHECK, TABLES, text_check
from ginsen.records.tables import Tables, outcome_of, pairs_of

_NEEDED = {"about": ("sample", "electrode_pair"), "station": ("series_resistance_ohm",),
           "provenance": ("protocol", "origin")}


def check_texts(path: Path, name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without the checksums of its texts, once each row was held against its own.

    Files of layout 1 have none. Raises RecordError for the first that fails.
    """
    for row, told in damaged_texts(name, table):
        raise RecordError(f"{path}: row {row} of {name} is damaged: {' · '.join(told)[:60]!r} does "
                          "not match its checksum; `ginsen recover` keeps what is whole")
    return {column: values for column, values in table.items() if column != CHECK}


def damaged_texts(name: str, table: Mapping[str, Any]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of a table whose texts do not match their checksum, and those texts."""
    if CHECK in table:
        rows = zip(*(table[column] for column in TABLES[name].texts), strict=True)
        for row, (told, check) in enumerate(zip(rows, table[CHECK], strict=True)):
            if text_check(told) != check:
                yield row, told


def check_tables(path: Path, tables: Tables) -> None:
    """Whether rows refer to rows that are there, and what every run states is stated.

    Raises RecordError for the first that is not so.
    """
    samples, phases, beta = (tables[name] for name in ("samples", "phases", "beta"))
    most = len(phases["name"])
    for what, rows, least, below in (
            ("samples/phase", samples["phase"], -1, most), ("beta/phase", beta["phase"], -1, most),
            ("phases/first", phases["first"], 0, np.inf),
            ("phases/stop_index", phases["stop_index"], 0, np.inf),
            ("sub_bands/beta_row", tables["sub_bands"]["beta_row"], 0, np.inf)):
        if np.any((rows < least) | (rows >= below)):
            raise RecordError(f"{path}: {what} refers to a row that is not there")
    for name, needed in _NEEDED.items():
        missing = [each for each in needed if each not in pairs_of(tables[name])]
        if missing:
            raise RecordError(f"{path}: {name} does not state {missing[0]!r}")
    provenance, station = pairs_of(tables["provenance"]), pairs_of(tables["station"])
    if datetime.fromisoformat(provenance["origin"]).tzinfo is None:
        raise RecordError(f"{path}: its origin {provenance['origin']!r} has no time zone")
    if not math.isfinite(float(station["series_resistance_ohm"])):
        raise RecordError(f"{path}: its series resistance is not a number of ohms")
    outcome_of(tables)
