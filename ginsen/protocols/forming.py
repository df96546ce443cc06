"""Forming: the first conduction of a pair, once and for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.protocols.acquisition import News
from ginsen.protocols.parameters import (
    amperes,
    every,
    line_cycles,
    number,
    ratio,
    seconds,
    siemens,
    volts,
)
from ginsen.protocols.protocol import ParameterError, Protocol
from ginsen.protocols.staircase import staircase
from ginsen.station_file import read_station
from ginsen.types import Phase, Samples

CERTAIN = 3.0
"""A current counts as risen from so many of its standard uncertainties on."""


class AlreadyFormed(RuntimeError):
    """The pair conducts before anything but a read was applied."""


class FirstStep:
    """The rule: the conductance has risen by a step, and stays there.

    Yes if the median of the last `consecutive` samples exceeds `step` times that of the last
    samples of the level before, by a current that the meter can tell; or if as many samples in a
    row are in compliance, where the current rose as far as it was let.
    """

    def __init__(self, step: float, consecutive: int) -> None:
        self._step = step
        self._consecutive = consecutive
        self._number = -1
        self._before: float | None = None
        self._last = Samples.of([], [], [])

    def __call__(self, news: News) -> bool:
        """Whether the latest samples of this level are above the step."""
        if news.number != self._number:
            self._before = self._conductance() if len(self._last) else None
            self._number, self._last = news.number, Samples.of([], [], [])
        self._last = Samples.joined([self._last, news.samples])[-self._consecutive:]
        if len(self._last) < self._consecutive:
            return False
        if self._last.compliance.all():
            return True
        if self._before is None or self._last.compliance.any():
            return False
        level = float(np.median(self._last.voltage))
        risen = abs(float(np.median(self._last.current)) - self._before * level)
        least = CERTAIN * float(np.median(self._last.u_current))
        return self._conductance() > self._step * self._before and not risen < least

    def _conductance(self) -> float:
        """The median I/V (S) of the last samples: the resistor counts for little before a path."""
        return float(np.median(self._last.current) / np.median(self._last.voltage))


class Forming(Protocol):
    """Step the level up slowly and stop at the first step in conductance.

    Forming makes the first conducting path of a pair of electrodes. It happens once per pair and
    cannot be undone; a pair that is formed is activated (`activation`), not formed again. So the
    station must have a series resistor, which takes the voltage over as the path appears faster
    than any compliance; the compliance is low; and a pair that conducts more than `formed` at the
    first read is left alone.

    The first step is where the median of the last `consecutive` samples exceeds `step_ratio` times
    that of the level before, or where as many samples are in compliance. The level is then lowered
    to a read, in a phase called `formed`; a record without it is of a pair that did not form. The
    rule looks at the data every 0.25 s, so the level may outlast the step by that.

    All values are choices.
    """

    name = "forming"

    maximum = volts("Maximum", 6.0, "Level at which it is given up", minimum=0)
    step = volts("Step", 0.1, "From one level to the next", minimum=1e-6)
    dwell = seconds("Dwell", 2.0, "How long each level is held")
    compliance = amperes("Compliance", 1e-6)
    step_ratio = ratio("Step ratio", 3.0, "What counts as a step: G over that of the level before")
    consecutive = number("Consecutive", 3, "Samples that a step must last")
    read_voltage = volts("Read voltage", 0.01, "Level of the reads before and after")
    read_time = seconds("Read time", 10.0, "How long is read before and after")
    read_compliance = amperes("Read compliance", 1e-5)
    formed = siemens("Formed", 1e-6, "A pair that conducts more at the first read is formed")
    interval = every("Interval", 0.05)
    nplc = line_cycles("NPLC", 1.0)

    def phases(self) -> Sequence[Phase]:
        """A read, the levels, a read.

        Raises ParameterError where the station has no series resistor for this source meter.
        """
        station = read_station(self.station) if self.lab is None else self.lab.file
        if not station.source_meter(self.source_meter).leads.series_resistance > 0:
            raise ParameterError(
                f"forming needs a series resistor, and the station {station.name!r} has none: put "
                "one between source meter and sample and say so, e.g. series_resistance = "
                "\"10 kΩ\".")
        read = Phase("before", self.read_voltage, self.read_time, self.interval,
                     self.read_compliance, nplc=self.nplc)
        levels = [Phase(f"level {k}", level, self.dwell, self.interval, self.compliance,
                        nplc=self.nplc)
                  for k, level in enumerate(staircase(self.maximum, self.step)[1:], start=1)]
        return [read, *levels, read.named("formed")]

    def measure(self) -> None:
        """Read, step up until the first step, read."""
        before, *levels, after = self.phases()
        if self.apply([before], until=self._conducts):
            raise AlreadyFormed(
                f"forming: the pair conducts more than {self.formed:g} S already. Forming is once "
                "per pair; nothing but the read was applied.")
        if self.apply(levels, until=FirstStep(self.step_ratio, self.consecutive)):
            self.apply([after])

    def _conducts(self, news: News) -> bool:
        """Whether most samples of this piece say that the pair is formed, or are in compliance."""
        conducting = (news.conductance > self.formed) | news.samples.compliance
        return bool(np.mean(conducting) > 0.5)
