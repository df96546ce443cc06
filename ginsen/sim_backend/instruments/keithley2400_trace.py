"""The data store of a Keithley 2400 and its statistics (2400S-900-01 Rev. K, section 9).

Storage is active from :TRACe:FEED:CONTrol NEXT until the store is full or told NEVer. While it is,
what is stored from, how much and how it is stamped cannot be changed: +800 (page 18-115 says so of
:FEED; that clearing is refused as well is in PyMeasure's issue 161). *RST leaves it all alone.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from ginsen.sim_backend.instruments.keithley2400_readings import (
    MEASURED,
    NOT_A_NUMBER,
    TIME_OVERFLOW,
    Row,
)
from ginsen.sim_backend.instruments.keithley2400_setup import MOST_POINTS
from ginsen.sim_backend.instruments.smu import OVERFLOW
from ginsen.sim_backend.scpi.commands import Command, Entry, Setting, action, query, setting
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import choice, integer
from ginsen.sim_backend.scpi.status import Register

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400 as Smu

STORAGE_ACTIVE = ScpiError(800, "Illegal with storage active")

AVAILABLE = 1 << 8
FULL = 1 << 9
"""Bits of the measurement event register (page 15-14): two readings or more, and full."""

_BYTES = 24
"""Bytes one reading takes: 2500 of them fill the memory (background)."""

Stamp = Literal["ABS", "DELT"]
Statistic = Literal["MEAN", "SDEV", "MAX", "MIN", "PKPK"]


class Trace:
    """Up to `points` rows; `register` is told when there are two, and when it is full."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._points = 100
        self._stamp: Stamp = "ABS"
        self.rows: list[Row] = []
        self.active = False
        self.statistic: Statistic = "MEAN"

    @property
    def points(self) -> int:
        """How many rows fill it; +800 while storage is active."""
        return self._points

    @points.setter
    def points(self, points: int) -> None:
        self._refuse_while_active()
        self._points = points

    @property
    def stamp(self) -> Stamp:
        """Times from the first row (`ABS`) or from the row before (`DELT`)."""
        return self._stamp

    @stamp.setter
    def stamp(self, stamp: Stamp) -> None:
        self._refuse_while_active()
        self._stamp = stamp

    def feed(self) -> None:
        """Store raw readings: the only feed there is; +800 while storage is active."""
        self._refuse_while_active()

    def control(self, control: Literal["NEXT", "NEV"]) -> None:
        """Store the next readings over the old ones, or no more."""
        starts = control == "NEXT" and not self.active
        self.active = control == "NEXT"
        if starts:
            self._empty()

    def clear(self) -> None:
        """Forget every row; +800 while storage is active."""
        self._refuse_while_active()
        self._empty()

    def store(self, row: Row) -> None:
        """Keep a row, if storage is active."""
        if not self.active:
            return
        self.rows.append(row)
        self._register.set(AVAILABLE, len(self.rows) >= 2)
        if len(self.rows) >= self._points:
            self.active = False
            self._register.set(FULL, True)

    def stamped(self) -> list[Row]:
        """The rows with their times as `stamp` says. Raises ScpiError (-230) if there are none."""
        if not self.rows:
            raise ScpiError(-230)
        before = self.rows[:1] * len(self.rows) if self._stamp == "ABS" else [self.rows[0],
                                                                              *self.rows]
        return [row._replace(time=round(row.moment - other.moment, 3) % TIME_OVERFLOW)
                for row, other in zip(self.rows, before, strict=False)]

    def result(self) -> tuple[float, ...]:
        """The statistic of each function measured: voltage, current, resistance (page 18-43).

        Raises ScpiError (-230) if nothing is stored.
        """
        if not self.rows:
            raise ScpiError(-230)
        places = [place for place, bit in enumerate(MEASURED.values())
                  if self.rows[0].status & bit]
        return tuple(_evaluate(self.statistic, [row[place] for row in self.rows])
                     for place in places)

    def _empty(self) -> None:
        self.rows = []
        self._register.set(AVAILABLE | FULL, False)

    def _refuse_while_active(self) -> None:
        if self.active:
            raise STORAGE_ACTIVE


def _evaluate(statistic: Statistic, values: Sequence[float]) -> float:
    for marker in (NOT_A_NUMBER, OVERFLOW):
        if marker in values:
            return marker
    evaluations: dict[Statistic, Callable[[Sequence[float]], float]] = {
        "MEAN": statistics.fmean,
        "SDEV": lambda data: statistics.stdev(data) if len(data) > 1 else 0.0,
        "MAX": max,
        "MIN": min,
        "PKPK": lambda data: max(data) - min(data),
    }
    return evaluations[statistic](values)


def _data(smu: Smu) -> object:
    return smu.print_rows(smu.trace.stamped())


def _memory(smu: Smu) -> tuple[int, int]:
    used = _BYTES * len(smu.trace.rows)
    return _BYTES * MOST_POINTS - used, used


def _commands(root: str) -> dict[str, Entry]:
    return {
        f"{root}:DATA?": query(_data),
        f"{root}:CLEar": action(lambda smu: smu.trace.clear()),
        f"{root}:FREE?": query(_memory),
        f"{root}:POINts": setting("trace.points", integer(1, MOST_POINTS, 100)),
        f"{root}:POINts:ACTual?": query(lambda smu: len(smu.trace.rows)),
        f"{root}:FEED": Setting(
            Command(lambda smu, source: smu.trace.feed(), (choice("SENSe[1]"),)),
            Command(lambda smu: "SENS1")),
        f"{root}:FEED:CONTrol": Setting(
            Command(lambda smu, control: smu.trace.control(control), (choice("NEXT", "NEVer"),)),
            Command(lambda smu: "NEXT" if smu.trace.active else "NEV")),
        f"{root}:TSTamp:FORMat": setting("trace.stamp", choice("ABSolute", "DELTa")),
    }


TRACE_COMMANDS: dict[str, Entry] = {
    **_commands(":TRACe"),
    **_commands(":DATA"),
    ":CALCulate3:FORMat": setting("trace.statistic", choice("MEAN", "SDEViation", "MAXimum",
                                                            "MINimum", "PKPK")),
    ":CALCulate3:DATA?": query(lambda smu: smu.trace.result()),
}
