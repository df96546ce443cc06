"""A record from a file: one of our run files, else a laboratory's delimited text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ginsen.records.checks import check_tables, check_texts
from ginsen.records.error import RecordError
from ginsen.records.floor_event import KIND as FLOOR
from ginsen.records.floor_event import floor_told
from ginsen.records.joining import joined
from ginsen.records.layout import TABLES
from ginsen.records.opening import SIGNATURE, columns_in, opened, telling_damage, values_of
from ginsen.records.tables import NEVER_ENDED, Tables, outcome_of, pairs_of
from ginsen.records.text import read_text
from ginsen.types import InstrumentNoise, Record, Samples, Span

__all__ = ["Tables", "outcome_of", "pairs_of", "read_record", "read_tables"]


def read_record(path: Path | str, *further: Path | str) -> Record:
    """The record at `path`: a Ginsen run file, or text as `read_text` takes it.

    `further` are run files that continue the first, in their order. A run that was cut off reads
    up to its last whole sample, its outcome `interrupted`; events of kind `note` become the
    record's notes. In `about` stand, beside who and what, `protocol`, `seed` and the versions used.
    Raises RecordError for what is no record, cannot be read or holds no sample.
    """
    path = Path(path)
    if not further and not is_hdf5(path):
        return read_text(path)
    tables = read_tables(path, *further)
    with telling_damage(path):
        return _record(path, tables)


def read_tables(path: Path | str, *further: Path | str) -> Tables:
    """Every table of a Ginsen run file as `layout.TABLES` lists them: columns by name, as arrays.

    `further` are run files that continue it; they are joined. A row counts once it is whole, so
    that the columns of a table are equally long however the run ended. Raises RecordError for what
    is no run file or cannot be read, and where a checksum fails.
    """
    *earlier, last = map(Path, (path, *further))
    tables = _tables(last)
    for each in reversed(earlier):
        tables = joined(_tables(each), tables, f"{last}, after {each}")
        last = each
    return tables


def _tables(path: Path) -> Tables:
    if not is_hdf5(path):
        raise RecordError(f"{path} is no Ginsen run file; name a recording (.h5)")
    size = path.stat().st_size
    with opened(path) as file:
        tables = {name: _table(path, name, columns_in(file, name, size)) for name in TABLES}
        check_tables(path, tables)
    return tables


def read_provenance(path: Path | str) -> dict[str, str]:
    """Where a run file says that it comes from, without reading the rest. Raises RecordError."""
    path = Path(path)
    if not is_hdf5(path):
        raise RecordError(f"{path} is no Ginsen run file; name a recording (.h5)")
    with opened(path) as file:
        columns = columns_in(file, "provenance", path.stat().st_size)
        return pairs_of(_table(path, "provenance", columns))


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 does. Raises RecordError where there is none to be read."""
    if path.is_dir():
        raise RecordError(f"{path} is a folder; name a run file (.h5) or a text file in it")
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except FileNotFoundError:
        raise RecordError(f"{path} does not exist; name a run file (.h5) or a text file") from None
    except (OSError, ValueError) as fault:
        raise RecordError(f"{path} cannot be read: {fault}") from fault


def _table(path: Path, name: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a table, cut to the shortest: a row counts once it is whole."""
    rows = min(column.shape[0] for column in columns.values())
    table = {column: values_of(data, rows) for column, data in columns.items()}
    if name == "samples":
        # Rows reserved but never filled: the flush that should have brought them was cut off.
        missing = np.flatnonzero(np.isnan(table["time_s"]))
        if missing.size:
            table = {column: data[:missing[0]] for column, data in table.items()}
    return check_texts(path, name, table)


def _record(path: Path, tables: Tables) -> Record:
    rows, events = tables["samples"], tables["events"]
    notes = [text for kind, text in zip(events["kind"], events["text"], strict=True)
             if kind == "note"]
    time = rows["time_s"]
    outcome = outcome_of(tables)
    if not time.size:
        raise RecordError(f"{path} holds no sample; its outcome is {outcome}")
    samples = Samples(time, rows["voltage_V"], rows["current_A"],
                      rows["compliance"].astype(np.bool_), rows["u_voltage_V"],
                      rows["u_current_A"])
    if outcome.state == "running":
        outcome = NEVER_ENDED
        notes.append(f"the recording was interrupted, or is still running: it ends after "
                     f"{time.size} samples at {time[-1]:g} s without an outcome")
    station, provenance = pairs_of(tables["station"]), pairs_of(tables["provenance"])
    return Record(
        samples=samples,
        spans=_spans(tables["phases"], samples, rows["phase"], _floors(path, events)),
        series_resistance=float(station["series_resistance_ohm"]),
        about={**pairs_of(tables["about"]), **provenance},
        origin=datetime.fromisoformat(provenance["origin"]), outcome=outcome, notes=tuple(notes))


def _floors(path: Path, events: Mapping[str, Any]) -> list[tuple[float, InstrumentNoise]]:
    """From when on which noise of the instrument was told of."""
    return [(float(time), floor_told(text, str(path))) for time, kind, text
            in zip(events["time_s"], events["kind"], events["text"], strict=True) if kind == FLOOR]


def _spans(phases: Mapping[str, Any], samples: Samples, phase_of: Any,
           floors: Sequence[tuple[float, InstrumentNoise]]) -> tuple[Span, ...]:
    """The phases that have samples; one never ended takes all that were marked as its own."""
    spans = []
    for row, name in enumerate(phases["name"]):
        first, stop = int(phases["first"][row]), int(phases["stop_index"][row])
        own = np.flatnonzero(phase_of == row)
        stop = min(max(stop, int(own[-1]) + 1 if own.size else 0), len(samples))
        if stop <= first:
            continue
        dead_time = float(phases["dead_time_s"][row])
        if math.isnan(dead_time) and first > 0:
            dead_time = float(samples.time[first] - samples.time[first - 1])
        start, end = float(samples.time[first]), float(samples.time[stop - 1])
        spans.append(Span(
            name=name, level=float(phases["level_V"][row]), start=start, stop=end,
            first=first, stop_index=stop,
            dead_time=dead_time, integration=float(phases["integration_s"][row]),
            measure_range=float(phases["measure_range_A"][row]),
            alternate=bool(phases["alternate"][row]),
            noise=next((noise for time, noise in floors if start <= time <= end), None),
            nplc=float(phases["nplc"][row])))
    return tuple(spans)
