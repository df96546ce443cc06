"""Interrupted and damaged recordings made whole: nothing is lost by it, and nothing overwritten."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ginsen.records.completion import completed
from ginsen.records.error import RecordError
from ginsen.records.joining import is_same_run, joined
from ginsen.records.layout import TABLES
from ginsen.records.lock import alone
from ginsen.records.reading import read_provenance, read_tables
from ginsen.records.salvage import salvaged
from ginsen.records.table_file import TableFile
from ginsen.records.tables import Tables, outcome_of


@dataclass(frozen=True)
class Recovered:
    """What became of a run: a sentence for people, and the file it now stands in, if in any."""

    sentence: str
    path: Path | None


def recover(paths: Sequence[Path]) -> Iterator[Recovered]:
    """Complete what was interrupted, join what belongs together, keep what is whole of the rest.

    An interrupted file is replaced at once by a copy with its end written, which was read back
    before: outcome `interrupted`, its last phase ended at its last sample. Files in which one run
    went on are joined in the place of the first. Of a damaged file what can be read goes into a new
    one beside it. A run that ended, and a file that somebody still writes, is left as it is.
    """
    for files in _runs(paths):
        try:
            yield _recovered(files)
        except RecordError as problem:
            yield Recovered(str(problem), None)
        except OSError as fault:
            yield Recovered(f"{files[0]} could not be recovered, and is as it was: {fault}", None)


def _runs(paths: Sequence[Path]) -> list[list[Path]]:
    """The files of each run, in their order; a run that was resumed is a run of its own."""
    told = {path: _told(path) for path in dict.fromkeys(paths)}
    after = {facts.get("continues", ""): path for path, facts in told.items() if is_same_run(facts)}
    follow = {path: after.get(facts["id"]) for path, facts in told.items() if "id" in facts}
    followers = {path for path in follow.values() if path is not None}
    runs = [[path] for path in told if path not in followers]
    for files in runs:
        while (following := follow.get(files[-1])) and following not in files:
            files.append(following)
    return runs


def _told(path: Path) -> Mapping[str, str]:
    """What a file says of where it comes from; nothing if it can't be read without repair."""
    try:
        return read_provenance(path)
    except RecordError:
        return {}


def _recovered(files: Sequence[Path]) -> Recovered:
    first, further = files[0], files[1:]
    with ExitStack() as stack:
        for file in files:
            stack.enter_context(_there(file))
        work = Path(stack.enter_context(
            tempfile.TemporaryDirectory(dir=first.parent, prefix=".ginsen-recover-")))
        tables, notes = _read(files, work)
        outcome = outcome_of(tables)
        if outcome.state != "running" and not further and not notes:
            return Recovered(f"{first} is complete ({outcome}) and was left as it is", first)
        path = first if not notes else _name_beside(first)
        tables = completed(tables, notes, _of_guard(first))
        _replace(path, tables, work / "whole.h5")
    count = len(tables["samples"]["time_s"])
    told = f"{count} samples, {outcome_of(tables)}"
    for file in further:
        told += f"; {file} is joined to it and no longer needed"
    if notes:
        told += f"; {first} is damaged and was left as it is: {'; '.join(notes)}"
    return Recovered(f"{path} holds {told}", path)


def _of_guard(path: Path) -> list[str]:
    """What the guard of a run wrote beside its recording when it switched the outputs off."""
    note = Path(f"{path}.guard.txt")
    return note.read_text("utf-8").splitlines() if note.is_file() else []


@contextmanager
def _there(file: Path) -> Iterator[None]:
    if not file.is_file():
        raise RecordError(f"{file} is no file; name a recording (.h5)")
    with alone(file):
        yield


def _read(files: Sequence[Path], work: Path) -> tuple[Tables, tuple[str, ...]]:
    """The tables of a run, and what could not be read of them."""
    parts, notes = [], []
    for file in files:
        try:
            parts.append(read_tables(file))
        except RecordError as problem:
            try:
                tables, lost = salvaged(file, work / "copy.h5")
            except RecordError:
                raise RecordError(f"{problem}; nothing of it could be saved") from problem
            parts.append(tables)
            notes += [f"{file.name}: {note}" for note in lost] or [f"{file.name} was damaged"]
    whole = parts.pop()
    for part, file in zip(reversed(parts), reversed(files[:-1]), strict=True):
        whole = joined(part, whole, f"what continues {file}")
    return whole, tuple(notes)


def _name_beside(path: Path) -> Path:
    """A name nobody has taken: run-recovered.h5, run-recovered-2.h5, ..."""
    found, number = path.with_stem(f"{path.stem}-recovered"), 1
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}-recovered-{number}")
    return found


def _replace(path: Path, tables: Tables, work: Path) -> None:
    """Write a run anew and, once it reads back the same, put it in the place of `path`."""
    file = TableFile(work)
    for name in TABLES:
        file.fill(name, tables[name])
    batch = file.cut()
    assert batch is not None
    file.disk.store(batch)
    file.close()
    again = read_tables(work)
    for name, table in tables.items():
        for column, values in table.items():
            if not np.array_equal(again[name][column], values, equal_nan=values.dtype.kind == "f"):
                raise RecordError(f"{path}: {name}/{column} does not read back as it was written; "
                                  "the file is as it was")
    if path.exists():
        shutil.copystat(path, work)
    work.replace(path)
