"""What an interrupted series has made: its runs by their recordings, not by what was noted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ginsen.protocols.progress import Progress
from ginsen.records.error import RecordError
from ginsen.records.reading import Tables, read_tables
from ginsen.records.recovery import recover
from ginsen.records.tables import outcome_of


@dataclass(frozen=True, eq=False)
class RunBefore:
    """One run that was made: how it ended, its recording and the tables in it, if there is one."""

    outcome: str
    path: Path | None = None
    tables: Tables | None = None


def run_before(folder: Path, progress: Progress, number: int) -> RunBefore | None:
    """The run of that number, None if it was never begun.

    One that was under way when the series was interrupted, and has a recording, has been begun: it
    is completed and stands as interrupted, though nobody may know how far its stimulus came. A run
    begun whose recording was never made did nothing to the sample.
    """
    if number > progress.begun:
        return None
    told = progress.outcomes.get(number)
    if told is not None:
        name = progress.recordings[number]
        return _verified(folder / name, told) if name else RunBefore(told)
    known = set(progress.recordings.values())
    begun = sorted((path for path in folder.glob("*.h5") if path.name not in known),
                   key=lambda path: path.stem)
    if not begun:
        return None
    found, = recover(begun[:1])
    if found.path is None:
        return RunBefore(f"interrupted: {found.sentence}", begun[0])
    return _verified(found.path, "interrupted")


def _verified(path: Path, told: str) -> RunBefore:
    """A run by its recording; what was said of it counts only where that can't be read."""
    try:
        tables = read_tables(path)
    except RecordError as problem:
        return RunBefore(f"failed: it was {told!r}, but {problem}")
    outcome = outcome_of(tables)
    if outcome.state == "running":
        return RunBefore(f"interrupted: its recording ({told}) goes on in another file; join them "
                         "with `ginsen recover`", path, tables)
    return RunBefore(str(outcome), path, tables)
