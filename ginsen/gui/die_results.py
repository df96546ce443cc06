"""What a wafer map found, die by die, from the table that a series leaves beside its recordings."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ginsen.analysis.measures import known_measures
from ginsen.instruments.probe_station import Die
from ginsen.protocols.dies import parse_dies
from ginsen.types import Array

LARGEST = 20_000_000
"""Bytes of such a table: a wafer of ten thousand dies needs less."""


@dataclass(frozen=True)
class DieResults:
    """By die: how its last run ended, and each measure (SI) that it has, by its key."""

    outcomes: Mapping[Die, str]
    measures: Mapping[str, Mapping[Die, float]]


def read_results(path: Path) -> DieResults:
    """Read the runs.csv of a series. Raises ValueError for another file, and OSError.

    Of a die that was measured more than once the last run counts.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST} bytes; no series' table is.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"die", "outcome"} <= rows[0].keys():
        raise ValueError(f"{path.name} is no table of a series: it needs the columns die and "
                         "outcome.")
    outcomes: dict[Die, str] = {}
    measures: dict[str, dict[Die, float]] = {}
    for row in rows:
        if not row["die"]:
            continue
        die, = parse_dies(row["die"])
        outcomes[die] = row["outcome"] or ""
        for key in known_measures().keys() & row.keys():
            value = _number(row[key])
            if math.isfinite(value):
                measures.setdefault(key, {})[die] = value
    return DieResults(outcomes, measures)


def shares(values: Array) -> Array:
    """Where values lie from the least (0) to the greatest (1); by decades if there are several."""
    known = values[np.isfinite(values)]
    if not known.size:
        return values
    if known.min() > 0 and known.max() > 10 * known.min():
        values, known = np.log(values), np.log(known)
    span = float(np.ptp(known))
    return (values - known.min()) / span if span else np.where(np.isfinite(values), 0.5, np.nan)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
