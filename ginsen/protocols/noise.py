"""Noise: one constant bias, long enough for a spectrum."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.protocols.parameters import amperes, every, line_cycles, seconds, volts
from ginsen.protocols.protocol import Protocol
from ginsen.types import Phase


class Noise(Protocol):
    """Hold one bias for long and listen.

    Every value here is a choice: 10 minutes at 100 samples a second reach from some mHz to 40 Hz,
    at a bias well below any activation, on the smallest measure range that a network of up to
    100 µS leaves free.
    """

    name = "noise"
    windows = (1024, 4096)

    voltage = volts("Voltage", 0.1, "The bias")
    time = seconds("Time", 600.0, "How long it is held")
    interval = every("Interval", 0.01)
    nplc = line_cycles("NPLC", 0.2)
    compliance = amperes("Compliance", 1e-5)

    def phases(self) -> Sequence[Phase]:
        """One phase."""
        return [Phase("bias", self.voltage, self.time, self.interval, self.compliance,
                      nplc=self.nplc)]
