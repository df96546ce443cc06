"""What a campaign found: each condition's medians over cycles and samples, and its controls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.bootstrap import Bands, Values, median_bands
from ginsen.analysis.measures import Measure
from ginsen.analysis.survival import Survival, survival

ALL_PAIRS = "all"


@dataclass(frozen=True)
class Cycle:
    """One run of a series, as statistics need it: what was done where, and what came out.

    `die` is column, row and subdie, where there is a wafer; `recording` the run's file, "" where
    there is none; `control` marks a run that reads sparsely, to see what reading does.
    """

    number: int
    condition: str
    protocol: str
    sample: str
    pair: str
    outcome: str
    recording: str = ""
    samples: int = 0
    control: bool = False
    die: tuple[int, int, int] | None = None
    measures: tuple[Measure, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether it was applied to its end."""
        return self.outcome == "finished"

    def measure(self, key: str) -> Measure | None:
        """The measure of that key, None where this run has none."""
        return next((each for each in self.measures if each.key == key), None)


@dataclass(frozen=True)
class Spread:
    """One measure of one condition on one electrode pair, or on all of them.

    `cycles` runs of `samples` samples have it, `missing` finished ones do not. `bands` has the
    median; `survival`, where it is waited for, Kaplan and Meier's over all cycles together, with
    the number of censored ones. `control` is the median of the sparsely read runs, NaN without one.
    """

    condition: str
    pair: str
    measure: str
    cycles: int
    samples: int
    missing: int
    bands: Bands
    survival: Survival | None
    control: float


@dataclass(frozen=True)
class CampaignResult:
    """How many runs there were and how many failed, and every condition's spreads."""

    runs: int
    failed: int
    spreads: tuple[Spread, ...]


def campaign_result(cycles: Sequence[Cycle], *, seed: int = 0) -> CampaignResult:
    """Every measure of every condition, over all electrode pairs and, of several, over each.

    Runs that did not finish are counted and left out. `seed` is that of the bootstrap.
    """
    finished = [cycle for cycle in cycles if cycle.finished]
    pairs = sorted({cycle.pair for cycle in finished})
    spreads: list[Spread] = []
    for condition in sorted({cycle.condition for cycle in finished}):
        some = [cycle for cycle in finished if cycle.condition == condition]
        spreads += _spreads(some, ALL_PAIRS, seed)
        for pair in pairs if len(pairs) > 1 else ():
            spreads += _spreads([cycle for cycle in some if cycle.pair == pair], pair, seed)
    failed = sum(cycle.outcome.startswith("failed") for cycle in cycles)
    return CampaignResult(len(cycles), failed, tuple(spreads))


def _spreads(cycles: Sequence[Cycle], pair: str, seed: int) -> Iterator[Spread]:
    dense = [cycle for cycle in cycles if not cycle.control]
    sparse = [cycle for cycle in cycles if cycle.control]
    keys = dict.fromkeys(measure.key for cycle in dense for measure in cycle.measures)
    for key in keys:
        of_samples = _by_sample(dense, key)
        known = _pooled(of_samples)
        control = _by_sample(sparse, key)
        yield Spread(
            dense[0].condition, pair, key, known[0].size, len(of_samples),
            len(dense) - known[0].size, median_bands(of_samples, seed=seed),
            None if known[1] is None else survival(known[0], known[1]),
            median_bands(control, seed=seed).median if control else math.nan)


def _by_sample(cycles: Sequence[Cycle], key: str) -> list[Values]:
    """The values of a measure, and which were seen if it is waited for, sample by sample."""
    found: dict[str, list[Measure]] = {}
    for cycle in cycles:
        measure = cycle.measure(key)
        if measure is not None:
            found.setdefault(cycle.sample, []).append(measure)
    return [(np.array([each.value for each in some]),
             None if some[0].censored is None else np.array([not each.censored for each in some]))
            for some in found.values()]


def _pooled(samples: Sequence[Values]) -> Values:
    """All samples' cycles together."""
    values = np.concatenate([values for values, _ in samples])
    seen = [some for _, some in samples if some is not None]
    return values, np.concatenate(seen) if seen else None
