"""A stimulus for people, before it is applied: a table and a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.table import Table

from ginsen.planning import PlannedPhase
from ginsen.report import quantity

_BLUE, _VERMILLION = "#0072B2", "#D55E00"  # Okabe & Ito, told apart with any colour vision


def stimulus_table(planned: Sequence[PlannedPhase]) -> Table:
    """One line per phase, narrow enough for a terminal of 80 columns.

    Q and E are the most charge and energy, 3u(G) the least conductance told from zero, σ(β) the
    least that can be reached.
    """
    table = Table(title="Stimulus; nothing is applied", title_justify="left", box=SIMPLE_HEAD,
                  padding=(0, 1, 0, 0), pad_edge=False)
    for column in ("phase", "t (s)", "V", "every", "ranges", "Q ≤", "E ≤", "3u(G)", "σ(β)"):
        table.add_column(column, justify="left" if column == "phase" else "right", no_wrap=True)
    for row in planned:
        phase = row.phase
        table.add_row(
            phase.name, f"{row.start:.4g}-{row.start + phase.duration:.4g}",
            quantity(phase.level, "V"), quantity(phase.interval, "s", 2),
            f"{_range(phase.source_range, 'V')} {_range(phase.measure_range, 'A')}",
            quantity(row.charge, "C", 2), quantity(row.energy, "J", 2),
            quantity(row.least_conductance, "S", 2),
            f"{row.sigma_beta:.2f}" if math.isfinite(row.sigma_beta) else "no β")
    return table


def stimulus_sentences(planned: Sequence[PlannedPhase]) -> tuple[str, ...]:
    """What would be refused, and what could not be told, a sentence each."""
    return tuple(f"{row.phase.name}: {kind}{text}" for row in planned
                 for kind, texts in (("refused: ", row.refusals), ("", row.doubts))
                 for text in texts)


def _range(full_scale: float | None, unit: str) -> str:
    return "none" if full_scale is None else quantity(full_scale, unit, 1)


def stimulus_figure(planned: Sequence[PlannedPhase], path: Path | str, *, name: str) -> None:
    """Draw voltage against time into a PNG; the part of a duty outside it is left out."""
    with mpl.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(10, 3.6), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        times = np.array([[row.start, row.start + row.phase.duration] for row in planned]).ravel()
        levels = np.repeat([row.phase.level for row in planned], 2)
        axes.plot(times, levels, color=_BLUE, lw=1.6)
        axes.fill_between(times, 0, levels, color=_BLUE, alpha=0.15, lw=0)
        for row in planned:
            if row.refusals:
                axes.axvspan(row.start, row.start + row.phase.duration, color=_VERMILLION,
                             alpha=0.25, lw=0, label="refused")
        largest, smallest = np.abs(levels).max(), np.abs(levels[levels != 0]).min(initial=np.inf)
        if smallest < largest / 30:
            axes.set_yscale("symlog", linthresh=smallest)
        if any(row.refusals for row in planned):
            axes.legend(frameon=False)
        axes.axhline(0, color="#666666", lw=0.8)
        axes.set(xlabel="t from the begin (s)", ylabel="V (V)")
        charge = sum(row.charge for row in planned if math.isfinite(row.charge))
        axes.set_title(f"{name}: {times[-1]:.4g} s, at most {quantity(largest, 'V')} and "
                       f"{quantity(charge, 'C', 2)}", loc="left")
        figure.savefig(path, format="png")
