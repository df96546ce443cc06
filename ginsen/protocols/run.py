"""Run a protocol from a script or the command line, and get back what was recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from ginsen.analysis.forgetting import Retention
from ginsen.analysis.phase_summary import PhaseSummary
from ginsen.analysis.summary import Summary, summarise
from ginsen.protocols.acquisition import News
from ginsen.protocols.conclusion import SeriesResult, conclude
from ginsen.protocols.conduct import conduct
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.series import Series
from ginsen.records.reading import read_record
from ginsen.station import Station
from ginsen.types import Outcome, Record

__all__ = ["Result", "RunFailed", "SeriesResult", "conduct", "run"]


class RunFailed(RuntimeError):
    """A run did not finish. The outputs are off unless the message says otherwise."""

    def __init__(self, outcome: Outcome, recording: Path | None) -> None:
        kept = f" Everything measured is in {recording}." if recording else ""
        super().__init__(f"{outcome}.{kept}")
        self.outcome = outcome
        self.recording = recording


@dataclass(frozen=True, eq=False)
class Result:
    """A finished run: the recording's path, the record read back from it, and its summary."""

    recording: Path
    record: Record
    summary: Summary

    @property
    def phases(self) -> Mapping[str, PhaseSummary]:
        """The phases by name; of two with one name, the later."""
        return {phase.span.name: phase for phase in self.summary.phases}

    @property
    def retention(self) -> Retention | None:
        """How the sample forgot, where a pulse was followed by reads."""
        return self.summary.retention


@overload
def run(protocol: Series, lab: Station | None = None, *,
        show: Callable[[News], None] | None = None, **about: object) -> SeriesResult: ...
@overload
def run(protocol: Protocol, lab: Station | None = None, *,
        show: Callable[[News], None] | None = None, **about: object) -> Result: ...


def run(protocol: Protocol, lab: Station | None = None, *,
        show: Callable[[News], None] | None = None, **about: object) -> Result | SeriesResult:
    """Run a protocol on an open station, or on the one it names, and analyse what it recorded.

    `about` sets further parameters, e.g. `sample="W3-D12"`. Raises RunFailed if the run did not
    finish; its `recording` is the path of what was measured until then. A series gives its result
    even if some of its runs failed. Stopped by a signal it raises KeyboardInterrupt, so that a loop
    over runs ends too.
    """
    if lab is not None:
        protocol.attach(lab)
    for name, value in about.items():
        protocol.set(name, value)
    stop = threading.Event()
    outcome = conduct(protocol, show=show, stop=stop)
    path = protocol.recording_path
    series = conclude(protocol) if isinstance(protocol, Series) and protocol.cycles else None
    if stop.is_set():
        raise KeyboardInterrupt(f"{outcome}; everything measured is in {path}")
    if isinstance(protocol, Series) and series is not None and protocol.came_to_its_end:
        return series
    if outcome.state != "finished" or path is None:
        raise RunFailed(outcome, path)
    record = read_record(*protocol.recording_files)
    return Result(path, record, summarise(record))
