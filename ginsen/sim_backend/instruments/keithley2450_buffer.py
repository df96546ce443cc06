"""Reading buffers of the Keithley 2450 and what can be printed of them.

Elements, status bits and fill modes: Reference Manual 2450-901-01, :TRACe:DATA? and
:TRACe:FILL:MODE; the source status bits are the constants buffer.STAT_* of its TSP section.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading

Fill = Literal["CONT", "ONCE"]

SOURCE_READBACK, SOURCE_LIMITED, SOURCE_SENSE, SOURCE_OUTPUT = 8, 32, 64, 128
MEASURE_QUESTIONABLE, MEASURE_FRONT, MEASURE_START_GROUP = 1, 8, 256

BINARY_ELEMENTS = frozenset({"READ", "REL", "SOUR"})
"""What FORMat:DATA REAL and SREAL can carry."""

_UNITS = {"V": "Volt DC", "A": "Amp DC", "OHM": "Ohm", "WATT": "Watt"}
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"),
             (1e-12, "p"))


class ReadingBuffer:
    """Readings in the order they were made, numbered from 1 since the buffer was cleared.

    When it is full, a buffer that fills continuously gives up its oldest reading for each new one
    (whose number goes on rising); one that fills once takes no more.
    """

    def __init__(self, capacity: int, fill: Fill) -> None:
        self.capacity = capacity
        self.fill: Fill = fill
        self.clear()

    def clear(self) -> None:
        """Forget every reading; the next one is number 1 and the origin of relative time."""
        self._readings: list[Reading] = []
        self._taken = 0
        self._origin = 0.0

    def resize(self, capacity: int) -> None:
        """Change the capacity, which clears the buffer."""
        self.capacity = capacity
        self.clear()

    def add(self, reading: Reading) -> None:
        """Store one more reading, or discard it where the buffer is full and fills once."""
        if self._taken == 0:
            self._origin = reading.time
        if len(self._readings) < self.capacity:
            self._readings.append(reading)
        elif self.fill == "CONT":
            self._readings[self._taken % self.capacity] = reading
        else:
            return
        self._taken += 1

    def __len__(self) -> int:
        return len(self._readings)

    @property
    def first(self) -> int:
        """Number of the oldest reading; 0 in an empty buffer."""
        return self._taken - len(self._readings) + 1 if self._readings else 0

    @property
    def last(self) -> int:
        """Number of the newest reading; 0 in an empty buffer."""
        return self._taken

    @property
    def origin(self) -> float:
        """Bench time (s) of the first reading since the buffer was cleared."""
        return self._origin

    def take(self, start: int, stop: int) -> list[Reading]:
        """Readings number `start` to `stop`, both included.

        Raises IndexError where one of them is not, or no longer, there.
        """
        if not (self._readings and self.first <= start <= stop <= self.last):
            raise IndexError(f"the buffer holds readings {self.first} to {self.last}")
        if self._taken <= self.capacity:
            return self._readings[start - 1:stop]
        return [self._readings[number % self.capacity] for number in range(start - 1, stop)]

    def values(self) -> list[float]:
        """Every value in the buffer that is a number, oldest first."""
        if not self._readings:
            return []
        return [reading.value for reading in self.take(self.first, self.last)
                if reading.value != OVERFLOW]


class Printer:
    """How readings of one buffer are printed.

    `epoch` is the date and time at bench time 0, `precision` the significant digits (0 is the
    instrument's own choice, 7), `front` which terminals are in use.
    """

    def __init__(self, buffer: ReadingBuffer, epoch: datetime, *, precision: int,
                 front: bool) -> None:
        self._origin = buffer.origin
        self._epoch = epoch
        self._number = f"%.{(precision or 7) - 1}E"
        self._front = MEASURE_FRONT if front else 0

    def text(self, readings: Sequence[Reading], elements: Sequence[str]) -> str:
        """Comma-separated: the elements of the first reading, then those of the second."""
        if len(elements) == 1:
            return ",".join(self._column(elements[0], readings))
        columns = [self._column(element, readings) for element in elements]
        return ",".join(",".join(row) for row in zip(*columns, strict=True))

    def binary(self, readings: Sequence[Reading], elements: Sequence[str], *, double: bool,
               big_endian: bool) -> bytes:
        """The elements as an indefinite block of 8- or 4-byte floats.

        Raises ValueError for an element that has no binary form.
        """
        pick: dict[str, Callable[[Reading], float]] = {
            "READ": lambda reading: reading.value,
            "SOUR": lambda reading: reading.source,
            "REL": lambda reading: reading.time - self._origin,
        }
        if not set(elements) <= BINARY_ELEMENTS:
            raise ValueError("binary formats carry READing, RELative and SOURce only")
        values = [pick[element](reading) for reading in readings for element in elements]
        order = ">" if big_endian else "<"
        return b"#0" + struct.pack(f"{order}{len(values)}{'d' if double else 'f'}", *values)

    def _column(self, element: str, readings: Sequence[Reading]) -> list[str]:
        number = self._number
        if element == "READ":
            return [number % reading.value for reading in readings]
        if element == "SOUR":
            return [number % reading.source for reading in readings]
        if element == "REL":
            origin = self._origin
            return [number % (reading.time - origin) for reading in readings]
        return [self._print(element, reading) for reading in readings]

    def _print(self, element: str, reading: Reading) -> str:
        if element == "SOURSTAT":
            return str(source_status(reading))
        if element == "STAT":
            return str(self._front | (MEASURE_QUESTIONABLE if reading.value == OVERFLOW else 0)
                       | (MEASURE_START_GROUP if reading.time == self._origin else 0))
        if element == "FORM":
            return _engineering(reading.value, reading.unit)
        if element == "SOURFORM":
            return _engineering(reading.source, reading.source_unit)
        if element == "UNIT":
            return _UNITS[reading.unit]
        if element == "SOURUNIT":
            return _UNITS[reading.source_unit]
        # Whole seconds apart from the rest, so that a fraction keeps its nanoseconds.
        since = self._epoch.microsecond * 1e-6 + reading.time
        if element == "SEC":
            return str(int(self._epoch.timestamp()) + math.floor(since))
        if element == "FRAC":
            return self._number % (since - math.floor(since))
        moment = self._epoch + timedelta(seconds=reading.time)
        return moment.strftime({"DATE": "%m/%d/%Y", "TIME": "%H:%M:%S",
                                "TST": "%m/%d/%Y %H:%M:%S.%f"}[element])


def source_status(reading: Reading) -> int:
    """The SOURSTATus bits of a reading: output 128, 4-wire 64, limited 32, read back 8."""
    return ((SOURCE_OUTPUT if reading.output else 0)
            | (SOURCE_SENSE if reading.remote_sense else 0)
            | (SOURCE_LIMITED if reading.limited else 0)
            | (SOURCE_READBACK if reading.readback else 0))


def _engineering(value: float, unit: str) -> str:
    """As the front panel shows it: +1.234567 mA, and Overflow beyond the range."""
    if value == OVERFLOW:
        return "Overflow"
    scale, prefix = next(((scale, prefix) for scale, prefix in _PREFIXES if abs(value) >= scale),
                         _PREFIXES[-1])
    symbol = {"OHM": "Ohm", "WATT": "W"}.get(unit, unit)
    return f"{value / scale:+.6f} {prefix}{symbol}"
