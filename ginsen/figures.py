"""The figure of a run: conductance, spectrum, β over time, and what was remembered. No Qt."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ginsen.analysis import PhaseSummary, Summary, beta_track, conductance
from ginsen.analysis.relaxation import LAWS
from ginsen.analysis.spectrum import band_of, bins_of, coefficients
from ginsen.report import beta_text, quantity, scale_of
from ginsen.types import Array, Record, SpectralFit

# Okabe & Ito, Color Universal Design (2008): told apart by people with any colour vision.
BLUE, VERMILLION, GREEN, ORANGE, SKY, PURPLE = (
    "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7")
GREY = "#666666"
_PHASE_COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY)
_WINDOW_COLOURS = (SKY, BLUE, ORANGE, PURPLE)

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.titlesize": 11, "axes.labelsize": 10,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "legend.frameon": False, "legend.fontsize": 9, "lines.linewidth": 1.3,
}
_MOST_ESTIMATES = 300
"""Of β in one panel: more are a blur, and each takes some milliseconds."""
_MOST_SPECTRA = 4
_MOST_COLUMNS = 3000
"""A panel is some 700 pixels wide: beyond this, extremes per column look the same as all."""


def run_figure(record: Record, summary: Summary, path: Path | str, *, name: str = "") -> None:
    """Draw a record and its summary into a PNG of four panels at `path`.

    Time counts from `summary.zero`, the end of the pulse. A panel without data says why in a
    sentence. `name` stands first in the title, before what the record tells of itself.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(12, 8), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(_title(record, name), fontsize=12, x=0.01, ha="left", weight="bold",
                        parse_math=False)
        panels = figure.subplots(2, 2).ravel()
        _conductance_panel(panels[0], record, summary)
        _spectrum_panel(panels[1], record, summary)
        _beta_panel(panels[2], record, summary)
        _retention_panel(panels[3], record, summary)
        figure.savefig(path, format="png")


def _title(record: Record, name: str) -> str:
    told = [name] if name else []
    told += [record.about[key] for key in ("sample", "protocol")
             if record.about.get(key, "unknown") != "unknown"]
    told.append(str(record.outcome))
    if record.origin is not None:
        told.append(record.origin.strftime("%Y-%m-%d %H:%M UTC%z").replace("UTC+0000", "UTC"))
    return textwrap.shorten(" · ".join(told), 120, placeholder=" …")


def _conductance_panel(axes: Axes, record: Record, summary: Summary) -> None:
    samples = record.samples
    t = samples.time - summary.zero
    G, u_G = conductance(samples, record.series_resistance)
    axes.set(title="Conductance", xlabel=_time_label(summary), xlim=_shown(record, summary))
    seen = G[np.isfinite(G)]
    if seen.size == 0:
        _blank(axes, "no conductance: every sample is in compliance or at 0 V")
        return
    scale, prefix = scale_of(float(np.max(np.abs(seen))))
    axes.set_ylabel(f"G ({prefix}S)")
    least, most = np.quantile(seen, (0.001, 0.999))
    logarithmic = least > 0 and most > 10 * least
    if logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    for at, (phase, colour) in enumerate(_coloured(summary)):
        span, named = phase.span, at < len(_PHASE_COLOURS)
        part = span.part
        axes.axvspan(t[span.first], t[span.stop_index - 1], color=colour, alpha=0.08, lw=0)
        x, y = _extremes(t[part], G[part] / scale)
        axes.plot(x, np.where(y > 0, y, np.nan) if logarithmic else y, color=colour, lw=1,
                  label=f"{span.name}, {quantity(span.level, 'V')}" if named else "")
        if np.isfinite(u_G[part]).any():
            stride = slice(span.first, span.stop_index, max(1, (part.stop - part.start) // 1000))
            low = np.maximum(G[stride] - u_G[stride], 0.1 * least if logarithmic else -np.inf)
            axes.fill_between(t[stride], low / scale, (G[stride] + u_G[stride]) / scale,
                              color=colour, alpha=0.3, lw=0)
    unnamed = len(summary.phases) - len(_PHASE_COLOURS)
    if unnamed > 0:
        axes.plot([], [], " ", label=f"and {unnamed} more")
    if not summary.phases:
        axes.plot(*_extremes(t, G / scale), color=BLUE, lw=1, label="no phase found")
    if samples.compliance.any():
        axes.plot(t[samples.compliance], np.full(np.count_nonzero(samples.compliance), 0.02), "|",
                  color="black", ms=7, transform=axes.get_xaxis_transform(),
                  label="in compliance")
    if np.isfinite(u_G).any():
        axes.fill_between([], [], [], color=GREY, alpha=0.3, lw=0, label="± standard uncertainty")
    _legend(axes, "best")


def _spectrum_panel(axes: Axes, record: Record, summary: Summary) -> None:
    axes.set(title="Spectrum of the conductance", xlabel="f (Hz)", ylabel="S_G (S²/Hz)",
             xscale="log", yscale="log")
    longest = sorted(_coloured(summary), key=lambda row: -row[0].samples)[:_MOST_SPECTRA]
    drawn = [_spectrum(axes, record, phase, colour) for phase, colour in longest]
    if not any(drawn):
        _blank(axes, "no spectrum: " + (_reasons(summary) or "no phase was found"))
        return
    if any(phase.fit.floor for phase, _ in longest):
        axes.plot([], [], color=GREY, ls="--", lw=1, label="white floor of the fit")
    low, high = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda f, _: f"{f:g}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    _headroom(axes, 0.07 * (sum(drawn) + 1))
    _legend(axes, "upper right")


def _spectrum(axes: Axes, record: Record, phase: PhaseSummary, colour: str) -> bool:
    """Points, fit and floor of one phase; False if it is too short or limited for a spectrum."""
    samples, fit = record.samples[phase.span.part], phase.fit
    stretch = ~((samples.time < fit.start) | (samples.time > fit.stop))
    time, values = samples.time[stretch], samples.current[stretch]
    level = phase.span.level
    if (time.size < 32 or level == 0 or samples.compliance[stretch].any()
            or not np.isfinite(values).all() or np.ptp(values) == 0):
        return False
    dt = float(np.median(np.diff(time)))
    bins = bins_of(band_of(time.size, dt, None, None))
    density = 2 * dt * bins.mean(coefficients(values / level) ** 2)
    told = f"no β ({_head(fit)})" if fit.beta is None else f"β = {beta_text(fit)}"
    axes.plot(bins.frequency / dt, density, "o", color=colour, ms=4, mec="white", mew=0.4,
              label=f"{phase.span.name}: {told}")
    if fit.beta is not None and fit.amplitude is not None:
        f = np.geomspace(*fit.band, 100)
        floor = fit.floor or 0.0
        axes.plot(f, fit.amplitude * f ** -fit.beta + floor, color=colour)
        if floor > 0:
            axes.axhline(floor, color=colour, ls="--", lw=1)
    return True


def _beta_panel(axes: Axes, record: Record, summary: Summary) -> None:
    axes.set(title="β over time, at each window's end, with 95 % interval",
             xlabel=_time_label(summary), ylabel="β")
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
        _blank(axes, "no β: " + (_reasons(summary) or "no phase was found"))
        return
    axes.set_xlim(*_shown(record, summary))
    _headroom(axes, 0.12)
    _legend(axes, "upper right", columns=4)


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


def _retention_panel(axes: Axes, record: Record, summary: Summary) -> None:
    retention = summary.retention
    axes.set(title="Retention", xlabel="t since the pulse's end (s)", ylabel="G / first read")
    if retention is None:
        _blank(axes, "no retention: there is no pulse with a read after it")
        return
    read = next(p.span for p in summary.phases if p.span.start > summary.zero)
    samples = record.samples[read.part]
    t = samples.time - summary.zero
    G, _ = conductance(samples, record.series_resistance)
    axes.plot(t, G / retention.first, ".", color=SKY, ms=4, mew=0, label=read.name,
              rasterized=True)
    if retention.law is not None:
        law = LAWS[retention.law]
        rates, amplitudes = (np.array([retention.parameters[name] for name in names])
                             for names in (law.rates, law.amplitudes))
        x = np.geomspace(t[0], t[-1], 300)
        axes.plot(x, law.basis(x, rates) @ amplitudes / retention.first, color=VERMILLION,
                  label=f"{retention.law}")
    ages = [(age, ratio) for age, ratio in retention.ratios.items() if ratio is not None]
    if ages:
        axes.plot(*zip(*ages, strict=True), "D", color="black", ms=5,
                  label=", ".join(f"{ratio:.2f} at {age:g} s" for age, ratio in ages))
    if retention.half_life is not None:
        axes.axvline(retention.half_life, color=GREY, ls=":",
                     label=f"half-life {retention.half_life:.3g} s")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    _legend(axes, "lower left")


def _coloured(summary: Summary) -> list[tuple[PhaseSummary, str]]:
    """Each phase with its colour, the same in every panel."""
    return [(phase, _PHASE_COLOURS[at % len(_PHASE_COLOURS)])
            for at, phase in enumerate(summary.phases)]


def _time_label(summary: Summary) -> str:
    return "t since the pulse's end (s)" if summary.retention is not None else "t (s)"


def _shown(record: Record, summary: Summary) -> tuple[float, float]:
    """The stretch of time of the conductance, with its margins, so that β stands below it."""
    start, stop = record.samples.time[[0, -1]] - summary.zero
    margin = 0.05 * (stop - start) or 0.5
    return float(start - margin), float(stop + margin)


def _head(fit: SpectralFit) -> str:
    """What a reason is about, without its particulars."""
    return (fit.reason or "").partition(":")[0]


def _headroom(axes: Axes, share: float) -> None:
    """Room for a legend above what is drawn, as a share of the height."""
    low, high = axes.get_ylim()
    logarithmic = axes.get_yscale() == "log"
    axes.set_ylim(top=high * (high / low) ** share if logarithmic else high + share * (high - low))


def _legend(axes: Axes, place: Literal["best", "upper right", "lower left"],
            columns: int = 1) -> None:
    """A legend whose texts are names people gave: a dollar sign in them is no formula."""
    for text in axes.legend(loc=place, ncols=columns).get_texts():
        text.set_parse_math(False)


def _reasons(summary: Summary) -> str:
    return "; ".join(f"{phase.span.name}, {phase.fit.reason}" for phase in summary.phases
                     if phase.fit.reason)


def _extremes(t: Array, y: Array) -> tuple[Array, Array]:
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


def _blank(axes: Axes, why: str) -> None:
    """An empty panel that says why it is empty."""
    axes.set(xscale="linear", yscale="linear", xticks=[], yticks=[])
    axes.grid(False)
    axes.text(0.5, 0.5, textwrap.fill(why, 52), transform=axes.transAxes, ha="center",
              va="center", color=GREY, parse_math=False)
