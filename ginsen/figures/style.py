"""How a panel looks: colours, type, legends, and what stands in an empty one."""

from __future__ import annotations

import textwrap
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ginsen.types import Array

# Okabe & Ito, Color Universal Design (2008): told apart by people with any colour vision.
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7")
GREY = "#666666"
PHASE_COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
UP, DOWN = BLUE, VERMILLION
"""The two ways of a staircase, or the first and the last of a series."""

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.titlesize": 11, "axes.labelsize": 10,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "legend.frameon": False, "legend.fontsize": 9, "lines.linewidth": 1.3,
}
_LONGEST_LABEL = 70
_LONGEST_REASON = 400
_MOST_COLUMNS = 3000
"""A panel is some 700 pixels wide: beyond this, extremes per column look the same as all."""


def legend(axes: Axes, place: Literal["best", "upper right", "upper left", "lower left",
                                      "lower right"] = "best", columns: int = 1) -> None:
    """A legend whose texts are names people gave: however long, and a dollar sign is no formula."""
    box = axes.legend(loc=place, ncols=columns)
    box.set_in_layout(False)
    for text in box.get_texts():
        text.set_parse_math(False)
        text.set_text(textwrap.shorten(text.get_text(), _LONGEST_LABEL, placeholder=" …"))


def headroom(axes: Axes, share: float) -> None:
    """Room for a legend above what is drawn, as a share of the height."""
    low, high = axes.get_ylim()
    logarithmic = axes.get_yscale() == "log"
    axes.set_ylim(top=high * (high / low) ** share if logarithmic else high + share * (high - low))


def plain_numbers(axes: Axes, which: Literal["x", "y"]) -> None:
    """Numbers of a logarithmic axis as 0.1, 1, 10, with 2 and 5 between where it is short."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def blank(axes: Axes, why: str) -> None:
    """An empty panel that says why it is empty."""
    axes.set(xscale="linear", yscale="linear", xticks=[], yticks=[])
    axes.grid(False)
    why = textwrap.fill(textwrap.shorten(why, _LONGEST_REASON, placeholder=" …"), 52)
    axes.text(0.5, 0.5, why, in_layout=False, transform=axes.transAxes, ha="center",
              va="center", color=GREY, parse_math=False)


def extremes(t: Array, y: Array) -> tuple[Array, Array]:
    """The least and the greatest `y` of equal stretches of `t`, if there are too many to see."""
    per = -(-t.size // _MOST_COLUMNS)
    if per <= 2:
        return t, y
    rows = t.size // per
    block = np.where(np.isnan(y), np.inf, y)[:rows * per].reshape(rows, per)
    least = block.min(axis=1)
    greatest = np.where(np.isinf(block), -np.inf, block).max(axis=1)
    out = np.column_stack([least, greatest]).ravel()
    return np.repeat(t[:rows * per:per], 2), np.where(np.isfinite(out), out, np.nan)
