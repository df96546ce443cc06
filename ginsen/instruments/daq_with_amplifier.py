"""A data acquisition card with current amplifiers as a source meter. Virtual only.

The output of the card drives the sample through a series resistor; an amplifier at each other
electrode holds that at 0 V and turns its current into volts for an input of the card.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from ginsen.datasheets.daq_with_amplifier import REACH, STEP, Amplifier, sheet_with
from ginsen.instruments.commanded_source_meter import RAMP
from ginsen.instruments.daq_card import Card
from ginsen.instruments.daq_course import Course, course_of
from ginsen.instruments.daq_readings import at_least, currents_of, samples_of
from ginsen.instruments.source_meter import (
    InstrumentError,
    LimitExceeded,
    OutputNotOff,
    SourceMeter,
)
from ginsen.types import Array, Clock, Emergency, Limits, Phase, Samples

ZERO = 10e-3
"""V, measured, within which the output counts as off."""

CHUNK = 20_000  # conversions a query, so that none takes longer than its 100 ms


class DaqWithAmplifier(SourceMeter):
    """The output of a card and its inputs, by name, behind amplifiers; the first is measured with.

    The further inputs are read at the same instants. Their electrodes share the series resistance,
    so what is handed on as the voltage of an input is the level less what the current of the others
    takes off it there: V - R (ΣI - I), the voltage that drives its own current through R and the
    sample.

    `card` speaks to it. `mains` (Hz) is the power line frequency by which a reading is averaged.
    There is no relay: off is 0 V from a low impedance, measured, so `off_state` is "zero" or
    "ramp" (to 0 V, in steps). There is no compliance either: a phase is refused whose level over
    the series resistance of `leads` is more than its compliance, and a measured current beyond the
    station's limit ends the run. Nothing is sent on opening.
    """

    _course: Course | None = None
    _level = 0.0  # V, of the phase, as the converter puts it out
    _read = 0  # scans read
    _begun = 0.0  # when they began (station's clock)
    _handed_on = 0  # readings
    _off_after = _stopped = True
    _done = False
    _fault = ""
    _further: Sequence[Samples] = ()

    def __init__(self, card: Card, inputs: Mapping[str, Amplifier], *, clock: Clock,
                 limits: Limits | None = None, off_state: str = "zero",
                 mains: float = 50.0) -> None:
        if not inputs:
            raise ValueError("a DAQ card needs an input with an amplifier, one at least")
        if off_state == "open":
            raise ValueError("a DAQ card has no relay: the sample rests at 0 V, so the safe state "
                             'is "zero" or "ramp"')
        self._card = card
        card.heard = lambda: self.heard()
        card.noted = lambda text: self.noted(text)
        self._amplifiers = tuple(inputs.values())
        self.further_inputs = tuple(inputs)[1:]
        self.sheet = sheet_with(self._amplifiers[0])
        self.clock = clock
        self.limits = limits or Limits(REACH, self.sheet.source_current.maximum)
        self._ramps = off_state == "ramp"
        self._mains = mains
        self._rows: Array = np.empty((0, len(self._amplifiers)))

    def identify(self) -> str:
        """Who the card is. Raises InstrumentError for another instrument."""
        return self._card.identify()

    @property
    def source_enabled(self) -> bool:
        """Get whether the output is on: a scan runs, or it is not at 0 V."""
        return self._card.taken()[0] or abs(self._card.output()) >= ZERO

    def integration_time(self, phase: Phase) -> float:
        """Over how long (s) conversions are averaged; one alone takes what its amplifier takes.

        A low-pass of bandwidth B lets as much white noise pass as a mean over 1 / (π B).
        """
        course = course_of(phase, self.sheet, self._mains)
        if course.width > 1:
            return course.width / course.rate
        return min(1 / (math.pi * self._amplifiers[0].bandwidth), phase.interval)

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: what has no relay, no compliance and no ranges."""
        super().check(phases)
        resistance = self.leads.series_resistance
        if not resistance > 0:
            raise ValueError("a DAQ card does not limit the current: the station must state the "
                             'series_resistance that does, e.g. series_resistance = "10 kΩ"')
        low, high = self.sheet.nplc
        for phase in phases:
            if not low <= phase.nplc <= high:
                raise ValueError(f"phase {phase.name!r}: NPLC {phase.nplc:g} is not between "
                                 f"{low:g} and {high:g}")
            if phase.rest == "open":
                raise ValueError(f"phase {phase.name!r}: a DAQ card has no relay that could open; "
                                 "let the sample rest at 'zero' or 'hold'")
            if abs(phase.level) > REACH or not abs(phase.source_range or 0.0) <= REACH:
                raise ValueError(f"phase {phase.name!r}: the card's output reaches ± {REACH:g} V")
            scale = self._amplifiers[0].full_scale
            if not abs(phase.measure_range or 0.0) <= scale * (1 + 1e-9):
                raise ValueError(f"phase {phase.name!r}: a measure range of "
                                 f"{phase.measure_range:g} A is beyond the amplifier's {scale:g} A")
            if abs(phase.level) > phase.compliance * resistance * (1 + 1e-9):
                raise LimitExceeded(
                    f"phase {phase.name!r}: {phase.level:g} V over {resistance:g} Ω can drive "
                    f"{abs(phase.level) / resistance:.3g} A, more than its compliance of "
                    f"{phase.compliance:g} A; nothing but the series resistance limits it")
            course_of(phase, self.sheet, self._mains)

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start the first of the phases; always 1.

        The output goes to 0 V by itself after the last scan of the last phase, unless the station
        wants a ramp: then `busy` lowers it.
        """
        self.check(phases)
        phase = phases[0]
        self.check_level(phase.level, phase.name)
        self.check_power(phase.level, phase.compliance, phase.name)
        course = course_of(phase, self.sheet, self._mains)
        off_after = off_after and len(phases) == 1
        self._off_after = off_after
        stays = phase.rest == "hold" and not phase.alternate and (not off_after or self._ramps)
        self._level = round(phase.level / STEP) * STEP
        self._course = course
        self._read = self._handed_on = 0
        self._rows = self._rows[:0]
        self._fault, self._stopped, self._done = "", False, False
        self._card.start(course.scan(self._level, self._level if stays else 0.0))
        self._begun = self.clock.now()
        return 1

    def lead(self, phase: Phase) -> float:
        """The first reading comes once level and amplifier have settled."""
        return course_of(phase, self.sheet, self._mains).middle

    def busy(self) -> bool:
        """Whether readings are still to come. Raises InstrumentError if they never will."""
        if self._fault:
            raise InstrumentError(self._fault)
        if self._stopped or self._course is None:
            return False
        running, taken = self._card.taken()
        if taken < self._course.count and not running:
            raise InstrumentError(f"{self._card.where} ended after {taken} of "
                                  f"{self._course.count} scans; was it reset or used by another "
                                  "program?")
        if not running and self._off_after and not self._done:
            if self._ramps:
                self._ramp_down()
            self._check_off(self._card.output())
            self._done = True
        return running

    def fetch(self) -> Samples:
        """What was converted since, as readings; an excessive current puts the output to 0 V."""
        if self._course is None:
            return Samples.joined([])
        _, taken = self._card.taken()
        if taken < self._read:
            raise InstrumentError(f"{self._card.where} fell from {self._read} to {taken} scans; "
                                  "was it started by another program?")
        parts = [self._rows]
        while self._read < taken:
            size = min(CHUNK // len(self._amplifiers), taken - self._read)
            parts.append(self._card.scans(self._read, size))
            self._read += size
        self._rows = np.concatenate(parts)
        return self._readings()

    def _readings(self) -> Samples:
        """The readings that are complete; what is left of the scans waits for its next ones."""
        course = self._course
        assert course is not None
        begin = course.first + self._handed_on * course.every
        held = self._read - len(self._rows)  # the number of the first scan in hand
        whole = (self._read - begin - course.width) // course.every + 1
        count = max(0, min(whole, course.phase.count - self._handed_on))
        starts = begin - held + course.every * np.arange(count)
        volts = self._rows[starts[:, None] + np.arange(course.width)[None, :]]
        currents = currents_of(volts, self._amplifiers)
        numbers = self._handed_on + np.arange(count)
        self._handed_on += count
        self._rows = self._rows[min(max(begin + count * course.every - held, 0), len(self._rows)):]
        self._watch(currents)
        phase = course.phase
        sign = np.where(numbers % 2, -1.0, 1.0) if phase.alternate else np.ones(count)
        time = self._begun + course.middle + numbers * np.float64(phase.interval)
        first, *self._further = samples_of(
            currents, time, self._level * sign, phase, course.width, self._amplifiers,
            self.leads.series_resistance)
        return first

    def fetch_further(self) -> tuple[Samples, ...]:
        """Of each input but the first, what belongs to the samples that `fetch` last gave."""
        return tuple(self._further)

    def _watch(self, currents: Array) -> None:
        """Stop where all inputs together carried more than the station allows."""
        most = at_least(currents, self._amplifiers)
        if most > self.limits.current and not self._fault:
            self._fault = (f"{most:.3g} A were measured, beyond the station's limit of "
                           f"{self.limits.current:g} A, and the output was put to 0 V: is there a "
                           f"series resistance of {self.leads.series_resistance:g} Ω?")
            with contextlib.suppress(Exception):  # `busy` raises, and `off` tries again
                self._card.halt()
                self._card.put(0.0)

    def halt(self) -> None:
        """Stop where it is; the output stays at its level."""
        self._card.halt()
        self._stopped = True

    def off(self) -> None:
        """Stop and put the output to 0 V, where it is measured; tried three times.

        The last time after reaching for a card that does not answer, while others try, too.
        """
        self._stopped = True
        if self._ramps:
            with contextlib.suppress(Exception):
                self._ramp_down()
        found = ""
        for last in (False, False, True):
            if last:
                with contextlib.suppress(Exception):
                    self.alarmed(f"{self._card.where} was not read back as off")
                    self._card.reopen()
            for step in (self._card.halt, lambda: self._card.put(0.0)):
                with contextlib.suppress(Exception):  # none waits for the success of another
                    step()
            try:
                self._check_off(self._card.proved())
            except Exception as problem:
                found = str(problem)
            else:
                return
        raise OutputNotOff(f"{self._card.where}: the output could not be read back as off "
                           f"({found}). Look at the bench.")

    def emergency(self, name: str) -> Emergency:
        """Stop and 0 V; who does it measures that, too."""
        return self._card.emergency(name)

    def close(self) -> None:
        """Let go of the card; the output is left as it is."""
        self._card.close()

    def _check_off(self, volts: float) -> None:
        if not abs(volts) < ZERO:
            raise InstrumentError(f"{volts:.3g} V are at the output of {self._card.where}, which "
                                  "should be at 0 V.")

    def _ramp_down(self) -> None:
        """From where the output is to 0 V in small steps."""
        self._card.halt()
        steps, pause = RAMP
        for level in np.linspace(self._card.output(), 0.0, steps):
            self._card.put(float(level))
            self.clock.sleep(pause)
