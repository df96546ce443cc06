"""Retention: what is left of the conductance, and the law that describes it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ginsen.analysis import Summary, conductance
from ginsen.figures.phases import time_label
from ginsen.figures.style import GREY, SKY, VERMILLION, blank, legend, plain_numbers
from ginsen.report import half_life_text
from ginsen.types import Record


def retention_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """G over the first read against the logarithm of time."""
    retention = summary.retention
    axes.set(title="Retention", ylabel="G / first read")
    if retention is None:
        blank(axes, "no retention: " + (
            "there is no pulse with a read after it" if summary.since == "the start" else
            f"after {summary.since} there is no conductance that is told from zero"))
        return
    axes.set_xlabel(time_label(summary))
    read = next(p.span for p in summary.phases if p.span.stop > summary.zero)
    samples = record.samples[read.part]
    t = samples.time - summary.zero
    G, _ = conductance(samples, record.series_resistance, level=read.level,
                       alternate=read.alternate)
    t, G = t[t > 0], G[t > 0]
    axes.plot(t, G / retention.first, ".", color=SKY, ms=4, mew=0, label=read.name,
              rasterized=True)
    if retention.law is not None:
        x = np.geomspace(t[0], t[-1], 300)
        axes.plot(x, retention.curve(x) / retention.first, color=VERMILLION,
                  label=f"{retention.law}")
    ages = [(age, ratio) for age, ratio in retention.ratios.items() if ratio is not None]
    if ages:
        axes.plot(*zip(*ages, strict=True), "D", color="black", ms=5,
                  label=", ".join(f"{ratio:.2f} at {age:g} s" for age, ratio in ages))
    if retention.by_law:
        at, law = list(retention.by_law), list(retention.by_law.values())
        axes.vlines(at, [each.low for each in law], [each.high for each in law],
                    color=VERMILLION, lw=5, alpha=0.5, label="the same by the law, 95 %")
    if retention.half_life is not None:
        axes.axvline(retention.half_life, color=GREY, ls=":",
                     label=f"half-life {retention.half_life:.3g} s")
    half = retention.half_life_by_law
    if half is not None:
        axes.axvspan(half.low, half.high, color=VERMILLION, alpha=0.2, lw=0,
                     label=f"half-life by the law {half_life_text(half)}")
    axes.set_xscale("log")
    plain_numbers(axes, "x")
    legend(axes, "lower left")
