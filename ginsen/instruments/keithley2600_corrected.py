"""PyMeasure's Keithley 2600, corrected where it harms a measurement.

PyMeasure's class carries the connection and the names. Each thing that it gets wrong is corrected
here with its reason beside it. Manual pages are those of the Reference Manual 2600BS-901-01 Rev. F.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import keithley2600
from pymeasure.instruments.validators import strict_range

from ginsen.instruments.clock import clock_of
from ginsen.instruments.tsp_conversation import TspConversation
from ginsen.types import Clock


def _level(name: str, quantity: str, reach: float, *, least: float | None = None) -> Any:
    low = -reach if least is None else least
    return Instrument.control(
        name, f"{name}=%.9e", f"""Control the {quantity} (float), {low:g} to {reach:g}.""",
        validator=strict_range, values=(low, reach))


class CorrectedChannel(keithley2600.Channel):  # type: ignore[misc]
    """One channel, by PyMeasure's names; `letter` is a or b."""

    # PyMeasure formats with %f: a limit of 100 nA is sent as smua.source.limiti=0.000000. And what
    # lies beyond its range it clips without a word (truncated_range).

    source_current = _level("source.leveli", "source current in A", 3.03)
    source_voltage = _level("source.levelv", "source voltage in V", 202.0)
    compliance_current = _level("source.limiti", "current limit in A", 3.03, least=100e-12)
    compliance_voltage = _level("source.limitv", "voltage limit in V", 202.0, least=10e-3)
    source_current_range = _level("source.rangei", "source current range in A", 3.03)
    source_voltage_range = _level("source.rangev", "source voltage range in V", 202.0)
    current_range = _level("measure.rangei", "current measure range in A", 3.03)
    voltage_range = _level("measure.rangev", "voltage measure range in V", 202.0)

    # PyMeasure takes the bounds [0.001, 25] for a list of values to map: 1 "is not in list".

    measure_nplc = _level("measure.nplc", "integration time in line cycles", 25.0, least=1e-3)

    def measure_current(self, nplc: float = 1, current: float = 1.05e-4,
                        auto_range: bool = True) -> None:
        """Set up the measurement of current (A); nothing is measured.

        PyMeasure begins with smua.measure.i(), which takes a reading and drops it.
        """
        self._set_up_measurement("i", nplc, None if auto_range else current)

    def measure_voltage(self, nplc: float = 1, voltage: float = 21.0,
                        auto_range: bool = True) -> None:
        """Set up the measurement of voltage (V); nothing is measured."""
        self._set_up_measurement("v", nplc, None if auto_range else voltage)

    def _set_up_measurement(self, letter: str, nplc: float, span: float | None) -> None:
        self.measure_nplc = nplc
        self.write(f"measure.autorange{letter}=1" if span is None
                   else f"measure.range{letter}={span:.9e}")
        self.check_errors()

    # PyMeasure sleeps on the wall clock between steps, which moves no simulated bench.

    def ramp_to_voltage(self, target_voltage: float, steps: int = 30, pause: float = 0.1) -> None:
        """Ramp the source voltage (V) in equal steps, `pause` seconds apart."""
        for level in np.linspace(self.source_voltage, target_voltage, steps):
            self.source_voltage = float(level)
            self.instrument.clock.sleep(pause)

    def ramp_to_current(self, target_current: float, steps: int = 30, pause: float = 0.1) -> None:
        """Ramp the source current (A) in equal steps, `pause` seconds apart."""
        for level in np.linspace(self.source_current, target_current, steps):
            self.source_current = float(level)
            self.instrument.clock.sleep(pause)


class CorrectedKeithley2600(TspConversation, keithley2600.Keithley2600):  # type: ignore[misc]
    """Keithley 2600B, both channels as `ChA` and `ChB`, by PyMeasure's names.

    `adapter` is a VISA resource name. Waiting is done on `clock`, by default the VISA library's.
    """

    model = "26"

    def __init__(self, adapter: Any, name: str = "Keithley 2600 SourceMeter", *,
                 clock: Clock | None = None, **kwargs: Any) -> None:
        if str(adapter).upper().endswith("::SOCKET"):
            # A raw socket has no END: only the line feed says that a reply is complete.
            kwargs.setdefault("read_termination", "\n")
        # Past PyMeasure's constructor, which warns that nobody knows whether it speaks SCPI.
        Instrument.__init__(self, adapter, name, includeSCPI=False, **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)
        self.ChA = CorrectedChannel(self, "a")
        self.ChB = CorrectedChannel(self, "b")

    def shutdown(self) -> None:
        """Both outputs off, at once. PyMeasure's sends nothing and leaves them on."""
        for channel in (self.ChA, self.ChB):
            channel.write("source.output=0")
        super().shutdown()
