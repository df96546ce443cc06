"""Whether the changes of a conductance look like avalanches without a scale, and what else does.

One threshold and one bin prove nothing, so both are halved and doubled, and two surrogates go the
same way: the changes in another order (independent events) and with random phases (linear noise
of the same spectrum).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ginsen.analysis.avalanches import (
    Avalanches,
    find_avalanches,
    find_events,
    usual_bin,
    usual_threshold,
)
from ginsen.analysis.beta import estimate_beta
from ginsen.analysis.crackling import (
    Exponent,
    gamma_of_exponents,
    gamma_of_means,
    gamma_of_shapes,
)
from ginsen.analysis.power_law import PowerLaw, widest_power_law
from ginsen.analysis.surrogates import phase_randomised, shuffled
from ginsen.types import Array, SpectralFit

FACTORS = (0.5, 1.0, 2.0)
FEWEST = 100
"""Avalanches: with fewer no exponent is worth an interval."""

Source = Literal["measured", "shuffled", "phase-randomised"]


@dataclass(frozen=True)
class AvalancheRow:
    """One record at one threshold (S) and one bin (s): exponents, and γ three ways.

    `sizes` and `lifetimes` are None where no range of a factor 8 is described by a power law.
    """

    source: Source
    threshold: float
    bin_width: float
    events: int
    avalanches: int
    sizes: PowerLaw | None
    lifetimes: PowerLaw | None
    by_exponents: Exponent | None
    by_means: Exponent | None
    by_shapes: Exponent | None

    @property
    def agrees(self) -> bool | None:
        """Whether each pair of the three intervals of γ overlaps; None where one is not known."""
        a, b, c = self.by_exponents, self.by_means, self.by_shapes
        if a is None or b is None or c is None:
            return None
        return a.overlaps(b) and b.overlaps(c) and a.overlaps(c)


@dataclass(frozen=True, eq=False)
class AvalancheStudy:
    """Rows of the record and of its surrogates; the first is that at threshold and bin as usual.

    `found` are the avalanches of the first row, `activity` is β of their events per bin, which
    scaling puts at γ. `reading` says in one sentence what may be said.
    """

    rows: tuple[AvalancheRow, ...]
    found: Avalanches
    activity: SpectralFit
    reading: str


def study_avalanches(G: Array, dt: float, *, threshold: float | None = None,
                     seed: int = 0) -> AvalancheStudy:
    """Avalanches of an evenly sampled conductance G (n,) in S, every `dt` s.

    `threshold` (S) is that of |ΔG|, `usual_threshold` if left out. Raises
    ValueError for a conductance that is not finite, or with fewer than two events.
    """
    if G.ndim != 1 or G.size < 3 or not np.isfinite(G).all():
        raise ValueError(f"G has shape {G.shape}: avalanches are looked for in finite "
                         "conductances, shape (n,)")
    usual = usual_threshold(G) if threshold is None else threshold
    events = find_events(G, usual)
    found = find_avalanches(events, usual_bin(events), dt)
    factors = sorted(((a, b) for a in FACTORS for b in FACTORS), key=lambda each: each != (1, 1))
    rows = [row for a, b in factors for row in _rows("measured", G, dt, a * usual, b, seed)]
    rows += _rows("shuffled", shuffled(G, seed), dt, usual, 1.0, seed)
    rows += _rows("phase-randomised", phase_randomised(G, seed), dt, usual, 1.0, seed)
    activity = estimate_beta(found.activity.astype(np.float64), dt=found.bin_width)
    return AvalancheStudy(tuple(rows), found, activity, reading_of(rows))


def _rows(source: Source, G: Array, dt: float, threshold: float, factor: float,
          seed: int) -> Iterator[AvalancheRow]:
    """The row of one record, none where it has no two events."""
    events = find_events(G, threshold)
    if events.size < 2:
        return
    found = find_avalanches(events, factor * usual_bin(events), dt)
    sizes = lifetimes = None
    if len(found) >= FEWEST:
        sizes = widest_power_law(found.size, seed=seed)
        lifetimes = widest_power_law(found.lifetime, seed=seed)
    low, high = ((lifetimes.low, lifetimes.high) if lifetimes is not None
                 else (1, int(found.lifetime.max(initial=1))))
    yield AvalancheRow(
        source, threshold, found.bin_width, events.size, len(found), sizes, lifetimes,
        None if sizes is None or lifetimes is None else gamma_of_exponents(sizes, lifetimes),
        gamma_of_means(found, low, high, seed=seed), gamma_of_shapes(found, low, high, seed=seed))


def reading_of(rows: Sequence[AvalancheRow]) -> str:
    """What may be said of a record by its rows, its own first: never more than `consistent with`.

    The first row decides; the others and the surrogates say how much that is worth.
    """
    measured = [row for row in rows if row.source == "measured"]
    first = measured[0]
    if first.avalanches < FEWEST:
        return f"too few: {first.avalanches} avalanches, where exponents take {FEWEST}"
    if first.sizes is None or first.lifetimes is None:
        which = "sizes" if first.sizes is None else "lifetimes"
        return f"not consistent with scale-free avalanches: no power law describes the {which}"
    others = [law.best for law in (first.sizes, first.lifetimes) if law.best != "power law"]
    if others:
        return f"not consistent with scale-free avalanches: {others[0]} describes them better"
    told = [row.agrees for row in measured if row.agrees is not None]
    where = f"at {sum(told)} of the {len(told)} thresholds and bins that tell γ three ways"
    if first.agrees is None:
        return ("power laws of sizes and lifetimes; too few avalanches to tell γ three ways, so "
                "nothing of the crackling relation")
    if not first.agrees:
        return f"power laws, but not consistent with the crackling relation (it holds {where})"
    alike = [row.source for row in rows if row.source != "measured" and row.agrees]
    if alike:
        return f"consistent with the crackling relation {where}, and so is the {alike[0]} record"
    return f"consistent with the crackling relation {where}; its surrogates are not"
