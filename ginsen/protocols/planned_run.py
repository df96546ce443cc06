"""The runs of a series before they are made, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ginsen.instruments.probe_station import Die


@dataclass(frozen=True)
class PlannedRun:
    """One run of a series, before it is made: a protocol by its name, and its parameters.

    `condition` is what its cycles are compared under. The sample rests for `rest` s before it,
    every output off, unless it is the first on its die. `control` marks a run that reads sparsely.
    """

    condition: str
    protocol: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    rest: float = 0.0
    control: bool = False


@dataclass(frozen=True)
class Visit:
    """The runs of one place."""

    place: Die | None
    runs: tuple[PlannedRun, ...]

    def after(self, done: int) -> list[tuple[PlannedRun, bool]]:
        """Those after the first `done`, and of each whether the sample rests before it."""
        return [(run, at > 0) for at, run in enumerate(self.runs)][max(0, done):]
