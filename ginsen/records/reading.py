"""A record from a file: one of our run files, else a laboratory's delimited text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ginsen.records.error import RecordError
from ginsen.records.layout import FORMAT, TABLES, VERSION
from ginsen.records.text import read_text
from ginsen.types import Outcome, Record, Samples, Span

_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"  # HDF5 File Format Specification 3.0, II.A


Tables = Mapping[str, Mapping[str, Any]]
"""A run file's tables by name, each its columns by name."""


def read_record(path: Path | str) -> Record:
    """The record at `path`: a Ginsen run file, or text as `read_text` takes it.

    A run that was cut off reads up to its last whole sample, its outcome `interrupted`; events
    of kind `note` become the record's notes. In
    `about` stand, beside who and what, `protocol`, `seed` and the versions used. Raises
    RecordError for what is no record, cannot be read or holds no sample.
    """
    path = Path(path)
    if not _is_hdf5(path):
        return read_text(path)
    tables = read_tables(path)
    with _telling_damage(path):
        return _record(path, tables)


def read_tables(path: Path | str) -> Tables:
    """Every table of a Ginsen run file as `layout.TABLES` lists them: columns by name, as arrays.

    A row counts once it is whole, so that the columns of a table are equally long however the run
    ended. Raises RecordError for what is no run file or cannot be read.
    """
    path = Path(path)
    if not _is_hdf5(path):
        raise RecordError(f"{path} is no Ginsen run file; name a recording (.h5)")
    with _telling_damage(path), h5py.File(path, "r") as file:
        if file.attrs.get("format") != FORMAT:
            raise RecordError(f"{path} is HDF5 but not a Ginsen run file: its root has no "
                              f"attribute format = {FORMAT!r}")
        version = int(file.attrs["version"])
        if version > VERSION:
            raise RecordError(f"{path} has layout {version}, newer than the {VERSION} this "
                              "Ginsen reads; update Ginsen")
        tables = {name: _table(file, name) for name in TABLES}
    samples = tables["samples"]
    # Rows reserved but never filled: the flush that should have brought them was cut off.
    missing = np.flatnonzero(np.isnan(samples["time_s"]))
    if missing.size:
        tables["samples"] = {name: data[:missing[0]] for name, data in samples.items()}
    return tables


def _is_hdf5(path: Path) -> bool:
    if path.is_dir():
        raise RecordError(f"{path} is a folder; name a run file (.h5) or a text file in it")
    try:
        with path.open("rb") as file:
            return file.read(len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE
    except FileNotFoundError:
        raise RecordError(f"{path} does not exist; name a run file (.h5) or a text file") from None
    except OSError as fault:
        raise RecordError(f"{path} cannot be read: {fault.strerror}") from fault


@contextmanager
def _telling_damage(path: Path) -> Iterator[None]:
    """What h5py and our conversions raise on a damaged file depends on where it is damaged."""
    try:
        yield
    except RecordError:
        raise
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, IndexError) as fault:
        raise RecordError(f"{path} is a damaged HDF5 file: {fault}") from fault


def _table(file: Any, name: str) -> dict[str, Any]:
    """The columns of a table, cut to the shortest: a row counts once it is whole."""
    columns = {column: file[f"{name}/{column}"] for column in TABLES[name].columns}
    rows = min(column.shape[0] for column in columns.values())
    return {column: (data.asstr()[:rows] if TABLES[name].columns[column] == "text"
                     else data[:rows])
            for column, data in columns.items()}


def _record(path: Path, tables: Tables) -> Record:
    rows, events = tables["samples"], tables["events"]
    notes = [text for kind, text in zip(events["kind"], events["text"], strict=True)
             if kind == "note"]
    time = rows["time_s"]
    outcome = _outcome(tables)
    if not time.size:
        raise RecordError(f"{path} holds no sample; its outcome is {outcome}")
    samples = Samples(time, rows["voltage_V"], rows["current_A"],
                      rows["compliance"].astype(np.bool_), rows["u_voltage_V"],
                      rows["u_current_A"])
    if outcome.state == "running":
        outcome = Outcome("interrupted", "the run's end was never written")
        notes.append(f"the recording was interrupted, or is still running: it ends after "
                     f"{time.size} samples at {time[-1]:g} s without an outcome")
    station, provenance = pairs_of(tables["station"]), pairs_of(tables["provenance"])
    return Record(
        samples=samples, spans=_spans(tables["phases"], samples, rows["phase"]),
        series_resistance=float(station["series_resistance_ohm"]),
        about={**pairs_of(tables["about"]), **provenance},
        origin=datetime.fromisoformat(provenance["origin"]), outcome=outcome, notes=tuple(notes))


def _outcome(tables: Tables) -> Outcome:
    told = tables["outcome"]["outcome"]
    return Outcome.parse(told[-1]) if len(told) else Outcome("running")


def pairs_of(table: Mapping[str, Any]) -> dict[str, str]:
    """A table of names and values, such as `about` or `provenance`, as a dictionary."""
    return dict(zip(table["name"], table["value"], strict=True))


def _spans(phases: Mapping[str, Any], samples: Samples, phase_of: Any) -> tuple[Span, ...]:
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
        spans.append(Span(
            name=name, level=float(phases["level_V"][row]), start=float(samples.time[first]),
            stop=float(samples.time[stop - 1]), first=first, stop_index=stop,
            dead_time=dead_time, integration=float(phases["integration_s"][row]),
            measure_range=float(phases["measure_range_A"][row]),
            alternate=bool(phases["alternate"][row])))
    return tuple(spans)
