"""A conductance in steps: its plateaus, its steps, its dwells, its histogram."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ginsen.analysis.paths import QUANTUM, PathStatistics, conductance_histogram
from ginsen.figures.style import (
    BLUE,
    DOWN,
    GREY,
    STYLE,
    UP,
    VERMILLION,
    blank,
    extremes,
    legend,
)
from ginsen.report import scale_of
from ginsen.types import Array


def path_figure(time: Array, conductance: Array, found: PathStatistics, path: Path | str, *,
                quanta: bool = False, name: str = "") -> None:
    """Draw plateaus, heights of steps, dwell times and the conductance histogram into a PNG.

    With `quanta` the histogram's axis is in 2e²/h; it is an axis, not a claim.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 8), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(name, fontsize=12, x=0.01, ha="left", weight="bold", parse_math=False)
        panels = figure.subplots(2, 2)
        plateau_panel(panels[0, 0], time, conductance, found)
        step_panel(panels[0, 1], found)
        dwell_panel(panels[1, 0], found)
        histogram_panel(panels[1, 1], conductance, quanta=quanta)
        figure.savefig(path, format="png")


def plateau_panel(axes: Axes, time: Array, conductance: Array, found: PathStatistics) -> None:
    """The conductance and the plateaus between its steps."""
    rate = found.rate
    scale, prefix = scale_of(float(np.max(np.abs(conductance))))
    axes.set(title=f"{rate.count} steps, {rate.value:.3g} per s ({rate.low:.3g} to "
                   f"{rate.high:.3g})", xlabel="time (s)", ylabel=f"G ({prefix}S)")
    axes.plot(*extremes(time, conductance / scale), color=BLUE, lw=0.8, alpha=0.6)
    axes.stairs(np.array(found.levels) / scale, [time[0], *found.times, time[-1]], baseline=None,
                color=VERMILLION, lw=1.5)


def step_panel(axes: Axes, found: PathStatistics) -> None:
    """The height of each step against its time, with its 95 % interval."""
    axes.set_title(f"Heights: {found.rate_up.count} up, {found.rate_down.count} down")
    if not found.steps:
        blank(axes, "no step is told from the noise")
        return
    scale, prefix = scale_of(max(abs(step.height) for step in found.steps))
    axes.set(xlabel="time (s)", ylabel=f"ΔG ({prefix}S)")
    colours = [UP if step.height > 0 else DOWN for step in found.steps]
    low, height, high = np.array([(step.low, step.height, step.high)
                                  for step in found.steps]).T / scale
    axes.vlines(found.times, low, high, colors=colours, lw=1.2)
    axes.scatter(found.times, height, c=colours, s=16)
    axes.axhline(0, color=GREY, lw=0.8)


def dwell_panel(axes: Axes, found: PathStatistics) -> None:
    """The share of dwells at least so long, beside an exponential of the same mean."""
    axes.set(title="Dwell times", xlabel="dwell (s)", ylabel="share at least as long")
    mean = found.mean_dwell
    if mean is None or mean.count < 2:
        blank(axes, "fewer than two dwells begin and end in the record")
        return
    t = np.sort(found.dwells)
    axes.loglog(t, 1 - np.arange(t.size) / t.size, ".", color=BLUE, ms=5,
                  label=f"{t.size} dwells")
    x = np.geomspace(t[0], t[-1], 200)
    axes.loglog(x, np.exp(-x / mean.value), color=VERMILLION,
                  label=f"mean {mean.value:.3g} s ({mean.low:.3g} to {mean.high:.3g})\n"
                        "if exponential")
    axes.set_ylim(0.5 / t.size, 1.5)
    legend(axes, "lower left")


def histogram_panel(axes: Axes, conductance: Array, *, quanta: bool) -> None:
    """How often each conductance was met."""
    scale, prefix = scale_of(float(np.nanmax(np.abs(conductance))))
    density, edges = conductance_histogram(conductance, unit=QUANTUM if quanta else scale)
    axes.set(title="Conductance histogram", ylabel="share of the reads",
             xlabel="G (2e²/h)" if quanta else f"G ({prefix}S)")
    axes.stairs(density * np.diff(edges), edges, fill=True, color=BLUE, alpha=0.5)
