"""The stimulus as it will be applied, before it is: voltage against time, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.gui.language import tr
from ginsen.gui.quantity_text import duration_text
from ginsen.planning import PlannedPhase, plan
from ginsen.protocols import Protocol, Series
from ginsen.report import quantity
from ginsen.station_file import read_station
from ginsen.station_instruments import sheet_of
from ginsen.stimulus import stimulus_sentences
from ginsen.types import Array

MOST_NAMED = 12
MOST_TICKS = 6
MOST_SENTENCES = 4
LEAST_APART = 0.14
"""Of the height of the axis, between two levels that are named."""


@dataclass(frozen=True, eq=False)
class Preview:
    """A stimulus to draw: `time` (s) and `level` (V) of its line, one stretch a phase in `phases`.

    `ticks` are the levels to name on the axis: all there are, or none where they are many.
    `refused` says that it will not run here; `sentences` say why, and what else is to be known.
    """

    time: Array
    level: Array
    phases: tuple[tuple[str, float, float], ...]
    ticks: tuple[float, ...]
    told: str
    sentences: tuple[str, ...]
    refused: bool

    @property
    def smallest(self) -> float:
        """The smallest level above nothing (V), 1 where there is none."""
        levels = np.abs(self.level[self.level != 0])
        return float(levels.min()) if levels.size else 1.0


def preview(protocol: Protocol) -> Preview:
    """What a protocol would apply on the station that it names; nothing is opened.

    Of a series, one run of each kind. Raises ValueError for a station file or a plan that makes no
    sense.
    """
    entry = read_station(protocol.station).source_meter(protocol.source_meter)
    runs = protocol.previews() if isinstance(protocol, Series) else [protocol]
    phases = [phase for run in runs for phase in run.stimulus()]
    if not phases:
        raise ValueError(f"{protocol.name} has no phase to apply with these parameters.")
    planned = plan(phases, sheet_of(entry), entry.limits, leads=entry.leads)
    times = np.array([[row.start, row.start + row.phase.duration] for row in planned]).ravel()
    levels = np.repeat([row.phase.level for row in planned], 2)
    different = sorted({0.0, *levels.tolist()})
    named = planned if len(planned) <= MOST_NAMED else ()
    return Preview(
        time=times, level=levels,
        phases=tuple((row.phase.name, row.start, row.start + row.phase.duration)
                     for row in named),
        ticks=tuple(different) if len(different) <= MOST_TICKS else (),
        told=_told(planned), sentences=(*_ways(planned), *_shortened(planned)),
        refused=any(row.refusals for row in planned))


def _told(planned: Sequence[PlannedPhase]) -> str:
    seconds = sum(row.phase.duration for row in planned)
    charge = sum(row.charge for row in planned if math.isfinite(row.charge))
    largest = max(abs(row.phase.level) for row in planned)
    return tr("{time} · max {level} · ≤ {charge} · {n} samples").format(
        time=duration_text(seconds), level=quantity(largest, "V"), charge=quantity(charge, "C", 2),
        n=sum(row.phase.count for row in planned))


def _ways(planned: Sequence[PlannedPhase]) -> list[str]:
    """What the line does not show: reads at alternating levels, rests in between."""
    ways = []
    for row in planned:
        phase = row.phase
        if phase.alternate:
            ways.append(f"{phase.name}: every other reading at {quantity(-phase.level, 'V')}")
        if phase.duty < 1:
            ways.append(f"{phase.name}: applied {phase.duty:.3g} of the time, else {phase.rest}")
    return list(dict.fromkeys(ways))[:MOST_SENTENCES]


def _shortened(planned: Sequence[PlannedPhase]) -> list[str]:
    """What would be refused, then what could not be told; each once, however many phases."""
    phases: dict[str, list[str]] = {}
    for sentence in stimulus_sentences(planned):
        phase, _, text = sentence.partition(": ")
        phases.setdefault(text, []).append(phase)
    said = [f"{named[0]}{f' and {len(named) - 1} more' if len(named) > 1 else ''}: {text}"
            for text, named in sorted(phases.items(),
                                      key=lambda pair: not pair[0].startswith("refused"))]
    more = len(said) - MOST_SENTENCES
    return [*said[:MOST_SENTENCES], *([f"and {more} more"] if more > 0 else [])]


def stretched(level: Array, smallest: float) -> Array:
    """Levels (V) on a scale on which millivolts and volts are both seen: asinh, odd."""
    return np.asarray(np.arcsinh(level / smallest) / math.log(10))


def apart(ticks: Sequence[float], smallest: float) -> tuple[float, ...]:
    """The levels (V) of an axis whose names do not run into each other, the largest first of all.

    0 V is named only if nothing else is near it.
    """
    places = {tick: float(stretched(np.array([tick]), smallest)[0]) for tick in ticks}
    span = max(places.values(), default=0.0) - min(places.values(), default=0.0)
    kept: list[float] = []
    for tick in sorted(ticks, key=lambda tick: -abs(tick)):
        if all(abs(places[tick] - places[other]) >= LEAST_APART * span for other in kept):
            kept.append(tick)
    return tuple(kept)
