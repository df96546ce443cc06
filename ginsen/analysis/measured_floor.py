"""What binned ordinates say about β where the floor was measured, and is uncertain by that.

A floor of density w from ν ordinates has ln W distributed as ν (ln W + w/W)/-2, Jeffreys' prior for
a scale put in. It is integrated out over places in ln W that are as close as what it can be told to
by floor and record together, each with the posterior of β for that floor.
"""

from __future__ import annotations

import math

import numpy as np

from ginsen.analysis.posterior import Posterior, marginal_of, summed_up, with_model
from ginsen.types import Array, Floor

REACH = 3.5
"""Standard deviations of the measured floor to either side that are looked at."""

MOST_PLACES = 65
NEGLIGIBLE = 1e-6


def measured_floor(shape: Array, count: Array, power: Array, floor: Floor) -> Posterior:
    """The posterior of β where the floor was measured, in the units of `power`.

    `shape` is ln s at every β of the grid, shape (β, bins).
    """
    spread = math.sqrt(2 / floor.count)
    # The record itself may know the floor better: from all of its ordinates, at best.
    finest = spread / math.sqrt(1 + float(count.sum()) / floor.count)
    places = min(MOST_PLACES, 1 + 2 * math.ceil(REACH * spread / finest))
    shifts = np.linspace(-REACH, REACH, places) * spread
    marginals = [marginal_of(shape, count, power, floor.density * math.exp(shift))
                 for shift in shifts.tolist()]
    log_weight = np.array([each.log_evidence for each in marginals])
    log_weight -= floor.count / 2 * (shifts + np.exp(-shifts))
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    parts = [part for part in zip(weight.tolist(), marginals, strict=True) if part[0] > NEGLIGIBLE]
    return with_model(summed_up(parts), shape, count, power,
                      floor.density * float(weight @ np.exp(shifts)))
