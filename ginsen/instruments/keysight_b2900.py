"""One channel of a Keysight B2912A as a source meter: its timers run a phase. Virtual only.

Commands by the Agilent B2900 SCPI Command Reference (B2910-90030), Edition 2 (July 2011).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.instruments.commanded_source_meter import MARGIN
from ginsen.instruments.keysight_b2900_guarded import GuardedKeysightB2912A
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import ranges, settling, u_current, u_voltage
from ginsen.types import Array, Phase, Samples

LIMITED = 6
"""Bits of a reading's status: the source was limited (page 1-14, table 1-2)."""

BUFFER_SIZE = 100_000
MOST_LEVELS = 2499
"""Of a list, but for the 0 V it ends with (page 4-105)."""

SHORTEST_OPEN = 1.0  # s between readings that the computer starts one by one

LONGEST_PULSE = 1e5  # s
SPARE = 300e-6  # s that a step of the source takes within an interval
CHUNK = 500  # points a query, so that none takes longer than its 100 ms
PATIENCE = 2.0  # s that a reading may be late before it never comes


class KeysightB2912A(GuardedKeysightB2912A):
    """One channel of a Keysight B2912A, `channel` "1" or "2".

    One phase is run at a time, timed by the trigger systems of the channel: one steps the source,
    one measures. A phase with the output off before and after is one pulse: the source goes back to
    0 V by itself. A phase that rests with the relay open is run a reading at a time; the output
    goes on and off by itself with each.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `off_state` says how the sample rests with the output off: "open" (relay open) or "zero"
    (0 V, low impedance). Nothing is sent on opening.
    """

    _phase = Phase("none", 0.0, 0.0, 1.0, 0.0)
    _set_up_done = _off_after = _stopped = False
    _pulsed = False  # whether the level is that of a pulse, not the immediate one
    _taken = 0  # readings handed on
    _asked = 0  # readings asked for, where the sample rests with the relay open
    _begun = 0.0  # when the phase was started (station's clock)
    _epoch: float | None = None  # time stamp of the session's first reading
    _fault = ""

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: buffer, list and compliance must be the instrument's."""
        super().check(phases)
        for phase in phases:
            most = MOST_LEVELS if phase.alternate else BUFFER_SIZE
            if phase.count > most:
                raise ValueError(f"phase {phase.name!r}: {phase.count} samples are more than the "
                                 f"{most} it can hold; lengthen the interval or split it")
            if phase.rest == "open" and phase.interval < SHORTEST_OPEN:
                raise ValueError(f"phase {phase.name!r}: the readings of a rest 'open' are started "
                                 f"by the computer; an interval of {phase.interval:g} s is less "
                                 f"than the {SHORTEST_OPEN:g} s that takes")
            least = self.sheet.least_limit_share * ranges(phase, self.sheet)[1].full_scale
            if phase.compliance < least:
                raise ValueError(f"phase {phase.name!r}: a compliance of {phase.compliance:g} A "
                                 f"needs a smaller measure range; on this one it is at least "
                                 f"{least:g} A")

    def switching_time(self, phase: Phase) -> float:
        """Beside settling and relay: a step of the source."""
        settles = settling(phase, self.sheet) if phase.alternate else super().switching_time(phase)
        return settles + SPARE

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start the first of the phases; always 1. `busy` switches the output off."""
        self.check(phases)
        self._phase = phase = phases[0]
        self._off_after = off_after and len(phases) == 1
        self._pulsed = self._surely(self._prepare, "setting up")
        if phase.rest != "open":
            self.write(f":OUTP{self._place} ON")
            self.clock.sleep(self.sheet.timing.relay)
            self._initiate()
        self._begun = self.clock.now()
        return 1

    def _prepare(self, anew: bool) -> bool:
        """Everything but the start; `anew` resets all. Returns whether the source is pulsed."""
        on = self._output_on()
        if not on or anew or not self._set_up_done:
            self._set_up()
            on = False
        elif self._phase.rest == "open":
            self.write(self._switch_off)
            on = False
        pulsed = self._set(on)
        self._taken = self._asked = 0
        self._fault, self._stopped = "", False
        return pulsed

    def _set_up(self) -> None:
        """What holds for every phase, from a known state; the output is off.

        The other channel is left alone, so this is no *RST.
        """
        n = self._place
        for command in (
                *self._stop, self._switch_off, f":SOUR{n}:VOLT 0", f":SOUR{n}:FUNC:MODE VOLT",
                f":OUTP{n}:OFF:MODE {self._off_mode}", f":OUTP{n}:ON:AUTO OFF",
                f":SOUR{n}:VOLT:RANG:AUTO OFF", f":SENS{n}:FUNC:ALL", f":SENS{n}:REM OFF",
                f":SENS{n}:CURR:RANG:AUTO OFF", ":SYST:TIME:TIM:COUN:RES:AUTO OFF",
                ":FORM REAL,64", ":FORM:BORD NORM", ":FORM:ELEM:SENS VOLT,CURR,TIME,STAT"):
            self.write(command)
        self._raise_errors("setting up")
        self._set_up_done = True

    def _set(self, on: bool) -> bool:
        """The settings of the phase, protection first and read back; whether it is one pulse."""
        phase, n = self._phase, self._place
        for level in {phase.level, -phase.level if phase.alternate else phase.level}:
            self.check_level(level, phase.name)
            self.check_power(level, phase.compliance, phase.name)
        source, measure = (each.full_scale for each in ranges(phase, self.sheet))
        self.write(f":SENS{n}:CURR:RANG {measure:.9e}")
        self.write(f":SENS{n}:CURR:NPLC {phase.nplc:.9e}")
        self.write(f":SENS{n}:CURR:PROT {phase.compliance:.9e}")
        self._verify(phase, "measure range", self._number(f":SENS{n}:CURR:RANG?"), measure)
        self._verify(phase, "compliance", self._number(f":SENS{n}:CURR:PROT?"), phase.compliance)
        length = settling(phase, self.sheet) + phase.duration + self.reading_time(phase) * MARGIN
        pulsed = phase.rest == "zero" or (
            phase.rest == "hold" and not phase.alternate and not on and self._off_after
            and not self._ramps and length + SPARE <= LONGEST_PULSE)
        held = 0.0 if pulsed or phase.alternate else phase.level
        steps = [f":SOUR{n}:VOLT:RANG {source:.9e}", f":SOUR{n}:VOLT {held:.9e}"]
        if source < self._number(f":SOUR{n}:VOLT:RANG?"):
            steps.reverse()  # a range that no longer holds the old level would be refused
        for command in (*steps, *self._actions(pulsed, length)):
            self.write(command)
        self._verify(phase, "source range", self._number(f":SOUR{n}:VOLT:RANG?"), source)
        self._verify(phase, "level", self._number(
            f":SOUR{n}:VOLT:TRIG?" if pulsed else f":SOUR{n}:VOLT?"),
            phase.level if pulsed else held,
            self.sheet.source_voltage.at_full_scale(source).resolution)
        self._raise_errors("setting up")
        return pulsed

    def _actions(self, pulsed: bool, length: float) -> list[str]:
        """The commands that set up what the source does, `length` (s) if once, and the readings."""
        phase, n = self._phase, self._place
        stepping, opened = phase.alternate or phase.rest == "zero", phase.rest == "open"
        # Whether the source leaves a list with its last step or after it is not told: 0 V is one.
        levels = [*([phase.level, -phase.level] * phase.count)[:phase.count], 0.0]
        steps = len(levels) if phase.alternate else phase.count if stepping else 1
        width = phase.duty * phase.interval if phase.rest == "zero" else length + SPARE
        return [
            f":OUTP{n}:ON:AUTO {opened:d}", f":OUTP{n}:OFF:AUTO {opened:d}",
            f":OUTP{n}:OFF:MODE {'HIZ' if opened else self._off_mode}",
            f":SOUR{n}:FUNC:SHAP {'PULS' if pulsed else 'DC'}",
            f":SOUR{n}:VOLT:MODE {'LIST' if phase.alternate else 'FIX'}",
            *([f":SOUR{n}:LIST:VOLT {','.join(f'{level:.9e}' for level in levels)}"]
              if phase.alternate else []),
            *([f":SOUR{n}:VOLT:TRIG {phase.level:.9e}", f":SOUR{n}:PULS:DEL 0",
               f":SOUR{n}:PULS:WIDT {width:.9e}"] if pulsed else []),
            f":TRIG{n}:TRAN:SOUR TIM", f":TRIG{n}:TRAN:TIM {phase.interval:.9e}",
            f":TRIG{n}:TRAN:COUN {steps}", f":TRIG{n}:TRAN:DEL 0",
            f":ARM{n}:TRAN:DEL 0", f":TRIG{n}:ACQ:SOUR TIM",
            f":TRIG{n}:ACQ:TIM {phase.interval:.9e}",
            f":TRIG{n}:ACQ:COUN {1 if opened else phase.count}",
            f":TRIG{n}:ACQ:DEL {self._delay(phase):.9e}",
            f":ARM{n}:ACQ:DEL {0 if stepping or opened else settling(phase, self.sheet):.9e}",
            f":TRAC{n}:FEED:CONT NEV", f":TRAC{n}:CLE", f":TRAC{n}:FEED SENS",
            f":TRAC{n}:POIN {phase.count}", f":TRAC{n}:FEED:CONT NEXT"]

    def _delay(self, phase: Phase) -> float:
        """Seconds from the trigger of a reading to its start: it fills the end of its time."""
        reading = self.reading_time(phase) * MARGIN + SPARE
        if phase.alternate:
            return phase.interval - reading
        return 0.0 if phase.rest == "hold" else phase.duty * phase.interval - reading

    def _initiate(self) -> None:
        """Start both trigger systems, or only the readings where the level stands already."""
        phase = self._phase
        stands = not (self._pulsed or phase.alternate)
        self.write(f":INIT:{'ACQ' if stands else 'ALL'} {self._list}")

    def lead(self, phase: Phase) -> float:
        """Level and relay settle after `start` has been called."""
        settles = 0.0 if phase.alternate or phase.rest != "hold" else settling(phase, self.sheet)
        return ((phase.rest != "open") * self.sheet.timing.relay + settles + self._delay(phase)
                + self.reading_time(phase) - self.integration_time(phase) / 2)

    def busy(self) -> bool:
        """Whether readings are still to come. Raises InstrumentError if they never will."""
        if self._fault:
            raise InstrumentError(self._fault)
        if self._stopped:
            return False
        ready, output, errors = self._state()
        phase = self._phase
        if errors:
            self._raise_errors("while measuring")
        if phase.rest == "open":
            self._go_on(ready)
        elif ready < phase.count and self.clock.now() > (
                self._begun + self.lead(phase) + phase.duration * 1.001 + PATIENCE):
            raise InstrumentError(f"the {self.model} ended after {ready} of {phase.count} "
                                  "readings; was it reset or used by another program?")
        elif ready == phase.count and self._off_after and output:
            if self._ramps:
                self._ramp_down()
            self.write(self._switch_off)
        return ready < phase.count

    def _go_on(self, ready: int) -> None:
        """Start the next reading of a phase with an open rest once it is due."""
        phase, now = self._phase, self.clock.now()
        due = self._begun + self._asked * phase.interval
        if ready == self._asked < phase.count and now >= due:
            self._initiate()
            self._asked += 1
        elif ready < self._asked and now > due + PATIENCE:
            raise InstrumentError(f"the {self.model} has {ready} readings where it was asked for "
                                  f"{self._asked}; was it reset or used by another program?")

    def fetch(self) -> Samples:
        """The readings the trace buffer has gained, in chunks small enough for a bounded query."""
        ready, output, _ = self._state()
        if ready < self._taken:
            raise InstrumentError(f"the {self.model}'s buffer fell from {self._taken} to {ready} "
                                  "readings; did another program clear it?")
        phase = self._phase
        if not output and phase.rest != "open" and not self._stopped and ready < phase.count:
            self._fault = (f"the output went off before reading {self._taken + 1}: front panel, "
                           "interlock or another program.")
            ready = self._taken
        parts = []
        while self._taken < ready:
            size = min(CHUNK, ready - self._taken)
            parts.append(self._samples(self._block(
                f":TRAC{self._place}:DATA? {self._taken},{size}", (size, 4), _are_readings)))
            self._taken += size
        return Samples.joined(parts)

    def _samples(self, rows: Array) -> Samples:
        """The instrument stamps a reading when it begins; handed on is the middle of it."""
        phase = self._phase
        voltage, current, stamps, status = rows.T
        if self._epoch is None:
            self._epoch = float(stamps[0])
        middle = self.reading_time(phase) - self.integration_time(phase) / 2
        return Samples(
            time=stamps - self._epoch + middle, voltage=voltage, current=current,
            compliance=(status.astype(np.int64) & LIMITED) != 0,
            u_voltage=u_voltage(voltage, phase, self.sheet),
            u_current=u_current(current, phase, self.sheet))

    def halt(self) -> None:
        """Stop where it is; a level that is held stays, set first: a pulse ends at it."""
        if self._phase.rest == "hold" and not self._phase.alternate:
            self.source_voltage = self._phase.level
        for command in self._stop:
            self.write(command)
        self._stopped = True

    def off(self) -> None:
        """As every source meter's; then the off state of the station, where a rest changed it."""
        self._stopped = True
        super().off()
        if self._phase.rest == "open":
            self.write(f":OUTP{self._place}:OFF:MODE {self._off_mode}")

    def _state(self) -> tuple[int, bool, int]:
        """Readings in the buffer, output, errors queued; in one exchange."""
        n = self._place
        return self.ask_for(f":TRAC{n}:POIN:ACT?;:OUTP{n}?;:SYST:ERR:COUN?", _three_numbers,
                            "readings, output and errors were")

    def _output_on(self) -> bool:
        return self._switch(self._output_question)


def _are_readings(rows: Array) -> bool:
    """Whether these can be voltage, current, time and status; a spoilt byte shows in most cases."""
    stamps, status = rows[:, 2], rows[:, 3]
    return bool(np.all(np.diff(stamps) > 0) and np.all(np.isfinite(stamps))
                and np.all((status >= 0) & (status < 2**21) & (status % 1 == 0)))


def _three_numbers(answer: str) -> tuple[int, bool, int]:
    ready, output, errors = answer.split(";")
    return int(ready), bool(("0", "1").index(output)), int(errors)
