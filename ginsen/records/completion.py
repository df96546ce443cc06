"""An interrupted run's tables with the end that nobody could write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any

import numpy as np

from ginsen.records.layout import TABLES
from ginsen.records.table_file import FILLS, TYPES
from ginsen.records.tables import NEVER_ENDED, Tables, outcome_of


def completed(tables: Tables, notes: Sequence[str] = (), guard: Sequence[str] = ()) -> Tables:
    """With outcome `interrupted`, if there is none, and every phase ended at its last sample.

    `notes` become events that whoever reads the record is told. `guard` are the lines that the
    run's guard left, each an ISO time and a sentence: they go into the log. Another line there says
    that, when and by which Ginsen this was done.
    """
    time, phase = tables["samples"]["time_s"], tables["samples"]["phase"]
    phases = {name: column.copy() for name, column in tables["phases"].items()}
    for row in range(len(phases["name"])):
        own = np.flatnonzero(phase == row)
        if own.size and phases["stop_index"][row] != own[-1] + 1:
            phases["first"][row], phases["stop_index"][row] = own[0], own[-1] + 1
            phases["start_s"][row], phases["stop_s"][row] = time[own[0]], time[own[-1]]
    whole = {**tables, "phases": phases}
    last = float(time[-1]) if len(time) else float("nan")
    for note in notes:
        whole["events"] = _with_row("events", whole["events"], time_s=last, kind="note", text=note)
    for line in guard:
        utc, _, text = line.partition(" ")
        whole["log"] = _with_row("log", whole["log"], utc=utc, level="WARNING",
                                 text=f"guard: {text}")
    whole["log"] = _with_row(
        "log", whole["log"], utc=datetime.now(timezone.utc).isoformat(), level="INFO",
        text=f"made whole by ginsen recover {version('ginsen')}")
    if outcome_of(tables).state == "running":
        whole["outcome"] = _with_row("outcome", whole["outcome"], outcome=str(NEVER_ENDED))
    return whole


def _with_row(name: str, table: Mapping[str, Any], **values: float | str) -> dict[str, Any]:
    kinds = TABLES[name].columns
    return {column: np.append(table[column], np.array(
        [values.get(column, FILLS[kind])], dtype=object if kind == "text" else TYPES[kind]))
        for column, kind in kinds.items()}
