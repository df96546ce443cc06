"""The map of a wafer: dies coloured by one result."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ginsen.analysis.measures import known_measures, label
from ginsen.analysis.wafer import DieResult, WaferResult
from ginsen.figures.style import GREY, STYLE, VERMILLION
from ginsen.report import quantity
from ginsen.types import Array

_DIE = 0.92
"""Share of its place that a die is drawn as."""
_MOST_NUMBERED = 100


def wafer_figure(found: WaferResult, path: Path | str, *, name: str = "") -> None:
    """Draw the dies of a map into a PNG, columns from left to right and rows from top to bottom.

    A die without a value is grey, a failed one is crossed out, and of a censored one the value is
    a least one. Subdies share the place of their die from left to right. `name` stands first in
    the title.
    """
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        figure = Figure(figsize=(8, 7), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        values = np.array([die.value for die in found.dies])
        scale = ScalarMappable(_norm(values), mpl.colormaps["viridis"])
        share = 1 + max((die.subdie for die in found.dies), default=0)
        for die in found.dies:
            _draw(axes, die, scale, share,
                  _text(die, found.measure) if len(found.dies) <= _MOST_NUMBERED else "")
        columns, rows = ({getattr(die, way) for die in found.dies} or {0}
                         for way in ("column", "row"))
        axes.set(xlim=(min(columns) - 0.6, max(columns) + 0.6), xlabel="column",
                 ylim=(max(rows) + 0.6, min(rows) - 0.6), ylabel="row", aspect="equal",
                 xticks=range(min(columns), max(columns) + 1),
                 yticks=range(min(rows), max(rows) + 1))
        title = f"{label(found.measure)} of {found.runs} dies, {found.failed} failed"
        axes.set_title(" · ".join(filter(None, (name, title))), parse_math=False)
        if np.isfinite(values).any():
            figure.colorbar(scale, ax=axes, label=label(found.measure), shrink=0.8)
        figure.savefig(path, format="png")


def _norm(values: Array) -> Normalize:
    """Logarithmic where the values go over more than a decade."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Normalize(0, 1)
    low, high = known.min(), known.max()
    return LogNorm(low, high) if low > 0 and high > 10 * low else Normalize(low, high)


def _draw(axes: Axes, die: DieResult, scale: ScalarMappable, share: int, text: str) -> None:
    """One die: its square, its value, a cross where it failed."""
    known = bool(np.isfinite(die.value))
    colour = scale.to_rgba(np.array([die.value]))[0] if known else (0.87, 0.87, 0.87, 1.0)
    width = _DIE / share
    left, top = die.column - _DIE / 2 + die.subdie * width, die.row - _DIE / 2
    axes.add_patch(Rectangle((left, top), width, _DIE, facecolor=colour, edgecolor=GREY, lw=0.6))
    if die.outcome.startswith("failed"):
        for ends in ((top, top + _DIE), (top + _DIE, top)):
            axes.plot((left, left + width), ends, color=VERMILLION, lw=1.5)
    axes.text(left + width / 2, die.row, text, ha="center", va="center", fontsize=8,
              color="black" if sum(colour[:3]) > 1.5 else "white")


def _text(die: DieResult, measure: str) -> str:
    """The value of a die; a censored one is a least one."""
    if not np.isfinite(die.value):
        return ""
    unit = known_measures()[measure].unit
    value = quantity(die.value, unit) if unit.isalpha() else f"{die.value:.3g}"
    return ("> " if die.censored else "") + value
