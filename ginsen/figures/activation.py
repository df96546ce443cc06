"""The moment a path forms."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import ActivationTime, Summary, activation_time, conductance
from ginsen.analysis.activation import BEGUN, HALFWAY
from ginsen.figures.phases import time_label
from ginsen.figures.style import BLUE, GREY, ORANGE, VERMILLION, blank, extremes, legend
from ginsen.report import scale_of
from ginsen.types import Record

_AROUND = 8.0
"""Rise times shown to either side, at least the _LEAST seconds."""
_LEAST = 0.5


def formation_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """G around the formation of a path, on linear axes, with latency and rise."""
    axes.set(title="Formation of the path", xlabel=time_label(summary))
    found = summary.finding
    if not isinstance(found, ActivationTime):
        found = activation_time(record)
    if found is None or not found.activated:
        waited = "" if found is None else f" in {found.waited:.4g} s"
        blank(axes, f"no path formed{waited}")
        return
    G, _ = conductance(record.samples, record.series_resistance)
    if not np.isfinite(found.latency):
        blank(axes, "a path formed, and the current reached the compliance")
        return
    t = record.samples.time - summary.zero
    around = max(_LEAST, _AROUND * found.rise)
    near = (t > found.latency - around) & (t < found.latency + found.rise + around)
    scale, prefix = scale_of(float(np.nanmax(G[near])))
    axes.set_ylabel(f"G ({prefix}S)")
    axes.plot(*extremes(t[near], G[near] / scale), color=BLUE)
    for share, at, colour, label in (
            (BEGUN, found.latency, ORANGE, f"a tenth of the plateau, {found.latency:.4g} s"),
            (HALFWAY, found.latency + found.rise, VERMILLION,
             f"half of it, {found.rise:.3g} s later")):
        axes.plot(at, share * found.plateau / scale, "D", color=colour, ms=7, label=label)
    cut = next(p.span.start for p in summary.phases if p.span.name == "after") - summary.zero
    if t[near][0] < cut < t[near][-1]:
        axes.axvline(cut, color=GREY, ls=":", label="the rule was met")
    legend(axes, "upper left")
