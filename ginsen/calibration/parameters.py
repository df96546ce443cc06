"""What is fitted: which numbers of the twin are open, and what is known of them beforehand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.calibration.stimulus import Hold, latency
from ginsen.calibration.twin import TwinModel
from ginsen.physics.filament import CONDUCTANCE_QUANTUM
from ginsen.physics.fluctuators import ATTEMPT_FREQUENCY, BOLTZMANN
from ginsen.types import Array

_FIRST_ATOM = 10.0
"""s: how long an atom takes to come, in the first guess of the growth barrier of a sample that was
formed before; the latency where the record shows it."""

_GROWTH, _GROWTH_FORMED = 0.06, 0.12
"""eV: how uncertain that guess is; twice as much where no latency was seen."""


@dataclass(frozen=True)
class Parameter:
    """One open number: normal about `median` with `spread`, or its logarithm where `positive`."""

    name: str
    unit: str
    median: float
    spread: float
    positive: bool = True

    def value(self, z: float) -> float:
        """The number that lies `z` standard deviations above the median."""
        return self.median * math.exp(self.spread * z) if self.positive \
            else self.median + self.spread * z


@dataclass(frozen=True)
class Parameters:
    """All open numbers, in a fixed order; a point is their standardised values, shape (k,)."""

    entries: tuple[Parameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(entry.name for entry in self.entries)

    def values(self, point: Array) -> Mapping[str, float]:
        """The numbers at a point, by name."""
        return {entry.name: entry.value(float(z))
                for entry, z in zip(self.entries, point, strict=True)}


def known_beforehand(records: Sequence[tuple[Hold, ...]], base: TwinModel, *,
                     formed: bool) -> Parameters:
    """What to expect of a sample from the levels and conductances of its records, generously.

    All of it is choice: barriers and spreads about the defaults of the models (docs/twin.md), wide
    enough for samples of other laboratories; the growth barrier where an atom takes as long to
    come as the path took to form, at the greatest level, shared by the junctions of the shortest
    path of `base`; the widest neck so that two such paths, or as many as half the wires under a
    pad, reach the greatest conductance; the box of `base`; the leak by the least conductance.
    `formed` adds the two numbers of what happened before the record: how long the level had been
    held, and how long ago.
    """
    holds = [hold for record in records for hold in record]
    volts = max(abs(hold.level) for hold in holds)
    most = max(float(np.median(hold.G[-hold.G.size // 2:])) for hold in holds)
    least = min(float(hold.G[:8].mean()) for hold in holds)
    path, abreast = base.path()
    channels = most * path / CONDUCTANCE_QUANTUM / max(2, abreast / 2)
    waited = next((latency(hold.G, hold.interval, hold.trigger) for hold in holds
                   if hold.trigger is not None), _FIRST_ATOM)
    comes = BOLTZMANN * base.temperature * math.log(ATTEMPT_FREQUENCY * waited)
    entries = [
        Parameter("growth_barrier", "eV", comes + volts / path / 2,
                  _GROWTH_FORMED if formed else _GROWTH, positive=False),
        Parameter("growth_spread", "eV", 0.02, 0.5),
        Parameter("loss_barrier", "eV", 0.86, 0.06, positive=False),
        Parameter("loss_spread", "eV", 0.06, 0.5),
        Parameter("supply", "1/s", 200.0, 1.3),
        Parameter("widest", "atoms", max(2.0, channels), 0.7),
        Parameter("size", "", 0.04, 1.2),
        Parameter("barrier", "eV", 1.0, 0.08, positive=False),
        Parameter("barrier_spread", "eV", 0.2, 0.4),
        Parameter("box", "µm", base.box * 1e6, 0.12),
    ]
    if formed:
        entries += [Parameter("formed_for", "s", 30.0, 1.0), Parameter("rested", "s", 30.0, 1.0)]
    else:
        entries.append(Parameter("leak", "S", least, 0.7))
    return Parameters(tuple(entries))
