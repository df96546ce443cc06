"""A record in a few lines: conductance and β of every phase, and what the sample remembered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.beta import KnownFloor
from ginsen.analysis.conductance import conductance
from ginsen.analysis.forgetting import Retention, forgetting_curve
from ginsen.analysis.live import LiveBeta
from ginsen.analysis.phase_summary import PhaseSummary, front_end_of, phase_summary
from ginsen.analysis.results import Finding, finding
from ginsen.types import Record, Span, SpectralFit

WINDOWS = (256, 1024, 4096)



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


def summarise(record: Record, *, floors: Mapping[str, KnownFloor] | None = None,
              line_frequency: float | None = None) -> Summary:
    """Conductance and β of every phase, and the retention after the last pulse.

    `floors` (one-sided, S²/Hz) are known for some phases, by name. t counts from the last sample
    of the last phase whose name begins with `pulse`, and the retention is that of the phase after
    it. Without a pulse t counts from the first sample of the phase `forgetting`, whose retention
    it then is; and without either from the first sample of the record.
    """
    phases = tuple(
        phase_summary(record, span, floor=(floors or {}).get(span.name),
                      line_frequency=line_frequency) for span in record.spans)
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
        live = LiveBeta(tuple(windows), front_end=front_end_of(span), floor=span.noise,
                        line_frequency=line_frequency)
        hop = max(1, min(windows) // 8)
        fits = [fit for first in range(0, len(samples), hop)
                for fit in live.feed(samples[first:first + hop]) if fit is not None]
        tracks.append(tuple(sorted(fits, key=lambda fit: fit.stop)))
    return tuple(tracks)












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

