"""When a series of runs stops early."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ginsen.analysis.campaign import Cycle


@dataclass(frozen=True)
class StopRules:
    """Stop after `most_failures` failed runs, after `longest` s, or once a result is out of bounds.

    `above` and `below` give the bounds by the key of a measure, in its unit (`first_read_S`).
    """

    most_failures: float = math.inf
    longest: float = math.inf
    above: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)

    def met(self, cycles: Sequence[Cycle], elapsed: float) -> str | None:
        """Which rule the runs so far, the last of them above all, have met after `elapsed` s.

        A censored value is a least one: it may be too large, but is not known to be too small.
        """
        failed = sum(cycle.outcome.startswith("failed") for cycle in cycles)
        if failed >= self.most_failures:
            return f"{failed} failed, max_failures is {self.most_failures:g}"
        if elapsed >= self.longest:
            return f"{elapsed:.4g} s have passed, max_duration_s is {self.longest:g}"
        for measure in cycles[-1].measures if cycles else ():
            most, least = self.above.get(measure.key), self.below.get(measure.key)
            if most is not None and measure.value > most:
                return f"{measure.key} is {measure.value:.4g}, above {most:g}"
            if least is not None and measure.value < least and not measure.censored:
                return f"{measure.key} is {measure.value:.4g}, below {least:g}"
        return None
