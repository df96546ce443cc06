"""Simulation-based inference by annealed linear adjustment: from few runs to a posterior.

Numbers are drawn from what is known of them, the simulator is run at each, and every one is moved
by the regression of numbers on statistics towards those that were observed. Done once this is the
linear adjustment of approximate Bayesian computation (Beaumont, Zhang and Balding, Genetics 162,
2025 (2002)); done several times, each with a part of the likelihood, it follows what is not linear:
the ensemble smoother with multiple data assimilation (Emerick and Reynolds, Comput. Geosci. 55, 3
(2013)). Where statistics are linear in the numbers and their scatter is normal, it is exact but for
the finite number of runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ginsen.types import Array

Simulate = Callable[[Array, int], Array]
"""From a point (k,) and a seed to statistics (s,), NaN where the run was nothing like a record."""

ROUNDS = 6
"""Each takes an equal share of the likelihood. A choice: four leave a mean behind an exponential
0.08 too low, eight 0.01."""

SHRINKAGE = 0.2
"""How far correlations between the scatters of statistics are drawn to zero: there are about as
many statistics as runs in a round."""

REPEATED = 4
"""For so many members of a round there is one run at their mean, which show the scatter by chance
alone; what else the statistics of a round scatter about their regression is its bends."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """What a simulator's numbers may be, given what was observed.

    `points`, (n, k), are standardised numbers, standard normal before. `statistics`, (m, s), are
    those of the simulator at their mean, again and again. `sound` is the share of runs that
    counted.
    """

    points: Array
    statistics: Array
    sound: float


def infer(simulate: Simulate, observed: Array, *, numbers: int, members: int, tolerance: float,
          seed: int, told: Callable[[int], None] | None = None) -> Posterior:
    """Points whose statistics are like those `observed` (s,).

    `tolerance` is a standard deviation by which the simulator may be wrong in every statistic.
    A run with a statistic that is not finite counts as refuted: its place is taken by a draw
    from a normal with the moments of the others. `told` is called after each round with its number.
    Raises ValueError where hardly more runs are left in a round than there are numbers, or none at
    the mean of the posterior.
    """
    random = np.random.default_rng((seed, 6))
    points = random.standard_normal((members, numbers))
    repeats, least = max(members // REPEATED, 4), numbers + numbers // 2 + 2
    chances = iter(range(seed * 10**6, (seed + 1) * 10**6))

    def runs(at: Array) -> tuple[Array, Array]:
        results = np.array([simulate(point, chance)
                            for point, chance in zip(at, chances, strict=False)])
        finite = np.isfinite(results).all(axis=1)
        return at[finite], results[finite]

    sound = 0
    for turn in range(ROUNDS):
        kept, results = runs(points)
        sound += len(kept)
        if len(kept) < least:
            raise ValueError(f"in round {turn + 1} only {len(kept)} of {members} runs were "
                             f"anything like the record, where {least} are needed: ask for more "
                             "runs")
        _, repeated = runs(np.tile(kept.mean(axis=0), (repeats, 1)))
        points = _filled(_moved(kept, results, repeated, observed, tolerance, random), members,
                         random)
        if told is not None:
            told(turn + 1)
    _, final = runs(np.tile(points.mean(axis=0), (members, 1)))
    if not len(final):
        raise ValueError("no run at the fitted numbers was anything like the record: ask for more "
                         "runs")
    return Posterior(points, final, sound / (members * ROUNDS))


def _moved(points: Array, results: Array, repeated: Array, observed: Array, tolerance: float,
           random: np.random.Generator) -> Array:
    """The points, each adjusted with one round's share of the likelihood."""
    about, mean = points - points.mean(axis=0), results.mean(axis=0)
    freedom = len(points) - 1 - points.shape[1]
    slopes, *_ = np.linalg.lstsq(about, results - mean, rcond=None)
    rest = results - mean - about @ slopes
    left = rest.T @ rest / freedom
    # What so few runs say of a slope by accident is taken off it, lest the points close in on it.
    error = np.outer(np.diag(np.linalg.pinv(about.T @ about)), np.diag(left))
    slopes *= np.maximum(0.0, 1.0 - error / (slopes**2 + 1e-300))
    # Scatter by chance alone is correlated like what the regression leaves, and as large as the
    # repeats say.
    alone, times = np.ones(observed.size), len(repeated)
    if times >= 4:
        variance = repeated.var(axis=0, ddof=1) * (times - 1) / (times - 3)
        alone = np.sqrt(variance / (np.diag(left) + 1e-30))
    left = (1 - SHRINKAGE) * left + SHRINKAGE * np.diag(np.diag(left))
    # The inverse of a covariance from few runs is too large on average (Hartlap, Simon, Schneider,
    # Astron. Astrophys. 464, 399 (2007)), as is that of the variance above.
    left *= freedom / max(freedom - observed.size - 1, freedom / 3)
    chance = left * np.outer(alone, alone)
    wrong = tolerance**2 * np.eye(observed.size)
    # The results scatter by chance once themselves; what is missing to a round's share is added
    # to the observation.
    added = (ROUNDS - 1) * chance + ROUNDS * wrong
    spread = about.T @ about / (len(points) - 1)
    gain = np.linalg.solve(slopes.T @ spread @ slopes + left + added, slopes.T @ spread).T
    noise = random.multivariate_normal(np.zeros(observed.size), added, len(points), method="eigh")
    moved: Array = points + (observed + noise - results) @ gain.T
    return moved


def _filled(points: Array, members: int, random: np.random.Generator) -> Array:
    """As many points as there were, the missing ones from a normal with the moments of the rest."""
    missing = members - len(points)
    if not missing:
        return points
    covariance = np.cov(points, rowvar=False)
    return np.vstack((points, random.multivariate_normal(points.mean(axis=0), covariance, missing,
                                                         method="eigh")))
