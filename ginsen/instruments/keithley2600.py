"""One channel of a Keithley 2600B as a source meter: phases run by its trigger model. Virtual only.

Commands by the Reference Manual 2600BS-901-01 Rev. F (August 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.datasheets.keithley2600 import KEITHLEY_2602B, KEITHLEY_2636B
from ginsen.instruments.keithley2600_guarded import OFF_MODES, GuardedKeithley2600
from ginsen.instruments.keithley2600_sweep import (
    MARGIN,
    SPARE,
    measure_delay,
    reading_script,
    sweep,
)
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import ranges, settling, u_current, u_voltage
from ginsen.types import Array, Phase, Samples

LIMITED = 0x40
"""Bit of a reading's status: the source was limited (Rev. C, page 7-34)."""

BUFFER_SIZE = 50_000
"""Readings with time stamps that a dedicated buffer holds for sure (SPEC-2600)."""

CHUNK = 200  # points a query, so that none takes longer than its 100 ms
PATIENCE = 2.0  # seconds that a reading may be late before it never comes
AHEAD = 0.3  # seconds before they are due that readings with an open rest are asked for
AT_ONCE = 0.5  # seconds of such readings that one call of the script takes, if more than one

_POWER_ON = 128
"""Bit of the standard event register (IEEE 488.2, 11.5.1.1): the power came on."""

_TIMERS = {"smua": (1, 2), "smub": (3, 4)}


