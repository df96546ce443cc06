"""A record in a few lines: conductance and β of every phase, and what the sample remembered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ginsen.analysis.beta import LONGEST_GAP, estimate_beta
from ginsen.analysis.conductance import conductance
from ginsen.analysis.forgetting import Retention, forgetting_curve
from ginsen.analysis.live import LiveBeta
from ginsen.analysis.results import Finding, finding
from ginsen.analysis.spectrum import FrontEnd
from ginsen.types import Array, Record, Samples, Span, SpectralFit

WINDOWS = (256, 1024, 4096)
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
    of its measure range (NaN where that is unknown). `fit`
    is of the current over the phase's mean voltage, so its densities are in S²/Hz; its `start`
    and `stop` tell the stretch it holds for.
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


@dataclass(frozen=True)
class Summary:
    """What a record says. `zero` (s, on the record's clock) is the time from which t counts.

    `since` says in words what happened then; `finding` answers the question of the protocol that
    made the record, where it has one of its own.
    """

    phases: tuple[PhaseSummary, ...]
    retention: Retention | None
    zero: float
    since: str = "the start"
    finding: Finding | None = None


def summarise(record: Record, *, floors: Mapping[str, float] | None = None,
              line_frequency: float | None = None) -> Summary:
    """Conductance and β of every phase, and the retention after the last pulse.

    `floors` (one-sided, S²/Hz) are known for some phases, by name. β is that of
    the whole phase; where there is none, of its last half, then of its last quarter, and if these
    have none either, the reason is the whole phase's. t counts from the last sample of the last
    phase whose name begins with `pulse`, and the retention is that of the phase after it. Without a
    pulse t counts from the first sample of the phase `forgetting`, whose retention it then is; and
    without either from the first sample of the record.
    """
    phases = tuple(
        _phase(record, span, (floors or {}).get(span.name), line_frequency)
        for span in record.spans)
    zero, since, reads = _origin(record)
    return Summary(phases, None if reads is None else _retention(record, reads, zero), zero, since,
                   finding(record, phases))


def beta_track(record: Record, windows: Sequence[int] = WINDOWS, *,
               line_frequency: float | None = None) -> tuple[tuple[SpectralFit, ...], ...]:
    """β over time: for each phase every estimate of every window, in order of their ends.

    The values are those `summarise` uses, so densities are in S²/Hz.
    """
    tracks = []
    for span in record.spans:
        samples = record.samples[span.part].per_volt(span.level, alternate=span.alternate)
        live = LiveBeta(tuple(windows), front_end=_front_end(span),
                        line_frequency=line_frequency)
        hop = max(1, min(windows) // 8)
        fits = [fit for first in range(0, len(samples), hop)
                for fit in live.feed(samples[first:first + hop]) if fit is not None]
        tracks.append(tuple(sorted(fits, key=lambda fit: fit.stop)))
    return tuple(tracks)


def _front_end(span: Span) -> FrontEnd | None:
    return FrontEnd(span.integration) if span.integration > 0 else None


def _phase(record: Record, span: Span, floor: float | None,
           line_frequency: float | None) -> PhaseSummary:
    samples = record.samples[span.part]
    G, u_G = conductance(samples, record.series_resistance, level=span.level,
                         alternate=span.alternate)
    tried: list[SpectralFit] = []
    whole = _longest_without_gap(samples).per_volt(span.level, alternate=span.alternate)
    for share in STRETCHES:
        part = whole[len(whole) - len(whole) // share:]
        tried.append(_fit(part, _front_end(span), floor, line_frequency))
        if tried[-1].beta is not None:
            break
    fit = tried[-1] if tried[-1].beta is not None else tried[0]
    value, uncertainty = _median(G), _median(u_G)
    return PhaseSummary(span, len(samples), value, uncertainty,
                        float(np.mean(samples.compliance)) if len(samples) else math.nan, fit,
                        3 * uncertainty if abs(value) < 3 * uncertainty else None,
                        _off_range(samples, span))


def _longest_without_gap(samples: Samples) -> Samples:
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


def _fit(samples: Samples, front_end: FrontEnd | None, floor: float | None,
         line_frequency: float | None) -> SpectralFit:
    limited = int(np.count_nonzero(samples.compliance))
    if limited:
        return SpectralFit(None, None, None, count=len(samples),
                           reason=f"in compliance: {limited} of {len(samples)} samples",
                           start=float(samples.time[0]), stop=float(samples.time[-1]))
    return estimate_beta(samples.current, times=samples.time, front_end=front_end, floor=floor,
                         line_frequency=line_frequency)


def _origin(record: Record) -> tuple[float, str, Span | None]:
    """When t is zero, what happened then, and the phase whose reads tell of forgetting, if any."""
    spans = record.spans
    for k in reversed(range(len(spans))):
        if spans[k].name.startswith("pulse"):
            after = spans[k + 1] if k + 1 < len(spans) else None
            return spans[k].stop, "the pulse's end", after
    for span in spans:
        if span.name == "forgetting":
            return span.start, "the first read", span
    first = float(record.samples.time[0]) if len(record.samples) else math.nan
    return first, "the start", None


def _retention(record: Record, span: Span, zero: float) -> Retention | None:
    """What a phase kept since `zero`; None where its first read is not told from zero (3u)."""
    samples = record.samples[span.part]
    G, u_G = conductance(samples, record.series_resistance, level=span.level,
                         alternate=span.alternate)
    read = np.isfinite(G)
    if not read.any() or abs(G[read][0]) <= 3 * np.nan_to_num(u_G[read][0]):
        return None
    return forgetting_curve(samples.time[read], G[read], origin=zero, u=u_G[read])


def _median(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan
