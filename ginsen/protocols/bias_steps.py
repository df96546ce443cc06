"""Bias steps: the bias up and down over an active network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.protocols.parameters import amperes, every, line_cycles, number, seconds, volts
from ginsen.protocols.protocol import Protocol
from ginsen.types import Phase


class BiasSteps(Protocol):
    """Raise the bias in steps and lower it again; conductance and β of each step.

    The network should be active before: run `activation` in the same session. On one that is not,
    the way up activates it and only the way down tells of an active network.

    All values are choices.
    """

    name = "bias-steps"

    minimum = volts("Minimum", 0.5, "Bias at which it begins and ends")
    maximum = volts("Maximum", 3.0, "Highest bias")
    count = number("Count", 6, "Levels on the way up, both ends included")
    dwell = seconds("Dwell", 30.0, "How long each level is held")
    interval = every("Interval", 0.01)
    nplc = line_cycles("NPLC", 0.2)
    compliance = amperes("Compliance", 1e-4)

    def phases(self) -> Sequence[Phase]:
        """The levels up, then down; the highest once."""
        levels = np.linspace(self.minimum, self.maximum, self.count).tolist()
        up = [Phase(f"up {k}", level, self.dwell, self.interval, self.compliance, nplc=self.nplc)
              for k, level in enumerate(levels, start=1)]
        down = [phase.named(f"down {k}") for k, phase in enumerate(up[-2::-1], start=1)]
        return [*up, *down]
