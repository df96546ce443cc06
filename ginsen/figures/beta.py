"""β over time: every window's estimate at its end, and that of each phase."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary, beta_track
from ginsen.figures.phases import reasons, shown, time_label
from ginsen.figures.style import BLUE, ORANGE, PURPLE, SKY, blank, headroom, legend
from ginsen.types import Array, Record, SpectralFit

_WINDOW_COLOURS = (SKY, BLUE, ORANGE, PURPLE)
_MOST_ESTIMATES = 300
"""Of β in one panel: more are a blur, and each takes some milliseconds."""


def beta_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """β at each window's end, with its 95 % interval, and of each phase."""
    axes.set(title="β over time, at each window's end, with 95 % interval",
             xlabel=time_label(summary), ylabel="β")
    any_fit = False
    for window, colour in zip(_windows(summary), _WINDOW_COLOURS, strict=False):
        label = f"{window} samples"
        for track in beta_track(record, (window,)):
            t, beta, low, high = _track(track, summary.zero)
            if not np.isfinite(beta).any():
                continue
            axes.vlines(t, low, high, color=colour, alpha=0.35, lw=2)
            axes.plot(t, beta, "o-", color=colour, ms=3.5, lw=1, label=label)
            label, any_fit = "", True
    label = "phase"
    for phase in summary.phases:
        fit = phase.fit
        if fit.beta is None or fit.beta_low is None or fit.beta_high is None:
            continue
        stretch = np.array([fit.start, fit.stop]) - summary.zero
        axes.plot(stretch, [fit.beta, fit.beta], color="black", lw=2, label=label)
        axes.errorbar(stretch.mean(), fit.beta, [[fit.beta - fit.beta_low],
                                                 [fit.beta_high - fit.beta]],
                      color="black", capsize=3, lw=1.3)
        label, any_fit = "", True
    if not any_fit:
        blank(axes, "no β: " + (reasons(summary) or "no phase was found"))
        return
    axes.set_xlim(*shown(record, summary))
    headroom(axes, 0.12)
    legend(axes, "upper right", columns=4)


def _windows(summary: Summary) -> list[int]:
    """Windows of 256, 1024, ... samples that fit a phase, without those that would be a blur."""
    longest = max((phase.samples for phase in summary.phases), default=0)
    total = sum(phase.samples for phase in summary.phases)
    windows = [256 * 4 ** power for power in range(10)]
    # LiveBeta estimates eight times per window.
    return [w for w in windows if w <= longest and 8 * total / w <= _MOST_ESTIMATES]


def _track(track: Sequence[SpectralFit], zero: float) -> tuple[Array, Array, Array, Array]:
    """End of window, β and its bounds as arrays, NaN where there is none."""
    rows = [(fit.stop - zero, fit.beta, fit.beta_low, fit.beta_high) for fit in track]
    t, beta, low, high = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return t, beta, low, high
