"""Spectra that bend at a corner: a power law above a knee, and the Lorentzian of one fluctuator.

Both are level below the corner. S = a (f_c^2 + f^2)^(-β/2) + W falls as f^-β above it; β = 2 is the
Lorentzian of a single two-level fluctuator or relaxation time (Machlup 1954, J. Appl. Phys. 25,
341). They are fitted where a straight power law does not describe a record, and told apart by
Schwarz's criterion (1978, Ann. Statist. 6, 461): 2 ln L - parameters · ln n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from ginsen.analysis.drift import Response
from ginsen.analysis.posterior import Posterior
from ginsen.types import Array

CLEAR = 2.0
"""A corner lies this factor inside the band, or there is none to be seen."""

LORENTZIAN = 2.0
SLOPES = (0.3, 4.0)
STARTS = 4
LARGEST = 60.0
"""Of ln a, in units of the mean power: no more than keeps the exponential finite."""
DECISIVE = 10.0
"""How much better, in Schwarz's criterion, a spectrum that bends must describe the record."""


@dataclass(frozen=True, eq=False)
class Bend:
    """A fitted spectrum with a corner.

    `beta` above it and its standard deviation, `amplitude` of f^-β there, `corner` and f in units
    of the sampling rate; `model` is S per bin, `lorentzian` says that β = 2 describes it as well as
    any other.
    """

    beta: float
    sigma: float
    amplitude: float
    corner: float
    floor: float
    model: Array
    lorentzian: bool


def bend_of(response: Response, power: Array, fit: Posterior, floor: float | None) -> Bend | None:
    """The bend that describes a record decisively better than the straight `fit`, if one does.

    `floor` is None where it is not known. Densities are in the units of `power`.
    """
    f, count = response.bins.frequency, response.count
    lowest, highest = CLEAR * f[0], f[-1] / CLEAR
    if highest <= lowest:
        return None
    faintest = math.log(1e-3 * float(power.min()))
    free = (faintest, math.log(float(power.max())))
    known = math.log(max(floor or 0.0, 1e-3 * float(power.min())))
    floors = free if floor is None else (known, known)

    def cost(at: Array) -> float:
        S = _density(f, at)
        return 0.5 * float(count @ (np.log(S) + power / S))

    def best(slopes: tuple[float, float]) -> tuple[Array, float]:
        found = []
        for corner in np.geomspace(lowest, highest, STARTS):
            slope = 0.5 * sum(slopes)
            level = float(np.average(power[f <= corner], weights=count[f <= corner]))
            start = [math.log(level) + slope * math.log(corner), math.log(corner), slope,
                     max(floors[0], min(floors[1], faintest + 5))]
            found.append(minimize(cost, start, method="L-BFGS-B", bounds=[
                (-LARGEST, LARGEST), (math.log(lowest), math.log(highest)), slopes, floors]))
        won = min(found, key=lambda each: float(each.fun))
        return np.asarray(won.x, dtype=np.float64), float(won.fun)

    straight = 0.5 * float(count @ (np.log(fit.model) + power / fit.model))
    knee, knee_cost = best(SLOPES)
    single, single_cost = best((LORENTZIAN, LORENTZIAN))
    # A knee has one parameter more than a straight line and a Lorentzian.
    gain_knee = 2 * (straight - knee_cost) - math.log(float(count.sum()))
    gain_single = 2 * (straight - single_cost)
    if max(gain_knee, gain_single) < DECISIVE:
        return None
    at = single if gain_single >= gain_knee else knee
    return Bend(float(at[2]), _sigma(f, at, count), math.exp(at[0]), math.exp(at[1]),
                math.exp(at[3]) if floor is None else floor, _density(f, at),
                gain_single >= gain_knee)


def _density(f: Array, at: Array) -> Array:
    """S at f for ln a, ln f_c, β and ln W."""
    log_a, log_corner, beta, log_floor = at
    return np.asarray(np.exp(log_a - 0.5 * beta * np.log(f**2 + np.exp(2 * log_corner)))
                      + np.exp(log_floor))


def _sigma(f: Array, at: Array, count: Array) -> float:
    """The standard deviation of β, all four unknown, by the Fisher information."""
    step = 1e-4 * np.eye(4)
    slopes = np.stack([np.log(_density(f, at + h) / _density(f, at - h)) / 2e-4 for h in step])
    information = 0.5 * (slopes * count) @ slopes.T
    # One for each logarithm: a floor of which nothing is known shall not make it singular.
    return math.sqrt(float(np.linalg.inv(information + np.eye(4) * 1e-6)[2, 2]))
