"""Keithley 2400 within the limits of a station: what may be set, and how a phase is set.

Commands by the User's Manual 2400S-900-01 Rev. K (September 2011).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from ginsen.datasheets.keithley2400 import CONTACT_THRESHOLDS, KEITHLEY_2400
from ginsen.instruments.commanded_source_meter import OFF_STATES, TERMINALS
from ginsen.instruments.contact import ContactVerdict
from ginsen.instruments.guarded_levels import GuardedLevels, LevelCommands
from ginsen.instruments.keithley2400_corrected import CorrectedKeithley2400
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff
from ginsen.instruments.specification import ranges
from ginsen.types import Clock, Limits, Phase

INTERVALS = (1e-3, 99_999.99)
LONGEST_DELAY = 999.9999
"""What the arm layer's timer and the source delay can be, in s (section 18)."""

_RESET_COMPLIANCE = 105e-6
"""A, after *RST (table 18-6)."""

_OPEN_LEAD = 1 << 18
"""Bit of the status word: contact check has failed (page F-5)."""


class GuardedKeithley2400(GuardedLevels, CorrectedKeithley2400):
    """Keithley 2400 SourceMeter whose levels and limits, however set, stay within the station's.

    The arguments are those of `Keithley2400`, which runs the phases that this class sets.
    """

    sheet = KEITHLEY_2400
    _levels = LevelCommands(":SOUR:VOLT", ":SOUR:CURR", ":SENS:CURR:PROT", ":SENS:VOLT:PROT")

    def __init__(self, adapter: Any, name: str = "Keithley 2400 SourceMeter", *,
                 limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", terminals: str = "front", **kwargs: Any) -> None:
        super().__init__(adapter, name, clock=clock, **kwargs)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._off_state = OFF_STATES[off_state]
        self._ramps = off_state == "ramp"
        self._terminals = TERMINALS[terminals]
        self._zeroed: float | None = None  # the integration time that auto-zero was last done for

    def calibrated(self) -> str:
        """The date of its last calibration, YYYY-MM-DD (the 2400's service manual, appendix B)."""
        def date_of(answer: str) -> str:
            year, month, day = (int(number) for number in answer.split(","))
            return str(date(year, month, day))

        return self.ask_for(":CAL:PROT:DATE?", date_of, "a year, a month and a day were")

    def contact_check(self) -> ContactVerdict | None:
        """A 2400-C's own check; None where the station gives no `contact_limit`.

        It comes with a reading (2400S-900-01 Rev. K, page F-3), so for its time the sample is held
        at 0 V, limited to 105 µA or what the station allows. The smallest threshold that does not
        exceed the limit judges.
        """
        if not self.leads.contact_limit:
            return None
        if self._output_on():
            raise InstrumentError(f"contact is checked with the output off; that of {self._where} "
                                  "is on.")
        options = str(self.ask("*OPT?"))
        if "CONTACT-CHECK" not in options.upper():
            raise InstrumentError(f"{self._where} has no contact check (*OPT? is "
                                  f"{options.strip()[:40]!r}): it is no 2400-C. Leave "
                                  "contact_limit out.")
        limit = max(each for each in CONTACT_THRESHOLDS if each <= self.leads.contact_limit)
        self._zeroed = None  # what is set here is not what a phase needs
        for command in ("*CLS", "*RST", f":OUTP:SMOD {self._off_state}",
                        f":ROUT:TERM {self._terminals}", ":SYST:RSEN ON", ":SYST:CCH ON",
                        f":SYST:CCH:RES {limit:g}", ":CALC2:LIM4:STAT ON", ":FORM:ELEM STAT",
                        f":SENS:CURR:PROT {min(self.limits.current, _RESET_COMPLIANCE):.9e}"):
            self.write(command)
        self._raise_errors("setting up the contact check")
        try:
            self.write(":OUTP ON")
            status = self.ask_for(":READ?", lambda answer: int(float(answer)),
                                  "a status word was")
        finally:
            self.write(":OUTP OFF;:SYST:CCH OFF;:SYST:RSEN OFF")
        self._raise_errors("checking the contact")
        if self._output_on():
            raise OutputNotOff(f"{self._where}: the output stays on after the contact check.")
        return ContactVerdict(not status & _OPEN_LEAD, limit)

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model."""
        identity = str(self.ask("*IDN?")).strip()
        if "MODEL 2400" not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity[:60]!r}: the "
                                  "station expects a Keithley 2400.")
        return identity

    def check(self, phases: Sequence[Phase]) -> None:
        """Beside the station's limits: ranges, integration and interval must be the 2400's."""
        super().check(phases)
        for phase in phases:
            measure = ranges(phase, self.sheet)[1]
            highest = self.sheet.measure_current.holding(phase.compliance)
            if measure.full_scale > highest.full_scale:
                raise ValueError(f"phase {phase.name!r}: a measure range of {measure.full_scale:g} "
                                 f"A; with a compliance of {phase.compliance:g} A a 2400 has none "
                                 f"above {highest.full_scale:g} A")
            if phase.compliance < self.sheet.least_current_limit:
                raise ValueError(f"phase {phase.name!r}: a compliance of {phase.compliance:g} A; "
                                 f"the 2400's begins at {self.sheet.least_current_limit:g} A")
            if phase.alternate:
                raise ValueError(f"phase {phase.name!r}: a 2400 cannot turn the level between two "
                                 "evenly spaced readings; leave alternate out")

    def _check_times(self, phase: Phase) -> None:
        """A reading, and with a duty below one the relay, must fit into what they are given."""
        low, high = INTERVALS
        if not low <= phase.interval <= high:
            raise ValueError(f"phase {phase.name!r}: an interval of {phase.interval:g} s is not "
                             f"between {low:g} s and {high:g} s, which the 2400's timer has")
        super()._check_times(phase)
        if phase.rest == "hold":
            return
        if self.wait_before(phase) > LONGEST_DELAY:
            raise ValueError(f"phase {phase.name!r}: {self.wait_before(phase):g} s between level "
                             f"and reading; a 2400 can wait for {LONGEST_DELAY:g} s")

    def wait_before(self, phase: Phase) -> float:
        """How long (s) the level is on before a reading that ends with the duty begins."""
        relay = self.sheet.timing.relay if phase.rest == "open" else 0.0
        return (phase.duty * phase.interval - self.reading_time(phase)
                - self.sheet.timing.source_step - relay)

    def _set_up(self) -> None:
        """What holds for every phase, from a known state; the output is off.

        Reset leaves nothing of the front panel or of other programs behind, but for the buffer. It
        also makes the off state 0 V, so that is the next thing set.
        """
        for command in (
                "*CLS", "*RST", f":OUTP:SMOD {self._off_state}", f":ROUT:TERM {self._terminals}",
                ":SOUR:FUNC VOLT", ":SENS:FUNC:CONC ON", ":SENS:FUNC 'VOLT','CURR'",
                ":SYST:AZER OFF", ":TRAC:FEED:CONT NEV", ":TRAC:FEED SENS", ":TRAC:TST:FORM ABS",
                ":ARM:SOUR TIM", ":STAT:PRES", ":STAT:MEAS:ENAB 512", ":STAT:OPER:ENAB 1024",
                "*SRE 0"):
            self.write(command)
        self._zeroed = None
        self._raise_errors("setting up")
        self._limit_voltage()

    def _limit_voltage(self) -> None:
        """Let the instrument itself refuse a voltage; read back before any level is set.

        There is no protection above the last of the steps (page 18-81): the largest is sent.
        """
        wanted = self.overvoltage or self.sheet.source_voltage.maximum
        self.write(f":SOUR:VOLT:PROT {wanted:g}")
        held = self._number(":SOUR:VOLT:PROT?")
        if not math.isclose(held, wanted, rel_tol=1e-6):
            raise InstrumentError(f"asked for an overvoltage protection of {wanted:g} V, the 2400 "
                                  f"holds {held:g} V. Nothing was started.")

    def _set(self, phase: Phase) -> None:
        """Everything of a phase, protection first; the output stays on or off."""
        self._protect(phase)
        self._source(phase)
        self._time(phase)

    def _protect(self, phase: Phase) -> None:
        """Integration time, measure range and compliance, read back before any level is set."""
        measure = ranges(phase, self.sheet)[1].full_scale
        self.write(f":SENS:CURR:NPLC {phase.nplc:.9e}")
        # A compliance far below the range is refused (+822), and so is a range above its (+824).
        steps = [f":SENS:CURR:RANG {measure:.9e}", f":SENS:CURR:PROT {phase.compliance:.9e}"]
        if measure > self._measure_range():
            steps.reverse()
        for command in steps:
            self.write(command)
        self._verify(phase, "measure range", self._measure_range(), measure)
        self._verify(phase, "compliance", self._number(":SENS:CURR:PROT?"), phase.compliance)

    def _source(self, phase: Phase) -> None:
        """The level, the one place where one reaches this instrument in a run; then auto-zero.

        With the output on the sample feels it at once.
        """
        self.check_level(phase.level, phase.name)
        self.check_power(phase.level, phase.compliance, phase.name)
        source = ranges(phase, self.sheet)[0]
        steps = [f":SOUR:VOLT:RANG {source.full_scale:.9e}", f":SOUR:VOLT {phase.level:.9e}"]
        if source.full_scale < self._source_range():
            steps.reverse()  # a range that no longer holds the old level would be refused
        for command in steps:
            self.write(command)
        self._verify(phase, "source range", self._source_range(), source.full_scale)
        self._verify(phase, "level", self.source_voltage, phase.level, source.resolution)
        if self._zeroed != phase.nplc:
            self.write(":SYST:AZER ONCE")  # at this integration time; off within the phase
            self._zeroed = phase.nplc

    def _time(self, phase: Phase) -> None:
        """When readings are taken, and what the sample rests in between."""
        self.write(f":ARM:TIM {phase.interval:.9e}")
        self._verify(phase, "interval", self._number(":ARM:TIM?"), phase.interval)
        if phase.rest == "hold":
            self.write(":SOUR:CLE:AUTO OFF")
            self.write(":SOUR:DEL 0")
        else:
            self.write(f":OUTP:SMOD {OFF_STATES[phase.rest]}")
            self.write(f":SOUR:DEL {self.wait_before(phase):.9e}")
            self.write(":SOUR:CLE:AUTO ON")

    def _measure_range(self) -> float:
        """Full scale (A) of the measure range; the 2400 tells how far it reaches."""
        told = self._number(":SENS:CURR:RANG?")
        return self.sheet.measure_current.holding(told).full_scale

    def _source_range(self) -> float:
        """Full scale (V) of the source range; the 2400 tells how far it reaches."""
        told = self._number(":SOUR:VOLT:RANG?")
        return self.sheet.source_voltage.holding(told).full_scale
