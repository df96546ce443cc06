"""Which noise of the instrument is known for a phase, and what the recording is told of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ginsen.analysis.noise_floor import instrument_noise
from ginsen.records.floor_event import KIND, floor_text
from ginsen.records.noise_floors import (
    MeasuredStandard,
    NoiseFloorError,
    Setting,
    read_standards,
    usual_place,
)
from ginsen.records.recording import Recording
from ginsen.types import NEAR, InstrumentNoise, Phase, Samples


class KnownNoise:
    """What the protocol `noise-floor` measured of one source meter, phase by phase of a run.

    `identity` is that of `Station.identity_of`. A file that can't be read is told of, and counts as
    none: a run does not fail for the want of a floor.
    """

    def __init__(self, identity: str) -> None:
        self.noise: InstrumentNoise | None = None
        """That of the phase that was begun last, None where none is known."""
        self._identity = identity
        self._problem, self._why, self._told = "", "", ""
        self._standards: tuple[MeasuredStandard, ...] = ()
        try:
            self._standards = read_standards(usual_place())
        except NoiseFloorError as problem:
            self._problem = f"no noise floor is known: {problem}"

    def begin(self, phase: Phase) -> InstrumentNoise | None:
        """The noise that a phase, on its ranges, is read with.

        It has to have been measured at the same level, ranges, NPLC and interval, over an open and
        over a resistor at least.
        """
        self.noise, self._why = self._of(phase)
        return self.noise

    def tell(self, recording: Recording, samples: Samples, phase: Phase) -> None:
        """At its first samples, the noise of the phase as an event; where none is used, why.

        A reason is not told again while it stays the same.
        """
        start, why = float(samples.time[0]), self._why
        if self.noise is not None:
            recording.event(start, KIND, floor_text(self.noise))
            G = float(np.median(samples.current)) / phase.level
            if self.noise.at(G) is None:
                why = (f"the noise floor is not used at {abs(G):.2g} S: over no resistor within a "
                       f"factor {NEAR:g} of it was it measured well enough")
        if why and why != self._told:
            recording.event(start, "no floor", why)
        self._told = why

    def _of(self, phase: Phase) -> tuple[InstrumentNoise | None, str]:
        """The noise of a phase, or why none is known."""
        if self._problem:
            return None, self._problem
        if phase.level == 0 or phase.alternate or phase.duty < 1:
            return None, "no noise floor is known where the level is 0 V, alternates or rests"
        setting = Setting.of(self._identity, phase)
        found = [each for each in self._standards if each.setting == setting]
        noise = noise_of(found)
        if noise is not None:
            return noise, ""
        missing = ("neither an open nor a resistor" if not found else
                   "no open" if not any(math.isinf(each.ohm) for each in found) else "no resistor")
        return None, (f"no noise floor is known: {missing} was measured by noise-floor at "
                      f"{setting.level:g} V on {setting.source_range:g} V and "
                      f"{setting.measure_range:g} A, NPLC {setting.nplc:g}, every "
                      f"{setting.interval:g} s")


def noise_of(standards: Sequence[MeasuredStandard]) -> InstrumentNoise | None:
    """The noise by standards at one setting; None without an open or without a resistor."""
    if not standards:
        return None
    return instrument_noise([each.conductance for each in standards],
                            [each.density for each in standards],
                            [each.count for each in standards],
                            level=standards[0].setting.level,
                            measured=max(each.measured for each in standards))