class Keithley2600(GuardedKeithley2600):
    """One channel of a Keithley 2600B, `channel` "a" or "b".

    One phase is run at a time, longer ones in pieces that the buffer holds. The trigger model times
    the readings; while it runs everything can be asked. A phase that rests with the relay open is
    run by a script of the instrument's, a reading at a time. A piece is placed by the station's
    clock when it is started, to about 10 ms.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `off_state` says how the sample rests with the output off: "open" (relay open) or "zero"
    (0 V, low impedance). Nothing is sent on opening.
    """

    _phase = Phase("none", 0.0, 0.0, 1.0, 0.0)
    _set_up_done = False
    _off_after = _stopped = False
    _left = 0  # readings that no piece has been started for
    _count = 0  # readings of the piece under way
    _taken = 0  # of these, handed on
    _asked = 0  # of these, asked for, where the sample rests with the relay open
    _first = 0.0  # when the first of these began (station's clock)
    _silent_until = 0.0  # until when a script keeps it from answering
    _fault = ""

    def switching_time(self, phase: Phase) -> float:
        """Beside settling and relay: the steps of a sweep."""
        settles = settling(phase, self.sheet) if phase.alternate else super().switching_time(phase)
        return settles + SPARE

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start the first of the phases; always 1.

        The source goes to 0 V by itself after the last reading of a phase that is to be followed by
        an output that is off; `busy` then switches it off.
        """
        self.check(phases)
        self._phase = phase = phases[0]
        self._off_after = off_after and len(phases) == 1
        on = self._surely(self._prepare, "setting up")
        if phase.rest != "open" and not on:
            self.write(f"{self._smu}.source.output=1")
            self.clock.sleep(self.sheet.timing.relay)
        self._initiate()
        return 1

    def _prepare(self, anew: bool) -> bool:
        """Everything but the start; returns whether the output is on. `anew` resets all."""
        self._switched_on()  # before this it may have been
        on = self._output_on()
        if not on or anew or not self._set_up_done:
            self._set_up()
            on = False
        if on and self._phase.rest == "open":
            self.write(self._switch_off)
            self.write(f"{self._smu}.source.levelv=0")  # a range it does not fit is refused
            on = False
        self._set(on)
        self._left = self._phase.count
        self._fault, self._stopped, self._asked = "", False, 0
        self._load()
        if self._switched_on():
            raise InstrumentError(f"the {self.model} was switched off and on while it was set up, "
                                  "and has forgotten what. Nothing was started.")
        return on

    def _switched_on(self) -> bool:
        """Whether it was switched on since this was last asked."""
        return bool(self._whole_number("status.standard.event") & _POWER_ON)

    def _set_up(self) -> None:
        """What holds for every phase, from a known state; the output is off.

        The other channel is left alone, so this is no *RST. A reset makes the off state 0 V, so
        that is the next thing set.
        """
        smu = self._smu
        for command in (
                *self._stop, f"{smu}.reset()", f"{smu}.source.offmode={self._off_mode}",
                f"{smu}.source.func={smu}.OUTPUT_DCVOLTS", f"{smu}.source.levelv=0",
                f"{smu}.source.delay=0", f"{smu}.measure.autozero={smu}.AUTOZERO_OFF",
                f"{smu}.measure.count=1", "format.data=format.ASCII", "format.asciiprecision=12"):
            self.write(command)
        for number in (1, 2):
            self.write(f"{smu}.nvbuffer{number}.clear()")
            self.write(f"{smu}.nvbuffer{number}.appendmode=1")
            for data in ("timestamps", "sourcevalues"):
                self.write(f"{smu}.nvbuffer{number}.collect{data}=1")
        self._raise_errors("setting up")
        self._set_up_done = True

    def _set(self, on: bool) -> None:
        """The settings of the phase, protection first and read back; no level but 0 V is felt yet.

        Only with the output on and too high a level for its range is the level of the phase applied
        here, as the range would be refused.
        """
        phase, smu = self._phase, self._smu
        for level in {phase.level, -phase.level if phase.alternate else phase.level}:
            self.check_level(level, phase.name)
            self.check_power(level, phase.compliance, phase.name)
        source, measure = (each.full_scale for each in ranges(phase, self.sheet))
        self.write(f"{smu}.measure.rangei={measure:.9e}")
        self.write(f"{smu}.measure.nplc={phase.nplc:.9e}")
        self.write(f"{smu}.source.limiti={phase.compliance:.9e}")
        if on and source < self._number(f"{smu}.source.rangev"):
            self.write(f"{smu}.source.levelv={phase.level:.9e}")
        self.write(f"{smu}.source.rangev={source:.9e}")
        open_rest = phase.rest == "open"
        self.write(f"{smu}.source.offmode={OFF_MODES['open'] if open_rest else self._off_mode}")
        if not on:
            # At this range and integration time; off within the phase.
            self.write(f"{smu}.measure.autozero={smu}.AUTOZERO_ONCE")
            self.write(f"{smu}.source.levelv={phase.level * open_rest:.9e}")
        elif phase.rest == "zero":
            self.write(f"{smu}.source.levelv=0")
        self._verify(phase, "measure range", self._number(f"{smu}.measure.rangei"), measure)
        self._verify(phase, "compliance", self._number(f"{smu}.source.limiti"), phase.compliance)
        self._verify(phase, "source range", self._number(f"{smu}.source.rangev"), source)
        self._raise_errors("setting up")

    def _load(self) -> None:
        """Make buffers and trigger model ready for the next piece."""
        self._count, self._taken = min(self._left, BUFFER_SIZE), 0
        phase, reading = self._phase, self.reading_time(self._phase)
        commands = [f"{self._smu}.nvbuffer{number}.clear()" for number in (1, 2)]
        if phase.rest == "open":
            commands += [f"{self._smu}.measure.delay=0",
                         reading_script(phase, smu=self._smu, reading_time=reading)]
        else:
            last = self._left == self._count
            commands += sweep(
                phase, self._count, smu=self._smu, timers=_TIMERS[self._smu],
                settling=settling(phase, self.sheet), delay=measure_delay(phase, reading),
                idle_after=last and self._off_after and not self._ramps)
        for command in commands:
            self.write(command)
        self._raise_errors("setting up")

    def _initiate(self) -> None:
        """Start the piece that was loaded."""
        phase, lead = self._phase, settling(self._phase, self.sheet)
        if phase.rest != "open":
            self.write(f"{self._smu}.trigger.initiate()")
            lead += measure_delay(phase, self.reading_time(phase))
        else:
            lead = phase.duty * phase.interval - self.reading_time(phase)
        self._left -= self._count
        self._first = self.clock.now() + lead

    def lead(self, phase: Phase) -> float:
        """Level and relay settle after `start` has been called."""
        reading = self.reading_time(phase) - self.integration_time(phase) / 2
        if phase.rest == "open":
            return phase.duty * phase.interval - self.reading_time(phase) + reading
        return (self.sheet.timing.relay + settling(phase, self.sheet)
                + measure_delay(phase, self.reading_time(phase)) + reading)

    def busy(self) -> bool:
        """Whether readings are still to come. Raises InstrumentError if they never will."""
        if self._fault:
            raise InstrumentError(self._fault)
        if self._stopped:
            return False
        if self.clock.now() < self._silent_until:
            return True
        output, ready, sweeping, errors = self._state()
        if errors:
            self._raise_errors("while measuring")
        if self._phase.rest == "open":
            return self._go_on(ready)
        late = self.clock.now() - self._first - self._count * self._phase.interval
        if ready < self._count and (not sweeping or late > PATIENCE + 1e-3 * (
                self._count * self._phase.interval)):
            raise InstrumentError(f"the {self.model}'s sweep ended after {ready} of {self._count} "
                                  "readings; was it reset or used by another program?")
        if ready == self._count and not self._left and self._off_after and output:
            if self._ramps:
                self._ramp_down()
            self.write(self._switch_off)
        return ready < self._count or self._left > 0

    def _go_on(self, ready: int) -> bool:
        """Ask for the next readings of a phase with an open rest, shortly before they are due."""
        if ready != self._asked:
            raise InstrumentError(f"the {self.model} has {ready} readings where it was asked for "
                                  f"{self._asked}; was it reset or used by another program?")
        if self._asked == self._count:
            return self._left > 0
        phase = self._phase
        lead = phase.duty * phase.interval - self.reading_time(phase)
        due = self._first - lead + self._asked * phase.interval
        if self._asked == 0 or self.clock.now() >= due - AHEAD:
            now = self.clock.now()
            if self._asked == 0:
                self._first, due = now + lead, now
            more = min(max(int(AT_ONCE / phase.interval), 1), self._count - self._asked)
            self.write(f"ginsen_{self._smu}({self._asked},{self._asked + more - 1})")
            self._asked += more
            self._silent_until = (max(due, now) + (more - 1) * phase.interval
                                  + phase.duty * phase.interval * MARGIN)
        return True

    def fetch(self) -> Samples:
        """The readings the buffer has gained, in chunks small enough for a bounded query."""
        if self.clock.now() < self._silent_until and not self._stopped:
            return Samples.joined([])
        output, ready, _, _ = self._state()
        if ready < self._taken:
            raise InstrumentError(f"the {self.model}'s buffer fell from {self._taken} to {ready} "
                                  "readings; did another program clear it?")
        if not output and self._phase.rest != "open" and not self._stopped and not (
                ready == self._count and self._off_after):
            self._fault = (f"the output went off before reading {self._taken + 1}: front panel, "
                           "interlock or another program.")
            ready = self._taken
        parts = []
        while self._taken < ready:
            first, last = self._taken + 1, min(self._taken + CHUNK, ready)
            parts.append(self._samples(self._rows(first, last)))
            self._taken = last
        done = self._taken == self._count and self._left and not self._stopped
        if done and self.clock.now() >= self._first + self._count * self._phase.interval:
            self._asked = 0
            self._surely(lambda anew: self._load(), "between two pieces")
            self._initiate()
        return Samples.joined(parts)

    def _rows(self, first: int, last: int) -> Array:
        """Rows of time, current, voltage, status and programmed level of readings first to last."""
        current, voltage = (f"{self._smu}.nvbuffer{number}" for number in (1, 2))
        return self._numbers(
            f"printbuffer({first},{last},{current}.timestamps,{current},{voltage},"
            f"{current}.statuses,{current}.sourcevalues)", 5 * (last - first + 1)).reshape(-1, 5)

    def _samples(self, rows: Array) -> Samples:
        """The instrument stamps a reading when it begins; handed on is the middle of it."""
        phase = self._phase
        stamps, current, voltage, status, level = rows.T
        step = ranges(phase, self.sheet)[0].resolution
        if not np.allclose(np.abs(level), abs(phase.level), rtol=1e-3, atol=step):
            raise InstrumentError(f"phase {phase.name!r}: the {self.model} sourced "
                                  f"{level[0]:g} V where {phase.level:g} V was asked for.")
        middle = self.reading_time(phase) - self.integration_time(phase) / 2
        return Samples(
            time=self._first + stamps + middle, voltage=voltage, current=current,
            compliance=(status.astype(np.int64) & LIMITED) != 0,
            u_voltage=u_voltage(voltage, phase, self.sheet),
            u_current=u_current(current, phase, self.sheet))

    def halt(self) -> None:
        """Stop where it is; a level that is held stays, programmed first: a sweep ends at it."""
        if self._phase.rest == "hold" and not self._phase.alternate:
            self.source_voltage = self._phase.level
        for command in self._stop:
            self.write(command)
        self._left, self._stopped, self._silent_until = 0, True, 0.0

    def off(self) -> None:
        """As every Keithley's; then the off state of the station again, where a rest changed it."""
        self._left, self._stopped, self._silent_until = 0, True, 0.0
        super().off()
        if self._phase.rest == "open":
            self.write(f"{self._smu}.source.offmode={self._off_mode}")

    def _ramp_down(self) -> None:
        """As every Keithley's, from the level of the phase: the programmed one is another."""
        if self._phase.rest == "hold" and self._output_on():
            self.source_voltage = self._phase.level
        super()._ramp_down()

    def _state(self) -> tuple[bool, int, bool, int]:
        """Output, readings in the buffer, whether a sweep runs, errors queued; in one exchange."""
        smu = self._smu
        return self.ask_for(
            f'print(string.format("%d;%d;%d;%d",{smu}.source.output,{smu}.nvbuffer1.n,'
            f"bit.bitand(status.operation.sweeping.condition,status.operation.sweeping.{smu.upper()}),"
            "errorqueue.count))", _four_numbers, "output, readings, sweep and errors were")

class Keithley2602B(Keithley2600):
    """One channel of a Keithley 2602B: 40 V, 3 A."""

    model = "2602B"
    sheet = KEITHLEY_2602B


class Keithley2636B(Keithley2600):
    """One channel of a Keithley 2636B: 200 V, 1.5 A, ranges down to 100 pA."""

    model = "2636B"
    sheet = KEITHLEY_2636B


def _four_numbers(answer: str) -> tuple[bool, int, bool, int]:
    output, ready, sweeping, errors = (int(each) for each in answer.split(";"))
    return output == 1, ready, sweeping != 0, errors
