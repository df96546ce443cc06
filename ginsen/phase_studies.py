"""What each phase of a record says beside its β: states, paths, avalanches; sentences and figures.

More than every run needs, so it is asked for: `ginsen analyse FILE --studies FOLDER`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ginsen.analysis import conductance, path_statistics, state_track, study_avalanches
from ginsen.analysis.paths import PathStatistics
from ginsen.analysis.phase_summary import front_end_of, longest_without_gap
from ginsen.analysis.states import StateEstimate
from ginsen.figures.avalanches import avalanche_figure
from ginsen.figures.paths import path_figure
from ginsen.figures.states import state_figure
from ginsen.report import quantity
from ginsen.types import Array, Record, Samples, Span

WINDOW = 1024
"""Samples of a window to which a state is given; shorter phases get none."""

FEWEST = 64
"""Samples below which a phase is not looked at."""


def phase_studies(record: Record, folder: Path) -> Iterator[str]:
    """A sentence for each study of each phase, and its figure in `folder`, which is made.

    Of a phase with gaps the longest stretch without one is taken; what cannot be studied says why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, span in enumerate(record.spans):
        samples = longest_without_gap(record.samples[span.part])
        name = f"{number:02d}-{''.join(c if c.isalnum() else '-' for c in span.name)}"
        if len(samples) < FEWEST or not span.level:
            yield f"{span.name}: not studied, {len(samples)} samples at {quantity(span.level, 'V')}"
            continue
        yield f"{span.name}: {_states(samples, span, folder / f'{name}-states.png')}"
        t, G = samples.time, conductance(samples, record.series_resistance, level=span.level)[0]
        yield f"{span.name}: {_paths(t, G, folder / f'{name}-paths.png', span)}"
        yield f"{span.name}: {_avalanches(t, G, folder / f'{name}-avalanches.png', span)}"


def _states(samples: Samples, span: Span, figure: Path) -> str:
    if len(samples) < WINDOW:
        return f"no states: {len(samples)} samples, where a window takes {WINDOW}"
    try:
        track = state_track(samples, WINDOW, front_end=front_end_of(span))
    except ValueError as problem:
        return f"no states: {problem}"
    state_figure(samples, track, figure, name=span.name)
    return _told(track)


def _told(track: tuple[StateEstimate, ...]) -> str:
    counts = Counter(each.state or "none told" for each in track)
    changes = [each.changed.time for each in track if each.new and each.changed is not None]
    states = ", ".join(f"{state} in {count}" for state, count in counts.most_common())
    told = f"of {len(track)} windows {states}"
    return told + f"; changes at {', '.join(f'{time:.4g} s' for time in changes)}" * bool(changes)


def _paths(time: Array, G: Array, figure: Path, span: Span) -> str:
    try:
        found = path_statistics(time, G)
    except ValueError as problem:
        return f"no steps looked for: {problem}"
    path_figure(time, G, found, figure, name=span.name)
    return _steps(found)


def _steps(found: PathStatistics) -> str:
    rate, dwell = found.rate, found.mean_dwell
    told = (f"{rate.count} steps, {rate.value:.3g} per s ({rate.low:.3g} to {rate.high:.3g}), "
            f"{found.rate_up.count} up and {found.rate_down.count} down")
    if dwell is not None:
        told += f"; mean dwell {dwell.value:.3g} s ({dwell.low:.3g} to {dwell.high:.3g})"
    return told


def _avalanches(time: Array, G: Array, figure: Path, span: Span) -> str:
    try:
        study = study_avalanches(G, float(time[-1] - time[0]) / (time.size - 1))
    except ValueError as problem:
        return f"no avalanches looked for: {problem}"
    avalanche_figure(study, figure, name=span.name)
    return f"avalanches: {study.reading}"
