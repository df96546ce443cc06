"""Keithley 2400 as a source meter: its buffer is filled, read, filled again. Virtual only.

Commands by the User's Manual 2400S-900-01 Rev. K (September 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pyvisa import VisaIOError

from ginsen.instruments.commanded_source_meter import MARGIN
from ginsen.instruments.conversation import TRIES
from ginsen.instruments.keithley2400_corrected import BUFFER_FULL
from ginsen.instruments.keithley2400_guarded import GuardedKeithley2400
from ginsen.instruments.keithley2400_readings import ELEMENTS, rows_of, samples_of
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff
from ginsen.instruments.specification import settling
from ginsen.types import Phase, Samples

BUFFER_SIZE = 2500
MESSAGE_AVAILABLE, ERROR_AVAILABLE, IDLE = 16, 4, 128
"""Bits of the status byte (section 15); the last once `:STAT:OPER:ENAB 1024` looks at idle."""

CHUNK = 4096  # bytes at a time, and ...
SHARE = 0.1  # ... seconds a call, of a reply that can take seconds
PATIENCE = 10.0  # seconds for such a reply to begin, or for a piece to end after its time

Stage = Literal["ready", "measuring", "reading"]
"""Nothing under way, the buffer filling, or what it holds on its way here."""


class Keithley2400(GuardedKeithley2400):
    """Keithley 2400 SourceMeter.

    One phase is run at a time, in pieces that the buffer holds: 2500 readings. While one is filled
    nothing else can be asked of the instrument, so its samples come at its end, all at once, and
    between two pieces there is a gap. The level stays. Within a piece times are the instrument's;
    a piece is placed by the station's clock when it is started, to about 10 ms.

    `adapter` is a VISA resource name. `limits` are the station's; without them the instrument's
    own. `off_state` says how the sample rests with the output off: "open" (relay open) or "zero"
    (0 V, low impedance), `terminals` where it is connected, "front" or "rear". Nothing is sent on
    opening.
    """

    _phase = Phase("none", 0.0, 0.0, 1.0, 0.0)
    _next_level: float | None = None
    _off_after = True
    _stage: Stage = "ready"
    _left = 0  # readings that no piece has been started for
    _count = 0  # readings of the piece under way
    _first = _end = _asked = 0.0  # when it began, will end, and was asked for (station's clock)
    _reply = b""
    _repeats = 0  # how often what the buffer holds was asked for in vain
    _fault = ""
    _stopped = False

    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start the first of the phases; always 1.

        The 2400 cannot switch its output off by itself after a phase at whose level it stays
        between readings: `busy` does, once the last reading is in.
        """
        self.check(phases)
        self._phase = phase = phases[0]
        on = self._surely(self._prepare, "setting up")
        self._next_level = phases[1].level if len(phases) > 1 else None
        self._off_after = off_after and len(phases) == 1
        if phase.rest == "hold":
            # The timer would not wait for relay and source: the first interval would be short.
            if not on:
                self.write(":OUTP ON")
            self.clock.sleep(settling(phase, self.sheet) + (not on) * self.sheet.timing.relay)
        elif on:
            self.write(":OUTP OFF")  # or the first reading would not wait for relay and level
            if self._output_on():
                raise OutputNotOff(f"{self._where}: the output stays on where it should rest.")
        self._initiate()
        return 1

    def _prepare(self, anew: bool) -> bool:
        """Everything but the start; returns whether the output is on. `anew` resets all."""
        on = self._output_on()
        if not on or anew or self._zeroed is None:
            self._set_up()
            on = False
        self._set(self._phase)
        self._left, self._stage = self._phase.count, "ready"
        self._fault, self._stopped = "", False
        self._load("setting up")
        return on

    def _load(self, doing: str) -> None:
        """Make buffer and trigger model ready for the next piece; old readings would stay in it."""
        self._count = min(self._left, BUFFER_SIZE)
        for command in (":TRAC:FEED:CONT NEV", ":TRAC:CLE", f":TRAC:POIN {self._count}",
                        ":TRAC:FEED:CONT NEXT", f":ARM:COUN {self._count}"):
            self.write(command)
        self._raise_errors(doing)

    def _initiate(self) -> None:
        """Start the piece that was loaded; *CLS forgets the end of the one before."""
        self.write("*CLS;:INIT")
        self._left -= self._count
        phase, reading = self._phase, self.reading_time(self._phase)
        lead = 0.0 if phase.rest == "hold" else phase.duty * phase.interval - reading
        self._first = self.clock.now() + lead
        self._end = self._first + (self._count - 1) * phase.interval + reading * MARGIN
        self._stage = "measuring"

    def busy(self) -> bool:
        """Whether samples are still to come. Raises InstrumentError if they never will.

        Once the last reading is in, the output is switched off if that was asked for; and if a
        lower level follows, it is applied, so that a pulse does not last until it has been read.
        """
        if self._fault:
            raise InstrumentError(self._fault)
        if self._stopped:
            return False
        if self._stage == "measuring" and self._ended():
            self._prove_complete()
            if not self._left:
                self._leave_level()
            self._ask_for_data()
        elif self._stage == "reading":
            self._receive()
        return self._stage != "ready" or self._left > 0

    def fetch(self) -> Samples:
        """The samples of a piece once all of it has come; then the next piece is started.

        After `halt` and `off`: what there is of the piece that was under way.
        """
        if self._stopped and self._stage == "measuring":
            self._ask_for_part()
        parts = []
        while self._stage == "reading":
            complete = self._receive()
            if complete:
                try:
                    rows = rows_of(self._reply.decode("ascii", "replace"), self._count)
                except InstrumentError as problem:
                    self._ask_again(problem)
                    continue
                self._repeats = 0
                middle = self.reading_time(self._phase) - self.integration_time(self._phase) / 2
                parts.append(samples_of(rows, self._phase, self._first + middle))
                self._stage = "ready"
            elif not self._stopped:
                break
        due = self._first + self._count * self._phase.interval
        if self._stage == "ready" and self._left and self.clock.now() >= due:
            self._surely(lambda anew: self._load("between two pieces"), "between two pieces")
            self._initiate()
        return Samples.joined(parts)

    def _ended(self) -> bool:
        """Whether the piece under way is over: by serial poll, else by the clock.

        One that lost its power no longer asks for a poll; in the end the clock says so, too.
        """
        status = self._status_byte()
        # One part in a thousand for the two clocks to differ; an early question only waits.
        late = self.clock.now() - self._end - 1e-3 * self._count * self._phase.interval
        if status is None:
            return late > 0
        return bool(status & (BUFFER_FULL | IDLE)) or late > PATIENCE

    def _prove_complete(self) -> None:
        """Raises InstrumentError for a piece that is short, or lost the output."""
        count, on = self.ask_for(":TRAC:POIN:ACT?;:OUTP?", _count_and_output,
                                 "the number of readings and the output were")
        self._raise_errors("while measuring")
        if count != self._count:
            raise InstrumentError(f"the 2400 ended after {count} of {self._count} readings; was it "
                                  "reset, switched off or used by another program?")
        if self._phase.rest == "hold" and not on:
            # Nothing in a reading says whether the output was on.
            self._fault = (f"the output went off during the last {self._count} readings, which are "
                           "left out: front panel, interlock or protection.")
            self._stage, self._left = "ready", 0
            raise InstrumentError(self._fault)

    def _leave_level(self) -> None:
        """Do with the level of a phase that is over what need not wait for its readings."""
        if self._off_after:
            if self._ramps:
                self._ramp_down()
            self.write(f":OUTP OFF;:OUTP:SMOD {self._off_state}")
        elif (self._phase.rest == "hold" and self._next_level is not None
                and abs(self._next_level) < abs(self._phase.level)):
            self.source_voltage = self._next_level

    def _ask_for_data(self) -> None:
        """Have the buffer sent; it takes seconds, so the reply is taken in as it comes."""
        self.write(f":FORM:DATA ASC;:FORM:ELEM {','.join(ELEMENTS)};:TRAC:DATA?")
        self._stage, self._reply, self._asked = "reading", b"", self.clock.now()

    def _ask_for_part(self) -> None:
        """End the storing into a buffer that did not get full, and have it sent."""
        self._count = self._whole_number(":TRAC:FEED:CONT NEV;:TRAC:POIN:ACT?")
        if self._count:
            self._ask_for_data()
        else:
            self._stage = "ready"

    def _receive(self) -> bool:
        """Take in what comes of a reply within a tenth of a second; whether that is all of it."""
        until = self.clock.now() + SHARE
        while not self._reply.endswith(b"\n") and self.clock.now() < until:
            status = None if self._reply else self._status_byte()
            if status is None or status & MESSAGE_AVAILABLE:
                try:
                    self._reply += self.read_bytes(CHUNK, break_on_termchar=True)
                except (VisaIOError, OSError) as problem:
                    self._ask_again(problem)
                continue
            if status & ERROR_AVAILABLE:
                self._raise_errors("reading the buffer")
            if self.clock.now() > self._asked + PATIENCE:
                self._ask_again(InstrumentError("the 2400 did not send its buffer within "
                                                f"{PATIENCE:g} s."))
            self.heard()
            self.clock.sleep(SHARE / 10)
        return self._reply.endswith(b"\n")

    def _ask_again(self, problem: Exception) -> None:
        """Have the buffer sent once more, a few times; it keeps its readings."""
        self._repeats += 1
        if self._repeats == TRIES:
            self._repeats = 0
            raise InstrumentError(f"{self._where}: the buffer could not be read: {problem}")
        self._find_back()
        self.noted(f"the buffer was not understood ({problem}); asked again")
        self._ask_for_data()

    def halt(self) -> None:
        """Stop where it is; the output and its level stay."""
        if self._stage == "measuring":
            self.write(":ABOR")
        self._left, self._stopped = 0, True

    def off(self) -> None:
        """As every Keithley's; then the off state of the station again, where a rest changed it.

        A running 2400 puts everything off but an abort (pages 11-13 and 16-3). A reply under way
        is lost, the readings in the buffer are not.
        """
        self._left, self._stopped = 0, True
        if self._stage == "reading":
            self._stage = "measuring"
        super().off()
        if self._phase.rest != "hold":
            self.write(f":OUTP:SMOD {self._off_state}")

    def _output_on(self) -> bool:
        """Whether the output is on; what runs is stopped, or it would not answer."""
        return self._switch(":ABOR;:OUTP?")


def _count_and_output(answer: str) -> tuple[int, bool]:
    count, output = answer.split(";")
    return int(count), bool(("0", "1").index(output))
