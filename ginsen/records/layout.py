"""What stands where in a run file: its tables, their columns, what a column holds.

A table is an HDF5 group, a column a one-dimensional dataset in it that grows by rows. Units are
in the names, so that whoever opens the file without Ginsen need not ask.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

FORMAT = "ginsen run"
VERSION = 2
CHECK = "crc32"

Kind = Literal["real", "whole", "flag", "text"]
"""float64 (NaN where unknown) · int64 (-1 where none) · uint8 · UTF-8 of any length."""


@dataclass(frozen=True)
class Table:
    """Columns by name, and how many rows HDF5 allocates at a time.

    Numbers carry a checksum each chunk (HDF5's Fletcher-32). Texts can't; the file has a column
    more for theirs, `crc32`, one a row.
    """

    columns: Mapping[str, Kind]
    chunk: int

    @property
    def stored(self) -> Mapping[str, Kind]:
        """The columns in the file."""
        return {**self.columns, CHECK: "whole"} if self.texts else self.columns

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns that hold texts."""
        return tuple(name for name, kind in self.columns.items() if kind == "text")


_PAIR: Mapping[str, Kind] = {"name": "text", "value": "text"}

TABLES: Mapping[str, Table] = {
    # 4096 rows a chunk: an index of 64 chunks, the smallest there is, then lasts for 2.6e5 samples,
    # and until it must be split no flush reorders what is already on disk.
    "samples": Table({
        "time_s": "real", "voltage_V": "real", "current_A": "real", "compliance": "flag",
        "u_voltage_V": "real", "u_current_A": "real", "conductance_S": "real",
        "u_conductance_S": "real", "phase": "whole",
    }, chunk=4096),
    "phases": Table({
        "name": "text", "level_V": "real", "start_s": "real", "stop_s": "real",
        "first": "whole", "stop_index": "whole", "dead_time_s": "real",
        "integration_s": "real",
        "requested_level_V": "real", "duration_s": "real", "interval_s": "real",
        "compliance_A": "real", "source_range_V": "real", "measure_range_A": "real",
        "nplc": "real", "rest": "text", "duty": "real", "alternate": "flag",
    }, chunk=64),
    "beta": Table({
        "time_s": "real", "window": "whole", "phase": "whole",
        "beta": "real", "beta_low": "real", "beta_high": "real", "reason": "text",
        "amplitude_S2_per_Hz": "real", "floor_S2_per_Hz": "real", "p_no_floor": "real",
        "band_low_Hz": "real", "band_high_Hz": "real", "count": "whole",
        "effective_count": "real", "interval_s": "real", "start_s": "real", "stop_s": "real",
        "goodness": "real", "half_split_beta": "real", "half_split_power": "real",
        "jump": "real", "overdispersion": "real",
    }, chunk=256),
    "sub_bands": Table({
        "beta_row": "whole", "low_Hz": "real", "high_Hz": "real", "beta": "real", "sigma": "real",
    }, chunk=256),
    "events": Table({"time_s": "real", "kind": "text", "text": "text"}, chunk=64),
    "log": Table({"utc": "text", "level": "text", "text": "text"}, chunk=64),
    "outcome": Table({"outcome": "text"}, chunk=4),
    "about": Table(_PAIR, chunk=16),
    "parameters": Table({"name": "text", "value": "text", "unit": "text"}, chunk=16),
    "station": Table(_PAIR, chunk=16),
    "provenance": Table(_PAIR, chunk=16),
}

GROWING = ("samples", "phases", "beta", "sub_bands", "events", "log")
"""The tables to which a run adds; a file that continues another one begins them anew."""

ABOUT = (
    "sample", "electrode_pair", "operator", "cycle_on_this_pair", "time_since_last_stimulus",
    "charge_so_far", "temperature", "humidity", "notes", "notebook",
)
"""Who and what every run file states; what nobody told is written `unknown`."""


def text_check(texts: Iterable[str]) -> int:
    """The CRC-32 of a row's texts in UTF-8, in the order of their columns, a NUL between two."""
    return zlib.crc32("\0".join(texts).encode("utf-8"))
