"""The same measurement written for PyMeasure and for Ginsen: a staircase on 10 kΩ with a 2400.

PyMeasure's is what its tutorial teaches: a plain Procedure, its own Keithley2400, its own Worker,
a CSV file. Every level is another, so that a number that belongs to another reading shows.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyvisa
from pymeasure.experiment import IntegerParameter, Parameter, Procedure
from pymeasure.instruments.keithley import Keithley2400

from ginsen.protocols.protocol import Protocol
from ginsen.records.error import RecordError
from ginsen.records.reading import read_record
from ginsen.types import Phase

LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 21))
"""Volts. At most 105 µA flows: PyMeasure's `current` sets the compliance to that on its way."""
EACH = 5
"""Readings at each of them."""
COUNT = len(LEVELS) * EACH
RESISTANCE = 1e4
COMPLIANCE = 1e-3

Rows = list[tuple[float, float]]
"""What a file holds: volts applied, amperes measured; NaN for what is no number."""


class Broken(RuntimeError):
    """The mistake of whoever wrote the measurement."""


class PlainStaircase(Procedure):
    """As in PyMeasure's documentation."""

    address = Parameter("Address", default="")
    library = Parameter("VISA library", default="")
    mistake = Parameter("Method that raises", default="")
    tries = IntegerParameter("How often a reading is asked for", default=1)
    timeout = IntegerParameter("VISA timeout", units="ms", default=2000)
    DATA_COLUMNS = ["Voltage (V)", "Current (A)"]  # noqa: RUF012

    def startup(self) -> None:
        more = {"read_termination": "\n"} if self.address.endswith("SOCKET") else {}
        self.smu = Keithley2400(self.address, visa_library=self.library, timeout=self.timeout,
                                **more)
        self.smu.reset()
        self.smu.apply_voltage(voltage_range=2.0, compliance_current=COMPLIANCE)
        self.smu.measure_current(nplc=1, current=COMPLIANCE)
        self.smu.source_voltage = LEVELS[0]
        self.smu.enable_source()
        if self.mistake == "startup":
            raise Broken("a mistake in startup")

    def execute(self) -> None:
        for step, level in enumerate(LEVELS):
            if self.mistake == "execute" and step == len(LEVELS) // 2:
                raise Broken("a mistake in execute")
            self.smu.source_voltage = level
            for _ in range(EACH):
                self.emit("results", {"Voltage (V)": level, "Current (A)": self._current()})
                if self.should_stop():
                    return

    def _current(self) -> Any:
        for _ in range(self.tries - 1):
            try:
                return self.smu.current
            except pyvisa.VisaIOError:
                pass
        return self.smu.current

    def shutdown(self) -> None:
        self.smu.shutdown()


class Staircase(Protocol):
    """The same for Ginsen."""

    name = "staircase"
    mistake = Parameter("Method that raises", default="")

    def phases(self) -> Sequence[Phase]:
        if self.mistake == "startup":
            raise Broken("a mistake in phases")
        return [Phase(f"{level} V", level, 0.1 * (EACH - 1), 0.1, COMPLIANCE) for level in LEVELS]

    def measure(self) -> None:
        phases = self.phases()
        if self.mistake == "execute":
            self.apply(phases[:len(LEVELS) // 2], off_after=False)
            raise Broken("a mistake in measure")
        self.apply(phases)


def in_csv(path: Path) -> Rows:
    """What a file of PyMeasure's holds."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file) if line and not line[0].startswith("#")]
    return [(_number(row[0]), _number(row[-1])) for row in lines[1:]]


def in_recording(files: Sequence[Path]) -> Rows:
    """What a recording holds, in one file, or more, or none."""
    if not files:
        return []
    try:
        samples = read_record(*files).samples
    except RecordError:
        return []
    return list(zip(samples.voltage.tolist(), samples.current.tolist(), strict=True))


def wrong(rows: Rows) -> int:
    """How many of them are not what 10 kΩ at that voltage carries, within 1 %."""
    return sum(not abs(current * RESISTANCE / voltage - 1) < 0.01 for voltage, current in rows)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan

