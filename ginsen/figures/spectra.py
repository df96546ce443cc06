"""The spectrum panel: points, fit and floor of the longest phases."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ginsen.analysis import PhaseSummary, Summary
from ginsen.analysis.spectrum import band_of, bins_of, coefficients
from ginsen.figures.phases import coloured, head, reasons
from ginsen.figures.style import GREY, blank, headroom, legend
from ginsen.report import beta_text
from ginsen.types import Record, Samples, SpectralFit

_MOST_SPECTRA = 4
_FEWEST_SAMPLES = 32


def spectrum_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """S_G of the longest phases, with what was fitted."""
    longest = sorted(coloured(summary), key=lambda row: -row[0].samples)[:_MOST_SPECTRA]
    drawn = sum(_of_phase(axes, record, phase, colour) for phase, colour in longest)
    finish(axes, "Spectrum of the conductance", drawn,
           "no spectrum: " + (reasons(summary) or "no phase was found"),
           floor=any(phase.fit.floor for phase, _ in longest))


def draw(axes: Axes, samples: Samples, fit: SpectralFit, colour: str, label: str) -> bool:
    """Binned S_G (S²/Hz) of samples whose current is over their level; False if there is none."""
    time, values = samples.time, samples.current
    if (time.size < _FEWEST_SAMPLES or samples.compliance.any()
            or not np.isfinite(values).all() or np.ptp(values) == 0):
        return False
    dt = float(np.median(np.diff(time)))
    bins = bins_of(band_of(time.size, dt, None, None))
    density = 2 * dt * bins.mean(coefficients(values) ** 2)
    axes.plot(bins.frequency / dt, density, "o", color=colour, ms=4, mec="white", mew=0.4,
              label=label)
    if fit.beta is not None and fit.amplitude is not None:
        f = np.geomspace(*fit.band, 100)
        floor = fit.floor or 0.0
        axes.plot(f, fit.amplitude * f ** -fit.beta + floor, color=colour)
        if floor > 0:
            axes.axhline(floor, color=colour, ls="--", lw=1)
    return True


def finish(axes: Axes, title: str, drawn: int, nothing: str, *, floor: bool) -> None:
    """Axes, scales and legend of a panel of `drawn` spectra; the sentence where there is none."""
    axes.set(title=title, xlabel="f (Hz)", ylabel="S_G (S²/Hz)", xscale="log", yscale="log")
    if not drawn:
        blank(axes, nothing)
        return
    if floor:
        axes.plot([], [], color=GREY, ls="--", lw=1, label="white floor of the fit")
    low, high = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda f, _: f"{f:g}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    headroom(axes, 0.07 * (drawn + 1))
    legend(axes, "upper right")


def told(name: str, fit: SpectralFit) -> str:
    """The label of one spectrum."""
    return f"{name}: " + (f"no β ({head(fit)})" if fit.beta is None else f"β = {beta_text(fit)}")


def _of_phase(axes: Axes, record: Record, phase: PhaseSummary, colour: str) -> bool:
    """The stretch of a phase that its fit holds for."""
    samples, fit = record.samples[phase.span.part], phase.fit
    if phase.span.level == 0 or not len(samples):
        return False
    first, stop = 0, len(samples)
    if fit.start == fit.start:  # NaN where no stretch is told
        first, stop = np.searchsorted(samples.time, [fit.start, fit.stop + 1e-9]).tolist()
    return draw(axes, samples[first:stop].per_volt(phase.span.level), fit, colour,
                told(phase.span.name, fit))
