"""Noise floor: what the instrument itself adds, over an open and over resistors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from pymeasure.experiment.parameters import Parameter

from ginsen.analysis.conductance import conductance
from ginsen.analysis.noise_floor import white_level
from ginsen.instruments.specification import on_its_ranges
from ginsen.protocols.acquisition import News
from ginsen.protocols.parameters import amperes, every, line_cycles, seconds, volts
from ginsen.protocols.protocol import ParameterError, Protocol
from ginsen.records.noise_floors import MeasuredStandard, Setting, keep_standard, usual_place
from ginsen.types import Phase, Record, Samples

OPEN = "open"

AGREES = 0.1
"""How far a resistor may be from what it is said to be: more is another one, or a bad contact."""


class NoiseFloor(Protocol):
    """Listen to the instrument alone, over an open or a resistor in the sample's place.

    One run, one standard: an open, and at least one resistor within a factor 3 of the sample, at
    the level, compliance, NPLC and interval of the runs it is for. What is found is kept for this
    user, and later runs at the same setting take it for their floor. The defaults are those of
    `noise`; two minutes know the floor to 2 %.
    """

    name = "noise-floor"

    standard = Parameter("Standard", default=OPEN,
                         description="What is contacted: open, or a resistance in Ω, e.g. 100e3")
    voltage = volts("Voltage", 0.1, "The bias, that of the runs this is for")
    time = seconds("Time", 120.0, "How long it is held")
    interval = every("Interval", 0.01)
    nplc = line_cycles("NPLC", 0.2)
    compliance = amperes("Compliance", 1e-5)

    def phases(self) -> Sequence[Phase]:
        """One phase. Raises ParameterError for a standard that is none, and for 0 V."""
        self.ohm()
        if self.voltage == 0:
            raise ParameterError("noise-floor: voltage = 0 is not allowed; a floor is that of a "
                                 "current over its level.")
        return [Phase("standard", self.voltage, self.time, self.interval, self.compliance,
                      nplc=self.nplc)]

    def ohm(self) -> float:
        """The resistance of the standard (Ω), infinite for an open. Raises ParameterError."""
        if self.standard == OPEN:
            return math.inf
        try:
            ohm = float(self.standard)
        except ValueError:
            ohm = math.nan
        if not 0 < ohm < math.inf:
            raise ParameterError(f"noise-floor: standard = {self.standard!r} is not allowed; it "
                                 f"takes {OPEN} or a resistance in Ω above 0.")
        return ohm

    def measure(self) -> None:
        """Record the standard and, if it is what it is said to be, keep its noise."""
        pieces: list[Samples] = []

        def taken(news: News) -> bool:
            pieces.append(news.samples)
            return False

        self.apply(self.phases(), until=taken)
        if self.should_stop():
            return
        assert self.lab is not None
        assert self.recording is not None
        assert self._acquisition is not None
        meter, utc = self.lab.source_meter(self.source_meter), self.lab.clock.utc()
        span, samples = self._acquisition.spans[-1], Samples.joined(pieces)
        self._check(samples, span.level, meter.leads.series_resistance)
        try:
            found = white_level(Record(samples, (span,)), span)
        except ValueError as problem:
            self.recording.event(span.stop, "note", f"nothing is kept: {problem}")
            return
        keep_standard(MeasuredStandard(
            Setting.of(self.lab.identity_of(meter), on_its_ranges(self.phases()[0], meter.sheet)),
            self.ohm(), 0.0 if math.isinf(self.ohm()) else found.conductance, found.density,
            found.count, utc.isoformat(timespec="seconds")), usual_place())
        what = "an open" if math.isinf(self.ohm()) else f"{self.ohm():g} Ω"
        self.recording.event(
            span.stop, "note", f"kept as the noise over {what}: {found.density:.3g} A²/Hz, to "
            f"{100 * math.sqrt(2 / found.count):.1f} %")

    def _check(self, samples: Samples, level: float, series_resistance: float) -> None:
        """Raises ValueError where what was contacted is not the standard."""
        mean = replace(samples[:1], **{
            name: getattr(samples, name).mean(keepdims=True)
            for name in ("voltage", "current", "u_voltage", "u_current")})
        G, u_G = (float(each[0]) for each in conductance(mean, series_resistance, level=level))
        if math.isinf(self.ohm()):
            if abs(G) > 3 * u_G:
                raise ValueError(f"the standard is said to be an open, but it conducts {G:.3g} S; "
                                 "nothing is kept.")
        elif abs(G * self.ohm() - 1) > AGREES + 3 * u_G * self.ohm():
            raise ValueError(f"the standard is said to be {self.ohm():g} Ω, but it conducts "
                             f"{G:.3g} S, which is {1 / G:.4g} Ω; nothing is kept.")
