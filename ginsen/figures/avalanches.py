"""Avalanches: how large, how long, how shaped, and what their surrogates do."""

from __future__ import annotations

import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ginsen.analysis.avalanche_study import AvalancheRow, AvalancheStudy
from ginsen.analysis.avalanches import Counts
from ginsen.analysis.crackling import Exponent
from ginsen.analysis.power_law import PowerLaw
from ginsen.figures.style import BLUE, GREEN, GREY, STYLE, VERMILLION, blank, legend


def avalanche_figure(study: AvalancheStudy, path: Path | str, *, name: str = "") -> None:
    """Draw sizes, lifetimes, sizes against lifetimes, and γ of every row, into a PNG."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 8.5), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        title = ": ".join(part for part in (name, study.reading) if part)
        figure.suptitle(textwrap.fill(title, 110), fontsize=12, x=0.01, ha="left", weight="bold",
                        parse_math=False)
        panels = figure.subplots(2, 2)
        first, found = study.rows[0], study.found
        distribution_panel(panels[0, 0], found.size, first.sizes, "Sizes", "events S", "τ")
        distribution_panel(panels[0, 1], found.lifetime, first.lifetimes, "Lifetimes",
                           f"bins T of {found.bin_width:.3g} s", "α")
        means_panel(panels[1, 0], study)
        gamma_panel(panels[1, 1], study)
        figure.savefig(path, format="png")


def distribution_panel(axes: Axes, values: Counts, law: PowerLaw | None, title: str, label: str,
                       letter: str) -> None:
    """The share of values at least so large, and the power law over its range."""
    axes.set(title=title, xlabel=label, ylabel="share at least as large")
    if values.size == 0:
        blank(axes, "no avalanche begins and ends in the record")
        return
    x, count = np.unique(values, return_counts=True)
    left = np.cumsum(count[::-1])[::-1] / values.size
    axes.loglog(x, left, ".", color=BLUE, ms=5, label=f"{values.size} avalanches")
    if law is not None:
        support = np.arange(law.low, law.high + 1, dtype=np.float64)
        p = support**-law.exponent
        beyond = np.mean(values > law.high)
        tail = np.cumsum(p[::-1])[::-1] / p.sum() * law.count / values.size + beyond
        axes.loglog(support, tail, color=VERMILLION,
                    label=f"{letter} = {law.exponent:.2f} ({law.exponent_low:.2f} to "
                          f"{law.exponent_high:.2f})\nfrom {law.low} to {law.high}, "
                          f"p = {law.p:.2f}")
    else:
        axes.plot([], [], " ", label="no power law over a factor 8")
    axes.set_ylim(0.4 / values.size, 1.5)
    legend(axes, "lower left")


def means_panel(axes: Axes, study: AvalancheStudy) -> None:
    """The mean size of avalanches of each lifetime."""
    axes.set(title="Mean size of a lifetime", xlabel="T (bins)", ylabel="⟨S⟩ (events)")
    T, which = np.unique(study.found.lifetime, return_inverse=True)
    if T.size < 2:
        blank(axes, "fewer than two lifetimes were met")
        return
    mean = np.bincount(which, study.found.size) / np.bincount(which)
    axes.loglog(T, mean, ".", color=BLUE, ms=5)
    gamma = study.rows[0].by_means
    if gamma is not None:
        middle = np.average(np.log(T), weights=np.bincount(which))
        level = np.average(np.log(mean), weights=np.bincount(which))
        axes.loglog(T, np.exp(level + gamma.value * (np.log(T) - middle)), color=VERMILLION,
                    label=f"γ = {_told(gamma)}")
        legend(axes, "upper left")


def gamma_panel(axes: Axes, study: AvalancheStudy) -> None:
    """γ three ways for every threshold and bin, for the surrogates, and β of the activity."""
    axes.set(title="γ three ways", xlabel="γ")
    ways = (("(α - 1)/(τ - 1)", "by_exponents", BLUE), ("⟨S⟩ against T", "by_means", VERMILLION),
            ("shapes", "by_shapes", GREEN))
    # The first row is that as usual; here all stand in order of threshold and bin.
    rows = sorted((row for row in study.rows if row.source == "measured"),
                  key=lambda row: (row.threshold, row.bin_width))
    rows += [row for row in study.rows if row.source != "measured"]
    labels = [_label(row, study.rows[0]) for row in rows]
    for shift, (label, field, colour) in zip((-0.22, 0.0, 0.22), ways, strict=True):
        for y, row in enumerate(rows):
            gamma: Exponent | None = getattr(row, field)
            if gamma is not None:
                axes.plot([gamma.low, gamma.high], [y + shift] * 2, color=colour, lw=1.5)
                axes.plot(gamma.value, y + shift, "o", color=colour, ms=4)
        axes.plot([], [], "o-", color=colour, ms=4, label=label)
    activity = study.activity
    if (activity.beta is not None and activity.beta_low is not None
            and activity.beta_high is not None):
        labels.append("β of the activity")
        axes.plot([activity.beta_low, activity.beta_high], [len(rows)] * 2, color=GREY)
        axes.plot(activity.beta, len(rows), "o", color=GREY, ms=4)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.invert_yaxis()
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, 0.0), min(high, 4.0))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, fontsize=8)


def _label(row: AvalancheRow, usual: AvalancheRow) -> str:
    if row.source != "measured":
        return row.source
    return f"threshold × {row.threshold / usual.threshold:g}, bin {row.bin_width:.2g} s"


def _told(gamma: Exponent) -> str:
    return f"{gamma.value:.2f} ({gamma.low:.2f} to {gamma.high:.2f})"
