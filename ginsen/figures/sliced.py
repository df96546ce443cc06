"""Panels of a sliced I-V curve: β against conductance, and as a distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary, sliced_betas
from ginsen.analysis.sliced import Slice, SlicedBetas, beta_of, windows_of
from ginsen.figures import spectra
from ginsen.figures.style import DOWN, UP, blank, headroom, legend
from ginsen.types import Record

_NAMES = {True: "up", False: "down"}
_COLOURS = {True: UP, False: DOWN}


def slices_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """β of each step against its conductance: median of its windows, with their quartiles."""
    axes.set_title("β in windows of 1 s against conductance")
    found = _found(record, summary)
    known = [each for each in found.slices if each.betas and each.conductance > 0]
    if not known:
        blank(axes, "no β in any window: " + _why(found.slices))
        return
    for upward in (True, False):
        way = [each for each in known if each.upward is upward]
        if not way:
            continue
        G, beta, low, high = np.array(
            [(each.conductance, each.beta, each.beta_low, each.beta_high) for each in way]).T
        axes.vlines(G, low, high, color=_COLOURS[upward], lw=0.8, alpha=0.8)
        axes.plot(G, beta, "o", color=_COLOURS[upward], ms=4, alpha=0.8,
                  label=f"{_NAMES[upward]}: {_share(found, upward)}")
    axes.set(xlabel="G (S)", ylabel="β: median and quartiles", xscale="log")
    headroom(axes, 0.15)
    legend(axes, "upper right")


def betas_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """How the β of all windows are distributed, on the way up and on the way down."""
    axes.set_title("Distribution of β over all windows")
    found = _found(record, summary)
    betas = {upward: [beta for each in found.slices if each.upward is upward
                      for beta in each.betas] for upward in (True, False)}
    every = [*betas[True], *betas[False]]
    if not every:
        blank(axes, "no β in any window: " + _why(found.slices))
        return
    edges = np.histogram_bin_edges(every, bins="auto" if len(every) > 30 else 10)
    for upward, values in betas.items():
        if values:
            axes.hist(values, bins=edges.tolist(), color=_COLOURS[upward], alpha=0.45,
                      label=f"{_NAMES[upward]}: median {np.median(values):.2f}, "
                            f"{len(values)} windows")
    axes.set(xlabel="β", ylabel="windows")
    legend(axes, "upper right")


def windows_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """The spectrum of one window at the same level of both ways, in the middle of its step."""
    spans = record.spans
    top = max(range(len(spans)), key=lambda k: abs(spans[k].level), default=0)
    up = spans[:top + 1]
    drawn, floor = 0, False
    if up and spans[top].level:
        wanted = spans[top].level / 2
        for upward, way in ((True, up), (False, spans[top + 1:])):
            if not way:
                continue
            span = min(way, key=lambda span: abs(span.level - wanted))
            windows = list(windows_of(record, span))
            if not windows:
                continue
            window = windows[len(windows) // 2]
            fit = beta_of(window, span)
            drawn += spectra.draw(axes, window, span, fit, _COLOURS[upward])
            floor = floor or bool(fit.floor)
    spectra.finish(axes, "Spectrum of one window, both ways", drawn,
                   "no window is long enough for a spectrum", floor=floor)


def _found(record: Record, summary: Summary) -> SlicedBetas:
    """What the summary found, or what is found now in a record of other origin."""
    if isinstance(summary.finding, SlicedBetas):
        return summary.finding
    return sliced_betas(record) or SlicedBetas(np.nan, np.nan, ())


def _share(found: SlicedBetas, upward: bool) -> str:
    way = [each for each in found.slices if each.upward is upward]
    return (f"β in {sum(len(each.betas) for each in way)} of "
            f"{sum(each.windows for each in way)} windows")


def _why(slices: Sequence[Slice]) -> str:
    told = sorted({each.reason for each in slices if each.reason})
    return ", ".join(told) or "no step is long enough for a window"
