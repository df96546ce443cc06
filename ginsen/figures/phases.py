"""What every panel over time or frequency needs to know of the phases of a run."""

from __future__ import annotations

from ginsen.analysis import PhaseSummary, Summary
from ginsen.figures.style import PHASE_COLOURS
from ginsen.types import Record, SpectralFit

MOST_NAMED = len(PHASE_COLOURS)
MOST_COLOURED = 12
"""More phases than these are a staircase: one line, not so many coloured stretches."""


def coloured(summary: Summary) -> list[tuple[PhaseSummary, str]]:
    """Each phase with its colour, the same in every panel; one colour where they are too many."""
    many = len(summary.phases) > MOST_COLOURED
    return [(phase, PHASE_COLOURS[0 if many else at % len(PHASE_COLOURS)])
            for at, phase in enumerate(summary.phases)]


def time_label(summary: Summary) -> str:
    """The label of an axis of time."""
    return "t (s)" if summary.since == "the start" else f"t since {summary.since} (s)"


def shown(record: Record, summary: Summary) -> tuple[float, float]:
    """The stretch of time of the record, with its margins, so that panels stand below another."""
    start, stop = record.samples.time[[0, -1]] - summary.zero
    margin = 0.05 * (stop - start) or 0.5
    return float(start - margin), float(stop + margin)


def head(fit: SpectralFit) -> str:
    """What a reason is about, without its particulars."""
    return (fit.reason or "").partition(":")[0]


def reasons(summary: Summary) -> str:
    """Why the phases have no β, each reason once, with the first phase that gave it."""
    found: dict[str, str] = {}
    for phase in summary.phases:
        if phase.fit.reason:
            found.setdefault(head(phase.fit), f"{phase.span.name}, {phase.fit.reason}")
    return "; ".join(found.values())
