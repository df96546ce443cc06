"""β in short windows of every step of a sliced I-V curve, against the conductance of the step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ginsen.analysis.beta import estimate_beta
from ginsen.analysis.conductance import conductance
from ginsen.analysis.spectrum import FrontEnd
from ginsen.analysis.units import Amperes, Siemens, Volts
from ginsen.types import Record, Samples, Span, SpectralFit

SETTLING = 0.1
"""The share of each step that is left out, from its beginning."""

WINDOW = 1.0
"""Seconds of a window; Diaz-Alvarez et al. 2019, Fig. 5."""


@dataclass(frozen=True)
class Slice:
    """One step after its settling: medians of voltage, current and conductance, and β.

    `upward` tells the way up, its top included, from the way down. Of `windows` windows those with
    a β gave `betas`; `beta` is their median, `beta_low` and `beta_high` are their quartiles, NaN
    where none has one. `reason` is the commonest of those that have none, "" if all have one.
    """

    upward: bool
    voltage: Volts
    current: Amperes
    conductance: Siemens
    beta: float
    beta_low: float
    beta_high: float
    windows: int
    betas: tuple[float, ...]
    reason: str


@dataclass(frozen=True)
class SlicedBetas:
    """All steps; the median β of all windows on the way up, and on the way down.

    The way up is the low-conductance state until a path forms, the way down the high-conductance
    state until it breaks.
    """

    beta_up: float
    beta_down: float
    slices: tuple[Slice, ...]


def sliced_betas(record: Record, *, settling: float = SETTLING,
                 window: float = WINDOW) -> SlicedBetas | None:
    """β in windows of `window` s of every phase, less its first share `settling`.

    Windows follow one another without overlap; a rest shorter than one is left out. None for a
    record without phases.
    """
    spans = record.spans
    if not spans:
        return None
    top = max(range(len(spans)), key=lambda k: abs(spans[k].level))
    slices = tuple(_slice(record, span, k <= top, settling, window)
                   for k, span in enumerate(spans))
    up, down = (_median([beta for each in slices if each.upward is upward for beta in each.betas])
                for upward in (True, False))
    return SlicedBetas(up, down, slices)


def windows_of(record: Record, span: Span, *, settling: float = SETTLING,
               window: float = WINDOW) -> Iterator[Samples]:
    """The windows of one phase, one after the other."""
    samples = settled(record, span, settling)
    if len(samples) < 2:
        return
    size = max(1, round(window / float(np.median(np.diff(samples.time)))))
    for first in range(0, len(samples) - size + 1, size):
        yield samples[first:first + size]


def beta_of(window: Samples, span: Span) -> SpectralFit:
    """β of one window of a phase; its densities are in S²/Hz."""
    if window.compliance.any():
        return SpectralFit(None, None, None, reason="in compliance")
    front_end = FrontEnd(span.integration) if span.integration > 0 else None
    return estimate_beta(window.per_volt(span.level).current, times=window.time,
                         front_end=front_end)


def settled(record: Record, span: Span, settling: float = SETTLING) -> Samples:
    """The samples of a phase after its settling."""
    samples = record.samples[span.part]
    return samples[int(np.ceil(settling * len(samples))):]


def _slice(record: Record, span: Span, upward: bool, settling: float, window: float) -> Slice:
    fits = [beta_of(part, span)
            for part in windows_of(record, span, settling=settling, window=window)]
    betas = [fit.beta for fit in fits if fit.beta is not None]
    reasons = Counter((fit.reason or "").partition(":")[0] for fit in fits if fit.beta is None)
    rest = settled(record, span, settling)
    G, _ = conductance(rest, record.series_resistance, level=span.level)
    low, high = np.quantile(betas, (0.25, 0.75)).tolist() if betas else (np.nan, np.nan)
    commonest = max(reasons, key=reasons.__getitem__, default="")
    return Slice(upward, _median(rest.voltage), _median(rest.current), _median(G), _median(betas),
                 low, high, len(fits), tuple(betas), commonest)


def _median(values: npt.ArrayLike) -> float:
    x = np.asarray(values, dtype=np.float64)
    x = x[np.isfinite(x)]
    return float(np.median(x)) if x.size else float("nan")
