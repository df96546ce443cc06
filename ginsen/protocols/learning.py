"""Learning: pulses until a criterion is met, a pause, and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.protocols.acquisition import News
from ginsen.protocols.parameters import (
    amperes,
    every,
    line_cycles,
    number,
    seconds,
    siemens,
    volts,
)
from ginsen.protocols.protocol import Protocol
from ginsen.types import Phase


class Learning(Protocol):
    """Train with pulses to a criterion, let forget, and train again.

    Each cycle gives pulses, with a check read after each, until most samples of a look at the
    check are at `criterion` or above; then the network is read for `pause`, in a phase called
    `forget`. Fewer pulses in later cycles are savings, and a slower forgetting after them is the
    way from short-term to long-term memory. A cycle that does not meet the criterion within
    `pulses` ends the run: what was not learned cannot be relearned.

    A pulse and its check run in the instrument; between a check that fails and the next pulse the
    output is off for the fraction of a second that the next pair takes to set up. All values are
    choices.
    """

    name = "learning"

    pulse_voltage = volts("Pulse voltage", 5.0, "Level of a pulse")
    pulse_time = seconds("Pulse time", 0.2, "How long a pulse lasts")
    pulse_interval = every("Pulse interval", 0.01)
    pulse_nplc = line_cycles("Pulse NPLC", 0.1)
    pulse_compliance = amperes("Pulse compliance", 1e-3)
    read_voltage = volts("Read voltage", 0.01, "Level of checks and reads")
    check_time = seconds("Check time", 0.5, "How long is read after a pulse")
    read_interval = every("Read interval", 0.05, "Time between two reads")
    read_nplc = line_cycles("Read NPLC", 1.0)
    read_compliance = amperes("Read compliance", 1e-5)
    criterion = siemens("Criterion", 1e-5, "Conductance at which a cycle has learned")
    pulses = number("Pulses", 40, "Most pulses in a cycle")
    cycles = number("Cycles", 5, "How often it is learned")
    pause = seconds("Pause", 60.0, "How long is read between two cycles")

    def phases(self) -> Sequence[Phase]:
        """Every cycle at its longest."""
        return [phase for cycle in range(1, self.cycles + 1)
                for phase in (*(each for pulse in range(1, self.pulses + 1)
                                for each in self._trial(cycle, pulse)), self._forget(cycle))]

    def measure(self) -> None:
        """Cycle after cycle, as long as each one learns."""
        for cycle in range(1, self.cycles + 1):
            trials = (self._trial(cycle, pulse) for pulse in range(1, self.pulses + 1))
            if not any(self.apply(trial, until=self._learned) for trial in trials):
                return
            self.apply([self._forget(cycle)])

    def _trial(self, cycle: int, pulse: int) -> list[Phase]:
        """A pulse and the check after it."""
        return [Phase(f"train {cycle}.{pulse}", self.pulse_voltage, self.pulse_time,
                      self.pulse_interval, self.pulse_compliance, nplc=self.pulse_nplc),
                Phase(f"check {cycle}.{pulse}", self.read_voltage, self.check_time,
                      self.read_interval, self.read_compliance, nplc=self.read_nplc)]

    def _forget(self, cycle: int) -> Phase:
        return Phase(f"forget {cycle}", self.read_voltage, self.pause, self.read_interval,
                     self.read_compliance, nplc=self.read_nplc)

    def _learned(self, news: News) -> bool:
        return (news.phase.name.startswith("check")
                and bool(np.mean(news.conductance >= self.criterion) > 0.5))
