"""I-V sweep: a staircase from 0 up, through 0 down, and back to 0."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.protocols.parameters import amperes, every, line_cycles, seconds, volts
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.staircase import staircase
from ginsen.types import Phase


class IVSweep(Protocol):
    """Step the voltage 0 → maximum → 0 → -maximum → 0 and read the current at every step.

    All values are choices. From the fifth step on the computer sets the steps, one by one: between
    two of them the sample stays at the old level for the dead time that the recording states.
    """

    name = "iv-sweep"

    maximum = volts("Maximum", 4.0, "Highest voltage, in either sense", minimum=0)
    step = volts("Step", 0.1, "From one level to the next", minimum=1e-6)
    dwell = seconds("Dwell", 1.0, "How long each level is held")
    interval = every("Interval", 0.05)
    nplc = line_cycles("NPLC", 0.5)
    compliance = amperes("Compliance", 1e-3)

    def phases(self) -> Sequence[Phase]:
        """One phase a level."""
        steps = staircase(self.maximum, self.step)
        levels = [*steps, *steps[-2::-1], *(-level for level in steps[1:]),
                  *(-level for level in steps[-2::-1])]
        return [Phase(f"step {k}", level, self.dwell, self.interval, self.compliance,
                      nplc=self.nplc) for k, level in enumerate(levels, start=1)]
