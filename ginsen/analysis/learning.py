"""Savings and retention, cycle by cycle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.conductance import conductance
from ginsen.analysis.forgetting import forgetting_curve
from ginsen.analysis.units import Seconds, Siemens
from ginsen.types import Array, Record, Span


@dataclass(frozen=True)
class LearningCycle:
    """One cycle: `pulses` to the criterion, of `stimulus` s together, and what was kept.

    `savings` are 1 - pulses over those of the first cycle. `first` is the first read after the
    last pulse, `kept` the share of it that was left at the end of the pause, `half_life` the time
    after that pulse at which half of it was gone. A cycle that did not learn met no criterion and
    has no pause: NaN, and the true number of pulses is larger.
    """

    cycle: int
    learned: bool
    pulses: int
    stimulus: Seconds
    savings: float
    first: Siemens
    kept: float
    half_life: Seconds


@dataclass(frozen=True)
class LearningCurve:
    """All cycles; the `savings` of the last one, and its half-life over that of the first.

    A `slowing` above one is the way from short-term to long-term memory. NaN where a half-life was
    not reached.
    """

    savings: float
    slowing: float
    cycles: tuple[LearningCycle, ...]


def learning_curve(record: Record) -> LearningCurve | None:
    """The cycles of a `learning` run; None for a record without training.

    A cycle has learned if its pause, `forget`, follows; the run's own rule decided that.
    """
    trained: dict[int, list[Span]] = {}
    pauses: dict[int, Span] = {}
    for span in record.spans:
        kind, _, number = span.name.partition(" ")
        if kind == "train":
            trained.setdefault(int(number.partition(".")[0]), []).append(span)
        elif kind == "forget":
            pauses[int(number)] = span
    if not trained:
        return None
    needed = len(next(iter(trained.values())))
    cycles = tuple(_cycle(record, cycle, pulses, pauses.get(cycle), needed)
                   for cycle, pulses in trained.items())
    last = [cycle for cycle in cycles if cycle.learned]
    if not last:
        return LearningCurve(math.nan, math.nan, cycles)
    return LearningCurve(last[-1].savings, last[-1].half_life / last[0].half_life, cycles)


def _cycle(record: Record, cycle: int, pulses: list[Span], pause: Span | None,
           needed: int) -> LearningCycle:
    stimulus = sum(pulse.stop - pulse.start for pulse in pulses)
    if pause is None:
        return LearningCycle(cycle, False, len(pulses), stimulus, *[math.nan] * 4)
    savings = 1 - len(pulses) / needed
    t, G = reads_after(record, pulses[-1], pause)
    if G.size == 0 or G[0] == 0:
        return LearningCycle(cycle, True, len(pulses), stimulus, savings, *[math.nan] * 3)
    retention = forgetting_curve(t, G, origin=0.0)
    last = float(np.median(G[-max(1, G.size // 10):]))
    half_life = math.nan if retention.half_life is None else retention.half_life
    return LearningCycle(cycle, True, len(pulses), stimulus, savings, retention.first,
                         last / retention.first, half_life)


def reads_after(record: Record, pulse: Span, pause: Span) -> tuple[Array, Array]:
    """Time since a pulse's last sample (s), and G (S), up to the end of the pause after it."""
    samples = record.samples[pulse.stop_index:pause.stop_index]
    G, _ = conductance(samples, record.series_resistance, level=pause.level)
    read = np.isfinite(G)
    return samples.time[read] - pulse.stop, G[read]
