"""A record and the state it was in: calm, unstable, forming, forgetting, or between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ginsen.analysis.states import State, StateEstimate
from ginsen.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    STYLE,
    VERMILLION,
    blank,
    extremes,
)
from ginsen.report import scale_of
from ginsen.types import Samples

STATE_COLOURS: Mapping[State, str] = {
    "calm": BLUE, "unstable": VERMILLION, "forming": GREEN, "forgetting": ORANGE}
NONE = "#dddddd"


def state_figure(samples: Samples, track: Sequence[StateEstimate], path: Path | str, *,
                 name: str = "") -> None:
    """Draw current, β with its interval, and the probabilities of the states, into a PNG.

    `track` are the estimates of `state_track` on the same samples. Each stands over the time since
    the one before it, and tells of the window that ends there. A dotted line is a change.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 7.5), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(name, fontsize=12, x=0.01, ha="left", weight="bold", parse_math=False)
        panels = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 2))
        record_panel(panels[0], samples, track)
        beta_of_states_panel(panels[1], track)
        probabilities_panel(panels[2], samples, track)
        figure.savefig(path, format="png")


def record_panel(axes: Axes, samples: Samples, track: Sequence[StateEstimate]) -> None:
    """The current, and in which state its windows end."""
    scale, prefix = scale_of(float(np.nanmax(np.abs(samples.current))))
    axes.set(title="Current, and the state of the window that ends there",
             ylabel=f"I ({prefix}A)")
    axes.plot(*extremes(samples.time, samples.current / scale), color=GREY, lw=0.8)
    for start, each in zip(_starts(track), track, strict=True):
        colour = NONE if each.state is None else STATE_COLOURS[each.state]
        axes.axvspan(start, each.time, color=colour, alpha=0.5 if each.state is None else 0.3, lw=0)
    _changes(axes, track)
    handles = [Patch(color=colour, alpha=0.4, lw=0) for colour in STATE_COLOURS.values()]
    axes.legend([*handles, Patch(color=NONE, lw=0)], [*STATE_COLOURS, "none told"], ncols=5,
                loc="lower right", bbox_to_anchor=(1, 1))


def beta_of_states_panel(axes: Axes, track: Sequence[StateEstimate]) -> None:
    """β of every window at its end, in the colour of its state."""
    axes.set(title="β of the window, with 95 % interval", ylabel="β")
    rows = [(each.time, each.fit.beta, each.fit.beta_low, each.fit.beta_high,
             GREY if each.state is None else STATE_COLOURS[each.state])
            for each in track if each.fit.beta is not None]
    if not rows:
        blank(axes, "no window has a β")
        return
    t, beta, low, high, colours = zip(*rows, strict=True)
    axes.vlines(t, low, high, colors=colours, alpha=0.5, lw=2)
    axes.scatter(t, beta, c=colours, s=14, zorder=3)
    _changes(axes, track)


def probabilities_panel(axes: Axes, samples: Samples, track: Sequence[StateEstimate]) -> None:
    """The probabilities of the four states, one upon the other; what is left is not told."""
    axes.set(title="Probability of each state", xlabel="time (s)", ylabel="probability",
             ylim=(0, 1), xlim=(samples.time[0], samples.time[-1]))
    if not track:
        return
    edges = np.array([*_starts(track)[:1], *(each.time for each in track)])
    below = np.zeros(len(track))
    for state, colour in STATE_COLOURS.items():
        p = np.array([each.probabilities.get(state, 0.0) for each in track])
        axes.stairs(below + p, edges, baseline=below, fill=True, color=colour, alpha=0.7, lw=0)
        below = below + p
    _changes(axes, track)


def _starts(track: Sequence[StateEstimate]) -> list[float]:
    """From when on each estimate is the newest but one: the ends of those before."""
    times = [each.time for each in track]
    if not times:
        return []
    return [2 * times[0] - times[1] if len(times) > 1 else times[0] - 1.0, *times[:-1]]


def _changes(axes: Axes, track: Sequence[StateEstimate]) -> None:
    for each in track:
        if each.new and each.changed is not None:
            axes.axvline(each.changed.time, color="black", ls=":", lw=1)
