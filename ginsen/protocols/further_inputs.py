"""What a source meter reads beside its first input: a recording for each, beside the run's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ginsen.analysis import conductance
from ginsen.instruments.source_meter import SourceMeter
from ginsen.records.recording import Recording
from ginsen.types import Outcome, Phase, Samples, Span


class FurtherInputs:
    """The recordings of the further inputs: RUN/INPUT.h5 beside RUN.h5, with the same phases.

    Each is a recording like any other, for the analysis too. There are none for most meters.
    """

    def __init__(self, recordings: Sequence[Recording], series_resistance: float) -> None:
        self._recordings = tuple(recordings)
        self._series_resistance = series_resistance
        self._waiting = [Samples.joined([]) for _ in recordings]

    @classmethod
    def begin(cls, meter: SourceMeter, run: Recording, told: Mapping[str, Any]) -> FurtherInputs:
        """Begin a recording for each further input of a meter, told what that of the `run` was."""
        begun: list[Recording] = []
        try:
            for name in meter.further_inputs:
                path = run.path.with_suffix("") / f"{name.replace('/', '_')}.h5"
                begun.append(Recording.create(path, **told))
                begun[-1].event(0.0, "note", f"input {name} of the run in {run.path.name}")
                run.event(0.0, "note",
                          f"input {name} is recorded in {path.parent.name}/{path.name}")
        except BaseException:
            cls(begun, 0.0).close(Outcome("failed", "another input could not be recorded"))
            raise
        return cls(begun, told["series_resistance"])

    def gained(self, samples: Sequence[Samples]) -> None:
        """What `fetch_further` gave, input by input."""
        self._waiting = [Samples.joined([before, more])
                         for before, more in zip(self._waiting, samples, strict=True)]

    def begin_phase(self, phase: Phase) -> None:
        """As of the first input."""
        for recording in self._recordings:
            recording.begin_phase(phase)

    def take(self, count: int, shift: float, level: float) -> None:
        """Record as many samples as were of the first input, `shift` (s) later, at a level (V)."""
        for place, recording in enumerate(self._recordings):
            part, self._waiting[place] = (self._waiting[place][:count].shifted(shift),
                                          self._waiting[place][count:])
            recording.append(part, *conductance(part, self._series_resistance, level=level))

    def end_phase(self, span: Span) -> None:
        """As of the first input."""
        for recording in self._recordings:
            recording.end_phase(span)

    def close(self, outcome: Outcome) -> None:
        """The run ended so. Raises RecordError, once all are closed, if one could not be."""
        problems = []
        for recording in self._recordings:
            try:
                recording.close(outcome)
            except Exception as problem:  # the next one is closed all the same
                problems.append(problem)
        if problems:
            raise problems[0]
