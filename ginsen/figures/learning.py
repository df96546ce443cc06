"""Panels of a learning run: pulses to the criterion, forgetting after each, what was kept."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ginsen.analysis import LearningCurve, Summary, learning_curve
from ginsen.analysis.learning import reads_after
from ginsen.figures.style import BLUE, VERMILLION, blank, headroom, legend, plain_numbers
from ginsen.types import Record

_NOTHING = "no cycle: the record has no training"


def pulses_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """Pulses to the criterion, cycle by cycle; open where it was not met."""
    axes.set(title="Savings: pulses to the criterion", xlabel="cycle", ylabel="pulses")
    curve = _curve(record, summary)
    if curve is None:
        blank(axes, _NOTHING)
        return
    for learned, label in ((True, "met"), (False, "not met in so many")):
        some = [each for each in curve.cycles if each.learned is learned]
        if some:
            axes.bar([each.cycle for each in some], [each.pulses for each in some], width=0.6,
                     color=BLUE if learned else "white", edgecolor=BLUE, label=label)
    for each in curve.cycles:
        axes.annotate(str(each.pulses), (each.cycle, each.pulses), ha="center", va="bottom")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    legend(axes, "upper right")


def pauses_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """G over the first read after the last pulse of each cycle, from early to late."""
    axes.set(title="Forgetting after each cycle", xlabel="t since the cycle's last pulse (s)",
             ylabel="G / first read")
    curve = _curve(record, summary)
    spans = {span.name: span for span in record.spans}
    cycles = [each for each in curve.cycles if each.learned and each.first] if curve else []
    if not cycles:
        blank(axes, "no cycle met the criterion")
        return
    for colour, each in zip(mpl.colormaps["viridis"](np.linspace(0, 0.85, len(cycles))), cycles,
                            strict=True):
        t, G = reads_after(record, spans[f"train {each.cycle}.{each.pulses}"],
                           spans[f"forget {each.cycle}"])
        axes.plot(t, G / each.first, color=colour, lw=1.2, label=f"cycle {each.cycle}")
    axes.set_xscale("log")
    plain_numbers(axes, "x")
    legend(axes, "lower left")


def half_lives_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """The half-life after each cycle: short-term becomes long-term as it rises."""
    axes.set(title="Retention: half-life after each cycle", xlabel="cycle", ylabel="half-life (s)")
    curve = _curve(record, summary)
    spans = {span.name: span for span in record.spans}
    learned = [each for each in curve.cycles if each.learned] if curve else []
    if not learned:
        blank(axes, "no cycle met the criterion")
        return
    reached = [(each.cycle, each.half_life) for each in learned if np.isfinite(each.half_life)]
    longer = [(each.cycle, spans[f"forget {each.cycle}"].stop - spans[f"forget {each.cycle}"].start)
              for each in learned if not np.isfinite(each.half_life)]
    if reached:
        axes.plot(*zip(*reached, strict=True), "o-", color=VERMILLION, ms=6, label="half forgotten")
    if longer:
        axes.plot(*zip(*longer, strict=True), "^", color=VERMILLION, mfc="white", ms=8,
                  label="longer than the pause")
    axes.set_ylim(bottom=0)
    headroom(axes, 0.1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(axes, "upper left")


def _curve(record: Record, summary: Summary) -> LearningCurve | None:
    found = summary.finding
    return found if isinstance(found, LearningCurve) else learning_curve(record)
