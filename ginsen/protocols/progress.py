"""How far a series of runs has come: a file beside their recordings, a line for each step.

What was planned stands in the first line; then each run is told as it begins and as it ends, and
each line is on disk before anything else happens. So whoever takes up an interrupted series knows
which run was under way, and that no other was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NAME = "progress.jsonl"
FORMAT = "ginsen series 1"
LARGEST = 50_000_000
"""Bytes of such a file: a hundred thousand runs and their plan need less."""


class ProgressError(ValueError):
    """A series that can't be taken up again; the message says why."""


@dataclass(frozen=True)
class Planned:
    """What a series set out to do: its name, its parameters, its plan, and each run in words."""

    series: str
    parameters: Mapping[str, str]
    seed: int | None
    plan: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """What was planned, how many runs began, and the recordings of those that ended, by number.

    A run that ended without a recording, since there was no contact, has an outcome instead.
    """

    planned: Planned
    begun: int
    recordings: Mapping[int, str]
    outcomes: Mapping[int, str]


def write_plan(folder: Path, planned: Planned) -> None:
    """Begin a series in `folder`, which is made. Raises OSError, also where one was begun."""
    folder.mkdir(parents=True, exist_ok=True)
    _append(folder, {"format": FORMAT, **asdict(planned)}, "x")


def write_begun(folder: Path, number: int) -> None:
    """The run of that number, from 1, is about to begin."""
    _append(folder, {"begun": number})


def write_ended(folder: Path, number: int, outcome: str, recording: str) -> None:
    """The run of that number is over; `recording` is its file's name, empty without one."""
    _append(folder, {"ended": number, "outcome": outcome, "recording": recording})


def read_progress(folder: Path) -> Progress:
    """How far the series in `folder` has come. Raises ProgressError.

    A last line that was cut off does not count: what it told had not happened yet.
    """
    path = folder / NAME
    try:
        if path.stat().st_size > LARGEST:
            raise ProgressError(f"{path} is larger than {LARGEST} bytes; no series' is.")
        *lines, _ = path.read_text(encoding="utf-8").split("\n")
        first, *steps = [json.loads(line) for line in lines]
        if first.pop("format") != FORMAT:
            raise ProgressError(f"{path} is of another kind than {FORMAT!r}; update Ginsen.")
        planned = Planned(**{**first, "runs": tuple(first["runs"])})
        return _checked(path, planned, steps)
    except FileNotFoundError:
        raise ProgressError(f"{folder} holds no series: there is no {NAME} in it.") from None
    except ProgressError:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        raise ProgressError(f"{path} cannot be read as a series' progress: {problem}.") from None


def mend(folder: Path) -> None:
    """Take away a last line that was cut off, before another one is added."""
    path = folder / NAME
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(content.rfind(b"\n") + 1)


def _checked(path: Path, planned: Planned, steps: Sequence[Mapping[str, Any]]) -> Progress:
    texts = (planned.series, planned.plan, *planned.runs, *planned.parameters,
             *planned.parameters.values())
    if not all(isinstance(text, str) for text in texts):
        raise ProgressError(f"{path}: the first line does not tell a plan in texts.")
    begun, recordings, outcomes = 0, {}, {}
    for step in steps:
        if step.get("begun") in (begun, begun + 1) and 1 <= step["begun"] <= len(planned.runs):
            begun = step["begun"]  # one whose recording could not be made is begun again
        elif "ended" in step and 1 <= step["ended"] <= begun + 1:
            begun = max(begun, step["ended"])
            recordings[step["ended"]] = _plain_name(path, step["recording"])
            outcomes[step["ended"]] = str(step["outcome"])
        else:
            raise ProgressError(f"{path}: {str(step)[:80]} can't come after {begun} runs.")
    return Progress(planned, begun, recordings, outcomes)


def _plain_name(path: Path, name: str) -> str:
    """A name in the same folder: no text in a file leads out of it."""
    if name and (Path(name).name != name or "\\" in name or not name.endswith(".h5")):
        raise ProgressError(f"{path}: {name!r} is not the name of a recording beside it.")
    return name


def _append(folder: Path, told: Mapping[str, object], mode: str = "a") -> None:
    with (folder / NAME).open(mode, encoding="utf-8") as file:
        file.write(json.dumps(told, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
