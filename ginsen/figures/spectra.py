"""The spectrum panel: points, fit and floor of the longest phases."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from ginsen.analysis import PhaseSummary, Summary
from ginsen.analysis.fitted_spectrum import fitted_spectrum
from ginsen.figures.phases import coloured, head, reasons
from ginsen.figures.style import GREY, blank, headroom, legend, plain_numbers
from ginsen.report import beta_text, quantity
from ginsen.types import Record, Samples, Span, SpectralFit

_MOST_SPECTRA = 4
_FEWEST_SAMPLES = 32


def spectrum_panel(axes: Axes, record: Record, summary: Summary) -> None:
    """S_G of the longest phases, with what was fitted."""
    longest = sorted(coloured(summary), key=lambda row: -row[0].samples)[:_MOST_SPECTRA]
    drawn = sum(_of_phase(axes, record, phase, colour) for phase, colour in longest)
    finish(axes, "Spectrum of the conductance", drawn,
           "no spectrum: " + (reasons(summary) or "no phase was found"),
           floor=any(phase.fit.floor for phase, _ in longest))


def draw(axes: Axes, samples: Samples, span: Span, fit: SpectralFit, colour: str) -> bool:
    """Binned S_G (S²/Hz) of some samples of a phase, and its fit; False if there is none.

    The points are without the drift that the fit took out; the line is what was fitted: the power
    law as the meter's integration and the sampling bend it, and the floor.
    """
    samples = samples.per_volt(span.level, alternate=span.alternate)
    time, values = samples.time, samples.current
    if (time.size < _FEWEST_SAMPLES or samples.compliance.any()
            or not np.isfinite(values).all() or np.ptp(values) == 0):
        return False
    drawn = fitted_spectrum(values, float(np.median(np.diff(time))), fit,
                            integration=span.integration)
    if drawn is None:
        return False
    axes.plot(drawn.frequency, drawn.density, "o", color=colour, ms=4, mec="white", mew=0.4,
              label=f"{span.name}, {quantity(span.level, 'V')}: "
                    + (f"no β ({head(fit)})" if fit.beta is None else f"β = {beta_text(fit)}"))
    axes.plot(drawn.line_frequency, drawn.line, color=colour)
    if fit.beta is not None and fit.floor:
        axes.axhline(fit.floor, color=colour, ls="--", lw=1)
    return True


def finish(axes: Axes, title: str, drawn: int, nothing: str, *, floor: bool) -> None:
    """Axes, scales and legend of a panel of `drawn` spectra; the sentence where there is none."""
    axes.set(title=title, xlabel="f (Hz)", ylabel="S_G (S²/Hz)", xscale="log", yscale="log")
    if not drawn:
        blank(axes, nothing)
        return
    if floor:
        axes.plot([], [], color=GREY, ls="--", lw=1, label="white floor of the fit")
    plain_numbers(axes, "x")
    axes.yaxis.set_minor_formatter(NullFormatter())
    headroom(axes, 0.07 * (drawn + 1))
    legend(axes, "upper right")


def _of_phase(axes: Axes, record: Record, phase: PhaseSummary, colour: str) -> bool:
    """The stretch of a phase that its fit holds for."""
    samples, fit = record.samples[phase.span.part], phase.fit
    if phase.span.level == 0 or not len(samples):
        return False
    first, stop = 0, len(samples)
    if fit.start == fit.start:  # NaN where no stretch is told
        first, stop = np.searchsorted(samples.time, [fit.start, fit.stop + 1e-9]).tolist()
    return draw(axes, samples[first:stop], phase.span, fit, colour)
