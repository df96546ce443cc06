"""One phase of a record: conductance, compliance, use of the range, β."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ginsen.analysis.beta import LONGEST_GAP, KnownFloor, estimate_beta
from ginsen.analysis.conductance import conductance
from ginsen.analysis.spectrum import FrontEnd
from ginsen.types import Array, Record, Samples, Span, SpectralFit

LEAST_OF_RANGE = 0.01
STRETCHES = (1, 2, 4)
"""β is asked of the whole phase, then of its last half, then of its last quarter; of a phase with
gaps the longest stretch without one is taken for the whole."""


@dataclass(frozen=True)
class PhaseSummary:
    """One phase: its number of samples, median conductance and its median standard uncertainty.

    Both in S, NaN where unknown. `bound` (S) is three times the uncertainty where the conductance
    is less than that: then it is not known to be more than this; None otherwise. `in_compliance`
    and `off_range` are the shares of samples in compliance, and with a current outside 1 to 100 %
    of its measure range (NaN where that is unknown). `fit` is of the current over the phase's
    level, so its densities are in S²/Hz; its `start` and `stop` tell the stretch it holds for.
    """

    span: Span
    samples: int
    conductance: float
    u_conductance: float
    in_compliance: float
    fit: SpectralFit
    bound: float | None = None
    off_range: float = math.nan

    @property
    def beta(self) -> float | None:
        """β of the phase, None where none is honest; `fit` has its interval or the reason."""
        return self.fit.beta


def phase_summary(record: Record, span: Span, *, floor: KnownFloor | None = None,
                  line_frequency: float | None = None) -> PhaseSummary:
    """Conductance and β of one phase of a record.

    `floor` (one-sided, S²/Hz) is known from elsewhere; else the instrument's own is taken, where
    the record tells it. `line_frequency` (Hz) and its harmonics are left out of the spectrum. β is
    that of the whole phase; where there is none, of its last half, then of its last quarter, and if
    these have none either, the reason is the whole phase's.
    """
    samples = record.samples[span.part]
    G, u_G = conductance(samples, record.series_resistance, level=span.level,
                         alternate=span.alternate)
    tried: list[SpectralFit] = []
    whole = longest_without_gap(samples).per_volt(span.level, alternate=span.alternate)
    for share in STRETCHES:
        part = whole[len(whole) - len(whole) // share:]
        tried.append(_fit(part, front_end_of(span), span.noise if floor is None else floor,
                          line_frequency))
        if tried[-1].beta is not None:
            break
    fit = tried[-1] if tried[-1].beta is not None else tried[0]
    value, uncertainty = _median(G), _median(u_G)
    return PhaseSummary(span, len(samples), value, uncertainty,
                        float(np.mean(samples.compliance)) if len(samples) else math.nan, fit,
                        3 * uncertainty if abs(value) < 3 * uncertainty else None,
                        _off_range(samples, span))


def front_end_of(span: Span) -> FrontEnd | None:
    """The meter's integration in this phase, None where it is not known."""
    return FrontEnd(span.integration) if span.integration > 0 else None


def longest_without_gap(samples: Samples) -> Samples:
    """A meter whose buffer is full leaves a gap; β is asked of the longest stretch between two."""
    steps = np.diff(samples.time)
    if steps.size == 0:
        return samples
    cuts = np.flatnonzero(steps > LONGEST_GAP * np.median(steps)) + 1
    edges = [0, *cuts.tolist(), len(samples)]
    first, stop = max(pairwise(edges), key=lambda stretch: stretch[1] - stretch[0])
    return samples[first:stop]


def _off_range(samples: Samples, span: Span) -> float:
    """The share of samples whose current is below 1 % or above 100 % of the measure range."""
    if not (span.measure_range > 0 and len(samples)):
        return math.nan
    used = np.abs(samples.current) / span.measure_range
    return float(np.mean(~((used >= LEAST_OF_RANGE) & (used <= 1))))


def _fit(samples: Samples, front_end: FrontEnd | None, floor: KnownFloor | None,
         line_frequency: float | None) -> SpectralFit:
    limited = int(np.count_nonzero(samples.compliance))
    if limited:
        return SpectralFit(None, None, None, count=len(samples),
                           reason=f"in compliance: {limited} of {len(samples)} samples",
                           start=float(samples.time[0]), stop=float(samples.time[-1]))
    return estimate_beta(samples.current, times=samples.time, front_end=front_end, floor=floor,
                         line_frequency=line_frequency)


def _median(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan
