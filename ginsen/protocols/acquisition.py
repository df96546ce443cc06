"""The way of a sample: from the source meter to the file, to the live analysis, to the screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis import FrontEnd, LiveBeta, conductance
from ginsen.instruments.source_meter import SourceMeter
from ginsen.instruments.specification import on_its_ranges
from ginsen.records.recording import Recording
from ginsen.station import Station
from ginsen.types import Array, Phase, Samples, Span, SpectralFit

POLL = 0.25
"""Seconds between two looks at the instrument and at the stop flag."""


@dataclass(frozen=True, eq=False)
class News:
    """What a display is told after each look: the newest piece of one phase."""

    phase: Phase
    number: int
    samples: Samples
    conductance: Array
    fits: tuple[SpectralFit | None, ...]
    done: float
    total: float


class Acquisition:
    """Runs phases on one source meter and hands on every sample, in this order: file, β, screen.

    Times are moved to seconds since `origin`, a reading of the station's clock; the spacing is the
    instrument's own.
    """

    def __init__(self, meter: SourceMeter, recording: Recording, *, lab: Station, origin: float,
                 series_resistance: float, windows: tuple[int, ...], total: float,
                 should_stop: Callable[[], bool], show: Callable[[News], None]) -> None:
        self.spans: list[Span] = []
        self._meter = meter
        self._recording = recording
        self._lab = lab
        self._clock = lab.clock
        self._origin = origin
        self._series_resistance = series_resistance
        self._windows = windows
        self._total = total
        self._should_stop = should_stop
        self._show = show
        self._shift: float | None = None
        self._unsorted = Samples.of([], [], [])
        self._until: Callable[[News], bool] | None = None
        self._reached = False
        self._done = 0.0

    def apply(self, phases: Sequence[Phase], *, off_after: bool = True,
              until: Callable[[News], bool] | None = None) -> bool:
        """Run the phases one after the other; returns early when told to stop, output off.

        `until` is asked about each new piece, after it was recorded; once it says yes, phase and
        rest are left out, the level stays as it is, and True is returned. Raises what the source
        meter raises; what had arrived by then is in the recording.
        """
        pending = list(phases)
        self._meter.noted = self._note_recovery
        self._until, self._reached = until, False
        self._lab.watch(self._recording.path)
        while pending and not self._should_stop() and not self._reached:
            pending = [on_its_ranges(phase, self._meter.sheet) for phase in pending]
            started = self._meter.start(pending, off_after=off_after)
            self._follow(pending[:started], self._clock.now() - self._origin)
            pending = pending[started:]
        if off_after and not self._reached and not self._should_stop():
            self._lab.rest()
        return self._reached

    def _follow(self, phases: Sequence[Phase], begun: float) -> None:
        """Take in everything that `phases`, started at `begun`, produce."""
        waiting = iter(phases)
        self._begin(next(waiting))
        try:
            running = True
            while running:
                self._lab.alive()
                if self._should_stop():
                    self._meter.off()
                    running = False
                elif self._reached:
                    self._meter.halt()
                    running = False
                else:
                    running = self._meter.busy()
                self._fetch(waiting, begun)
                if running:
                    self._clock.sleep(POLL)
        except BaseException:
            # What the buffer still holds is kept, whatever is wrong; the cause is what is raised.
            self._until = None
            with contextlib.suppress(Exception):
                self._meter.off()
                self._fetch(waiting, begun)
            with contextlib.suppress(Exception):
                self._sort(waiting)  # of a batch that something broke into
            raise
        finally:
            self._end()

    def _note_recovery(self, text: str) -> None:
        self._recording.event(self._clock.now() - self._origin, "recovered", text)

    def _fetch(self, waiting: Iterator[Phase], begun: float) -> None:
        samples = self._meter.fetch()
        if self._shift is None and len(samples):
            self._shift = begun + self._meter.lead(self._phase) - float(samples.time[0])
        self._unsorted = Samples.joined([self._unsorted, samples])
        self._sort(waiting)

    def _sort(self, waiting: Iterator[Phase]) -> None:
        """Give each sample to the phase it belongs to: the instrument's counts decide."""
        while len(self._unsorted):
            room = self._phase.count - self._taken
            # Taken off first: whatever a display or a rule raises, none is lost or comes twice.
            part, self._unsorted = self._unsorted[:room], self._unsorted[room:]
            self._take(part)
            if len(self._unsorted):
                self._end()
                self._begin(next(waiting))

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        self._taken = 0
        self._limited = False
        self._live = LiveBeta(self._windows, dt=phase.interval, front_end=FrontEnd(
            integration=self._meter.integration_time(phase)))
        self._recording.begin_phase(phase)

    def _take(self, samples: Samples) -> None:
        if self._shift is None or not len(samples):
            return
        samples = samples.shifted(self._shift)
        if not self._taken:
            self._start = float(samples.time[0])
        self._stop = float(samples.time[-1])
        self._taken += len(samples)
        G, u_G = conductance(samples, self._series_resistance, level=self._phase.level)
        if samples.compliance.any() and not self._limited:
            self._limited = True
            self._recording.event(float(samples.time[np.argmax(samples.compliance)]), "compliance",
                                  f"{self._phase.name}: the source is limited")
        self._recording.append(samples, G, u_G)
        fits = self._live.feed(samples.per_volt(self._phase.level,
                                                alternate=self._phase.alternate))
        for window, fit in zip(self._windows, fits, strict=True):
            if fit is not None:
                self._recording.beta(window, fit, self._stop)
        news = News(self._phase, len(self.spans), samples, G, fits,
                    self._done + self._stop - self._start, self._total)
        self._show(news)
        if self._until is not None and not self._reached:
            self._reached = bool(self._until(news))

    def _end(self) -> None:
        """Close the phase in the recording, with what there is of it."""
        if not self._taken:
            return
        before = self.spans[-1] if self.spans else None
        first = before.stop_index if before else 0
        span = Span(self._phase.name, self._phase.level, self._start, self._stop,
                    first, first + self._taken,
                    self._start - before.stop if before else float("nan"),
                    self._meter.integration_time(self._phase),
                    self._phase.measure_range or float("nan"), self._phase.alternate)
        self.spans.append(span)
        self._done += self._stop - self._start
        self._taken = 0
        self._recording.end_phase(span)
