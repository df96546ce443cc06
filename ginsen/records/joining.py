"""The files of one run, made one: what the second has follows what the first is known to have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from ginsen.records.error import RecordError
from ginsen.records.layout import GROWING
from ginsen.records.tables import Tables, pairs_of

_TIMES = {"samples": ("time_s",), "phases": ("start_s", "stop_s"), "events": ("time_s",),
          "beta": ("time_s", "start_s", "stop_s")}
_ROWS = {"samples": {"phase": "phases"}, "beta": {"phase": "phases"},
         "sub_bands": {"beta_row": "beta"}, "phases": {"first": "samples", "stop_index": "samples"}}
"""Which columns count rows of which table."""


def joined(first: Tables, rest: Tables, where: str) -> Tables:
    """The tables of a run whose file `first` another one, `rest`, continues.

    `first` counts as far as `rest` says that it goes: behind that may stand what `rest` has, too.
    A phase that goes on from one into the other is one phase. Times are those of `first`, also
    where the rest was begun later and has an origin of its own; a simulated bench, whose calendar
    begins anew, goes on at the last sample. `where` is for the message of the RecordError that
    files raise which do not belong together.
    """
    told, since = pairs_of(first["provenance"]), pairs_of(rest["provenance"])
    if not told.get("id") or since.get("continues") != told["id"]:
        raise RecordError(f"{where}: the later file does not continue the one before it; name them "
                          "in their order")
    at = _rows_in(since.get("continues_after", ""), where)
    short = [name for name in GROWING if _count(first[name]) < at[name]]
    if short:
        raise RecordError(f"{where}: the earlier file has lost rows of {', '.join(short)} that "
                          "the later one follows")
    one_phase = since.get("continues_phase") == "yes" and at["phases"] > 0 < _count(rest["phases"])
    later = 0.0 if is_same_run(since) else max(
        (datetime.fromisoformat(since["origin"])
         - datetime.fromisoformat(told["origin"])).total_seconds(),
        float(first["samples"]["time_s"][at["samples"] - 1]) if at["samples"] else 0.0)
    offsets = {**at, "phases": at["phases"] - one_phase}
    whole = {name: _after(_cut(table, at[name]), _moved(name, rest[name], offsets, later))
             if name in GROWING else table for name, table in first.items()}
    if one_phase:
        whole["phases"] = _one_phase(whole["phases"], at["phases"] - 1)
    return {**whole, "outcome": rest["outcome"]}


def is_same_run(provenance: Mapping[str, str]) -> bool:
    """Whether a file that continues another is of the same run: it went on, nobody took it up."""
    return provenance.get("continues_run") == "yes"


def _rows_in(text: str, where: str) -> dict[str, int]:
    found = {name: int(count) for name, count in re.findall(r"(\w+) (\d{1,15})", text)}
    if set(found) != set(GROWING):
        raise RecordError(f"{where}: the later file does not say how far the one before it goes")
    return found


def _moved(name: str, table: Mapping[str, Any], offsets: Mapping[str, int], later: float
           ) -> dict[str, Any]:
    """Rows that count from the end of what they follow, in place of their own file's."""
    moved = dict(table)
    for column in _TIMES.get(name, ()):
        moved[column] = table[column] + later
    for column, counted in _ROWS.get(name, {}).items():
        rows = table[column]
        moved[column] = np.where(rows < 0, rows, rows + offsets[counted])
    return moved


def _one_phase(phases: Mapping[str, Any], row: int) -> dict[str, Any]:
    """Put the row after `row`, with which its phase goes on, into it."""
    whole = {name: column.copy() for name, column in phases.items()}
    for name in ("stop_s", "stop_index", "integration_s"):
        whole[name][row] = phases[name][row + 1]
    if np.isnan(whole["start_s"][row]):
        whole["start_s"][row] = phases["start_s"][row + 1]
    return {name: np.delete(column, row + 1) for name, column in whole.items()}


def _cut(table: Mapping[str, Any], rows: int) -> dict[str, Any]:
    return {name: column[:rows] for name, column in table.items()}


def _after(table: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {name: np.concatenate([column, more[name]]) for name, column in table.items()}


def _count(table: Mapping[str, Any]) -> int:
    return len(next(iter(table.values())))
