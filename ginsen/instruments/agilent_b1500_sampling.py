"""A phase as a sampling of the B1500A: the commands that set it up, and the data it gives.

Agilent B1500A/B1505A Programming Guide (B1500-90010), Edition 11: sampling (page 4-142), format 21
(1-26 to 1-29).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from ginsen.datasheets.agilent_b1500 import (
    CONVERSION,
    CURRENT_CODES,
    FINEST_SAMPLING,
    MOST_CONVERSIONS,
    VOLTAGE_CODES,
)
from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.instruments.specification import ranges
from ginsen.types import Array, Flags, Phase

DATUM = 18
"""Characters of one datum of format 21: status, channel, type, thirteen digits."""

READING = 2 * (DATUM + 1)
"""Bytes of one reading: time and current, each with a comma behind; CR LF behind the last."""

HOLD_STEP = 10e-3
"""s: the step of the hold time of MT."""

HERE = 8
"""The bit of a status that says that this channel is at its compliance (page 1-29)."""

NO_DATA = 1e90
"""From here on a value stands for none: 199.999E+99."""

_DATUM = re.compile(r"(\d{3})([A-J])([TI])([+-][\d.]{8}E[+-]\d\d)")


def code_of(codes: dict[int, float], full_scale: float) -> int:
    """The number of the range of that full scale."""
    return next(code for code, scale in codes.items()
                if math.isclose(scale, full_scale, rel_tol=1e-6))


@dataclass(frozen=True)
class Averaging:
    """How long the high-resolution converter integrates: the command, and the time (s)."""

    command: str
    seconds: float


def averaging(nplc: float, mains: float) -> Averaging:
    """What comes next to `nplc` line cycles of `mains` (Hz).

    Whole cycles, or up to 127 conversions of 80 µs. Raises ValueError for what lies between.
    """
    if nplc >= 1:
        cycles = round(nplc)
        if not math.isclose(nplc, cycles, rel_tol=1e-6):
            raise ValueError(f"NPLC {nplc:g} is no whole number of line cycles; above one only "
                             "those can be averaged")
        return Averaging(f"AIT 1,2,{cycles}", cycles / mains)
    count = max(1, round(nplc / mains / CONVERSION))
    if count > MOST_CONVERSIONS:
        most = MOST_CONVERSIONS * CONVERSION * mains
        raise ValueError(f"NPLC {nplc:g} lies between {most:.3g} and 1, where the converter "
                         "cannot average")
    return Averaging(f"AIT 1,1,{count}", count * CONVERSION)


@dataclass(frozen=True)
class Run:
    """One sampling: `count` readings of `level` (V), the first after `hold` (s).

    Before it `base` (V) is forced, and after it again where `returns`.
    """

    level: float
    base: float
    count: int
    hold: float
    returns: bool

    def commands(self, channel: int, phase: Phase, sheet: SourceMeterSheet,
                 mains: float) -> list[str]:
        """What sets it up on a channel."""
        source, measure = ranges(phase, sheet)
        interval = max(round(phase.interval, 5), 2e-3) if self.count > 1 else 2e-3
        return [
            averaging(phase.nplc, mains).command,
            f"RI {channel},{-code_of(CURRENT_CODES, measure.full_scale)}",
            f"MM 10,{channel}", "ML 1",
            f"MT {self.hold:.2f},{interval:.3f},{self.count},0",
            f"MSC 1,{1 if self.returns else 2}",
            f"MV {channel},{code_of(VOLTAGE_CODES, source.full_scale)},{self.base:.9g},"
            f"{self.level:.9g},{phase.compliance:.9g}"]


def rounded_up(seconds: float) -> float:
    """The least hold time that is not shorter."""
    return math.ceil(seconds / HOLD_STEP - 1e-9) * HOLD_STEP


def rounded_down(seconds: float) -> float:
    """The greatest hold time that is not longer."""
    return max(0.0, math.floor(seconds / HOLD_STEP + 1e-9) * HOLD_STEP)


def in_steps(interval: float) -> bool:
    """Whether an interval (s) is a whole number of the instrument's steps."""
    return abs(interval / FINEST_SAMPLING - round(interval / FINEST_SAMPLING)) < 1e-6


def read(data: bytes, letter: str) -> tuple[Array, Array, Flags]:
    """Time (s), current (A) and compliance of readings of the channel `letter`.

    A current that is none is NaN. Raises ValueError for bytes that are no readings of it.
    """
    fields = data.decode("latin-1").rstrip(",\r\n").split(",")
    found = [_DATUM.fullmatch(field) for field in fields]
    if len(found) % 2 or not all(
            each and each[2] == letter and each[3] == "TI"[place % 2]
            for place, each in enumerate(found)):
        raise ValueError(f"{data[:60]!r} are no readings of channel {letter}")
    times = np.array([float(each[4]) for each in found[::2] if each])
    values = np.array([float(each[4]) for each in found[1::2] if each])
    status = np.array([int(each[1]) for each in found[1::2] if each])
    return times, np.where(np.abs(values) >= NO_DATA, np.nan, values), (status & HERE) != 0


def on_grid(stamps: Array, first: int, interval: float, origin: float) -> Array:
    """Time stamps put where the instrument's timer had them, if that is within their resolution.

    Sample number k, from `first` on, is due at `origin` + k `interval` (s): a stamp in text has
    steps of 100 µs, and of its seventh digit from 1000 s on.
    """
    due = origin + (first + np.arange(stamps.size)) * interval
    step = np.maximum(100e-6, 10.0 ** (np.floor(np.log10(np.maximum(stamps, 1.0))) - 6))
    return np.where(np.abs(stamps - due) <= 1.5 * step, due, stamps)
