"""What a sampling of the B1500A measures, taken over while it runs; stopped, rescued, off.

While it measures a B1500A answers no question; it is polled by its status byte (Programming Guide,
Edition 11, page 1-56), and what it has measured is read, once, as it comes.
"""

from __future__ import annotations

import contextlib

import numpy as np

from ginsen.instruments.agilent_b1500_guarded import GuardedAgilentB1500
from ginsen.instruments.agilent_b1500_sampling import READING, Run, on_grid, read
from ginsen.instruments.conversation import BROKEN, WAITS
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import ranges, u_current
from ginsen.types import Phase, Samples

DATA_READY, READY = 1, 16
"""Bits of the status byte: data wait to be read, everything has been carried out."""

CHUNK = 250  # readings taken over at a time: 10 kB, which a slow bus carries in 100 ms
PATIENCE = 2.0  # s that a reading may be late before it never comes
UNDER_WAY = 0.5  # s after a start in which a poll may have overtaken it: HiSLIP has two channels


class StreamedAgilentB1500(GuardedAgilentB1500):
    """The samplings of one channel, as `AgilentB1500A` starts them."""

    _phase = Phase("none", 0.0, 0.0, 1.0, 0.0)
    _run = Run(0.0, 0.0, 0, 0.0, False)
    _stopped = _over = False
    _asked = 0  # readings asked for
    _taken = 0  # readings taken over
    _reset = 0.0  # when the timer was reset (station's clock)
    _first: float | None = None  # the first time stamp of the sampling
    _epoch: float | None = None  # the station's clock at the session's first reading
    _waiting: Samples | None = None  # taken over, not handed on

    def _collect(self) -> None:
        """Take over what has been measured, as much as a bounded read brings."""
        status = self._polled()
        left = self._asked - self._taken
        if not left:
            return
        phase, run, now = self._phase, self._run, self.clock.now()
        passed = now - self._reset - run.hold - self.reading_time(phase)
        place = self._taken - (self._asked - run.count)  # within this sampling
        if not status & DATA_READY:
            # Some link may give nothing before the end: only then is it late.
            idle = status & READY and now - self._reset > UNDER_WAY
            if idle or passed > run.count * phase.interval * 1.001 + PATIENCE:
                raise InstrumentError(f"the {self.model} ended after {self._taken} of "
                                      f"{phase.count} readings; was it stopped by another program?")
            return
        # There is one reading at least; of others the clock says that they must be there.
        there = left if status & READY else max(1, int(passed / phase.interval) - place)
        size = min(there, left, CHUNK)
        self._take(size, size * READING + (size == left))

    def _take(self, size: int, length: int) -> None:
        """Take over `size` readings, `length` bytes; they can be read only once."""
        phase, run = self._phase, self._run
        try:
            times, current, limited = read(self.read_bytes(length), self._letter)
        except (*BROKEN, ValueError) as problem:
            raise InstrumentError(f"{self._where}: readings were lost, and are not sent twice: "
                                  f"{problem}") from problem
        self.heard()
        if self._first is None or run.count == 1:
            self._first = float(times[0])
        place = self._taken - (self._asked - run.count)
        stamps = on_grid(times, place, phase.interval, self._first)
        samples = Samples(
            time=self._reset + stamps + self.reading_time(phase)
            - self.integration_time(phase) / 2,
            voltage=np.full(size, run.level), current=current, compliance=limited,
            u_voltage=np.full(size, ranges(phase, self.sheet)[0].standard_uncertainty(run.level)),
            u_current=u_current(current, phase, self.sheet))
        if self._epoch is None:
            self._epoch = float(samples.time[0])
        samples = samples.shifted(-self._epoch)
        self._waiting = (samples if self._waiting is None
                         else Samples.joined([self._waiting, samples]))
        self._taken += len(samples)

    def fetch(self) -> Samples:
        """The readings taken over since the last call, and what can be had at once."""
        if not (self._over or self._stopped) and self._taken < self._asked:
            self._collect()
        samples, self._waiting = self._waiting, None
        return Samples.joined([]) if samples is None else samples

    def halt(self) -> None:
        """Stop where it is; the level stays, and what was measured is kept."""
        for command in self._stop:
            self.write(command)
        self._rescue()
        self._stopped = True

    def off(self) -> None:
        """As every source meter's; before a device clear drops them, readings are taken over."""
        with contextlib.suppress(Exception):
            for command in (*self._stop, *([] if self._ramps else [self._switch_off])):
                self.write(command)
            if not (self._stopped or self._over):
                self._rescue()
        self._stopped = True
        super().off()

    def _rescue(self) -> None:
        """Take over what a sampling that was stopped has measured; nothing is asked twice.

        Raises InstrumentError where it cannot be had.
        """
        try:
            self.write("NUB?")
            there = min(int(str(self.read())) // 2, self._asked - self._taken)
        except (*BROKEN, ValueError) as problem:
            raise InstrumentError(f"{self._where}: how many readings wait to be read was not told: "
                                  f"{problem}") from problem
        while there > 0:
            size = min(there, CHUNK)
            self._take(size, size * READING)
            there -= size
        self.write("BC")

    def _polled(self) -> int:
        """The status byte; over a new session where the old one is broken, which ends nothing.

        Raises InstrumentError where there is none.
        """
        for wait in (None, *WAITS):
            try:
                if wait is not None:
                    self.heard()
                    self.clock.sleep(wait)
                    self._reopen()
                return int(self.adapter.connection.read_stb())
            except BROKEN as broken:
                problem = broken
                self.noted(f"no status byte ({problem}); asked again")
        raise InstrumentError(f"{self._where} gave no status byte: {problem}") from problem
