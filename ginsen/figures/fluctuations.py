"""The distribution of a conductance that should hold still."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary, conductance
from ginsen.figures.style import BLUE, VERMILLION, blank, legend
from ginsen.types import Record


def fluctuations_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """G of the longest phase about its median, beside the normal curve of the same width.

    Two levels or a heavy tail stand out here where a spectrum hides them.
    """
    axes.set(title="Distribution of the conductance", xlabel="(G - median) / median",
             ylabel="probability density")
    phase = max(summary.phases, key=lambda phase: phase.samples, default=None)
    if phase is None:
        blank(axes, "no phase was found")
        return
    G, _ = conductance(record.samples[phase.span.part], record.series_resistance,
                       level=phase.span.level)
    G = G[np.isfinite(G)]
    if G.size < 2 or np.ptp(G) == 0 or phase.conductance == 0:
        blank(axes, "no conductance that fluctuates was measured")
        return
    x = G / phase.conductance - 1
    axes.hist(x, bins=np.histogram_bin_edges(x, bins=min(30, max(10, x.size // 50))).tolist(),
              density=True, color=BLUE, alpha=0.5, label=f"{phase.span.name}, {x.size} samples")
    sigma, mean = float(np.std(x)), float(np.mean(x))
    grid = np.linspace(mean - 4 * sigma, mean + 4 * sigma, 200)
    axes.plot(grid, np.exp(-((grid - mean) / sigma) ** 2 / 2) / (sigma * np.sqrt(2 * np.pi)),
              color=VERMILLION, label=f"normal, σ = {sigma:.2g}")
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.2 / (x.size * sigma))
    legend(axes, "upper right")
