"""One channel of an Agilent B1500A as a source meter: a phase is a sampling. Virtual only.

Commands by the Agilent B1500A/B1505A Programming Guide (B1500-90010), Edition 11.
"""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.datasheets.agilent_b1500 import (
    INTERLOCK,
    LONGEST_SAMPLING,
    MOST_CURRENT,
    MOST_SAMPLES,
    SHORTEST_SAMPLING,
)
from ginsen.instruments.agilent_b1500_sampling import (
    Run,
    averaging,
    in_steps,
    rounded_down,
    rounded_up,
)
from ginsen.instruments.agilent_b1500_stream import READY, StreamedAgilentB1500
from ginsen.instruments.commanded_source_meter import MARGIN
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import ranges, settling
from ginsen.types import Phase

SHORTEST_APART = 1.0  # s between readings that the computer starts one by one
SPARE = 5e-3  # s that setting the next reading takes, where the computer starts each
ALTERNATING = 0.7  # of an interval, after which a reading at alternating levels is over


class AgilentB1500A(StreamedAgilentB1500):
    """One channel of an Agilent B1500A, `channel` "1" to "10" by the slot of its module.

    One phase is run at a time, as one sampling with the high-resolution converter. A last phase
    with the output off before goes back to 0 V by itself. A phase that rests, or alternates, is
    a sampling of one reading each time, which the computer starts.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `off_state` says how the sample rests with the output off: "open" (output switch open) or
    "zero" (0 V, low impedance). `mains` (Hz) is the power line's frequency, which the instrument
    does not tell. Nothing is sent on opening.
    """

    _set_up_done = _off_after = False
    _resting = False  # whether the output is open between two readings
    _begun = 0.0  # when the phase was started (station's clock)

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: averaging, interval, number, compliance, interlock."""
        for phase in phases:
            try:
                averaging(phase.nplc, self._mains())
            except ValueError as problem:
                raise ValueError(f"phase {phase.name!r}: {problem}") from None
        super().check(phases)
        for phase in phases:
            if phase.count > MOST_SAMPLES:
                raise ValueError(f"phase {phase.name!r}: {phase.count} samples are more than the "
                                 f"{MOST_SAMPLES} it can take; lengthen the interval or split it")
            if _apart(phase) and phase.interval < SHORTEST_APART:
                raise ValueError(f"phase {phase.name!r}: readings with a rest between, or at "
                                 "alternating levels, are started by the computer; an interval of "
                                 f"{phase.interval:g} s is less than the {SHORTEST_APART:g} s that "
                                 "takes")
            if not _apart(phase) and phase.count > 1 and not (
                    SHORTEST_SAMPLING - 1e-9 <= phase.interval <= LONGEST_SAMPLING
                    and in_steps(phase.interval)):
                raise ValueError(f"phase {phase.name!r}: an interval of {phase.interval:g} s; it "
                                 f"has to be from {SHORTEST_SAMPLING:g} s to "
                                 f"{LONGEST_SAMPLING:g} s, in whole milliseconds")
            most = next((most for reach, most in MOST_CURRENT if abs(phase.level) <= reach), 0.0)
            if phase.compliance > most:
                raise ValueError(f"phase {phase.name!r}: a compliance of {phase.compliance:g} A is "
                                 f"more than the {most:g} A it has at {phase.level:g} V")
            if abs(phase.level) > INTERLOCK:
                raise ValueError(f"phase {phase.name!r}: {phase.level:g} V needs the interlock of "
                                 f"the fixture, beyond {INTERLOCK:g} V; this driver stays below")

    def switching_time(self, phase: Phase) -> float:
        """Beside settling and relay: what the computer takes to start a reading of its own."""
        if not _apart(phase):
            return 0.0
        relay = self.sheet.timing.relay * (phase.rest == "open")
        return rounded_up(settling(phase, self.sheet)) + relay + SPARE

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start the first of the phases; always 1. `busy` switches the output off."""
        self.check(phases)
        self._phase = phases[0]
        self._off_after = off_after and len(phases) == 1
        if not self._polled() & READY:
            raise InstrumentError(f"{self._where} is measuring already: one channel of a B1500A "
                                  "at a time.")
        on = self._surely(self._prepare, "setting up")
        self._asked = self._taken = 0
        self._first, self._waiting = None, None
        self._stopped = self._over = self._resting = False
        if not on:
            self._switch_on()
        self._begun = self.clock.now()
        self._go()
        return 1

    def _prepare(self, anew: bool) -> bool:
        """Everything but the start; `anew` resets all. Returns whether the output is on."""
        on = self._forced() is not None
        if not on or anew or not self._set_up_done:
            self._set_up()
            on = False
        elif self._phase.rest == "open":
            self.write(f"CL {self._number_on_bus}")
            on = False
        self._set(on)
        return on

    def _set_up(self) -> None:
        """What holds for every phase, from a known state; the output is open.

        The other channels' outputs are left alone, so this is no *RST.
        """
        n = self._number_on_bus
        for command in (*self._stop, f"CL {n}", "BC"):
            self.write(command)
        self._errors()  # of what was done before
        for command in ("FMT 21,0", "TSC 1", "TM 1", "CM 0", "PAD 0", f"AAD {n},1", "AZ 0",
                        f"CMM {n},0", f"FL 0,{n}", f"SSR {n},0"):
            self.write(command)
        self._raise_errors("setting up")
        self._set_up_done = True

    def _set(self, on: bool) -> None:
        """The settings of the phase, read back."""
        phase = self._phase
        for level in {phase.level, -phase.level if phase.alternate else phase.level}:
            self.check_level(level, phase.name)
            self.check_power(level, phase.compliance, phase.name)
        self._run = self._planned(on)
        for command in self._run.commands(int(self._number_on_bus), phase, self.sheet,
                                          self._mains()):
            self.write(command)
        self._raise_errors(f"phase {phase.name!r}")
        self._verify_all()

    def _planned(self, on: bool) -> Run:
        """The sampling that a phase becomes, or the first of its readings."""
        phase = self._phase
        if not _apart(phase):
            back = self._off_after and not on and not self._ramps
            return Run(phase.level, 0.0 if back else phase.level, phase.count,
                       self._hold(phase), back)
        rests = phase.rest != "hold"
        return Run(phase.level, 0.0 if rests else phase.level, 1, self._hold(phase), rests)

    def _hold(self, phase: Phase) -> float:
        """Seconds from the change of the level to the first reading."""
        if not _apart(phase):
            return rounded_up(settling(phase, self.sheet))
        relay = self.sheet.timing.relay * (phase.rest == "open")
        share = ALTERNATING if phase.alternate else phase.duty
        return rounded_down(share * phase.interval - self.reading_time(phase) * MARGIN
                            - relay - SPARE)

    def _verify_all(self) -> None:
        """Measure range, level and compliance, as the instrument holds them."""
        phase, n = self._phase, self._number_on_bus
        settings = self._settings(47)
        bias = settings.get(f"MV{n}", [])
        if len(bias) != 4 or len(settings.get("MT", [])) != 4:
            raise InstrumentError(f"phase {phase.name!r}: {self._where} does not hold what it was "
                                  "told to sample. The phase was not started.")
        source, measure = ranges(phase, self.sheet)
        for what, got, wanted, step in (
                ("level", bias[2], self._run.level, source.resolution),
                ("base", bias[1], self._run.base, source.resolution),
                ("compliance", bias[3], phase.compliance, 0.0),
                ("number of samples", settings["MT"][2], self._run.count, 0.0)):
            self._verify(phase, what, got, wanted, step)
        code = self._settings(32).get(f"RI{n}", [0.0])[0]
        self._verify(phase, "measure range", 10.0 ** (abs(code) - 20), measure.full_scale)

    def _settings(self, kind: int) -> dict[str, list[float]]:
        """What *LRN? answers: each command, with its channel if it has one, and its numbers."""
        def understand(answer: str) -> dict[str, list[float]]:
            found = {}
            for command in filter(None, answer.split(";")):
                head, *numbers = command.split(",")
                own = head.rstrip("+-.0123456789E") if head[:2] in ("MT", "ML") else head
                values = [head[len(own):], *numbers] if own != head else numbers
                found[own] = [float(each) for each in values]
            return found

        return self.ask_for(f"*LRN? {kind}", understand, "settings were")

    def _switch_on(self) -> None:
        """Close the output switch; it forces 0 V."""
        self.write(f"CN {self._number_on_bus}")
        self.clock.sleep(self.sheet.timing.relay)

    def _go(self) -> None:
        """Reset the timer and start the sampling that was set."""
        self.write("TSR")
        self._reset = self.clock.now()
        self.write("XE")
        self._asked += self._run.count

    def lead(self, phase: Phase) -> float:
        """Output switch and level settle after `start` has been called."""
        return (self.sheet.timing.relay + self._hold(phase) + self.reading_time(phase)
                - self.integration_time(phase) / 2)

    def busy(self) -> bool:
        """Whether readings are still to come or to be taken over. Raises InstrumentError."""
        if self._stopped or self._over:
            return False
        self._collect()
        if self._taken == self._asked:
            if self._taken < self._phase.count:
                self._go_on()
            else:
                self._finish()
        return not self._over

    def _go_on(self) -> None:
        """Start the next reading once it is due, where each is one of its own."""
        phase, n = self._phase, self._number_on_bus
        if phase.rest == "open" and not self._resting:
            self.write(f"CL {n}")
            self._resting = True
        if self.clock.now() < self._begun + self._asked * phase.interval:
            return
        if phase.rest == "open":
            self._switch_on()
            self._resting = False
        if phase.alternate:
            level = -phase.level if self._asked % 2 else phase.level
            self._run = Run(level, level, 1, self._run.hold, False)
            self.write(self._run.commands(int(n), phase, self.sheet, self._mains())[-1])
        self._go()

    def _finish(self) -> None:
        """All readings are there: errors are asked for, and the output goes off."""
        self._raise_errors("while measuring")
        if self._off_after or self._phase.rest == "open":
            if self._ramps:
                self._ramp_down()
            self.write(self._switch_off)
        self._over = True


def _apart(phase: Phase) -> bool:
    """Whether each reading of a phase is a sampling of its own."""
    return phase.rest != "hold" or phase.alternate
