"""A spectrum beside the fit to it: what is drawn is what was fitted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ginsen.analysis.drift import response_of, without_drift
from ginsen.analysis.posterior import remaining_of, row_of
from ginsen.analysis.spectrum import band_of, bins_of, coefficients, log_shape
from ginsen.types import Array, SpectralFit

POINTS = 100


@dataclass(frozen=True, eq=False)
class FittedSpectrum:
    """Binned density (u²/Hz, one-sided) at `frequency` (Hz); the fitted `line` and its power law.

    The line and `law`, which has no floor, are at `line_frequency` (Hz); all three are empty where
    the fit has no β.
    """

    frequency: Array
    density: Array
    line_frequency: Array
    line: Array
    law: Array


def fitted_spectrum(values: Array, interval: float, fit: SpectralFit, *,
                    integration: float = float("nan")) -> FittedSpectrum | None:
    """The spectrum of values read every `interval` s, as the `fit` to them saw it.

    A drift that the fit took out is taken out here, and what of the noise went with it is put back
    by the fitted law: point and line lie as far from each other as bin and model do. Without a β
    only a polynomial is taken out. `integration` (s) is the meter's, which bends the line. None
    where no frequency is left.
    """
    band = band_of(values.size, interval, None, None, fit.detrend)
    bins = bins_of(band)
    if not bins.count.size:
        return None
    spectrum, frequency = coefficients(values, fit.detrend), bins.frequency / interval
    nothing = np.empty(0)
    beta = fit.beta
    if beta is None or fit.amplitude is None:
        return FittedSpectrum(frequency, 2 * interval * bins.mean(spectrum**2), nothing, nothing,
                              nothing)
    band = replace(band, curves=fit.curves)
    duty = min(1.0, float(f"{integration / interval:.3g}")) if integration > 0 else None
    floor = fit.floor or 0.0
    scale = fit.amplitude * interval**beta

    def law(f: Array) -> Array:
        if fit.corner is not None:
            return np.asarray(scale * ((f**2 + fit.corner**2) * interval**2) ** (-beta / 2))
        return np.asarray(scale * np.exp(log_shape(f * interval, np.array([beta]), duty)[0]))

    # A spectrum that bends is fitted as it is left, see `bends`.
    left = law(frequency) if fit.corner is not None else (
        scale * np.exp(row_of(remaining_of(band, duty), beta)[0]))
    density = 2 * interval * response_of(band).mean(without_drift(spectrum, band))
    f = np.geomspace(*fit.band, POINTS)
    return FittedSpectrum(frequency, density * (law(frequency) + floor) / (left + floor), f,
                          law(f) + floor, law(f))
