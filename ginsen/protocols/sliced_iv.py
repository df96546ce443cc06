"""Sliced I-V: long steps up and down, the spectrum of the current in every one."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.protocols.parameters import amperes, every, line_cycles, seconds, volts
from ginsen.protocols.protocol import Protocol
from ginsen.protocols.staircase import staircase
from ginsen.types import Phase


class SlicedIV(Protocol):
    """Step 0 → maximum → 0, stay long at each level, and ask β of the current there.

    The first tenth of each step is settling and is left out; the rest is cut into windows of one
    second, each with its own β (`ginsen.analysis.sliced`).

    3 V, steps of 14 mV, 20 s at each and windows of 1 s are those of Diaz-Alvarez et al. 2019,
    Fig. 5 (doi 10.1038/s41598-019-51330-6): 429 steps, 2 h 23 min and the dead times. The sampling
    rate is not given there; 400 samples a second are a choice, as are integration and compliance.
    """

    name = "sliced-iv"
    windows = (400, 4000)  # 1 s and 10 s at the default rate

    maximum = volts("Maximum", 3.0, "Highest voltage", minimum=0)
    step = volts("Step", 0.014, "From one level to the next", minimum=1e-6)
    dwell = seconds("Dwell", 20.0, "How long each level is held")
    interval = every("Interval", 0.0025)
    nplc = line_cycles("NPLC", 0.05)
    compliance = amperes("Compliance", 1e-4)

    def phases(self) -> Sequence[Phase]:
        """One phase a level: up, then down; the highest once."""
        up = [Phase(f"up {k}", level, self.dwell, self.interval, self.compliance, nplc=self.nplc)
              for k, level in enumerate(staircase(self.maximum, self.step), start=1)]
        down = [phase.named(f"down {k}") for k, phase in enumerate(up[-2::-1], start=1)]
        return [*up, *down]
