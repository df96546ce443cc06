"""Panels over time: level, current, conductance."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary, conductance
from ginsen.figures.phases import MOST_COLOURED, MOST_NAMED, coloured, shown, time_label
from ginsen.figures.style import BLUE, GREY, blank, extremes, legend, plain_numbers
from ginsen.report import quantity, scale_of
from ginsen.types import Array, Record


def conductance_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """G of every phase in its colour, with its uncertainty; logarithmic where it spans decades."""
    G, u_G = _conductance(record)
    axes.set_title("Conductance")
    _panel(axes, record, summary, "G", "S", G, u_G,
           "no conductance: every sample is in compliance or at 0 V")


def current_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """|I| of every phase in its colour, samples in compliance too."""
    axes.set_title("Current")
    _panel(axes, record, summary, "|I|", "A", np.abs(record.samples.current),
           record.samples.u_current, "no current was measured")


def level_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """The level of every phase, as a staircase."""
    axes.set(title="Bias", xlabel=time_label(summary), xlim=shown(record, summary), ylabel="V (V)")
    for phase, colour in coloured(summary):
        edges = np.array([phase.span.start, phase.span.stop]) - summary.zero
        axes.plot(edges, [phase.span.level] * 2, color=colour, lw=3, solid_capstyle="butt")
        axes.fill_between(edges, 0, phase.span.level, color=colour, alpha=0.15, lw=0)
    if not summary.phases:
        blank(axes, "no phase was found")


def _conductance(record: Record) -> tuple[Array, Array]:
    """G and u(G) of the whole record, each phase by its own level."""
    G, u_G = conductance(record.samples, record.series_resistance)
    for span in record.spans:
        G[span.part], u_G[span.part] = conductance(
            record.samples[span.part], record.series_resistance, level=span.level,
            alternate=span.alternate)
    return G, u_G


def _panel(axes: Axes, record: Record, summary: Summary, symbol: str, unit: str, values: Array,
           u: Array, nothing: str) -> None:
    samples = record.samples
    t = samples.time - summary.zero
    axes.set(xlabel=time_label(summary), xlim=shown(record, summary))
    seen = values[np.isfinite(values)]
    if seen.size == 0:
        blank(axes, nothing)
        return
    scale, prefix = scale_of(float(np.max(np.abs(seen))))
    axes.set_ylabel(f"{symbol} ({prefix}{unit})")
    least, most = np.quantile(seen, (0.001, 0.999))
    logarithmic = bool(least > 0 and most > 10 * least)
    if logarithmic:
        axes.set_yscale("log")
    if 0 < len(summary.phases) <= MOST_COLOURED:
        _phases(axes, t, values / scale, u / scale, summary, 0.1 * least / scale, logarithmic)
    else:
        # A line must not bridge the dead time between two phases.
        edges = [phase.span.first for phase in summary.phases[1:]]
        axes.plot(*extremes(np.insert(t, edges, t[edges]),
                            np.insert(_drawable(values / scale, logarithmic), edges, np.nan)),
                  color=BLUE, lw=1,
                  label=f"{len(edges) + 1} phases" if summary.phases else "no phase found")
    if logarithmic:
        plain_numbers(axes, "y")
    if samples.compliance.any():
        axes.plot(t[samples.compliance], np.full(np.count_nonzero(samples.compliance), 0.02), "|",
                  color="black", ms=7, transform=axes.get_xaxis_transform(),
                  label="in compliance")
    legend(axes)


def _phases(axes: Axes, t: Array, y: Array, u: Array, summary: Summary, least: float,
            logarithmic: bool) -> None:
    for at, (phase, colour) in enumerate(coloured(summary)):
        span, part = phase.span, phase.span.part
        axes.axvspan(t[span.first], t[span.stop_index - 1], color=colour, alpha=0.08, lw=0)
        label = f"{span.name}, {quantity(span.level, 'V')}" if at < MOST_NAMED else ""
        axes.plot(*extremes(t[part], _drawable(y[part], logarithmic)), color=colour, lw=1,
                  label=label)
        if np.isfinite(u[part]).any():
            stride = slice(span.first, span.stop_index, max(1, phase.samples // 1000))
            low = np.maximum(y[stride] - u[stride], least if logarithmic else -np.inf)
            axes.fill_between(t[stride], low, y[stride] + u[stride], color=colour, alpha=0.3, lw=0)
    if len(summary.phases) > MOST_NAMED:
        axes.plot([], [], " ", label=f"and {len(summary.phases) - MOST_NAMED} more")
    if np.isfinite(u).any():
        axes.fill_between([], [], [], color=GREY, alpha=0.3, lw=0, label="± standard uncertainty")


def _drawable(y: Array, logarithmic: bool) -> Array:
    return np.where(y > 0, y, np.nan) if logarithmic else y
