"""I-V panels: the loop, its magnitude over decades, and the conductance along it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary, current_voltage
from ginsen.figures.style import DOWN, UP, blank, legend, plain_numbers
from ginsen.report import scale_of
from ginsen.types import Array, Flags, Record

_NOTHING = "no I-V curve: fewer than two levels were held"


def loop_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """I against V on linear axes, away from 0 V and back to it in two colours."""
    axes.set_title("I-V")
    curve = _curve(record)
    if curve is None:
        blank(axes, _NOTHING)
        return
    V, I, limited, outward = curve  # noqa: E741
    scale, prefix = scale_of(float(np.max(np.abs(I))))
    axes.set(xlabel="V (V)", ylabel=f"I ({prefix}A)")
    _both_ways(axes, V, I / scale, outward)
    if limited.any():
        axes.plot(V[limited], I[limited] / scale, "s", color="black", ms=4, mfc="none",
                  label="in compliance")
    axes.axhline(0, color="black", lw=0.6)
    axes.axvline(0, color="black", lw=0.6)
    legend(axes)


def magnitude_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """|I| against V over decades."""
    axes.set_title("|I|-V")
    curve = _curve(record)
    if curve is None:
        blank(axes, _NOTHING)
        return
    V, I, limited, outward = curve  # noqa: E741
    axes.set(xlabel="V (V)", ylabel="|I| (A)", yscale="log")
    size = np.where((I != 0) & (V != 0), np.abs(I), np.nan)
    _both_ways(axes, V, size, outward)
    if limited.any():
        axes.plot(V[limited], size[limited], "s", color="black", ms=4, mfc="none",
                  label="in compliance")
    legend(axes)


def rising_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """|I| against V of the levels of a forming run, without its reads."""
    levels = tuple(span for span in record.spans if span.name.startswith("level"))
    magnitude_panel(axes, replace(record, spans=levels), summary)


def chord_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """G of every phase against its level."""
    axes.set(title="Conductance of the levels", xlabel="V (V)")
    phases = [phase for phase in summary.phases if phase.span.level]
    V = np.array([phase.span.level for phase in phases])
    G = np.array([phase.conductance for phase in phases])
    if np.count_nonzero(np.isfinite(G)) < 2:
        blank(axes, "fewer than two levels have a conductance")
        return
    scale, prefix = scale_of(float(np.nanmax(np.abs(G))))
    axes.set_ylabel(f"G ({prefix}S)")
    _both_ways(axes, V, G / scale, _outward(V))
    known = G[np.isfinite(G)]
    if known.min() > 0 and known.max() > 10 * known.min():
        axes.set_yscale("log")
        plain_numbers(axes, "y")
    legend(axes)


def _curve(record: Record) -> tuple[Array, Array, Flags, Flags] | None:
    """Voltage, current, in compliance, on the way away from 0 V; None without a curve."""
    found = current_voltage(record)
    if found is None:
        return None
    V = np.array([point.voltage for point in found.points])
    I = np.array([point.current for point in found.points])  # noqa: E741
    limited = np.array([point.in_compliance > 0 for point in found.points])
    return V, I, limited, _outward(np.array([span.level for span in record.spans]))


def _outward(levels: Array) -> Flags:
    """Which levels were reached on a way away from 0 V."""
    steps = np.diff(np.abs(levels), prepend=0.0)
    return np.asarray(steps >= 0)


def _both_ways(axes: Axes, x: Array, y: Array, outward: Flags) -> None:
    """A thin line in order of time, and points in the colour of their way."""
    axes.plot(x, y, color="#999999", lw=0.8, zorder=1)
    for way, colour, label in ((outward, UP, "away from 0 V"), (~outward, DOWN, "back")):
        if way.any():
            axes.plot(x[way], y[way], "o", color=colour, ms=3, label=label)
