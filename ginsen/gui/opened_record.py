"""A recording opened: what the run's own diagrams, and those of the afterwards, are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ginsen.analysis import LiveBeta, Summary, conductance, summarise, with_phases
from ginsen.analysis.beta import estimate_beta
from ginsen.analysis.phase_summary import PhaseSummary, front_end_of, longest_without_gap
from ginsen.gui.analysis_terms import AS_USUAL, Terms
from ginsen.gui.forgetting_curves import ForgettingCurve, forgetting_of
from ginsen.gui.live_run import LiveRun
from ginsen.gui.spectrum_curves import SpectrumCurves, spectrum_curves
from ginsen.protocols.acquisition import News
from ginsen.records import read_record
from ginsen.types import Array, Phase, Record, Span, SpectralFit

WINDOWS = (256, 1024, 4096)
MOST_ESTIMATES, MOST_ASKED_FOR = 400, 4000
"""Of β in the longest phase, for each window: as usual, and where somebody chose the window."""


@dataclass(frozen=True, eq=False)
class OpenedRecord:
    """A record with its summary, the run as the screen saw it, and a spectrum for each phase.

    `kept` is what was left of the conductance after the last pulse, None without one; `terms` are
    those of the spectra and of β over time.
    """

    path: Path
    record: Record
    summary: Summary
    run: LiveRun
    spectra: tuple[SpectrumCurves | None, ...]
    fits: tuple[SpectralFit, ...]
    kept: ForgettingCurve | None
    terms: Terms

    @property
    def title(self) -> str:
        """What tells it from others."""
        about = self.record.about
        told = [about.get("protocol", ""), about.get("sample", "unknown"), self.path.stem[:18]]
        return " · ".join(each for each in told if each not in ("", "unknown"))


def open_record(path: Path | str, terms: Terms = AS_USUAL) -> OpenedRecord:
    """Read and analyse a recording, or a laboratory's text. Raises RecordError.

    Takes seconds for a long one: not for the window's thread.
    """
    path = Path(path)
    record = with_phases(read_record(path))
    summary = summarise(record)
    fits = tuple(_fit(record, phase, terms) for phase in summary.phases)
    spectra = tuple(_spectrum(record, phase.span, fit)
                    for phase, fit in zip(summary.phases, fits, strict=True))
    return OpenedRecord(path, record, summary, replayed(record, terms), spectra, fits,
                        forgetting_of(record), terms)


def replayed(record: Record, terms: Terms = AS_USUAL) -> LiveRun:
    """A record as the screen saw it while it was made, β on these terms, as far as windows fit."""
    longest = max((span.stop_index - span.first for span in record.spans), default=0)
    most = MOST_ASKED_FOR if terms.windows else MOST_ESTIMATES
    windows = tuple(window for window in terms.windows or WINDOWS
                    if window <= longest and 8 * longest / window <= most)
    run = LiveRun(windows, terms.unstable_above)
    end = float(record.samples.time[-1])
    for number, span in enumerate(record.spans):
        samples = record.samples[span.part]
        phase = Phase(span.name, span.level, span.stop - span.start, _interval(samples.time), 1.0,
                      nplc=span.nplc, alternate=span.alternate)
        live = (LiveBeta(windows, band=terms.band, front_end=front_end_of(span)) if windows
                else None)
        hop = max(2, min(windows) // 16 * 2) if windows else max(1, len(samples))
        for first in range(0, len(samples), hop):
            part = samples[first:first + hop]
            G, _ = conductance(part, record.series_resistance, level=span.level,
                               alternate=span.alternate)
            fits = () if live is None else live.feed(
                part.per_volt(span.level, alternate=span.alternate))
            run.feed(News(phase, number, part, G, fits, span.stop, end), span.integration)
    return run


def _interval(time: Array) -> float:
    return float(np.median(np.diff(time))) if time.size > 1 else 1.0


def _fit(record: Record, phase: PhaseSummary, terms: Terms) -> SpectralFit:
    """β of the stretch that the summary took, in the band that is asked for."""
    span, fit = phase.span, phase.fit
    if terms.band is None or not phase.samples or phase.in_compliance or not span.level:
        return fit
    samples = longest_without_gap(record.samples[span.part])
    values = samples.per_volt(span.level, alternate=span.alternate).current
    return estimate_beta(values, times=samples.time, band=terms.band,
                         front_end=front_end_of(span))


def _spectrum(record: Record, span: Span, fit: SpectralFit) -> SpectrumCurves | None:
    """The spectrum of the stretch of a phase that its fit holds for."""
    samples = record.samples[span.part]
    if np.isfinite(fit.start):
        first, stop = np.searchsorted(samples.time, [fit.start, fit.stop + 1e-9]).tolist()
        samples = samples[first:stop]
    if samples.compliance.any() or span.level == 0:
        return None
    values = samples.per_volt(span.level, alternate=span.alternate).current
    return spectrum_curves(values, _interval(samples.time), fit, integration=span.integration,
                           mains=span.mains)
