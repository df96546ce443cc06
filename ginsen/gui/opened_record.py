"""A recording opened: what the run's own diagrams, and those of the afterwards, are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ginsen.analysis import Summary, beta_track, conductance, summarise, with_phases
from ginsen.gui.live_run import LiveRun
from ginsen.gui.spectrum_curves import SpectrumCurves, spectrum_curves
from ginsen.protocols.acquisition import News
from ginsen.records import read_record
from ginsen.types import Array, Phase, Record, Span

WINDOWS = (256, 1024, 4096)
MOST_ESTIMATES = 400


@dataclass(frozen=True, eq=False)
class OpenedRecord:
    """A record with its summary, the run as the screen saw it, and a spectrum for each phase."""

    path: Path
    record: Record
    summary: Summary
    run: LiveRun
    spectra: tuple[SpectrumCurves | None, ...]

    @property
    def title(self) -> str:
        """What tells it from others."""
        about = self.record.about
        told = [about.get("protocol", ""), about.get("sample", "unknown"), self.path.stem[:18]]
        return " · ".join(each for each in told if each not in ("", "unknown"))


def open_record(path: Path | str) -> OpenedRecord:
    """Read and analyse a recording, or a laboratory's text. Raises RecordError.

    Takes seconds for a long one: not for the window's thread.
    """
    path = Path(path)
    record = with_phases(read_record(path))
    summary = summarise(record)
    spectra = tuple(_spectrum(record, phase.span, at, summary)
                    for at, phase in enumerate(summary.phases))
    return OpenedRecord(path, record, summary, replayed(record), spectra)


def replayed(record: Record) -> LiveRun:
    """A record as the screen saw it while it was made, its windows of β as far as they fit."""
    longest = max((span.stop_index - span.first for span in record.spans), default=0)
    windows = tuple(window for window in WINDOWS
                    if window <= longest and 8 * longest / window <= MOST_ESTIMATES)
    run = LiveRun(windows)
    end = float(record.samples.time[-1])
    for number, span in enumerate(record.spans):
        samples = record.samples[span.part]
        G, _ = conductance(samples, record.series_resistance, level=span.level,
                           alternate=span.alternate)
        phase = Phase(span.name, span.level, span.stop - span.start, _interval(samples.time), 1.0,
                      alternate=span.alternate)
        run.feed(News(phase, number, samples, G, (None,) * len(windows), span.stop, end),
                 span.integration)
    for window in windows:
        for track in beta_track(record, (window,)):
            run.betas[window].gap()
            for fit in track:
                run.betas[window].append(fit)
    return run


def _interval(time: Array) -> float:
    return float(np.median(np.diff(time))) if time.size > 1 else 1.0


def _spectrum(record: Record, span: Span, at: int, summary: Summary) -> SpectrumCurves | None:
    """The spectrum of the stretch of a phase that its fit holds for."""
    samples, fit = record.samples[span.part], summary.phases[at].fit
    if np.isfinite(fit.start):
        first, stop = np.searchsorted(samples.time, [fit.start, fit.stop + 1e-9]).tolist()
        samples = samples[first:stop]
    if samples.compliance.any() or span.level == 0:
        return None
    values = samples.per_volt(span.level, alternate=span.alternate).current
    return spectrum_curves(values, _interval(samples.time), fit, integration=span.integration)
