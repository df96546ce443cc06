"""Activation: a constant bias until a conducting path forms, or a time has passed."""

from __future__ import annotations

from collections.abc import Sequence

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


class Sustained:
    """The rule: G above `threshold` (S) in `consecutive` samples in a row.

    A sample in compliance has no conductance, so it ends a row.
    """

    def __init__(self, threshold: float, consecutive: int) -> None:
        self._threshold = threshold
        self._consecutive = consecutive
        self._row = 0

    def __call__(self, news: News) -> bool:
        """Whether the row is long enough within this piece, or with the ones before."""
        for above in news.conductance > self._threshold:
            self._row = self._row + 1 if above else 0
            if self._row >= self._consecutive:
                return True
        return False


class Activation(Protocol):
    """Hold a bias until a path forms, then a little longer.

    A path has formed once the conductance was above `threshold` in `consecutive` samples in a row,
    none of them in compliance. The bias then stays for `after`, in a phase of that name; a record
    without it is of a network that did not activate in `time`. The rule looks at the data every
    0.25 s, so the bias may outlast it by that.

    The constant 3 V is that of Diaz-Alvarez et al. 2019, Fig. 2 (doi 10.1038/s41598-019-51330-6);
    times, threshold, integration and compliance are choices.
    """

    name = "activation"

    voltage = volts("Voltage", 3.0, "Bias under which a path may form")
    time = seconds("Time", 300.0, "How long a path is waited for")
    after = seconds("After", 10.0, "How long the bias stays once a path has formed")
    threshold = siemens("Threshold", 1e-6, "Conductance above which there is a path")
    consecutive = number("Consecutive", 10, "Samples in a row that must be above the threshold")
    interval = every("Interval", 0.01)
    nplc = line_cycles("NPLC", 0.1)
    compliance = amperes("Compliance", 1e-3)

    def phases(self) -> Sequence[Phase]:
        """The wait, and what follows if a path forms."""
        wait = Phase("activation", self.voltage, self.time, self.interval, self.compliance,
                     nplc=self.nplc)
        return [wait, wait.named("after").lasting(self.after)]

    def measure(self) -> None:
        """Wait for a path; stay only if there is one."""
        wait, after = self.phases()
        if self.apply([wait], until=Sustained(self.threshold, self.consecutive)):
            self.apply([after])
