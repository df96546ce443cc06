"""Avalanches of a phase as curves: their sizes, the fitted law, and the same of two surrogates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ginsen.analysis import AvalancheStudy, conductance, study_avalanches
from ginsen.analysis.avalanches import Counts, find_avalanches, find_events, usual_bin
from ginsen.analysis.phase_summary import longest_without_gap
from ginsen.analysis.power_law import PowerLaw
from ginsen.analysis.surrogates import phase_randomised, shuffled
from ginsen.types import Array, Record, Span

FEWEST = 64


@dataclass(frozen=True, eq=False)
class Sizes:
    """The share of avalanches that are at least so large (events)."""

    size: Array
    share: Array


@dataclass(frozen=True, eq=False)
class AvalancheCurves:
    """Sizes by source (measured, shuffled, phase-randomised), the law of the measured, what it is.

    `law` is None where no power law describes them; `line` is then empty. `reading` says in a
    sentence what may be said.
    """

    sizes: Mapping[str, Sizes]
    line: Sizes
    law: PowerLaw | None
    reading: str


def avalanche_curves(record: Record, span: Span) -> AvalancheCurves:
    """The avalanches of a phase, of its longest stretch without a gap.

    Takes seconds: not for the window's thread. Raises ValueError for a phase in which there is
    nothing to look for.
    """
    samples = longest_without_gap(record.samples[span.part])
    if len(samples) < FEWEST or not span.level:
        raise ValueError(f"{span.name}: {len(samples)} samples at {span.level:g} V; avalanches "
                         f"are looked for in {FEWEST} or more, at a level.")
    G, _ = conductance(samples, record.series_resistance, level=span.level)
    dt = float(samples.time[-1] - samples.time[0]) / (len(samples) - 1)
    study = study_avalanches(G, dt)
    found = {"measured": study.found.size}
    for name, other in (("shuffled", shuffled(G)), ("phase-randomised", phase_randomised(G))):
        events = find_events(other, study.rows[0].threshold)
        found[name] = (find_avalanches(events, usual_bin(events), dt).size if events.size > 1
                       else np.zeros(0, dtype=np.int64))
    return AvalancheCurves({name: at_least(size) for name, size in found.items()}, _line(study),
                           study.rows[0].sizes, study.reading)


def at_least(values: Counts) -> Sizes:
    """The share of values at least so large, at each value there is."""
    x, count = np.unique(values, return_counts=True)
    share = np.cumsum(count[::-1])[::-1] / max(1, values.size)
    return Sizes(x.astype(np.float64), share.astype(np.float64))


def _line(study: AvalancheStudy) -> Sizes:
    """The fitted law over its range, as shares of all avalanches."""
    law, size = study.rows[0].sizes, study.found.size
    if law is None:
        return Sizes(np.empty(0), np.empty(0))
    x = np.arange(law.low, law.high + 1, dtype=np.float64)
    p = x**-law.exponent
    beyond = float(np.mean(size > law.high))
    return Sizes(x, np.cumsum(p[::-1])[::-1] / p.sum() * law.count / size.size + beyond)
