"""Why a window has no honest β: one sentence with the number that decided, or None."""

from __future__ import annotations

import math

import numpy as np

from ginsen.analysis.diagnostics import Step
from ginsen.analysis.posterior import BETAS, STEP, Posterior
from ginsen.analysis.spectrum import FEWEST_BINS, Bins
from ginsen.types import Array

WIDEST_SIGMA = 0.3
"""The most that the bound of a window may be."""

WIDEST_POSTERIOR = 0.5
"""Where σ(β) is more, 1/f and 1/f² are not two standard deviations apart."""

RISING = -0.2
"""A spectrum that rises more than this is no noise of a sample; where the interval reaches to the
end of the search besides, a free floor is all there is."""

FEWEST_SAMPLES = 16
FEWEST_LEVELS = 8
LOOK = 64

RARE = 1e-7
"""A p-value below which chance is no explanation: live windows come by the million."""

RARE_STEP = 1e-5
"""The same for a step, whose p-value is cautious: places beside each other are no new chances."""
MOST_BENT = 1.0

STEEPEST = 3.5
"""Any smooth curve has ordinates like k^-4, from its slopes at the ends."""


def of_samples(x: Array) -> str | None:
    """Samples that have no spectrum at all."""
    if not math.isfinite(float(x.sum())):
        lost = x.size - int(np.count_nonzero(np.isfinite(x)))
        return f"{lost} of {x.size} values are not finite"
    if x.size < FEWEST_SAMPLES:
        return f"too short: {x.size} samples"
    if len(set(x[:LOOK].tolist())) >= FEWEST_LEVELS:
        return None
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


def of_posterior(fit: Posterior, widest: float, *, free: bool) -> str | None:
    """A posterior that does not say what β is; `free` says that the floor was not known."""
    if fit.sigma > widest:
        share = float(np.mean(fit.floor / fit.model))
        return (f"not told from the floor: σ(β) = {fit.sigma:.2g} where {widest:g} is allowed, "
                f"with a floor of {100 * share:.0f} % of the spectrum")
    if fit.edge is not None and fit.edge < 0 and fit.high < 0:
        return f"no power law: β runs to {fit.edge:g}, the end of the range that is searched"
    if free and fit.beta < RISING and fit.low < BETAS[0] + STEP:
        return (f"not told from the floor: β is {fit.high:.2f} or less, down to where the search "
                "ends")
    if fit.low > STEEPEST or (fit.beta > STEEPEST and fit.high > BETAS[-1] - STEP):
        return f"drift: β = {fit.beta:.2f} would be smoother than noise that can be told from one"
    return None


def of_drift(p: float, asks_for_more: bool) -> str | None:
    """A drift that is not taken out with the curves that were, all there are or fewer."""
    if p >= RARE_STEP and not asks_for_more:
        return None
    return f"drift: noise alone would look so smooth with p = {p:.1g}"


def of_state(half_beta: float, half_power: float) -> str | None:
    """A window that is not one state: its halves differ."""
    # Both are standard normal in one state, so the sum of their squares is χ² with two degrees.
    if math.exp(-(half_power**2 + half_beta**2) / 2) < RARE:
        return (f"state change: from the first half to the second the power differs by "
                f"{half_power:+.1f} standard deviations, β by {half_beta:+.1f}")
    return None


def of_step(step: Step, bent: float) -> str | None:
    """A jump that β owes itself to: it moves by `bent` standard deviations without the jump."""
    if step.p >= RARE_STEP or bent < MOST_BENT:
        return None
    return (f"a step at sample {step.index} (p = {step.p:.1g}): without it β moves by {bent:.1f} "
            "standard deviations")


def of_lorentzian(corner: float) -> str:
    """A spectrum that is one fluctuator's."""
    return (f"a single fluctuator: a Lorentzian with its corner at {corner:.3g} Hz describes the "
            "spectrum, no power law")


def of_misfit(goodness: float, overdispersion: float) -> str | None:
    """A spectrum that is no power law and floor."""
    if goodness >= RARE:
        return None
    return (f"no power law: the spectrum scatters {overdispersion:.1f} times what noise would "
            f"(p = {goodness:.1g})")
