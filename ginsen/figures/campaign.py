"""The figure of a campaign: cycles, bands, waiting times, controls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ginsen.analysis.campaign import ALL_PAIRS, CampaignResult, Cycle, Spread
from ginsen.analysis.measures import label
from ginsen.analysis.survival import survival_curve
from ginsen.figures.style import BLUE, GREY, PHASE_COLOURS, STYLE, VERMILLION, blank, legend

_MOST_NAMED = 8
PREFERRED = ("kept_at_10_s", "kept_at_1_s", "latency_s", "first_read_S", "conductance_S")
"""What is drawn, the first of them that most cycles have."""


def campaign_figure(found: CampaignResult, cycles: Sequence[Cycle], path: Path | str, *,
                    name: str = "") -> None:
    """Draw four panels into a PNG: cycles, bands, waiting times, and dense against sparse reads.

    `name` stands first in the title.
    """
    measure = _measure(found)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 8), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(" · ".join(filter(None, (
            name, f"{found.runs} runs, {found.failed} failed"))), fontsize=12, x=0.01, ha="left",
            weight="bold", parse_math=False)
        (over_cycles, bands), (waiting, controls) = figure.subplots(2, 2)
        _cycles_panel(over_cycles, cycles, measure)
        _bands_panel(bands, found, measure)
        _waiting_panel(waiting, found, cycles)
        _controls_panel(controls, found, measure)
        figure.savefig(path, format="png")


def _measure(found: CampaignResult) -> str:
    """The preferred measure that is known most often."""
    counts = {key: sum(spread.cycles for spread in found.spreads
                       if spread.pair == ALL_PAIRS and spread.measure == key)
              for key in PREFERRED}
    return max(counts, key=lambda key: counts[key])


def _cycles_panel(axes: Axes, cycles: Sequence[Cycle], measure: str) -> None:
    """The measure of every dense run, in the order they were made, to see the sample wander."""
    axes.set(title=f"{label(measure)}, run by run", xlabel="run", ylabel=label(measure))
    known = {(cycle.condition, cycle.number): each.value for cycle in cycles
             if cycle.finished and not cycle.control
             and (each := cycle.measure(measure)) is not None}
    if not known:
        blank(axes, f"no run has a {label(measure)}")
        return
    conditions = dict.fromkeys(condition for condition, _ in known)
    for at, condition in enumerate(conditions):
        some = {number: value for (its, number), value in known.items() if its == condition}
        axes.plot(list(some), list(some.values()), ".", ms=6,
                  color=PHASE_COLOURS[at % len(PHASE_COLOURS)],
                  label=condition if at < _MOST_NAMED else "")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(axes)


def _bands_panel(axes: Axes, found: CampaignResult, measure: str) -> None:
    """The median of each condition with its two bands, one beside the other."""
    axes.set_title(f"{label(measure)}: median and 95 % bands")
    some = _of(found, measure)
    if not some:
        blank(axes, f"no run has a {label(measure)}")
        return
    for which, shift, colour, words in (
            ("over_cycles", -0.12, BLUE, "over cycles of the same samples"),
            ("over_samples", 0.12, VERMILLION, "over samples")):
        for at, spread in enumerate(some):
            band = getattr(spread.bands, which)
            if band is not None:
                axes.plot((at + shift,) * 2, band, color=colour, lw=5, alpha=0.5,
                          solid_capstyle="butt")
        if all(getattr(spread.bands, which) is None for spread in some):
            words += ": nothing repeats"
        axes.plot([], [], color=colour, lw=5, alpha=0.5, label=words)
    axes.plot(range(len(some)), [spread.bands.median for spread in some], "D", color="black", ms=6,
              label="median")
    _conditions(axes, some, measure)


def _waiting_panel(axes: Axes, found: CampaignResult, cycles: Sequence[Cycle]) -> None:
    """The share of runs that still wait, with a mark where one is censored."""
    waited = [spread for spread in found.spreads
              if spread.survival is not None and spread.pair == ALL_PAIRS]
    if not waited:
        axes.set_title("Waiting times")
        blank(axes, "nothing in this campaign is waited for")
        return
    key = waited[0].measure
    axes.set(title=f"{label(key)}: share of runs still waiting", xlabel=label(key),
             ylim=(-0.02, 1.05))
    for at, spread in enumerate(each for each in waited if each.measure == key):
        colour = PHASE_COLOURS[at % len(PHASE_COLOURS)]
        some = [each for cycle in cycles
                if cycle.condition == spread.condition and cycle.finished and not cycle.control
                and (each := cycle.measure(key)) is not None]
        t, seen = np.array([(each.value, not each.censored) for each in some]).T
        times, left = survival_curve(t, seen.astype(np.bool_))
        told = spread.condition if at < _MOST_NAMED else ""
        axes.step([0, *times], [1, *left], where="post", color=colour, label=told)
        held = np.interp(t[seen == 0], times, left)
        axes.plot(t[seen == 0], held, "|", color=colour, ms=9)
    axes.axhline(0.5, color=GREY, ls=":", label="half")
    legend(axes)


def _controls_panel(axes: Axes, found: CampaignResult, measure: str) -> None:
    """The medians of dense and of sparse reads side by side: what reading does."""
    axes.set_title(f"{label(measure)}: dense and sparse reads")
    some = [spread for spread in _of(found, measure) if np.isfinite(spread.control)]
    if not some:
        blank(axes, "no control has this measure")
        return
    places = np.arange(len(some))
    axes.plot(places, [spread.bands.median for spread in some], "o", color=BLUE, ms=7,
              label="dense")
    axes.plot(places, [spread.control for spread in some], "s", color="black", mfc="none", ms=8,
              label="sparse, at most 1 % of the time")
    _conditions(axes, some, measure)


def _of(found: CampaignResult, measure: str) -> list[Spread]:
    return [spread for spread in found.spreads
            if spread.pair == ALL_PAIRS and spread.measure == measure]


def _conditions(axes: Axes, some: Sequence[Spread], measure: str) -> None:
    """The axis of conditions, and a legend."""
    axes.set(xlim=(-0.6, len(some) - 0.4), ylabel=label(measure))
    axes.set_xticks(range(len(some)), [spread.condition for spread in some],
                    rotation=20 if len(some) > 3 else 0, ha="right" if len(some) > 3 else "center",
                    parse_math=False)
    legend(axes)
