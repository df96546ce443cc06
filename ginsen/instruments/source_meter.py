"""What every source-measure unit does: phases in, samples out, off means read back as off."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.instruments.contact import Contact, ContactVerdict
from ginsen.instruments.limits import excesses
from ginsen.types import Clock, Emergency, Leads, Limits, Phase, Samples


class InstrumentError(RuntimeError):
    """An instrument did not do, or did not answer, what it was asked."""


class LimitExceeded(ValueError):
    """A level or compliance beyond what the station allows on this sample. Nothing was sent."""


class OutputNotOff(InstrumentError):
    """The output could not be proved off. Somebody has to look at the bench."""


class SourceMeter(ABC):
    """A source-measure unit that times its own samples.

    A run is `start(phases)`, then `fetch()` until not `busy()`. No call blocks for longer than
    100 ms plus one integration, so whoever drives it can look at a stop flag in between.
    """

    clock: Clock
    limits: Limits
    leads: Leads = Leads()
    sheet: SourceMeterSheet
    """Of the model, or of this one, where it is put together for a station."""

    further_inputs: tuple[str, ...] = ()
    """The names of what it reads at the same instants beside the current that it measures with."""

    heard: Callable[[], object] = staticmethod(lambda: None)
    """Called whenever the instrument has answered or is asked again: nothing hangs."""

    noted: Callable[[str], object] = staticmethod(lambda text: None)
    """Told, in a sentence, of each answer that was missing and got by asking again."""

    alarmed: Callable[[str], object] = staticmethod(lambda text: None)
    """Told, in a sentence, that `off` has not succeeded so far: let others try, too."""

    @abstractmethod
    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError if another model answers."""

    def calibrated(self) -> str:
        """The date of its last calibration, YYYY-MM-DD, or nothing where it does not tell."""
        return ""

    def contact_check(self) -> Contact | ContactVerdict | None:
        """Whether force and sense meet on the pads; None where this meter or its leads can't tell.

        The output is off, before and after. Raises InstrumentError where it is refused.
        """
        return None

    @abstractmethod
    def integration_time(self, phase: Phase) -> float:
        """How long (s) one reading of this phase is integrated."""

    @abstractmethod
    def start(self, phases: Sequence[Phase], *, off_after: bool = True) -> int:
        """Set up and start as many of the leading phases as can run without the computer.

        Returns that number, at least one. Compliance is read back before the output goes on. Where
        the instrument can, it switches its output off by itself after the last phase, unless
        `off_after` is False because more is to come.
        Raises LimitExceeded or ValueError, naming the phase, before anything is sent, and
        InstrumentError where the instrument refuses or answers otherwise.
        """

    @abstractmethod
    def lead(self, phase: Phase) -> float:
        """How long (s) after `start` the first sample of a phase is, if it is the first phase."""

    @abstractmethod
    def busy(self) -> bool:
        """Whether what was started is still running. Raises InstrumentError on a queued error."""

    @abstractmethod
    def fetch(self) -> Samples:
        """The samples gained since the last call, none twice, none left out."""

    def fetch_further(self) -> tuple[Samples, ...]:
        """Of each further input the samples that belong, one by one, to what `fetch` last gave."""
        return ()

    @abstractmethod
    def halt(self) -> None:
        """Stop what was started; the output and its level stay as they are."""

    @abstractmethod
    def off(self) -> None:
        """Stop, switch the output off and read that back. Raises OutputNotOff if it is not."""

    @abstractmethod
    def emergency(self, name: str) -> Emergency:
        """How somebody else makes the instrument of that `name` safe, without this driver."""

    @abstractmethod
    def close(self) -> None:
        """End the VISA session; the output is left as it is."""

    def check(self, phases: Sequence[Phase]) -> None:
        """Hold every phase against the station's limits; raises LimitExceeded or ValueError."""
        for phase, problem in excesses(phases, self.limits, self.leads, self.sheet):
            raise LimitExceeded(f"phase {phase.name!r}: {problem}")
        for phase in phases:
            if not 0 < phase.duty <= 1 or (phase.duty < 1) != (phase.rest != "hold"):
                raise ValueError(f"phase {phase.name!r}: a rest {phase.rest!r} with a duty of "
                                 f"{phase.duty:g}; a duty is above 0, 1 with 'hold' and below 1 "
                                 "with 'zero' or 'open'")
            if not (phase.interval > 0 and phase.duration >= 0):
                raise ValueError(f"phase {phase.name!r}: needs an interval above 0 s and a "
                                 f"duration of at least 0 s, got {phase.interval:g} s and "
                                 f"{phase.duration:g} s")
            if phase.alternate and (phase.duty < 1 or phase.level == 0):
                raise ValueError(f"phase {phase.name!r}: alternating levels need a level other "
                                 "than 0 V and a duty of 1")
            steps = phase.duration / phase.interval
            if abs(steps - round(steps)) > 1e-6 * max(steps, 1):
                raise ValueError(f"phase {phase.name!r}: {phase.duration:g} s is no whole number "
                                 f"of intervals of {phase.interval:g} s")
            if 0 < abs(phase.level) < self.sheet.source_voltage.ranges[0].resolution:
                raise ValueError(f"phase {phase.name!r}: {phase.level:g} V is less than the source "
                                 "can set")

    def check_level(self, level: float, what: str) -> None:
        """Raises LimitExceeded for a level (V) beyond the station's limit."""
        if not abs(level) <= self.limits.voltage:
            raise LimitExceeded(f"phase {what!r}: {level:g} V is beyond the station's limit of "
                                f"± {self.limits.voltage:g} V")

    def check_power(self, level: float, compliance: float, what: str) -> None:
        """Raises LimitExceeded where a level (V) could carry more power than the station allows."""
        if not abs(level) * compliance <= self.limits.power:
            raise LimitExceeded(f"phase {what!r}: {level:g} V at a compliance of {compliance:g} A "
                                f"is beyond the station's limit of {self.limits.power:g} W")

    def check_current(self, current: float, what: str) -> None:
        """Raises LimitExceeded for a current (A) beyond the station's limit."""
        if not abs(current) <= self.limits.current:
            raise LimitExceeded(f"{what}: {current:g} A is beyond the station's limit of "
                                f"± {self.limits.current:g} A")
