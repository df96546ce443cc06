"""Why a window has no honest β: one sentence with the number that decided, or None."""

from __future__ import annotations

import math

import numpy as np

from ginsen.analysis.diagnostics import Step
from ginsen.analysis.posterior import Posterior
from ginsen.analysis.spectrum import FEWEST_BINS, Bins
from ginsen.types import Array

WIDEST_SIGMA = 0.3
FEWEST_SAMPLES = 16
FEWEST_LEVELS = 8

RARE = 1e-5
"""A p-value below which chance is no explanation: live windows come by the thousand."""
MOST_BENT = 1.0

STEEPEST = 3.5
"""Any smooth curve has ordinates like k^-4, from its slopes at the ends."""


def of_samples(x: Array) -> str | None:
    """Samples that have no spectrum at all."""
    lost = x.size - int(np.count_nonzero(np.isfinite(x)))
    if lost:
        return f"{lost} of {x.size} values are not finite"
    if x.size < FEWEST_SAMPLES:
        return f"too short: {x.size} samples"
    levels = np.unique(x).size
    if levels == 1:
        return f"constant: all {x.size} values are {x[0]:g}"
    if levels < FEWEST_LEVELS:
        return f"quantised: {x.size} samples take only {levels} different values"
    return None


def of_band(bins: Bins, size: int) -> str | None:
    """Too few frequencies for the precision asked for, by the Cramér-Rao bound."""
    least = bins.least_sigma() if bins.count.size >= FEWEST_BINS else math.inf
    if least <= WIDEST_SIGMA:
        return None
    return (f"too short: {size} samples leave {int(bins.count.sum())} frequencies in the band, "
            f"σ(β) ≥ {least:.2g} where {WIDEST_SIGMA} is allowed")


def of_posterior(fit: Posterior) -> str | None:
    """A posterior that does not say what β is."""
    if fit.sigma > WIDEST_SIGMA:
        share = float(np.mean(fit.floor / fit.model))
        return (f"not told from the floor: σ(β) = {fit.sigma:.2g} where {WIDEST_SIGMA} is allowed, "
                f"with a floor of {100 * share:.0f} % of the spectrum")
    if fit.edge is not None:
        what = "drift" if fit.edge > 0 else "no power law"
        return f"{what}: β runs to {fit.edge:g}, the end of the range that is searched"
    if fit.beta > STEEPEST:
        return f"drift: β = {fit.beta:.2f} would be smoother than noise that can be told from one"
    return None


def of_state(coherence: float, half_beta: float | None, half_power: float | None) -> str | None:
    """A window that is not one state: it drifts, or its halves differ."""
    if coherence < RARE:
        return f"drift: noise alone would look so smooth with p = {coherence:.1g}"
    if half_power is None or half_beta is None:
        return None
    # Both are standard normal in one state, so the sum of their squares is χ² with two degrees.
    if math.exp(-(half_power**2 + half_beta**2) / 2) < RARE:
        return (f"state change: from the first half to the second the power differs by "
                f"{half_power:+.1f} standard deviations, β by {half_beta:+.1f}")
    return None


def of_step(step: Step, bent: float) -> str | None:
    """A jump that β owes itself to: it moves by `bent` standard deviations without the jump."""
    if step.p >= RARE or bent < MOST_BENT:
        return None
    return (f"a step at sample {step.index} (p = {step.p:.1g}): without it β moves by {bent:.1f} "
            "standard deviations")


def of_misfit(goodness: float, overdispersion: float) -> str | None:
    """A spectrum that is no power law and floor."""
    if goodness >= RARE:
        return None
    return (f"no power law: the spectrum scatters {overdispersion:.1f} times what noise would "
            f"(p = {goodness:.1g})")
