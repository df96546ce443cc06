"""TDMS files, as LabVIEW and NI's DAQ programs write them, through npTDMS (the extra `tdms`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from ginsen.records.dialect import LARGEST, Text
from ginsen.records.error import RecordError
from ginsen.records.labview_text import UNITS
from ginsen.types import Array

SIGNATURE = b"TDSm"


def parse_tdms(path: Path) -> tuple[Text, datetime | None]:
    """The numeric channels of a TDMS file as a table, and when it begins, where that is told.

    Channels are columns in the order of the file, named with their units. Where no channel is
    a time, the first column is made of the waveform properties. Raises RecordError without npTDMS,
    for a damaged file, for channels of different lengths, and where no time is told.
    """
    try:
        import nptdms
    except ModuleNotFoundError:
        raise RecordError(f"{path} is a TDMS file, and npTDMS is not installed: "
                          'pip install "ginsen[tdms]"') from None
    if path.stat().st_size > LARGEST:
        raise RecordError(f"{path} is larger than {LARGEST / 1e6:.0f} MB; hand it on in parts")
    try:
        channels = [channel for group in nptdms.TdmsFile.read(path).groups()
                    for channel in group.channels()
                    if len(channel) and np.issubdtype(channel[:].dtype, np.number)]
        columns = [np.asarray(channel[:], dtype=np.float64) for channel in channels]
    except Exception as fault:  # npTDMS raises whatever its parsing meets
        raise RecordError(f"{path} is a damaged TDMS file: {fault}") from None
    if not columns:
        raise RecordError(f"{path} has no channel of numbers; a record has voltage and current")
    if len({column.size for column in columns}) > 1:
        told = ", ".join(f"{channel.name} {len(channel)}" for channel in channels)
        raise RecordError(f"{path}: its channels have different lengths ({told}); a record has as "
                          "many times as voltages and currents")
    names = [_with_unit(channel) for channel in channels]
    if not any(name.lower().startswith("time") for name in names):
        names.insert(0, "time (s)")
        columns.insert(0, _times(path, channels, columns[0].size))
    rows = tuple(range(1, columns[0].size + 1))
    return (Text(np.column_stack(columns), rows, tuple(names), False, ("a TDMS file",)),
            _start(channels))


def _with_unit(channel: Any) -> str:
    unit = str(channel.properties.get("unit_string", "")).strip()
    short = UNITS.get(unit.lower(), unit)
    return f"{channel.name} ({short})" if short and "(" not in channel.name else str(channel.name)


def _times(path: Path, channels: Sequence[Any], count: int) -> Array:
    """Times (s) from the waveform properties, which must agree."""
    told = {(float(channel.properties.get("wf_start_offset", 0.0)),
             float(channel.properties.get("wf_increment", 0.0))) for channel in channels}
    if len(told) != 1 or not min(told)[1] > 0:
        raise RecordError(f"{path} tells no time: no channel is named time, and there is no "
                          "wf_increment that is the same for all")
    offset, increment = told.pop()
    return np.asarray(offset + increment * np.arange(count))


def _start(channels: Sequence[Any]) -> datetime | None:
    """When the first channel says that it begins."""
    start = channels[0].properties.get("wf_start_time")
    if start is None:
        return None
    moment: datetime = np.datetime64(start, "us").astype(datetime)
    return moment.replace(tzinfo=timezone.utc)
