"""β from readings at uneven times: jitter, gaps, a record thinned at random."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ginsen.analysis import refusal
from ginsen.analysis.diagnostics import Step
from ginsen.analysis.spectrum import HARMONICS, FrontEnd
from ginsen.analysis.uneven_diagnostics import (
    Parts,
    largest_step,
    misfit,
    parts,
    without_lines,
)
from ginsen.analysis.uneven_posterior import TOP_FREQUENCY, Posterior, Question, posterior
from ginsen.analysis.uneven_tree import DRIFT, Tree
from ginsen.types import Array, SpectralFit

FEWEST_READINGS = 64
ROUNDING = 1e-10
UNLIKELY = 0.05
STEEPEST = 3.5
ON_A_LATTICE = 0.01
"""Times count as those of an even record with holes where they lie this close (rms) to it."""

LONGEST_GAP = 0.5
"""In units of the record: beyond it the parts have little to do with each other."""

CLOSEST = 0.25
"""Behind a sharp filter readings closer than this share of an interval repeat each other."""


def estimate_beta_uneven(values: npt.ArrayLike, times: npt.ArrayLike, *,
                         band: tuple[float, float] | None = None,
                         front_end: FrontEnd | None = None, floor: float | None = None,
                         line_frequency: float | None = None) -> SpectralFit:
    """Estimate β in S(f) = A f^-β + floor from readings at any increasing times.

    `values` has shape (n,), in any unit u; `times` (s, shape (n,)) are those of the middle of each
    reading, or of all alike. Nothing is interpolated: the likelihood is that of the readings at
    these times (`uneven_tree`), A profiled, the floor integrated out. Where the times lie on a
    lattice with holes its spacing is the `interval`, else their usual step is.

    `front_end` is the meter's integration; None a sharp filter at half the rate of the interval.
    `floor` is a white floor known from elsewhere, one-sided (u²/Hz) at that interval; None leaves
    it free. `band` (Hz) leaves out octaves of which the middle lies outside it. `line_frequency`
    (Hz) and its harmonics are fitted as sines and taken out.

    The interval of β is the posterior's, widened by √overdispersion where chance gives as much less
    than once in twenty. Where a power law does not describe the readings `beta` is None and
    `reason` says why. Raises ValueError for arguments that make no sense, never for what was
    measured.
    """
    x, t = np.asarray(values, dtype=np.float64), np.asarray(times, dtype=np.float64)
    _check(x, t, band, floor, line_frequency)
    none = SpectralFit(None, None, None, count=x.size)
    reason = refusal.of_samples(x) or _of_times(t)
    if reason is not None:
        return replace(none, reason=reason)
    dt = interval_of(t)
    none = replace(none, interval=dt, start=float(t[0]), stop=float(t[-1]))
    integration = _integration(front_end, dt)
    reason = _of_steps(t, dt, integration)
    if reason is not None:
        return replace(none, reason=reason)
    tree = Tree.of((t - t[0]) / dt, integration)
    levels = _levels_in(tree, band, dt)
    if not levels:
        return replace(none, reason=f"too short: {x.size} samples tell nothing of the band")
    level = x - x.mean()
    rest = level - np.polyval(np.polyfit(t - t[0], level, 1), t - t[0])
    unit = float(np.std(rest))  # squares of picoamperes come close to the smallest number there is
    if unit <= ROUNDING * float(np.std(x)):
        return replace(none, reason="smoother than noise: a straight line to rounding")
    question = Question(tree, rest / unit, None if floor is None else floor / (2 * dt * unit**2),
                        levels)
    fit = posterior(question)
    if line_frequency is not None:
        harmonics = line_frequency * dt * np.arange(1.0, HARMONICS + 1)
        question = replace(question, values=without_lines(question, fit, harmonics))
        fit = posterior(question)
    found, reason = _examined(question, fit, none)
    if reason is not None:
        return replace(found, reason=reason)
    wider = _widening(found)
    return replace(found, beta=fit.beta, beta_low=fit.beta - wider * (fit.beta - fit.low),
                   beta_high=fit.beta + wider * (fit.high - fit.beta),
                   amplitude=unit**2 * fit.amplitude * dt ** (1 - fit.beta),
                   floor=2 * dt * unit**2 * fit.amplitude * fit.noise, p_no_floor=fit.p_no_floor)


def interval_of(times: Array) -> float:
    """The interval (s) of readings at `times` (s): a lattice's spacing, else their usual step.

    A lattice is taken for one where at least one step is of a single spacing. The usual step is the
    mean of those within half of the median.
    """
    steps = np.diff(times)
    spacing = float(steps.sum() / np.round(steps / steps.min()).sum())
    off = steps / spacing - np.round(steps / spacing)
    if float(np.sqrt(np.mean(off**2))) < ON_A_LATTICE:
        return spacing
    return float(np.mean(steps[np.abs(steps / np.median(steps) - 1) < 0.5]))


def _check(x: Array, t: Array, band: tuple[float, float] | None, floor: float | None,
           line_frequency: float | None) -> None:
    if x.ndim != 1:
        raise ValueError(f"values has shape {x.shape}: a window of samples has shape (n,)")
    if t.shape != x.shape:
        raise ValueError(f"times has shape {t.shape}, values {x.shape}: each value has one time")
    if band is not None and not 0 <= band[0] < band[1] < math.inf:
        raise ValueError(f"band is {band}: it is (lowest, highest) frequency in Hz, from 0 up")
    if floor is not None and not 0 <= floor < math.inf:
        raise ValueError(f"floor is {floor!r}: a known floor is a finite density, 0 or more")
    if line_frequency is not None and not 0 < line_frequency < math.inf:
        raise ValueError(f"line_frequency is {line_frequency!r} Hz: the mains' is above 0")


def _integration(front_end: FrontEnd | None, dt: float) -> float | None:
    """The integration in intervals."""
    if front_end is None:
        return None
    if front_end.integration > dt * (1 + ON_A_LATTICE):
        raise ValueError(f"front_end integrates for {front_end.integration:g} s, longer than the "
                         f"{dt:g} s from sample to sample")
    return front_end.integration / dt


def _of_times(t: Array) -> str | None:
    """Times that are none."""
    if not np.isfinite(t).all():
        return "unevenly sampled: some times are not finite"
    steps = np.diff(t)
    if steps.min() <= 0:
        return ("unevenly sampled: time stands still or runs back after "
                f"{t[np.argmin(steps)]:.6g} s")
    if t.size < FEWEST_READINGS:
        return f"too short: {t.size} samples at uneven times, where {FEWEST_READINGS} are needed"
    return None


def _of_steps(t: Array, dt: float, integration: float | None) -> str | None:
    """A gap beyond which nothing is known, or readings closer than a filter lets them differ."""
    steps = np.diff(t)
    if steps.max() > LONGEST_GAP * (t[-1] - t[0]):
        return (f"unevenly sampled: a gap of {steps.max():.3g} s after {t[np.argmax(steps)]:.6g} s "
                "is longer than all the rest")
    if integration is None and steps.min() < CLOSEST * dt:
        return (f"unevenly sampled: {steps.min():.3g} s after {t[np.argmin(steps)]:.6g} s, where "
                f"{dt:.3g} s is usual, and how long the meter integrates is not known")
    return None


def _levels_in(tree: Tree, band: tuple[float, float] | None, dt: float) -> tuple[int, ...]:
    """The levels of the tree of which the middle lies in `band` (Hz)."""
    return tuple(k for k in range(len(tree.levels)) if band is None
                 or band[0] <= math.sqrt(math.prod(_edges(tree, k, dt))) <= band[1])


def _edges(tree: Tree, level: int, dt: float) -> tuple[float, float]:
    """Lowest and highest frequency (Hz) that a level of the tree tells of."""
    time = tree.levels[0].time
    span = dt * float(time[-1] - time[0])
    highest = (time.size - 1) / (2 * span)
    top = level == len(tree.levels) - 1
    return DRIFT / (2 * span) if top else highest / 2 ** (level + 1), highest / 2**level


def _examined(question: Question, fit: Posterior,
              none: SpectralFit) -> tuple[SpectralFit, str | None]:
    """All that is known of a fit but its β, and why that is not to be believed, if so."""
    tree, dt, levels = question.tree, none.interval, question.levels
    innovations = question.innovations(fit)
    counted = [level for level in innovations if level.level in levels]
    overdispersion, goodness = misfit(counted, fit) or (None, None)
    apart = parts(question, fit)
    step = largest_step(question, innovations, fit)
    found = replace(
        none, band=(_edges(tree, levels[-1], dt)[0], _edges(tree, levels[0], dt)[1]),
        effective_count=float(sum(level.values.shape[-1] for level in counted)),
        goodness=goodness, overdispersion=overdispersion, half_split_beta=apart.half_beta,
        half_split_power=apart.half_power, jump=step.p,
        sub_bands=tuple((_edges(tree, last, dt)[0], _edges(tree, first, dt)[1], beta, sigma)
                        for first, last, beta, sigma in reversed(apart.bands)))
    reason = (_of_posterior(fit)
              or _of_halves(apart)
              or _of_step(question, fit, step)
              or (None if goodness is None or overdispersion is None else
                  refusal.of_misfit(goodness, overdispersion)))
    return found, reason


def _widening(found: SpectralFit) -> float:
    """By how much scatter beyond chance widens the interval; that of few bins is often large."""
    if found.goodness is None or found.overdispersion is None or found.goodness > UNLIKELY:
        return 1.0
    return math.sqrt(max(1.0, found.overdispersion))


def _of_posterior(fit: Posterior) -> str | None:
    """A posterior that does not say what β is."""
    if fit.sigma > refusal.WIDEST_SIGMA:
        ratio = 2 * fit.noise * TOP_FREQUENCY**fit.beta
        return (f"not told from the floor: σ(β) = {fit.sigma:.2g} where {refusal.WIDEST_SIGMA} is "
                f"allowed, with a floor of {100 * ratio / (1 + ratio):.0f} % of the highest part "
                "of the spectrum")
    if fit.edge is not None:
        what = "drift" if fit.edge > 0 else "no power law"
        return f"{what}: β runs to {fit.edge:g}, the end of the range that is searched"
    if fit.beta > STEEPEST:
        return f"drift: β = {fit.beta:.2f} would be smoother than noise that can be told from one"
    return None


def _of_halves(apart: Parts) -> str | None:
    """A record that is not one state."""
    if apart.half_beta is None or apart.half_power is None:
        return None
    return refusal.of_state(apart.half_beta, apart.half_power)


def _of_step(question: Question, fit: Posterior, step: Step) -> str | None:
    """A step without which β would be another."""
    if step.p >= refusal.RARE:
        return None
    later = np.arange(question.values.size) >= step.index
    rest = posterior(replace(question, values=question.values - step.height * later))
    return refusal.of_step(step, abs(rest.beta - fit.beta) / fit.sigma)
