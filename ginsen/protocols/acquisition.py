"""The way of a sample: from the source meter to the file, to the live analysis, to the screen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.analysis import FrontEnd, LiveBeta, conductance
from ginsen.analysis.live import prepare
from ginsen.instruments.source_meter import SourceMeter
from ginsen.instruments.specification import on_its_ranges
from ginsen.protocols.further_inputs import FurtherInputs
from ginsen.protocols.known_noise import KnownNoise
from ginsen.protocols.steering import Longer, Sparser, Steering
from ginsen.records.recording import Recording
from ginsen.station import Station
from ginsen.types import Array, Phase, Samples, Span, SpectralFit

POLL = 0.25
"""Seconds from one look at the instrument and at the stop flag to the next."""

REST = 0.05
"""Seconds for which an instrument is left alone between two looks, however long one takes."""


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

    Of its `further` inputs there are recordings only.
    Times are moved to seconds since `origin`, a reading of the station's clock; the spacing is the
    instrument's own.
    """

    _phase: Phase
    """The phase under way, once there is one."""

    def __init__(self, meter: SourceMeter, recording: Recording, further: FurtherInputs, *,
                 lab: Station, origin: float,
                 series_resistance: float, windows: tuple[int, ...], total: float,
                 should_stop: Callable[[], bool], show: Callable[[News], None],
                 steering: Steering) -> None:
        prepare()  # while no output is on
        self.spans: list[Span] = []
        self._meter = meter
        self._recording = recording
        self._further = further
        self._lab = lab
        self._clock = lab.clock
        self._origin = origin
        self._series_resistance = series_resistance
        self._windows = windows
        self._total = total
        self._should_stop = should_stop
        self._show = show
        self._steering = steering
        self._waiting: list[Phase] = []  # of what was started, the phases that have not begun
        self._change: Longer | Sparser | None = None
        self._continues = False  # whether what is started next is the rest of the phase under way
        self._shift: float | None = None
        self._unsorted = Samples.of([], [], [])
        self._until: Callable[[News], bool] | None = None
        self._reached = False
        self._done = 0.0
        self._taken = 0
        self._known = KnownNoise(lab.identity_of(meter))

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
        try:
            while pending and not self._should_stop() and not self._reached:
                paused = self._steering.paused
                if paused and not self._continues:
                    self._pause(pending)
                    continue
                pending = [on_its_ranges(phase, self._meter.sheet) for phase in pending]
                started = self._meter.start(pending[:1] if paused else pending,
                                            off_after=off_after or paused)
                left = self._follow(pending[:started], self._clock.now() - self._origin)
                pending = [*left, *pending[started:]]
        finally:
            self._continues = False
            self._end()  # of a phase that was to go on, and did not
        if off_after and not self._reached and not self._should_stop():
            self._lab.rest()
        return self._reached

    def _follow(self, phases: Sequence[Phase], begun: float) -> list[Phase]:
        """Take in everything that `phases`, started at `begun`, produce.

        Returns what is left of them where somebody wanted something else.
        """
        self._waiting = list(phases)
        first = self._waiting.pop(0)
        if not self._continues:
            self._begin(first)
        self._continues = False
        left: list[Phase] = []
        due = (self._origin + begun + self._meter.lead(first)
               + sum(phase.duration for phase in phases))
        try:
            running = True
            while running:
                looked = self._clock.now()
                self._lab.alive()
                steered = False
                if self._should_stop():
                    self._meter.off()
                    running = False
                elif self._reached or (steered := self._steered()):
                    self._meter.halt()
                    running = False
                else:
                    running = self._meter.busy()
                self._fetch(begun)
                if steered:
                    left = self._left()
                if running:
                    self._clock.sleep(_to_next_look(self._clock.now(), looked, due))
        except BaseException:
            # What the buffer still holds is kept, whatever is wrong; the cause is what is raised.
            self._until = None
            with contextlib.suppress(Exception):
                self._meter.off()
                self._fetch(begun)
            with contextlib.suppress(Exception):
                self._sort()  # of a batch that something broke into
            self._continues = False
            raise
        finally:
            if not self._continues:
                self._end()
        return left

    def _note_recovery(self, text: str) -> None:
        self._recording.event(self._clock.now() - self._origin, "recovered", text)

    def _fetch(self, begun: float) -> None:
        samples = self._meter.fetch()
        self._further.gained(self._meter.fetch_further())
        if self._shift is None and len(samples):
            self._shift = begun + self._meter.lead(self._phase) - float(samples.time[0])
        self._unsorted = Samples.joined([self._unsorted, samples])
        self._sort()

    def _sort(self) -> None:
        """Give each sample to the phase it belongs to: the instrument's counts decide."""
        while len(self._unsorted):
            room = self._phase.count - self._taken
            # Taken off first: whatever a display or a rule raises, none is lost or comes twice.
            part, self._unsorted = self._unsorted[:room], self._unsorted[room:]
            self._take(part)
            if len(self._unsorted):
                self._end()
                self._begin(self._waiting.pop(0))

    # -- a person's wishes ----------------------------------------------------------------------

    def _tell(self, kind: str, sentence: str) -> None:
        """Into the recording, and to whoever wished for it."""
        self._recording.event(self._clock.now() - self._origin, kind, sentence)
        self._steering.told(sentence)

    def _pause(self, pending: Sequence[Phase]) -> None:
        """Output off, as the station leaves a sample, until told to go on or to stop."""
        where = f"before {pending[0].name}"
        try:
            self._meter.check(pending)  # which will then come from 0 V
        except ValueError as problem:
            self._steering.go_on()
            self._tell("refused", f"no pause {where}, since one could not go on after it: "
                                  f"{problem}")
            return
        self._meter.off()
        self._lab.rest()
        self._tell("pause", f"paused {where}, output off")
        while self._steering.paused and not self._should_stop():
            self._steering.idle()
            self._clock.sleep(POLL)
        if not self._should_stop():
            self._tell("resumed", f"going on with {pending[0].name}")
        self._lab.watch(self._recording.path)

    def _steered(self) -> bool:
        """Whether what runs is to be halted, since what follows is to be another."""
        self._change = self._steering.take()
        if self._change is not None:
            try:
                self._check_change(self._change)
            except ValueError as problem:
                self._change = None
                self._tell("refused", f"{self._phase.name} stays as it is: {problem}")
        return self._change is not None or (self._steering.paused and bool(self._waiting))

    def _check_change(self, change: Longer | Sparser) -> None:
        """Raises ValueError for what may not be changed, or not be applied in the changed way."""
        if self._phase.name.startswith("pulse"):
            raise ValueError("a pulse is a stimulus; only reads are changed while they last.")
        changed = on_its_ranges(self._changed(change), self._meter.sheet)
        self._meter.check([changed, *self._waiting])

    def _changed(self, change: Longer | Sparser) -> Phase:
        """The phase under way as somebody wants it, or what shall follow on it."""
        if isinstance(change, Longer):
            return change.changed(self._phase)
        return change.changed(self._phase, self._elapsed)

    @property
    def _elapsed(self) -> float:
        """How much (s) of the phase under way has been read."""
        return min(self._taken * self._phase.interval, self._phase.duration)

    def _left(self) -> list[Phase]:
        """What is to be started anew, of the phase that was halted and of those behind it."""
        phase, change, self._change = self._phase, self._change, None
        if isinstance(change, Sparser):
            sparse = self._changed(change)
            self._total += sparse.duration - (phase.duration - self._elapsed)
            self._tell("sparse", f"{phase.name}: from now on a read every {sparse.interval:g} s, "
                                 f"rest {sparse.rest}, for {sparse.duration:g} s")
            return [sparse, *self._waiting]
        if isinstance(change, Longer):
            longer = self._changed(change)
            self._total += longer.duration - phase.duration
            self._tell("extended", f"{phase.name}: lasts {longer.duration:g} s in place of "
                                   f"{phase.duration:g} s")
            phase = longer
        missing = phase.count - self._taken
        if missing < 1:
            return self._waiting
        # The two signs of an alternating phase come in pairs: what is left of one stands alone.
        self._continues = not phase.alternate
        self._phase = phase
        return [phase.lasting((missing - 1) * phase.interval), *self._waiting]

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        self._taken = 0
        self._limited = False
        self._live = LiveBeta(
            self._windows, dt=phase.interval, floor=self._known.begin(phase),
            front_end=FrontEnd(integration=self._meter.integration_time(phase)))
        self._recording.begin_phase(phase)
        self._further.begin_phase(phase)

    def _take(self, samples: Samples) -> None:
        if self._shift is None or not len(samples):
            return
        samples = samples.shifted(self._shift)
        if not self._taken:
            self._start = float(samples.time[0])
            self._known.tell(self._recording, samples, self._phase)
        self._stop = float(samples.time[-1])
        self._taken += len(samples)
        G, u_G = conductance(samples, self._series_resistance, level=self._phase.level)
        if samples.compliance.any() and not self._limited:
            self._limited = True
            self._recording.event(float(samples.time[np.argmax(samples.compliance)]), "compliance",
                                  f"{self._phase.name}: the source is limited")
        self._recording.append(samples, G, u_G)
        self._further.take(len(samples), self._shift, self._phase.level)
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
                    self._phase.measure_range or float("nan"), self._phase.alternate,
                    self._known.noise, self._phase.nplc)
        self.spans.append(span)
        self._done += self._stop - self._start
        self._taken = 0
        self._recording.end_phase(span)
        self._further.end_phase(span)


def _to_next_look(now: float, looked: float, due: float) -> float:
    """Seconds from now to the next look at an instrument, the last of which began at `looked`.

    Around `due`, when what was started should be over, looks follow each other: what a protocol
    decides then is felt by the sample as a rest, which should be short and always the same.
    """
    step = looked + POLL - now
    if now < due:
        step = min(step, due - now)
    elif now < due + POLL:
        step = REST
    return max(REST, step)
