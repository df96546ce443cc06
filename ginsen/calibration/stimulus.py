"""What was done to the sample of a record, so that it can be done to the twin."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.conductance import conductance
from ginsen.types import Array, Record

FEWEST = 32
"""Samples below which a phase is applied but not compared."""

RISE = 10.0
"""A phase in which G ends this many times above its beginning has activated a path."""


@dataclass(frozen=True, eq=False)
class Hold:
    """A constant level of a record, and the conductance that was read in it.

    `level` (V) was applied from `dead_time` (s) after the hold before; G (S), shape (n,), was read
    every `interval` (s), each reading a mean over `integration` (s). `trigger` (S) is the
    conductance at which a path counts as formed, a tenth of the plateau; None where none forms.
    The source meter's own white noise in G has the one-sided density `meter` (S²/Hz) plus G² times
    `source` (1/Hz).
    """

    name: str
    level: float
    interval: float
    integration: float
    dead_time: float
    G: Array
    trigger: float | None
    meter: float = 0.0
    source: float = 0.0

    @property
    def duration(self) -> float:
        """How long (s) it was read."""
        return self.interval * self.G.size

    def scatter(self, G: Array) -> Array:
        """The standard deviation (S) that the source meter adds to readings of G (S).

        That of white noise up to half the rate of the readings.
        """
        deviation: Array = np.sqrt((self.meter + G**2 * self.source) / (2 * self.interval))
        return deviation


def holds_of(record: Record, *, until: float = math.inf, integration: float = math.inf,
             floor: float = 0.0) -> tuple[Hold, ...]:
    """The holds of a record's phases, as read before the time `until` (s).

    Readings are taken as even, at the median of their intervals; where the record does not say how
    long one took it is `integration` (s), at most the whole interval. Where it does not know its
    meter's noise, that is white with the one-sided density `floor` (A²/Hz). Raises ValueError for a
    record with no phase of 32 readings, one without a conductance, or a `floor` below 0.
    """
    if not 0 <= floor < math.inf:
        raise ValueError(f"floor is {floor!r} A²/Hz: it must be 0 or more and finite")
    found = []
    for span in record.spans:
        time = record.samples.time[span.part]
        count = int(np.searchsorted(time, until))
        if count < FEWEST:
            continue
        G, _ = conductance(record.samples[span.part][:count], record.series_resistance,
                           level=span.level, alternate=span.alternate)
        if not np.all(np.isfinite(G) & (G > 0)):
            raise ValueError(f"phase {span.name!r} holds readings without a conductance above 0: "
                             "a twin is fitted to positive conductances only")
        interval = float(np.median(np.diff(time)))
        took = span.integration if math.isfinite(span.integration) else integration
        plateau = float(np.median(G[-G.size // 2:]))
        rises = plateau > RISE * float(np.median(G[:FEWEST]))
        found.append(Hold(
            span.name, span.level, interval, min(took, interval),
            span.dead_time if math.isfinite(span.dead_time) else 0.0, G,
            plateau / 10 if rises else None,
            *((floor / span.level**2, 0.0) if span.noise is None
              else (span.noise.meter, span.noise.source))))
    if not found:
        raise ValueError(f"the record has no phase of {FEWEST} readings: there is nothing to fit")
    return tuple(found)


def formed_before(holds: tuple[Hold, ...]) -> bool:
    """Whether the sample had been formed before the record began: its first hold forms no path."""
    return holds[0].trigger is None


def latency(G: Array, interval: float, trigger: float) -> float:
    """When (s) G first exceeds `trigger`; the whole time where it never does."""
    above = np.flatnonzero(trigger < G)
    return interval * float(above[0] + 1 if above.size else G.size)
