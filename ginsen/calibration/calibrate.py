"""From records to a twin: what was observed, what was tried, what is left open."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ginsen.calibration.determined import Direction, directions
from ginsen.calibration.inference import Posterior, infer
from ginsen.calibration.parameters import Parameters, known_beforehand
from ginsen.calibration.statistics import statistics
from ginsen.calibration.stimulus import formed_before, holds_of
from ginsen.calibration.twin import TwinModel, imagined
from ginsen.types import Array, Record

MEMBERS = 48
"""Runs in each round."""

TOLERANCE = 0.15
"""How far the twin may be wrong in any statistic, as a standard deviation: 15 % of a ratio, 0.15 of
a β. A choice: what two halves of one record differ by."""


FLIPS = 5.0
"""A place that flips more often than this within a reading is left out: it is an average there."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A twin fitted to records.

    `twin` stands at the posterior mean. `points`, (n, k), are the posterior's standardised numbers
    of `parameters`. `observed` are the statistics of the records by name, `imagined`, (m, s), those
    of `twin`, run again and again. `directions` are the combinations of numbers, the best
    determined first. Of all runs the share `sound` was anything like a record.
    """

    twin: TwinModel
    parameters: Parameters
    points: Array
    observed: Mapping[str, float]
    imagined: Array
    directions: tuple[Direction, ...]
    sound: float

    def percentiles(self, name: str, shares: Sequence[float] = (5, 50, 95)) -> Array:
        """Percentiles of the posterior of one number, in its unit. Raises KeyError for no such."""
        if name not in self.parameters.names:
            raise KeyError(name)
        place = self.parameters.names.index(name)
        entry = self.parameters.entries[place]
        values = [entry.value(float(z)) for z in self.points[:, place]]
        return np.asarray(np.percentile(values, shares))

    def draw(self, count: int, seed: int) -> tuple[TwinModel, ...]:
        """`count` twins from the posterior: a normal with the moments of its points."""
        random = np.random.default_rng((seed, 8))
        drawn = random.multivariate_normal(self.points.mean(axis=0),
                                           np.cov(self.points, rowvar=False), count, method="eigh")
        return tuple(self.twin.having(self.parameters.values(point)) for point in drawn)


def calibrate(records: Sequence[Record], *, base: TwinModel | None = None, members: int = MEMBERS,
              seed: int = 0, until: float = math.inf, integration: float = math.inf,
              floor: float = 0.0, told: Callable[[int], None] | None = None) -> Calibration:
    """Fit a twin to one or more records of one sample, each taken on a sample of like history.

    `members` runs of the twin under the records' own stimulus in each of six rounds; all chance
    comes from `seed`. `base` (a usual twin if left out) gives all that is not fitted; its places
    that flip faster than can be seen are left out. Only what was read before the time `until` (s)
    counts; where a record does not say how long a reading took it is `integration` (s), else the
    whole interval; where it does not know its meter's noise that has the white density `floor`
    (A²/Hz). A record whose first phase forms no path is taken as one of a sample that was
    formed before, which the twin then is too. `told` is called after each round with its number.

    Raises ValueError where there is nothing to fit, some records are of a virgin sample and others
    are not, or hardly a run is anything like a record.
    """
    if not records:
        raise ValueError("there is no record to fit: name at least one")
    observed_holds = [holds_of(record, until=until, integration=integration, floor=floor)
                      for record in records]
    formed = formed_before(observed_holds[0])
    if any(formed_before(holds) != formed for holds in observed_holds):
        raise ValueError("some records begin with a formed path, others with none: fit those of "
                         "like history together")
    usual = base or TwinModel()
    often = FLIPS / min(hold.interval for holds in observed_holds for hold in holds)
    usual = replace(usual, fluctuating=replace(
        usual.fluctuating, fastest=min(usual.fluctuating.fastest, often)))
    parameters = known_beforehand(observed_holds, usual, formed=formed)
    named = {f"{number}. {name}": value for number, holds in enumerate(observed_holds, start=1)
             for name, value in statistics(holds).items()}
    observed = np.array(list(named.values()))

    def simulate(point: Array, chance: int) -> Array:
        try:
            model = usual.having(parameters.values(point))
            made = [imagined(model, holds, chance * len(records) + number)
                    for number, holds in enumerate(observed_holds)]
        except ValueError:  # a barrier below zero, pads that nothing joins: no such sample
            return np.full(observed.size, np.nan)
        return np.array([value for holds in made for value in statistics(holds).values()])

    found: Posterior = infer(simulate, observed, numbers=len(parameters.entries), members=members,
                             tolerance=TOLERANCE, seed=seed, told=told)
    middle = usual.having(parameters.values(found.points.mean(axis=0)))
    return Calibration(middle, parameters, found.points, named, found.statistics,
                       directions(found.points, parameters.names), found.sound)
