"""One SMU of a Keithley 4200A as a source meter: system mode's time sampling. Virtual only.

What the commands answer by the Reference Manual (4200A-901-01 Rev. C, section 9).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from ginsen.instruments.conversation import TRIES
from ginsen.instruments.keithley4200_guarded import GuardedKeithley4200
from ginsen.instruments.keithley4200_setup import (
    by_hand,
    commands_of,
    listed,
    measuring,
    problems,
    wait,
)
from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.specification import settling, u_current, u_voltage
from ginsen.types import Array, Flags, Phase, Samples

SHARE = 80e-3  # s that one `fetch` may take
PATIENCE = 10.0  # s that a reading may be late before it never comes
LIMITED = 0.99
"""The share of its compliance from which on a current counts as limited."""

LETTERS = "LVXCTN"
_NUMBER = re.compile(r"[+-]?[0-9]\.[0-9]+ ?E[+-][0-9]{2,3}")


class Keithley4200(GuardedKeithley4200):
    """One SMU of a Keithley 4200A-SCS, `channel` "1" to "4", without preamplifier.

    A held phase, or one of alternating levels, is one test of system mode, timed by the 4200A; the
    output goes to standby by itself with the last. A phase that rests at 0 V or open is run from
    the computer, reading by reading, in user mode.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `mains` (Hz) is what its power line cycles are, which it does not tell. `off_state` says
    how the sample rests with the output off: "open" (off) or "zero" (sourcing 0 V). Nothing is sent
    on opening.
    """

    _phase = Phase("none", 0.0, 0.0, 1.0, 0.0)
    _off_after = _stopped = _over = False
    _taken = 0  # readings handed on
    _handed: list[tuple[float, float, float]]  # what was told of them while the test ran
    _limited: list[bool]  # of each of them, whether it was marked as in compliance
    _begun = 0.0  # when the phase was started (station's clock)
    _gained_at = 0.0  # when a reading was last gained
    _epoch: float | None = None  # when the session's first phase was
    _level_on = False  # by hand: whether the level stands now
    _left = np.zeros((0, 3))  # rows of a test that is over, not handed on yet
    _gained: list[tuple[float, float, float, bool]]  # by hand: readings not handed on yet
    _fault = ""

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: what KXCI would change without a word is refused."""
        super().check(phases)
        for phase in phases:
            for problem in problems(phase, self.reading_time(phase)):
                raise ValueError(f"phase {phase.name!r}: {problem}")

    def switching_time(self, phase: Phase) -> float:
        """How long (s) the level needs to stand before it is read; 0 where it is held."""
        return settling(phase, self.sheet) if phase.alternate else super().switching_time(phase)

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start the first of the phases; always 1.

        KXCI reads nothing back: each setting is acknowledged, and every reading is held against the
        compliance.
        """
        self.check(phases)
        self._phase = phase = phases[0]
        self._off_after = off_after and len(phases) == 1
        self._taken, self._handed, self._limited, self._gained = 0, [], [], []
        self._fault, self._stopped, self._over, self._level_on = "", False, False, False
        if by_hand(phase):
            self.command("EM1,0", *measuring(phase, self._place))
        else:
            self._start_test()
        self._begun = self._gained_at = self.clock.now()
        if self._epoch is None:
            self._epoch = self._begun
        return 1

    def _start_test(self) -> None:
        """All of a test and its start, again from nothing where an answer was lost."""
        others = [smu for smu in self._smus() if smu != self._place]
        setup = commands_of(self._phase, self._place, others, self.reading_time(self._phase),
                        off_after=self._off_after)
        for again in range(TRIES):
            before = self._losses
            try:
                self.command(*setup, "MD;ME1")
            except InstrumentError:
                if self._losses == before or again == TRIES - 1:
                    raise
            if self._losses == before:
                return
            self.noted("the start of the test was lost; it is set up again")
            self.command(*self._stop)
        raise InstrumentError(f"{self._where} kept losing answers (setting up); it was switched "
                              "to standby.")

    def lead(self, phase: Phase) -> float:
        """The level has to settle, or to stand for its duty, before the first reading."""
        reading = self.reading_time(phase)
        until = reading - self.integration_time(phase) / 2
        if by_hand(phase):
            return phase.duty * phase.interval - reading + until
        pause = phase.interval - reading if listed(phase, reading) else 0.0
        return wait(phase, reading) + pause + until

    def busy(self) -> bool:
        """Whether readings are still to come. Raises InstrumentError if they never will."""
        if self._fault:
            raise InstrumentError(self._fault)
        if self._stopped or self._over:
            return False
        if by_hand(self._phase):
            self._go_on()
        elif not (self.testing() or self.testing()):  # a spoilt answer may say so, two do not
            self._finish()
        elif self.clock.now() > self._gained_at + 3 * self._phase.interval + PATIENCE:
            raise InstrumentError(f"the {self.model} has given no reading for "
                                  f"{self.clock.now() - self._gained_at:.0f} s; was its test "
                                  "started anew by another program?")
        return self._goes_on()

    def _goes_on(self) -> bool:
        """Whether readings are still to come, or a fault, raised once the others are fetched."""
        return not self._over or bool(self._fault)

    def _go_on(self) -> None:
        """By hand: set the level, read it, let the sample rest, each once it is due."""
        phase, n, now = self._phase, self._place, self.clock.now()
        due = self._begun + len(self._limited) * phase.interval
        if not self._level_on and now >= due:
            self.force_voltage(n, phase.level, phase.compliance)
            self._level_on = True
        elif self._level_on and now >= (due + phase.duty * phase.interval
                                        - self.reading_time(phase)):
            voltage = self.spot("V", n)[1]
            before = self.clock.now()
            status, current = self.spot("I", n)
            middle = (before + self.clock.now()) / 2
            last = len(self._limited) + 1 == phase.count
            if (last and self._off_after) or phase.rest == "open":
                self.command(f"US;DV{n}")
            else:
                self.force_voltage(n, 0.0, phase.compliance)
            self._level_on = False
            self._gained.append((middle, voltage, current, status == "C"))
            self._limited.append(status == "C")
            self._hold_against_compliance(np.array([current]))
            self._over = last

    def fetch(self) -> Samples:
        """The readings gained: while a test runs a few at a time, after it all that are left."""
        if by_hand(self._phase):
            gained, self._gained = self._gained, []
            time, voltage, current, limited = np.array(gained, np.float64).reshape(-1, 4).T
            self._taken += len(gained)
            return self._samples(time - (self._epoch or 0.0), voltage, current,
                                 limited.astype(np.bool_))
        if self._over:
            rows, self._left = self._left, self._left[:0]
        else:
            rows = self._some()
            self._hold_against_compliance(rows[:, 2])
        stamps, voltage, current = rows.T
        level = abs(current) >= LIMITED * self._phase.compliance
        self._taken += stamps.size
        self._limited += level.tolist()
        middle = self.reading_time(self._phase) - self.integration_time(self._phase) / 2
        return self._samples(stamps + self._begun - (self._epoch or 0.0) + middle, voltage,
                             current, level)

    def _some(self) -> Array:
        """Time stamp, voltage and current of readings made since, one by one (RD); a row each."""
        begun, n = self.clock.now(), self._place
        rows: list[tuple[float, float, float]] = []
        while self._taken + len(rows) < self._phase.count:
            place = self._taken + len(rows) + 1
            current = self._reading(f"I{n}", place)
            if current is None or (self.clock.now() > begun + SHARE and not self._stopped):
                break
            stamp, voltage = self._reading(f"CH{n}T", place), self._reading(f"V{n}", place)
            if stamp is None or voltage is None:
                break
            rows.append((stamp, voltage, current))
            self._gained_at = self.clock.now()
        self._handed += rows
        return np.array(rows, np.float64).reshape(-1, 3)

    def _reading(self, name: str, place: int) -> float | None:
        """One reading of a test that may still run; None where it is still to come."""
        return self.ask_for(f"RD '{name}',{place}",
                            lambda answer: None if answer == "0" else _number(answer),
                            "a reading was")

    def _finish(self) -> None:
        """Have all readings of a test that is over, and hold them against what was told before."""
        n, count = self._place, self._phase.count
        stamps, voltage = self._column(f"CH{n}T")[1], self._column(f"V{n}")[1]
        letters, current = self._column(f"I{n}")
        least = min(stamps.size, voltage.size, current.size)
        rows = np.column_stack((stamps[:least], voltage[:least], current[:least]))
        handed = np.array(self._handed, np.float64).reshape(-1, 3)
        self._left, self._over = rows[self._taken:], True
        marked = [letter == "C" for letter in letters[:self._taken]]
        if marked != self._limited[:len(marked)]:
            self.noted(f"phase {self._phase.name!r}: the {self.model} says of {sum(marked)} of "
                       f"{len(marked)} readings that they were in compliance; "
                       f"{sum(self._limited)} were marked")
        self._hold_against_compliance(current)
        if not np.array_equal(rows[:self._taken], handed, equal_nan=True):
            self._fault = (f"the {self.model} tells readings otherwise than while its test ran; an "
                           "answer was spoilt.")
        if not stamps.size == voltage.size == current.size == count:
            self._fault = (f"the {self.model} ended after {current.size} of {count} readings; was "
                           "it stopped or used by another program?")

    def _column(self, name: str) -> tuple[str, Array]:
        """All readings of a test that is over: their statuses, if any, and their values (DO)."""
        def understand(answer: str) -> tuple[str, Array]:
            told = [(each[:1], each[1:]) if each[:1] in set(LETTERS) else ("", each)
                    for each in answer.split(",")]
            return ("".join(letter for letter, _ in told),
                    np.array([_number(text) for _, text in told]))

        return self.ask_for(f"DO '{name}'", understand, "readings were")

    def _hold_against_compliance(self, current: Array) -> None:
        """A current that the compliance should have kept back is a fault."""
        limit = self._phase.compliance
        most = limit / LIMITED + self.sheet.measure_current.holding(limit).offset_accuracy
        if (np.abs(current) > most).any():
            self._fault = (f"phase {self._phase.name!r}: it measured {np.abs(current).max():g} A "
                           f"beyond a compliance of {limit:g} A.")

    def _samples(self, time: Array, voltage: Array, current: Array, limited: Flags) -> Samples:
        phase = self._phase
        return Samples(time=time, voltage=voltage, current=current, compliance=limited,
                       u_voltage=u_voltage(voltage, phase, self.sheet),
                       u_current=u_current(current, phase, self.sheet))

    def halt(self) -> None:
        """Stop where it is; a level that is held is set again, should the stop have let it go."""
        self._stopped = True
        self.command(*self._stop)
        if self._phase.rest == "hold" and not self._phase.alternate:
            self.force_voltage(self._place, self._phase.level, self._phase.compliance)

    def off(self) -> None:
        """See `GuardedKeithley4200.off`; a phase under way is over."""
        self._stopped = True
        super().off()


def _number(text: str) -> float:
    """A number of KXCI, ±N.NNNN E±NN; NaN where it stands for a reading beyond its range."""
    if not _NUMBER.fullmatch(text):
        raise ValueError
    value = float(text.replace(" ", ""))
    return value if abs(value) < 1e22 else math.nan
