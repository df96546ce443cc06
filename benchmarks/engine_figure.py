"""Time per step against junctions: the engine and its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

LINES = (
    ("mnns", "mnns 1.0.5,\none right-hand side", "0.72", "v"),
    ("dense", "dense nodal analysis", "0.55", "s"),
    ("sparse", "sparse direct", "0.35", "D"),
    ("ours", "Ginsen,\nsame junctions, equal error", "#0b6e8f", "o"),
    ("activation", "Ginsen,\nfluctuating junctions, activation", "#d1495b", "^"),
    ("plateau", "Ginsen,\nfluctuating junctions, plateau", "#edae49", "P"),
)


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """A double logarithmic plot of every time in `rows`, to a PNG."""
    figure, axes = plt.subplots(figsize=(8.6, 4.6), dpi=150, layout="constrained")
    rows = sorted(rows, key=lambda row: row["junctions"])
    for row, side in zip(rows, ("center", "right", "left", "center"), strict=False):
        axes.axvline(row["junctions"], color="0.9", linewidth=0.8, zorder=0)
        shift = {"center": 0, "right": -2, "left": 2}[side]
        axes.annotate(f"{row['wires']:,} wires".replace(",", "\u202f"), (row["junctions"], 1.0),
                      xycoords=("data", "axes fraction"), xytext=(shift, 4), ha=side, fontsize=8.5,
                      textcoords="offset points", color="0.35")
    for key, label, colour, marker in LINES:
        # Where there is no error to compare there is nothing to show as equal.
        shown = [(row["junctions"], row[key]) for row in rows if row[key] is not None
                 and (key != "ours" or row["ours_error"] is not None)]
        if shown:
            axes.loglog(*zip(*shown, strict=True), marker=marker, color=colour, label=label,
                        markersize=6, linewidth=1.6)
    axes.axhline(1.0, color="0.2", linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate("real time at 1 kHz", (0.0, 1.0), xycoords=("axes fraction", "data"),
                  xytext=(6, 4), textcoords="offset points", color="0.2", fontsize=9)
    axes.set_xlim(200, 60_000)
    axes.set_xlabel("Junctions")
    axes.set_ylabel("CPU time per simulated ms (ms)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", which="major", color="0.92", linewidth=0.8)
    axes.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.savefig(path)
    plt.close(figure)
