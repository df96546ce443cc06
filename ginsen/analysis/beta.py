"""β of the current noise, with an interval that can be believed or a reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ginsen.analysis import refusal
from ginsen.analysis.diagnostics import (
    Step,
    coherence,
    half_split,
    largest_step,
    misfit,
    sub_bands,
)
from ginsen.analysis.posterior import Posterior, free_floor, known_floor, shapes_of
from ginsen.analysis.spectrum import Band, Bins, FrontEnd, band_of, bins_of, coefficients
from ginsen.types import Array, SpectralFit

LARGEST_JITTER = 0.01
LONGEST_GAP = 1.5


def estimate_beta(values: npt.ArrayLike, *, dt: float | None = None,
                  times: npt.ArrayLike | None = None, band: tuple[float, float] | None = None,
                  front_end: FrontEnd | None = None, floor: float | None = None,
                  line_frequency: float | None = None) -> SpectralFit:
    """Estimate β in S(f) = A f^-β + floor from one window of evenly spaced samples.

    `values` has shape (n,), in any unit u. Either `dt` (s) or `times` (s, shape (n,)) is given;
    times that jitter by less than 1 % count as even at their median interval. `band` (Hz) bounds
    the fit; without it ordinates from the fourth up to 0.4 fs are used. `front_end` is the meter's
    integration, None a sharp filter before sampling. `floor` is a white floor known from
    elsewhere, one-sided (u²/Hz); None leaves it free. `line_frequency` (Hz) and its harmonics are
    left out, also where they fold to.

    The likelihood is Whittle's (Vaughan 2010, MNRAS 402, 307) on DCT-II ordinates pooled over 1/8
    octave. The least possible σ is 1/√(½ Σ n_b (ln f_b - mean)²) for n_b ordinates in bin b. The
    interval is the posterior's, widened by √overdispersion where that exceeds one.

    Where a power law does not describe the window `beta` is None and `reason` says why. Raises
    ValueError for arguments that make no sense, never for what was measured.
    """
    x = np.asarray(values, dtype=np.float64)
    _check(x, band, floor, line_frequency)
    sampling = _sampling(x, dt, times)
    none = SpectralFit(None, None, None, count=x.size, interval=sampling.dt,
                       start=sampling.start, stop=sampling.stop)
    reason = sampling.uneven or refusal.of_samples(x)
    if reason is not None:
        return replace(none, reason=reason)
    duty = _duty(front_end, sampling.dt)
    kept = band_of(x.size, sampling.dt, band, line_frequency)
    reason = refusal.of_band(bins_of(kept), x.size)
    if reason is not None:
        return replace(none, reason=reason)
    unit = float(np.std(x))  # squares of picoamperes come close to the smallest number there is
    density = 2 * sampling.dt * unit**2
    window = _Window(x / unit, kept, bins_of(kept), duty,
                     None if floor is None else floor / density)
    fit = window.fit(window.values)
    if fit is None:
        return replace(none, reason="smoother than noise: a part of its spectrum is empty")
    found, reason = _examined(window, fit, none)
    if reason is not None:
        return replace(found, reason=reason)
    wider = math.sqrt(max(1.0, found.overdispersion or 1.0))
    return replace(found, beta=fit.beta, beta_low=fit.beta - wider * (fit.beta - fit.low),
                   beta_high=fit.beta + wider * (fit.high - fit.beta),
                   amplitude=density * fit.amplitude * sampling.dt**-fit.beta,
                   floor=density * fit.floor, p_no_floor=fit.p_no_floor)


@dataclass(frozen=True)
class _Sampling:
    """The interval (s) of a window, when it began and ended, and why it is uneven if it is."""

    dt: float
    start: float = math.nan
    stop: float = math.nan
    uneven: str | None = None


@dataclass(frozen=True, eq=False)
class _Window:
    """A window in units of its own standard deviation, and how it is to be fitted."""

    values: Array
    band: Band
    bins: Bins
    duty: float | None
    floor: float | None

    def fit(self, values: Array) -> Posterior | None:
        """The posterior of `values`, or None where a bin is empty."""
        power = self.bins.mean(coefficients(values) ** 2)
        if power.min() <= 1e-24 * power.max():
            return None
        if self.floor is None:
            return free_floor(self.band, self.duty, power)
        return known_floor(shapes_of(self.band, self.duty), self.bins.count, power, self.floor)

    def without(self, step: Step, fit: Posterior) -> tuple[Step, float]:
        """A step as seen over the noise that is left without it, and how many σ β moves.

        Seen over a spectrum that was fitted to it too, a step hides itself.
        """
        rest = self.fit(self.values - step.height * (np.arange(self.values.size) >= step.index))
        if rest is None:
            return step, math.inf
        return (largest_step(coefficients(self.values), self.bins, rest),
                abs(rest.beta - fit.beta) / fit.sigma)


def _check(x: Array, band: tuple[float, float] | None, floor: float | None,
           line_frequency: float | None) -> None:
    if x.ndim != 1:
        raise ValueError(f"values has shape {x.shape}: a window of samples has shape (n,)")
    if band is not None and not 0 <= band[0] < band[1] < math.inf:
        raise ValueError(f"band is {band}: it is (lowest, highest) frequency in Hz, from 0 up")
    if floor is not None and not 0 <= floor < math.inf:
        raise ValueError(f"floor is {floor!r}: a known floor is a finite density, 0 or more")
    if line_frequency is not None and not 0 < line_frequency < math.inf:
        raise ValueError(f"line_frequency is {line_frequency!r} Hz: the mains' is above 0")


def _sampling(x: Array, dt: float | None, times: npt.ArrayLike | None) -> _Sampling:
    if dt is not None and times is None:
        if not 0 < dt < math.inf:
            raise ValueError(f"dt is {dt!r} s: a sampling interval is finite and above 0")
        return _Sampling(float(dt))
    if dt is not None or times is None:
        raise ValueError("estimate_beta takes either dt or times, exactly one of the two")
    t = np.asarray(times, dtype=np.float64)
    if t.shape != x.shape:
        raise ValueError(f"times has shape {t.shape}, values {x.shape}: each value has one time")
    if t.size < 2:
        return _Sampling(math.nan, uneven=f"too short: {t.size} samples")
    if not np.isfinite(t).all():
        return _Sampling(math.nan, uneven="unevenly sampled: some times are not finite")
    steps = np.diff(t)
    if steps.min() <= 0:
        return _Sampling(math.nan, float(t[0]), float(t[-1]),
                         "unevenly sampled: time stands still or runs back after "
                         f"{t[np.argmin(steps)]:.6g} s")
    dt = float(np.median(steps))
    jitter = float(np.sqrt(np.mean((steps / dt - 1) ** 2)))
    uneven = None
    if steps.max() > LONGEST_GAP * dt:
        uneven = (f"unevenly sampled: a gap of {steps.max():.3g} s after "
                  f"{t[np.argmax(steps)]:.6g} s, where {dt:.3g} s is usual")
    elif jitter > LARGEST_JITTER:
        uneven = f"unevenly sampled: intervals of {dt:.3g} s jitter by {100 * jitter:.2g} % (rms)"
    return _Sampling(dt, float(t[0]), float(t[-1]), uneven)


def _duty(front_end: FrontEnd | None, dt: float) -> float | None:
    """The share of each interval during which the meter integrates."""
    if front_end is None:
        return None
    if front_end.integration > dt * (1 + LARGEST_JITTER):
        raise ValueError(f"front_end integrates for {front_end.integration:g} s, longer than the "
                         f"{dt:g} s from sample to sample")
    # Rounded, or the jitter of a clock would have every window compute a grid of its own.
    return min(1.0, float(f"{front_end.integration / dt:.3g}"))


def _examined(window: _Window, fit: Posterior, none: SpectralFit) -> tuple[SpectralFit, str | None]:
    """All that is known of a fit but its β, and why that is not to be believed, if so."""
    bins, dt, spectrum = window.bins, none.interval, coefficients(window.values)
    power = bins.mean(spectrum**2)
    overdispersion, goodness = misfit(bins, power, fit.model,
                                      2 if window.floor is not None else 3 - fit.p_no_floor)
    half_beta, half_power = half_split(window.values, window.band, window.duty, fit)
    step = largest_step(spectrum, bins, fit)
    thirds = sub_bands(bins, power, shapes_of(window.band, window.duty), fit.floor)
    edges = bins.ordinates[[0, -1]] / (2 * window.values.size * dt)
    found = replace(
        none, band=(float(edges[0]), float(edges[1])), effective_count=float(bins.count.sum()),
        goodness=goodness, overdispersion=overdispersion, half_split_beta=half_beta,
        half_split_power=half_power, jump=step.p,
        sub_bands=tuple((low / dt, high / dt, beta, sigma) for low, high, beta, sigma in thirds))
    reason = (refusal.of_posterior(fit)
              or refusal.of_state(coherence(spectrum, bins, fit), half_beta, half_power)
              or refusal.of_step(*window.without(step, fit))
              or refusal.of_misfit(goodness, overdispersion))
    return found, reason
