"""Forgetting: reads of a network that has a path, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.protocols.parameters import (
    alternating,
    amperes,
    every,
    line_cycles,
    resting,
    seconds,
    share,
    volts,
)
from ginsen.protocols.protocol import Protocol
from ginsen.types import Phase


class Forgetting(Protocol):
    """Watch a formed path decay under small reads.

    There is no pulse here: whatever formed the path was another run, and how long ago is not in
    this record. Time, ratios, half-life and law therefore count from the first read, not from the
    end of a stimulus; to count from there use `memory`.

    The 10 mV for 100 s are those of Diaz-Alvarez et al. 2019, Fig. 3
    (doi 10.1038/s41598-019-51330-6); interval, integration and compliance are choices.
    """

    name = "forgetting"

    read_voltage = volts("Read voltage", 0.01, "Level of the reads")
    read_time = seconds("Read time", 100.0, "How long is read")
    read_interval = every("Read interval", 0.05, "Time between two reads")
    read_nplc = line_cycles("Read NPLC", 1.0, "Integration of a read, in power line cycles")
    read_compliance = amperes("Read compliance", 1e-5)
    read_duty = share("Read duty", 1.0,
                      "Share of the read interval during which the read level is applied")
    alternate = alternating()
    rest = resting()

    def phases(self) -> Sequence[Phase]:
        """One phase of reads, whose name tells the analysis to count from its first."""
        return [Phase("forgetting", self.read_voltage, self.read_time, self.read_interval,
                      self.read_compliance, nplc=self.read_nplc, rest=self.rest,
                      duty=self.read_duty, alternate=self.alternate)]
