"""Reading buffers of the Keithley 2600B and what a script does with them.

Attributes and status bits: Reference Manual 2600BS-901-01 Rev. C, pages 7-14 to 7-35.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.tsp.interpreter import Kind
from ginsen.sim_backend.tsp.names import ILLEGAL, number, whole

REMOTE_SENSE, LIMITED, AUTORANGED = 0x10, 0x40, 0x04
"""Bits of a reading's status."""

MOST_READINGS = 60_000
"""Readings a dedicated buffer holds with time stamps; above 50 000 by the data sheet."""

COLUMNS = ("readings", "timestamps", "sourcevalues", "statuses", "sourceoutputstates",
           "measurefunctions")

MEMBERS: Mapping[str, Kind] = {
    **dict.fromkeys(COLUMNS, "column"), "n": "constant", "capacity": "constant",
    "basetimestamp": "constant", "nextindex": "constant", "clear": "function",
    "clearcache": "function", "appendmode": "attribute", "cachemode": "attribute",
    "collecttimestamps": "attribute", "collectsourcevalues": "attribute",
    "timestampresolution": "attribute",
}


class ReadingBuffer:
    """Readings in columns, in the order they were made, numbered from 1.

    A new acquisition empties it first unless `appendmode` is 1; one that is full takes no more.
    Time stamps (s) count from the first reading since it was emptied.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.settings = {"appendmode": 0.0, "cachemode": 1.0, "collecttimestamps": 0.0,
                         "collectsourcevalues": 0.0, "timestampresolution": 1e-6}
        self.clear()

    def clear(self) -> None:
        """Forget every reading."""
        self.base = 0.0
        self.data: dict[str, list[Any]] = {name: [] for name in COLUMNS}

    def begin(self) -> None:
        """An acquisition into it begins."""
        if not self.settings["appendmode"]:
            self.clear()

    def add(self, time: float, *, reading: float, source: float, status: int, output: bool,
            function: str) -> None:
        """Store one more reading, made at `time` (s)."""
        data = self.data
        if len(data["readings"]) >= self.capacity:
            return
        if not data["readings"]:
            self.base = time
        resolution = self.settings["timestampresolution"]
        data["readings"].append(reading)
        if self.settings["collecttimestamps"]:
            data["timestamps"].append(round((time - self.base) / resolution) * resolution)
        if self.settings["collectsourcevalues"]:
            data["sourcevalues"].append(source)
        data["statuses"].append(status)
        data["sourceoutputstates"].append("On" if output else "Off")
        data["measurefunctions"].append(function)

    def __len__(self) -> int:
        return len(self.data["readings"])

    def set(self, name: str, value: Any) -> None:
        """Set one of its attributes. What is collected can only change while it is empty."""
        if name == "timestampresolution":
            wanted = number(value, 1e-6, 1.0)
        else:
            wanted = float(whole(value, 0, 1))
        if name.startswith("collect") and len(self) and wanted != self.settings[name]:
            raise ScpiError(-221)
        self.settings[name] = wanted

    def get(self, name: str, epoch: float) -> Any:
        """One of its attributes; `epoch` is the date (s since 1970) at bench time 0."""
        if name == "basetimestamp":
            return float(int(epoch + self.base))
        if name in self.settings:
            return self.settings[name]
        return {"n": len(self), "capacity": self.capacity, "nextindex": len(self) + 1}[name]

    def item(self, column: str, place: Any) -> Any:
        """One entry of a column; None where there is none."""
        values: Sequence[Any] = self.data[column]
        if not isinstance(place, (int, float)) or place % 1:
            raise ILLEGAL
        return values[int(place) - 1] if 1 <= place <= len(values) else None
