"""The one thread that owns every session of a station; the window asks it and never waits."""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable

from PyQt5.QtCore import QObject, QThread, pyqtSignal

from ginsen.gui.bench_answers import Ended, OpenedStation, dies_of, table_of
from ginsen.gui.instrument_state import InstrumentState, look
from ginsen.gui.pacing import Pace
from ginsen.gui.sample_picture import SamplePicture, ask_bench, is_virtual
from ginsen.instruments.probe_station import Die
from ginsen.protocols import Protocol
from ginsen.protocols.acquisition import News
from ginsen.protocols.conduct import carry_out
from ginsen.station import Station
from ginsen.types import Outcome

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds of the wall between two read-backs of the outputs."""
PAUSE = 0.1
"""Seconds of the wall between two looks at whether a paused run is to go on."""
PICTURE_EVERY = 0.2
"""Seconds of the wall between two pictures of the sample, where it is watched."""


class BenchThread(QThread):
    """Opens a station, runs protocols on it, looks at its instruments in between.

    Every method may be called from the window's thread and returns at once; answers come as
    signals. News of a run are put into `news`, with the integration time of a reading, for whoever
    draws to take out.
    """

    opened = pyqtSignal(object)
    closed = pyqtSignal(str)
    looked = pyqtSignal(object)
    ended = pyqtSignal(object)
    pictured = pyqtSignal(object)
    arrived = pyqtSignal(object)
    told = pyqtSignal(str)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.news: deque[tuple[News, float]] = deque()
        self.speed = 10.0
        self.watch_sample = False
        self.running: Protocol | None = None
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue()
        self._stop = threading.Event()
        self._over = False
        self._lab: Station | None = None
        self._virtual = False
        self._states: tuple[InstrumentState, ...] = ()
        self._looked = self._pictured = -math.inf
        self._remarks: deque[str] = deque()
        self._files = 1

    # -- what the window asks -------------------------------------------------------------------

    def open_station(self, path: str) -> None:
        """Close the station that is open, and open this one. Answers `opened` or `failed`."""
        self._jobs.put(lambda: self._open(path))

    def close_station(self) -> None:
        """Outputs off, sessions closed. Answers `closed`, with what went wrong or nothing."""
        self.stop()
        self._jobs.put(self._close)

    def run_protocol(self, number: int, protocol: Protocol) -> None:
        """Run a protocol on the open station. Answers `ended`.

        A stop that comes after this call ends the run even if it has not begun yet.
        """
        self._stop.clear()
        self._jobs.put(lambda: self._run(number, protocol))

    def stop(self) -> None:
        """End the run under way at its next look at the instrument, output off."""
        self._stop.set()

    def switch_off(self) -> None:
        """End the run under way, every output off, and look."""
        self.stop()
        self._jobs.put(self._off)

    def call_guard(self, reason: str) -> bool:
        """Have the station's guard switch off, whatever this thread is stuck in.

        Returns whether there is a guard; a bench that is simulated in this process has none.
        """
        lab = self._lab
        return lab is not None and lab.call_guard(reason)

    def remark(self, text: str) -> None:
        """Put a time-stamped note into the recording of the run under way."""
        self._remarks.append(text)

    def go_to(self, die: Die) -> None:
        """Outputs off, chuck down, then to a die. Answers `arrived` or `failed`."""
        self._jobs.put(lambda: self._go_to(die))

    def touch(self) -> None:
        """Outputs off, then contact where the chuck stands."""
        self._jobs.put(lambda: self._move(Station.contact))

    def lift(self) -> None:
        """Outputs off, then the chuck down."""
        self._jobs.put(lambda: self._move(Station.release))

    def finish(self) -> None:
        """End the thread, once the station is closed."""
        self._jobs.put(self._end)

    # -- what the thread does -------------------------------------------------------------------

    def run(self) -> None:
        """The thread: one job after the other, and a look at the instruments in between."""
        while not self._over:
            try:
                job = self._jobs.get(timeout=0.1)
            except queue.Empty:
                self._between()
                continue
            try:
                job()
            except Exception as problem:  # whatever went wrong, the station must stay reachable
                log.exception("%s", problem)
                self.failed.emit(str(problem))

    def _end(self) -> None:
        self._over = True

    def _open(self, path: str) -> None:
        self._close()
        lab = Station.open(path)
        self._lab = lab
        simulated = lab.seed is not None
        self._virtual = simulated and is_virtual(lab.file.visa)
        self._states = look(lab)
        self.opened.emit(OpenedStation(path, lab.file.name, self._states, simulated,
                                       self._virtual, lab.caveat, dies_of(lab)))

    def _close(self) -> None:
        lab, self._lab, self._states = self._lab, None, ()
        problem = ""
        if lab is not None:
            try:
                lab.close()
            except Exception as fault:
                problem = str(fault)
        self.closed.emit(problem)

    def _off(self) -> None:
        if self._lab is not None:
            failures = self._lab.off()
            if failures:
                self.failed.emit("; ".join(failures.values()))
            self._look(measuring=False)

    def _go_to(self, die: Die) -> None:
        if self._lab is not None:
            self._move(Station.release)
            self._lab.prober.move_to(die)
            self.arrived.emit(die)

    def _move(self, motion: Callable[[Station], object]) -> None:
        if self._lab is not None:
            motion(self._lab)
            self._look(measuring=False)

    def _run(self, number: int, protocol: Protocol) -> None:
        lab = self._lab
        if lab is None:
            self.ended.emit(Ended(number, Outcome("failed", "no station is open"), None))
            return
        try:
            outcome = self._carry_out(lab, protocol)
        except Exception as problem:  # whatever it was, the next run waits for an answer
            log.exception("%s", problem)
            failures = lab.off()
            outcome = Outcome("failed", "; ".join((str(problem), *failures.values())))
        finally:
            self.running = None
        self._look(measuring=False)
        self.ended.emit(Ended(number, outcome, protocol.recording_path, table_of(protocol)))

    def _carry_out(self, lab: Station, protocol: Protocol) -> Outcome:
        """A run from its beginning to its end, shown and steered."""
        protocol.attach(lab)
        self._remarks.clear()
        self._files = 1
        self.running = protocol
        steering = protocol.steering
        steering.told = self.told.emit

        def paused() -> None:
            self._between()
            steering.wait(PAUSE)

        steering.idle = paused
        pace = Pace(self.speed)
        meter = lab.source_meter(protocol.source_meter)

        def show(news: News) -> None:
            self.news.append((news, meter.integration_time(news.phase)))
            self._write_remarks(protocol, float(news.samples.time[-1]))
            self._watch_files(protocol)
            self._between(measuring=True)
            if self._virtual:
                pace.speed = self.speed
                self._stop.wait(pace.wait(float(news.samples.time[-1]), time.monotonic()))

        return carry_out(protocol, should_stop=self._stop.is_set, show=show)

    def _write_remarks(self, protocol: Protocol, moment: float) -> None:
        while self._remarks and protocol.recording is not None:
            protocol.recording.event(moment, "note", self._remarks.popleft())

    def _watch_files(self, protocol: Protocol) -> None:
        """Say so, once, where a disk has failed and the run goes on in another file."""
        files = protocol.recording_files
        if len(files) > self._files:
            self._files = len(files)
            self.failed.emit(f"{files[-2]} can no longer be written; the recording goes on in "
                             f"{files[-1]}.")

    def _between(self, *, measuring: bool = False) -> None:
        """Look at the instruments and at the sample, where it is time to."""
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY:
            self._look(measuring=measuring)
        if self.watch_sample and now - self._pictured >= PICTURE_EVERY:
            self._picture()

    def _look(self, *, measuring: bool) -> None:
        if self._lab is None:
            return
        self._states = look(self._lab, measuring=measuring, before=self._states)
        self._looked = time.monotonic()
        self.looked.emit(self._states)

    def _picture(self) -> None:
        self._pictured = time.monotonic()
        if self._lab is None or self._lab.seed is None:
            return
        try:
            picture: SamplePicture | None = ask_bench(self._lab.file.visa)
        except Exception as problem:  # a picture is not worth a run
            log.warning("the sample could not be drawn: %s", problem)
            self.watch_sample = False
            return
        if picture is not None:
            self.pictured.emit(picture)
