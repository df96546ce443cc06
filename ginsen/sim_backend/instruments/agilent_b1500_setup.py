"""What a staircase sweep and a sampling of the B1500A are set to, and their steps.

Agilent B1500A/B1505A Programming Guide, Edition 11: WM, WT, WV, WI (sweep), ML, MT, MSC, MV, MI
(sampling, page 4-142).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ginsen.datasheets.agilent_b1500 import (
    FINEST_SAMPLING,
    LONGEST_SAMPLING,
    MOST_SAMPLES,
    SHORTEST_SAMPLING,
)
from ginsen.sim_backend.instruments.flex_grammar import FlexError
from ginsen.sim_backend.instruments.smu_settings import SourceFunction
from ginsen.types import Array

PER_DECADE = {2: 10, 3: 25, 4: 50, 5: 100, 6: 250, 7: 5000}
"""Samples a decade, by the mode of a logarithmic sampling."""

DECADES = 11


@dataclass(frozen=True)
class Ramp:
    """WV, WI, WSV, WSI: what steps, from where to where; `double` and back again."""

    channel: int
    function: SourceFunction
    code: int
    start: float
    stop: float
    limit: float | None
    power: float | None
    mode: int = 1
    steps: int = 1

    def levels(self, steps: int, mode: int) -> Array:
        """Each level in turn."""
        rising = (np.linspace(self.start, self.stop, steps) if mode in (1, 3)
                  else np.geomspace(self.start, self.stop, steps))
        return np.concatenate([rising, rising[::-1]]) if mode in (3, 4) else rising


@dataclass(frozen=True)
class Staircase:
    """A sweep: its times (s), what ends it, what steps."""

    abort: int = 1
    post: int = 1
    times: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    primary: Ramp | None = None
    synchronous: Ramp | None = None


@dataclass(frozen=True)
class Bias:
    """MV, MI: what a channel forces before a sampling (`base`) and during it (`level`)."""

    function: SourceFunction
    code: int
    base: float
    level: float
    limit: float | None


@dataclass(frozen=True)
class Sampling:
    """A sampling: mode, times (s), number of samples, what ends it, what is forced."""

    mode: int = 1
    hold: float = 0.0
    interval: float = 2e-3
    count: int = 1000
    base_hold: float = 0.0
    abort: int = 1
    post: int = 2
    biases: Mapping[int, Bias] = field(default_factory=dict)

    @property
    def fast(self) -> bool:
        """Whether the interval is one of the short ones."""
        return self.interval < SHORTEST_SAMPLING - 1e-9

    def check(self, channels: int, high_resolution: bool) -> None:
        """Raises FlexError 120 for times or a number that cannot be."""
        most = 1 + PER_DECADE[self.mode] * DECADES if self.mode > 1 else MOST_SAMPLES // channels
        if self.count > most:
            raise FlexError(120)
        if self.fast and (self.mode > 1 or high_resolution
                          or self.interval < 1e-4 + 2e-5 * (channels - 1) - 1e-9):
            raise FlexError(120)

    def after(self, place: int) -> float:
        """When sample number `place` is due (s after the first)."""
        if self.mode == 1:
            return place * self.interval
        return float(self.interval * (10 ** (place / PER_DECADE[self.mode]) - 1))


def timing(hold: float, interval: float, count: int, base_hold: float) -> dict[str, float | int]:
    """The fields that MT sets. Raises FlexError 120 for times it does not take.

    From 2 ms on the interval comes in steps of 1 ms, below in steps of 10 µs.
    """
    step = FINEST_SAMPLING if interval >= SHORTEST_SAMPLING - 1e-9 else 1e-5
    if not (1e-4 - 1e-9 <= interval <= LONGEST_SAMPLING
            and (0 <= hold <= 655.35
                 or (step < FINEST_SAMPLING and -0.09 <= hold <= -1e-4))):
        raise FlexError(120)
    return {"hold": hold, "interval": round(interval / step) * step, "count": count,
            "base_hold": base_hold}
