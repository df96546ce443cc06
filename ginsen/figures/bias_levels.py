"""β against the bias, on the way up and on the way down."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary
from ginsen.figures.phases import reasons
from ginsen.figures.style import DOWN, UP, blank, legend
from ginsen.types import Record


def beta_of_levels_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """β of each phase with its 95 % interval against its level."""
    axes.set(title="β against bias, with 95 % interval", xlabel="V (V)", ylabel="β")
    phases = summary.phases
    top = max(range(len(phases)), key=lambda k: abs(phases[k].span.level), default=0)
    rows = [(k <= top, phase.span.level, fit.beta, fit.beta_low, fit.beta_high)
            for k, phase in enumerate(phases) for fit in (phase.fit,) if fit.beta is not None]
    if not rows:
        blank(axes, "no β: " + (reasons(summary) or "no phase was found"))
        return
    for upward, colour, label in ((1, UP, "up"), (0, DOWN, "down")):
        way = np.array([row for row in rows if row[0] == upward], dtype=np.float64)
        if way.size:
            _, V, beta, low, high = way.T
            axes.vlines(V, low, high, color=colour, lw=1.2)
            axes.plot(V, beta, "o-", color=colour, lw=1.2, ms=5, label=label)
    legend(axes)
