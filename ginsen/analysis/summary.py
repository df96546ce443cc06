"""A record in a few lines: conductance and β of every phase, and what the sample remembered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.beta import estimate_beta
from ginsen.analysis.conductance import conductance
from ginsen.analysis.forgetting import Retention, forgetting_curve
from ginsen.analysis.live import LiveBeta
from ginsen.analysis.spectrum import FrontEnd
from ginsen.types import Array, Record, Samples, Span, SpectralFit

WINDOWS = (256, 1024, 4096)
STRETCHES = (1, 2, 4)
"""β is asked of the whole phase, then of its last half, then of its last quarter."""


@dataclass(frozen=True)
class PhaseSummary:
    """One phase: its number of samples, median conductance and its median standard uncertainty.

    Both in S, NaN where unknown. `in_compliance` is the share of samples in compliance. `fit`
    is of the current over the phase's mean voltage, so its densities are in S²/Hz; its `start`
    and `stop` tell the stretch it holds for.
    """

    span: Span
    samples: int
    conductance: float
    u_conductance: float
    in_compliance: float
    fit: SpectralFit


@dataclass(frozen=True)
class Summary:
    """What a record says. `zero` (s, on the record's clock) is the time from which t counts."""

    phases: tuple[PhaseSummary, ...]
    retention: Retention | None
    zero: float


def summarise(record: Record, *, floors: Mapping[str, float] | None = None,
              line_frequency: float | None = None) -> Summary:
    """Conductance and β of every phase, and the retention after the last pulse.

    `floors` (one-sided, S²/Hz) are known for some phases, by name. β is that of
    the whole phase; where there is none, of its last half, then of its last quarter, and if these
    have none either, the reason is the whole phase's. t counts from the last sample of the last
    phase whose name begins with `pulse`, from the first sample of the record if there is none; the
    retention is that of the phase after it.
    """
    phases = tuple(
        _phase(record, span, (floors or {}).get(span.name), line_frequency)
        for span in record.spans)
    pulse = _last_pulse(record)
    if pulse is None:
        first = float(record.samples.time[0]) if len(record.samples) else math.nan
        return Summary(phases, None, first)
    zero = record.spans[pulse].stop
    return Summary(phases, _retention(record, record.spans[pulse + 1:], zero), zero)


def beta_track(record: Record, windows: Sequence[int] = WINDOWS, *,
               line_frequency: float | None = None) -> tuple[tuple[SpectralFit, ...], ...]:
    """β over time: for each phase every estimate of every window, in order of their ends.

    The values are those `summarise` uses, so densities are in S²/Hz.
    """
    tracks = []
    for span in record.spans:
        samples = record.samples[span.part].per_volt(span.level)
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
    G, u_G = conductance(samples, record.series_resistance)
    tried: list[SpectralFit] = []
    for share in STRETCHES:
        part = samples[len(samples) - len(samples) // share:].per_volt(span.level)
        tried.append(_fit(part, _front_end(span), floor, line_frequency))
        if tried[-1].beta is not None:
            break
    fit = tried[-1] if tried[-1].beta is not None else tried[0]
    return PhaseSummary(span, len(samples), _median(G), _median(u_G),
                        float(np.mean(samples.compliance)) if len(samples) else math.nan, fit)


def _fit(samples: Samples, front_end: FrontEnd | None, floor: float | None,
         line_frequency: float | None) -> SpectralFit:
    limited = int(np.count_nonzero(samples.compliance))
    if limited:
        return SpectralFit(None, None, None, count=len(samples),
                           reason=f"in compliance: {limited} of {len(samples)} samples",
                           start=float(samples.time[0]), stop=float(samples.time[-1]))
    return estimate_beta(samples.current, times=samples.time, front_end=front_end, floor=floor,
                         line_frequency=line_frequency)


def _last_pulse(record: Record) -> int | None:
    return max((i for i, span in enumerate(record.spans) if span.name.startswith("pulse")),
               default=None)


def _retention(record: Record, after: Sequence[Span], zero: float) -> Retention | None:
    """What the phase after the pulse kept; None if there is none, or it has no conductance."""
    if not after:
        return None
    samples = record.samples[after[0].part]
    G, u_G = conductance(samples, record.series_resistance)
    read = np.isfinite(G) & (samples.time > zero)
    if not read.any() or G[read][0] == 0:
        return None
    return forgetting_curve(samples.time[read], G[read], origin=zero, u=u_G[read])


def _median(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else math.nan
