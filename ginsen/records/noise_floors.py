"""What a source meter's own noise was measured to be: one small JSON file for each user.

It is data and nothing else, replaced as a whole or not at all, and read strictly. Units are in its
keys.
"""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ginsen.records.elsewhere import state_folder
from ginsen.types import Phase

FORMAT = "ginsen noise floors"
VERSION = 1
LARGEST = 4_000_000
"""Bytes; a standard takes some 400."""


class NoiseFloorError(ValueError):
    """A file of noise floors that is not as it must be, or can't be written."""


@dataclass(frozen=True)
class Setting:
    """What a meter's noise depends on: which meter, at which level (V, its size) and how it reads.

    `identity` is what it answers to `*IDN?`, with its channel if it has one; the ranges are in V
    and A, `interval` is in s.
    """

    identity: str
    level: float
    source_range: float
    measure_range: float
    nplc: float
    interval: float

    @classmethod
    def of(cls, identity: str, phase: Phase) -> Setting:
        """That of a phase on its ranges. Raises ValueError for one whose ranges are left open."""
        if phase.source_range is None or phase.measure_range is None:
            raise ValueError(f"phase {phase.name!r} has ranges that are left open")
        return cls(identity, abs(phase.level), phase.source_range, phase.measure_range,
                   phase.nplc, phase.interval)


@dataclass(frozen=True)
class MeasuredStandard:
    """The noise over one standard: an open (`ohm` is infinite), or a resistor of so many Ω.

    `conductance` (S) is the current over the level as measured, 0 for an open; `density` (A²/Hz,
    one-sided) is worth `count` ordinates. `measured` is when, an ISO date and time.
    """

    setting: Setting
    ohm: float
    conductance: float
    density: float
    count: float
    measured: str


def usual_place() -> Path:
    """The file of this user."""
    return state_folder() / "noise_floors.json"


def read_standards(path: Path) -> tuple[MeasuredStandard, ...]:
    """Every standard in the file, none where there is no file. Raises NoiseFloorError."""
    try:
        if path.stat().st_size > LARGEST:
            raise NoiseFloorError(f"{path} is larger than {LARGEST} bytes; no file of noise floors "
                                  "is.")
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except NoiseFloorError:
        raise
    except (OSError, ValueError, RecursionError) as problem:
        raise NoiseFloorError(f"{path} can't be read as noise floors: {problem}.") from None
    if not isinstance(told, dict) or (told.get("format"), told.get("version")) != (FORMAT, VERSION):
        raise NoiseFloorError(f"{path} is not of format {FORMAT!r}, version {VERSION}; move it "
                              "away, and measure again.")
    rows = told.get("standards")
    if not isinstance(rows, list):
        raise NoiseFloorError(f"{path} has no list of standards; move it away, and measure again.")
    return tuple(_standard(row, f"{path}, standard {number}")
                 for number, row in enumerate(rows, start=1))


def keep_standard(new: MeasuredStandard, path: Path) -> None:
    """Put a standard into the file, in place of the same one at the same setting before.

    Raises NoiseFloorError where the file that is there can't be read, or none can be written.
    """
    kept = [each for each in read_standards(path)
            if (each.setting, each.ohm) != (new.setting, new.ohm)]
    text = json.dumps({"format": FORMAT, "version": VERSION,
                       "standards": [_row(each) for each in (*kept, new)]},
                      ensure_ascii=False, allow_nan=False, indent=1)
    fresh = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("x", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise NoiseFloorError(f"{path} can't be written: {problem.strerror}.") from None


_TEXTS = ("instrument", "measured")
_NUMBERS = ("level_V", "source_range_V", "measure_range_A", "nplc", "interval_s",
            "density_A2_per_Hz", "count")
"""Which are above 0."""


def _row(each: MeasuredStandard) -> dict[str, object]:
    setting = each.setting
    return {"instrument": setting.identity, "level_V": setting.level,
            "source_range_V": setting.source_range, "measure_range_A": setting.measure_range,
            "nplc": setting.nplc, "interval_s": setting.interval,
            "standard_ohm": None if math.isinf(each.ohm) else each.ohm,
            "conductance_S": each.conductance, "density_A2_per_Hz": each.density,
            "count": each.count, "measured": each.measured}


def _standard(row: object, where: str) -> MeasuredStandard:
    if not isinstance(row, dict) or set(row) != {*_TEXTS, *_NUMBERS, "standard_ohm",
                                                 "conductance_S"}:
        raise NoiseFloorError(f"{where} does not have the fields of a standard; move the file "
                              "away, and measure again.")
    for name in _TEXTS:
        if not isinstance(row[name], str):
            raise NoiseFloorError(f"{where}: {name} is {row[name]!r}; it must be a text.")
    value = {name: _number(row, name, where) for name in _NUMBERS}
    open_circuit = row["standard_ohm"] is None
    try:
        datetime.fromisoformat(row["measured"])
    except ValueError:
        raise NoiseFloorError(f"{where}: measured is {row['measured']!r}; it must be an ISO date "
                              "and time.") from None
    if open_circuit and row["conductance_S"] != 0:
        raise NoiseFloorError(f"{where}: conductance_S of an open is {row['conductance_S']!r}; it "
                              "must be 0.")
    return MeasuredStandard(
        Setting(row["instrument"], value["level_V"], value["source_range_V"],
                value["measure_range_A"], value["nplc"], value["interval_s"]),
        math.inf if open_circuit else _number(row, "standard_ohm", where),
        0.0 if open_circuit else _number(row, "conductance_S", where),
        value["density_A2_per_Hz"], value["count"], row["measured"])


def _number(row: Mapping[str, Any], name: str, where: str) -> float:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise NoiseFloorError(f"{where}: {name} is {value!r}; it must be a number above 0.")
    return float(value)
