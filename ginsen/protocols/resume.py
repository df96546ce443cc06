"""An interrupted run or series, taken up where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ginsen.protocols.campaign import Campaign
from ginsen.protocols.progress import NAME, read_progress
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.series import Series
from ginsen.protocols.single_runs import SINGLE_RUNS, made
from ginsen.protocols.wafer_map import WaferMap
from ginsen.records.joining import joined
from ginsen.records.layout import ABOUT
from ginsen.records.ledger import LEAST_STIMULUS
from ginsen.records.lock import alone
from ginsen.records.reading import Tables, read_provenance, read_tables
from ginsen.records.tables import outcome_of, pairs_of
from ginsen.types import Phase

_SERIES: dict[str, type[Series]] = {series.name: series for series in (Campaign, WaferMap)}


class ResumeError(ValueError):
    """What can't be taken up again; the message says why."""


def resumed(path: Path, station: str | None = None) -> Protocol:
    """The protocol that goes on where the run or series at `path` was interrupted.

    `path` is a run's recording, or of a series the folder of its runs, the progress file in it or
    its own recording. `station` is where its instruments are now, if elsewhere. Raises ResumeError,
    ProgressError or RecordError for what can't be taken up.
    """
    if path.name == NAME:
        path = path.parent
    if path.suffix == ".h5" and (path.with_suffix("") / NAME).is_file():
        path = path.with_suffix("")
    protocol = _series(path) if path.is_dir() else _single(path)
    if station is not None:
        protocol.set("station", station)
    return protocol


def _series(folder: Path) -> Series:
    own = folder.with_suffix(".h5")
    if own.is_file():
        with alone(own):
            pass
    planned = read_progress(folder).planned
    if planned.series not in _SERIES:
        raise ResumeError(f"{folder} is of a series {planned.series!r}, which this Ginsen lacks; "
                          f"it has {', '.join(_SERIES)}.")
    series = _SERIES[planned.series](seed=planned.seed)
    for name, value in planned.parameters.items():
        if name != "plan":  # its text stands in the progress, wherever its file is by now
            series.set(name, value)
    series.take_up(planned.plan)
    series.set("folder", str(folder.parent))
    series.resumed = folder
    return series


def _single(path: Path) -> Protocol:
    """The rest of one run, in a recording of its own."""
    with alone(path):
        tables = _with_what_came_before(path)
    name, outcome = pairs_of(tables["provenance"])["protocol"], outcome_of(tables)
    if outcome.state == "finished":
        raise ResumeError(f"{path} is finished; there is nothing to take up.")
    if name not in SINGLE_RUNS:
        raise ResumeError(f"{path} is a recording of {name!r}, which can't be taken up.")
    if SINGLE_RUNS[name].measure is not Protocol.measure:
        raise ResumeError(f"{path}: {name} can't be taken up, for it decides while it measures "
                          "what comes next; begin a new run.")
    whole = made(name, {**_parameters(tables), "folder": str(path.parent)})
    try:
        left, one_phase, sentence = rest_of(whole.stimulus(), tables)
    except ResumeError as problem:
        raise ResumeError(f"{path}: {problem}") from None
    if not left:
        raise ResumeError(f"{path}: nothing is left to do: {sentence}.")
    return _rest(whole, left, path, one_phase=one_phase, why=sentence)


def _with_what_came_before(path: Path) -> Tables:
    """The tables of a run, from its very beginning if it was taken up before."""
    told = read_provenance(path)
    earlier = path.with_name(Path(told.get("continues_file", path.name)).name)
    if "continues" not in told or not earlier.is_file():
        return read_tables(path)
    return joined(_with_what_came_before(earlier), read_tables(path), f"{path}, after {earlier}")


def _parameters(tables: Tables) -> dict[str, str]:
    told = dict(zip(tables["parameters"]["name"], tables["parameters"]["value"], strict=True))
    about = pairs_of(tables["about"])
    return {**told, **{name: about[name] for name in ABOUT if name in about}}


def rest_of(stimulus: Sequence[Phase], tables: Tables) -> tuple[list[Phase], bool, str]:
    """The phases still to be applied, whether the first continues the last one, and a sentence.

    A phase that reads goes on with the readings it lacks. One that stimulates is not repeated,
    however short it was: what the sample has had of it counts. Raises ResumeError where that can't
    be known: a source meter goes on by itself with the phases it was given.
    """
    done = len(tables["phases"]["name"])
    pulses = [phase.name for phase in stimulus[done:] if _stimulates(phase)]
    if pulses and outcome_of(tables).state in ("running", "interrupted"):
        raise ResumeError(f"the program was killed, and the instrument may have gone on to "
                          f"{pulses[0]!r} by itself; nobody knows what the sample has had.")
    if not done:
        return list(stimulus), False, "it had not begun"
    names = list(tables["phases"]["name"])
    if names != [phase.name for phase in stimulus[:done]]:
        raise ResumeError(f"its phases ({', '.join(names)}) are not those of the protocol.")
    last, left = stimulus[done - 1], list(stimulus[done:])
    missing = last.count - int(np.count_nonzero(tables["samples"]["phase"] == done - 1))
    if missing <= 0:
        return left, False, f"{last.name!r} was its last phase"
    if _stimulates(last):
        return left, False, (f"{last.name!r} was interrupted {missing} readings before its end and "
                             "is not repeated, since it stimulates")
    if missing == 1:
        return left, False, f"{last.name!r} lacked one reading"
    return [replace(last, duration=(missing - 1) * last.interval), *left], True, (
        f"{last.name!r} goes on with the {missing} readings it lacked")


def _stimulates(phase: Phase) -> bool:
    """As the ledger of a pair counts it."""
    return phase.name.startswith("pulse") or abs(phase.level) >= LEAST_STIMULUS


def _rest(whole: Protocol, left: Sequence[Phase], path: Path, *, one_phase: bool, why: str
          ) -> Protocol:
    """A protocol as `whole` but for its phases, whose recording names the one at `path`."""

    class Rest(type(whole)):  # type: ignore[misc]
        def phases(self) -> Sequence[Phase]:
            # The polarity is in these already, and what asks for them brings it once more.
            return [phase.scaled(self._sign) for phase in left]

        def measure(self) -> None:
            self.recording.takes_up(path, one_phase=one_phase, why=why)
            super().measure()

    rest = Rest(seed=whole.seed)
    for name, parameter in whole.parameter_objects().items():
        if parameter.value is not None:
            rest.set(name, parameter.value)
    return rest
