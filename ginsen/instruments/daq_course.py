"""A phase in scans of a data acquisition card: which levels stand, which conversions are read."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ginsen.datasheets.daq_with_amplifier import MOST_SCANS_PER_SECOND, SCANS_A_CYCLE
from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.instruments.daq_card import Scan
from ginsen.instruments.specification import settling
from ginsen.types import Phase

FEWEST_TO_SHARE = 20
"""Scans of an interval of which the level stands for a share."""

MOST_SCANS = 10**8
"""Of one phase."""


@dataclass(frozen=True)
class Course:
    """Of the scans of a phase, at `rate` a second, reading k is the mean of `width` of them.

    The first of these is scan `first` + k · `every`. For the first `stands` scans of each `every`
    the level stands.
    """

    phase: Phase
    rate: float
    every: int
    first: int
    width: int
    stands: int

    @property
    def count(self) -> int:
        """Scans until the last reading is over."""
        return self.first + (self.phase.count - 1) * self.every + self.width

    @property
    def middle(self) -> float:
        """Seconds from the start to the middle of the first reading; scan 0 ends tick 0."""
        return (self.first + (self.width + 1) / 2) / self.rate

    def scan(self, level: float, after: float) -> Scan:
        """What the card is to do, at a level (V) that may be finer than the phase's."""
        if self.phase.alternate:
            steps: tuple[tuple[float, int], ...] = ((level, self.every), (-level, self.every))
        elif self.stands < self.every:
            steps = ((level, self.stands), (0.0, self.every - self.stands))
        else:
            steps = ((level, self.count),)
        return Scan(self.rate, steps, self.count, after)


def course_of(phase: Phase, sheet: SourceMeterSheet, mains: float) -> Course:
    """The scans of a phase, where the mains have the frequency `mains` (Hz).

    Ten conversions a line cycle are averaged, so that the mains and their harmonics cancel; at a
    tenth of a cycle or less a reading is one conversion. The clock is as slow as that allows, its
    ticks whole parts of the interval. Raises ValueError where a phase cannot be done.
    """
    width = max(1, round(SCANS_A_CYCLE * phase.nplc))
    integration = phase.nplc / mains
    every = math.ceil(phase.interval * width / integration - 1e-9) if width > 1 else 1
    if phase.duty < 1:
        every = max(every, FEWEST_TO_SHARE, math.ceil(2 / min(phase.duty, 1 - phase.duty)))
    rate = every / phase.interval
    if width > 1:
        width = max(1, round(integration * rate))
    stands = round(phase.duty * every)
    settled = max(0, math.ceil(settling(phase, sheet) * rate - 1e-9) - 1)
    first = settled if phase.rest == "hold" and not phase.alternate else stands - width
    if width > stands or first < settled:
        raise ValueError(f"phase {phase.name!r}: a reading at NPLC {phase.nplc:g} and the settling "
                         f"take {integration + settling(phase, sheet):.3g} s; they do not fit into "
                         f"the {phase.interval * phase.duty:.3g} s that interval and duty leave")
    course = Course(phase, rate, every, first, width, stands)
    if rate > MOST_SCANS_PER_SECOND:
        raise ValueError(f"phase {phase.name!r}: it needs {rate:.3g} scans a second; the card does "
                         f"{MOST_SCANS_PER_SECOND:g}")
    if course.count > MOST_SCANS:
        raise ValueError(f"phase {phase.name!r}: it needs {course.count} scans, more than "
                         f"{MOST_SCANS}; split it")
    return course
