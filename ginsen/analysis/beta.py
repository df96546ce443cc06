"""β of the current noise, with an interval that can be believed or a reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ginsen.analysis import refusal
from ginsen.analysis.bends import Bend, bend_of
from ginsen.analysis.diagnostics import (
    Step,
    half_split,
    largest_step,
    misfit,
    roots_of,
    sub_bands,
)
from ginsen.analysis.drift import (
    MOST_CURVES,
    Response,
    leftover_p,
    response_of,
    without_drift,
)
from ginsen.analysis.floor_posterior import free_floor
from ginsen.analysis.measured_floor import measured_floor
from ginsen.analysis.posterior import Posterior, known_floor, remaining_of, row_of
from ginsen.analysis.sampling import LARGEST_JITTER, LONGEST_GAP, sampling_of
from ginsen.analysis.spectrum import (
    Band,
    FrontEnd,
    band_of,
    bins_of,
    coefficients,
    inner,
)
from ginsen.types import Array, Floor, InstrumentNoise, SpectralFit

__all__ = ["LONGEST_GAP", "KnownFloor", "estimate_beta"]

KnownFloor = float | Floor | InstrumentNoise
"""What may be known of a white floor."""


def estimate_beta(values: npt.ArrayLike, *, dt: float | None = None,
                  times: npt.ArrayLike | None = None, band: tuple[float, float] | None = None,
                  front_end: FrontEnd | None = None, floor: KnownFloor | None = None,
                  line_frequency: float | None = None, detrend: int = 1,
                  widest: float = refusal.WIDEST_POSTERIOR) -> SpectralFit:
    """Estimate β in S(f) = A f^-β + floor from one window of evenly spaced samples.

    `values` has shape (n,), in any unit u. Either `dt` (s) or `times` (s, shape (n,)) is given;
    times that jitter by less than 1 % count as even at their mean interval. `band` (Hz) bounds
    the fit; without it ordinates from the fourth up to 0.4 fs are used. `front_end` is the meter's
    integration, None a sharp filter before sampling. `floor` is a white floor known from
    elsewhere: a number, exactly, one-sided (u²/Hz); a `Floor`, with its uncertainty; or, for values
    that are currents over their level, an `InstrumentNoise`, whose floor is that at their mean.
    None leaves it free. `line_frequency` (Hz) and its harmonics are left out, also where they fold
    to. A polynomial of degree `detrend` (0, 1 or 2) is taken out.
    There is no β where its standard deviation is above `widest`.

    The likelihood is Whittle's (Vaughan 2010, MNRAS 402, 307) on DCT-II ordinates pooled over 1/8
    octave. The least possible σ is 1/√(½ Σ n_b (ln f_b - mean)²) for n_b ordinates in bin b. The
    interval is the posterior's, widened by √overdispersion where chance would hardly scatter so.

    Where a power law does not describe the window `beta` is None and `reason` says why. Raises
    ValueError for arguments that make no sense, never for what was measured.
    """
    x = np.asarray(values, dtype=np.float64)
    _check(x, band, line_frequency, detrend)
    measured = _floor_of(x, floor)
    sampling = sampling_of(x, dt, times)
    none = SpectralFit(None, None, None, count=x.size, interval=sampling.dt,
                       start=sampling.start, stop=sampling.stop)
    reason = sampling.uneven or refusal.of_samples(x)
    if reason is not None:
        return replace(none, reason=reason)
    duty = _duty(front_end, sampling.dt)
    kept = band_of(x.size, sampling.dt, band, line_frequency, detrend)
    reason = refusal.of_band(bins_of(kept), x.size)
    if reason is not None:
        return replace(none, reason=reason)
    spectrum = coefficients(x, detrend)
    unit = math.sqrt(inner(spectrum, spectrum) / x.size)
    if not unit:
        return replace(none, reason="smoother than noise: nothing is left beside a straight line")
    spectrum /= unit  # squares of picoamperes come close to the smallest number there is
    density = 2 * sampling.dt * unit**2
    if measured is not None:
        measured = replace(measured, density=measured.density / density)
    return _examined(spectrum, kept, duty, measured, none, density, widest)


ASKS_FOR_MORE = 0.02
"""A drift less likely than this to be noise has more curves taken out."""

SMOOTH = 1.5
"""What is left with a β above it and asks for more curves than there are is a drift."""

STEEP = 3.3
"""A β above it that goes down by one or more without all curves was that of a drift."""

BENT = 1e-3
"""Where a straight power law scatters so with this probability or less, bends are tried."""

DOUBTFUL = 0.05
"""Where a scatter as large has this probability or less, the interval is widened by it."""


@dataclass(frozen=True, eq=False)
class _Window:
    """The spectrum of a window in units of its mean power, and how it is to be fitted.

    `rest` is what is left of `spectrum` once a drift is taken out, `response` what of the noise.
    """

    spectrum: Array
    rest: Array
    band: Band
    response: Response
    duty: float | None
    floor: Floor | None

    @classmethod
    def of(cls, spectrum: Array, band: Band, duty: float | None, floor: Floor | None) -> _Window:
        return cls(spectrum, without_drift(spectrum, band), band, response_of(band), duty, floor)

    def fit(self) -> tuple[Array, Posterior | None]:
        """The mean power of each bin and its posterior, None where a bin is empty."""
        power = self.response.mean(self.rest)
        if power.min() <= 1e-24 * power.max():
            return power, None
        if self.floor is None:
            return power, free_floor(self.band, self.duty, power)
        shape, count = remaining_of(self.band, self.duty), self.response.count
        if math.isinf(self.floor.count):
            return power, known_floor(shape, count, power, self.floor.density)
        return power, measured_floor(shape, count, power, self.floor)

    def drift(self, fit: Posterior) -> float:
        """The probability that noise alone drifts as much as is left."""
        amplitude = fit.amplitude
        if self.duty is not None:  # what was folded back onto the foot of the band
            bent, plain = (row_of(remaining_of(self.band, duty), fit.beta)[0][0]
                           for duty in (self.duty, None))
            amplitude *= math.exp(bent - plain)
        return leftover_p(self.rest, self.band, fit.beta, amplitude, fit.floor)

    def with_curves(self, pairs: int) -> _Window:
        """The same less so many pairs of curves."""
        return _Window.of(self.spectrum, replace(self.band, curves=pairs), self.duty, self.floor)

    def without(self, step: Step) -> _Window:
        """The same without a step."""
        edge = coefficients(np.heaviside(np.arange(self.spectrum.size) - step.index, 1.0),
                            self.band.detrend)
        return _Window.of(self.spectrum - step.height * edge, self.band, self.duty, self.floor)


def _floor_of(x: Array, known: KnownFloor | None) -> Floor | None:
    """The floor under a window; one that is known exactly is worth infinitely many ordinates."""
    if isinstance(known, InstrumentNoise):
        return known.at(float(np.mean(x))) if x.size else None
    floor = Floor(known, math.inf) if isinstance(known, float | int) else known
    if floor is not None and not (0 <= floor.density < math.inf and floor.count > 0
                                  and (floor.density or math.isinf(floor.count))):
        raise ValueError(f"floor is {known!r}: a known floor is a finite density, 0 or more, a "
                         "measured one is above 0 and worth at least one ordinate")
    return floor


def _check(x: Array, band: tuple[float, float] | None, line_frequency: float | None,
           detrend: int) -> None:
    if x.ndim != 1:
        raise ValueError(f"values has shape {x.shape}: a window of samples has shape (n,)")
    if band is not None and not 0 <= band[0] < band[1] < math.inf:
        raise ValueError(f"band is {band}: it is (lowest, highest) frequency in Hz, from 0 up")
    if line_frequency is not None and not 0 < line_frequency < math.inf:
        raise ValueError(f"line_frequency is {line_frequency!r} Hz: the mains' is above 0")
    if detrend not in (0, 1, 2):
        raise ValueError(f"detrend is {detrend!r}: a level, a line or a parabola (0, 1 or 2) is "
                         "taken out")


def _duty(front_end: FrontEnd | None, dt: float) -> float | None:
    """The share of each interval during which the meter integrates."""
    if front_end is None:
        return None
    if front_end.integration > dt * (1 + LARGEST_JITTER):
        raise ValueError(f"front_end integrates for {front_end.integration:g} s, longer than the "
                         f"{dt:g} s from sample to sample")
    # Rounded, or the jitter of a clock would have every window compute a grid of its own.
    return min(1.0, float(f"{front_end.integration / dt:.3g}"))


def _examined(spectrum: Array, band: Band, duty: float | None, floor: Floor | None,
              none: SpectralFit, density: float, widest: float) -> SpectralFit:
    """All that is known of a window, with β or the reason why there is none."""
    window = _Window.of(spectrum, band, duty, floor)
    power, fit = window.fit()
    if fit is None:
        return replace(none, reason="smoother than noise: a part of its spectrum is empty")
    drift = window.drift(fit)
    while window.band.curves < MOST_CURVES and drift < ASKS_FOR_MORE:
        more = window.with_curves(window.band.curves + 1)
        power_left, left = more.fit()
        # A steep power law over a floor is nothing but low ordinates: it is not taken for a drift
        # as long as it may well be none.
        if left is None or (left.sigma > widest and drift > refusal.RARE_STEP):
            break
        window, power, fit, drift = more, power_left, left, more.drift(left)
    if fit.beta > STEEP:
        more = window.with_curves(MOST_CURVES)
        power_left, left = more.fit()
        if left is not None and left.beta < fit.beta - 1 and left.sigma < widest:
            window, power, fit, drift = more, power_left, left, more.drift(left)
    bins = window.response.bins
    overdispersion, goodness = misfit(window.response, power, fit.model,
                                      2 if floor is not None else 3 - fit.p_no_floor)
    roots = roots_of(bins, fit.model)
    white = window.rest[bins.part] * roots
    half_beta, half_power = half_split(white, bins, fit)
    step = largest_step(white, none.count, bins, roots)
    reason = (refusal.of_posterior(fit, widest, free=floor is None)
              or refusal.of_drift(drift, asks_for_more=window.band.curves == MOST_CURVES
                                  and drift < ASKS_FOR_MORE and fit.beta > SMOOTH)
              or refusal.of_state(half_beta, half_power))
    if reason is None and step.p < refusal.RARE_STEP:
        reason = refusal.of_step(*_without(window, step, fit))
    dt, ordinates = none.interval, 2 * none.count * none.interval
    shape = remaining_of(window.band, duty)
    wider = math.sqrt(max(1.0, overdispersion)) if goodness < DOUBTFUL else 1.0
    found = replace(
        none, reason=reason, effective_count=float(window.response.count.sum()),
        band=(float(bins.ordinates[0]) / ordinates, float(bins.ordinates[-1]) / ordinates),
        goodness=goodness, overdispersion=overdispersion, half_split_beta=half_beta,
        half_split_power=half_power, jump=step.p, detrend=band.detrend,
        curves=window.band.curves, drift=drift, sub_bands=tuple(
            (low / dt, high / dt, beta, sigma)
            for low, high, beta, sigma in sub_bands(shape, window.response, power, fit)),
        beta=fit.beta, beta_low=fit.beta - wider * (fit.beta - fit.low),
        beta_high=fit.beta + wider * (fit.high - fit.beta),
        amplitude=density * fit.amplitude * dt**-fit.beta, floor=density * fit.floor,
        p_no_floor=fit.p_no_floor,
        model="power law" if fit.p_no_floor > 0.5 else "power law and floor")
    if reason is not None:
        return _without_beta(found, reason)
    if goodness < BENT:
        bend = bend_of(window.response, power, fit, None if floor is None else fit.floor)
        if bend is not None:
            return _bent(window, power, bend, found, density)
        reason = refusal.of_misfit(goodness, overdispersion)
    return found if reason is None else _without_beta(found, reason)


def _without_beta(fit: SpectralFit, reason: str) -> SpectralFit:
    """The same with a reason for a β."""
    return replace(fit, reason=reason, beta=None, beta_low=None, beta_high=None, amplitude=None,
                   floor=None, p_no_floor=None, model="" if fit.corner is None else fit.model)


def _bent(window: _Window, power: Array, bend: Bend, found: SpectralFit,
          density: float) -> SpectralFit:
    """A spectrum with a corner: β above it, or a single fluctuator, which has none."""
    overdispersion, goodness = misfit(window.response, power, bend.model, 4)
    corner = bend.corner / found.interval
    model = "Lorentzian" if bend.lorentzian else "power law above a knee"
    found = replace(found, goodness=goodness, overdispersion=overdispersion, corner=corner,
                    model=model, sub_bands=())
    reason = (refusal.of_misfit(goodness, overdispersion)
              or (refusal.of_lorentzian(corner) if bend.lorentzian else None))
    if reason is not None:
        return _without_beta(found, reason)
    wide = 1.96 * bend.sigma * math.sqrt(max(1.0, overdispersion))
    return replace(found, beta=bend.beta, beta_low=bend.beta - wide, beta_high=bend.beta + wide,
                   amplitude=density * bend.amplitude * found.interval**-bend.beta,
                   floor=density * bend.floor, p_no_floor=0.0)


def _without(window: _Window, step: Step, fit: Posterior) -> tuple[Step, float]:
    """A step as seen over the noise that is left without it, and how many σ β moves.

    Seen over a spectrum that was fitted to it too, a step hides itself.
    """
    _, without = window.without(step).fit()
    if without is None:
        return step, math.inf
    bins, size = window.response.bins, window.spectrum.size
    roots = roots_of(bins, without.model)
    return (largest_step(window.rest[bins.part] * roots, size, bins, roots, size),
            abs(without.beta - fit.beta) / fit.sigma)
