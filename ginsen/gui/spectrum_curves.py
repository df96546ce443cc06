"""A spectrum to draw: what was measured, what was fitted to it, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ginsen.analysis.fitted_spectrum import fitted_spectrum
from ginsen.gui.mains import mains_stretches
from ginsen.types import Array, SpectralFit

FEWEST_SAMPLES = 32


def _nothing() -> Array:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class SpectrumCurves:
    """Binned density (S²/Hz) at `frequency` (Hz); the fit with the two that bound its slope.

    `floor` is the white floor of the fit, 0 without one. `fit` tells β, its interval or why there
    is none. `mains` are the stretches (Hz), shape (n, 2), in which the mains are seen.
    """

    frequency: Array
    density: Array
    fit: SpectralFit
    line_frequency: Array = field(default_factory=_nothing)
    line: Array = field(default_factory=_nothing)
    line_low: Array = field(default_factory=_nothing)
    line_high: Array = field(default_factory=_nothing)
    floor: float = 0.0
    mains: Array = field(default_factory=lambda: np.empty((0, 2)))


def spectrum_curves(values: Array, interval: float, fit: SpectralFit, *,
                    integration: float = float("nan"),
                    mains: float = float("nan")) -> SpectrumCurves | None:
    """The spectrum of conductances (S) read every `interval` s, and the `fit` to it.

    `integration` (s) bends the fitted line as the meter does; `mains` is the power line's frequency
    (Hz), where it is known. The bounds are lines with the slopes
    of the 95 % interval through the middle of the band. None where there is nothing to draw.
    """
    if (values.size < FEWEST_SAMPLES or not np.isfinite(values).all() or np.ptp(values) == 0
            or not interval > 0):
        return None
    drawn = fitted_spectrum(values, interval, fit, integration=integration)
    if drawn is None:
        return None
    stretches = mains_stretches(values.size, interval, mains)
    if fit.beta is None or fit.beta_low is None or fit.beta_high is None:
        return SpectrumCurves(drawn.frequency, drawn.density, fit, mains=stretches)
    f, floor = drawn.line_frequency, fit.floor or 0.0
    turn = f / np.sqrt(fit.band[0] * fit.band[1])
    steep, flat = (drawn.law * turn ** (fit.beta - bound)
                   for bound in (fit.beta_high, fit.beta_low))
    return SpectrumCurves(drawn.frequency, drawn.density, fit, f, drawn.line,
                          np.minimum(steep, flat) + floor, np.maximum(steep, flat) + floor, floor,
                          stretches)
