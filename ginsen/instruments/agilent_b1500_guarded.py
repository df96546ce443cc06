"""One channel of an Agilent B1500A by hand: within the station's limits, and off when told so."""

from __future__ import annotations

from typing import Any

from ginsen.datasheets.agilent_b1500 import B1517A, MODULES
from ginsen.instruments.agilent_b1500_corrected import CorrectedAgilentB1500
from ginsen.instruments.agilent_b1500_sampling import averaging
from ginsen.instruments.commanded_source_meter import RAMP, CommandedSourceMeter
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Clock, Emergency, Limits, Phase

SLOTS = tuple(str(slot) for slot in range(1, 11))

OFF_STATES = ("open", "zero", "ramp")


class GuardedAgilentB1500(CommandedSourceMeter, CorrectedAgilentB1500):
    """One channel, with what is set held against the station's limits; see `AgilentB1500A`."""

    sheet = B1517A

    def __init__(self, adapter: Any, name: str = "Agilent B1500A", *, channel: str = "1",
                 limits: Limits | None = None, clock: Clock | None = None,
                 off_state: str = "open", mains: float = 50.0, **kwargs: Any) -> None:
        if channel not in SLOTS:
            raise ValueError(f"channel is {channel!r}; a B1500A has {', '.join(SLOTS)}")
        if off_state not in OFF_STATES:
            raise ValueError(f"off_state is {off_state!r}; it is one of {', '.join(OFF_STATES)}")
        super().__init__(adapter, name, clock=clock, **kwargs)
        self.limits = limits or Limits(self.sheet.source_voltage.maximum,
                                       self.sheet.source_current.maximum)
        self._number_on_bus = channel
        self._letter = "ABCDEFGHIJ"[int(channel) - 1]
        self._hertz = mains
        self._ramps = off_state == "ramp"
        self._stop = ("AB",)
        self._switch_off = f"{'DZ' if off_state == 'zero' else 'CL'} {channel}"
        self._output_question = f"*LRN? {channel}"

    # What is forced.

    def _forced(self) -> tuple[str, float, float] | None:
        """What is forced (V or I), its level and compliance; None with the output open.

        *LRN? answers DV1,200,+00.0000E+00,+100.000E-06,0,16 or DI1,... or CL1.
        """
        return self.ask_for(self._output_question, self._understood, "DV, DI or CL was")

    def _understood(self, answer: str) -> tuple[str, float, float] | None:
        channel = self._number_on_bus
        if answer == f"CL{channel}":
            return None
        kind, level, limit = answer[:2], *answer.split(",")[2:4]
        if not (kind in ("DV", "DI") and answer[2:].startswith(f"{channel},")):
            raise ValueError
        return kind[1], float(level), float(limit)

    def _force(self, letter: str, level: float, limit: float | None = None) -> None:
        """Force a level, on the least range that holds it; without a limit that of before."""
        tail = "" if limit is None else f",{limit:.9g}"
        self.write(f"D{letter} {self._number_on_bus},0,{level:.9g}{tail}")

    @property
    def source_voltage(self) -> float:
        """Control the voltage forced in V (float), 0 with the output open; within the limits."""
        letter, level, _ = self._forced() or ("V", 0.0, 0.0)
        return level if letter == "V" else 0.0

    @source_voltage.setter
    def source_voltage(self, level: float) -> None:
        self.check_level(level, "source_voltage")
        self._force("V", level)

    @property
    def source_current(self) -> float:
        """Control the current forced in A (float), 0 with the output open; within the limits."""
        letter, level, _ = self._forced() or ("I", 0.0, 0.0)
        return level if letter == "I" else 0.0

    @source_current.setter
    def source_current(self, level: float) -> None:
        self.check_current(level, "source_current")
        self._force("I", level)

    @property
    def compliance_current(self) -> float:
        """Control the current limit of the voltage forced in A (float); the output must be on.

        Raises InstrumentError where no voltage is forced.
        """
        return self._voltage_forced()[1]

    @compliance_current.setter
    def compliance_current(self, limit: float) -> None:
        self.check_current(limit, "compliance_current")
        self._force("V", self._voltage_forced()[0], limit)

    def _voltage_forced(self) -> tuple[float, float]:
        forced = self._forced()
        if forced is None or forced[0] != "V":
            raise InstrumentError(f"{self._where}: channel {self._number_on_bus} forces no voltage")
        return forced[1], forced[2]

    @property
    def source_enabled(self) -> bool:
        """Get whether the output switch is on."""
        return self._forced() is not None

    # Identity, times, safety.

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another model or another module."""
        identity = str(self.ask("*IDN?")).strip()
        if self._known_by not in identity.upper():
            raise InstrumentError(f"{self.adapter.resource_name} answered {identity[:60]!r}: the "
                                  f"station expects an Agilent {self.model}.")
        slot = int(self._number_on_bus)
        modules = [each.split(",")[0] for each in str(self.ask("UNT?")).strip().split(";")]
        module = modules[slot - 1] if slot <= len(modules) else "0"
        if module not in MODULES:
            raise InstrumentError(
                f"{self.adapter.resource_name}: slot {slot} holds "
                f"{'nothing' if module == '0' else module}; a channel needs one of "
                f"{', '.join(MODULES)}.")
        self.sheet = MODULES[module]
        return identity

    @property
    def _known_by(self) -> str:
        return f",{self.model},"

    def integration_time(self, phase: Phase) -> float:
        """How long (s) a reading is averaged: whole line cycles, or conversions of 80 µs."""
        return averaging(phase.nplc, self._mains()).seconds

    def reading_time(self, phase: Phase) -> float:
        """How long (s) one reading takes; the voltage is not measured beside the current."""
        return self.sheet.timing.reading + self.integration_time(phase)

    def _proof(self, question: str = "") -> str | None:
        """See `Conversation`; what is forced comes as the output switches of others have it."""
        answer = super()._proof(question)
        if answer is None or question != self._output_question:
            return answer
        try:
            forced = self._understood(answer)
        except ValueError:
            return answer
        at_rest = forced is None or (self._switch_off.startswith("DZ") and forced[1] == 0)
        return "0" if at_rest else answer

    def _ramp_down(self) -> None:
        """Lower the level to 0 V in small steps, where a voltage is forced."""
        for command in self._stop:
            self.write(command)
        forced = self._forced()
        if forced is not None and forced[0] == "V":
            self.ramp_to_voltage(0.0, *RAMP)

    def emergency(self, name: str) -> Emergency:
        """Abort and open the output, whatever it is doing, also where it would rest at 0 V."""
        channel = self._number_on_bus
        return Emergency(name, self._where, self.adapter.connection.read_termination or "",
                         commands=(*self._stop, f"CL {channel}"),
                         question=self._output_question, off=f"CL{channel}",
                         identity=f"CL{channel}")
