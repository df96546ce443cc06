"""The last way to switch a station off: from outside, while the session of the run is stuck."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ginsen.instruments.clock import clock_of
from ginsen.instruments.source_meter import SourceMeter
from ginsen.station_file import read_station
from ginsen.station_instruments import close_manager, open_instrument, open_manager


def off_from_outside(station: str | Path) -> Mapping[str, str]:
    """Switch every source meter of a station off through sessions of its own, read back.

    Meant for a thread of its own. Returns, by name, what could not be proved off and why; never
    raises.
    """
    failures: dict[str, str] = {}
    try:
        file = read_station(station)
        manager = open_manager(file)
    except Exception as problem:
        return {str(station): str(problem)}
    try:
        clock = clock_of(manager)
        for entry in file.source_meters:
            try:
                instrument, _ = open_instrument(file, entry, clock)
                assert isinstance(instrument, SourceMeter)
                try:
                    instrument.off()
                finally:
                    instrument.close()
            except Exception as problem:  # whatever it is, the next instrument is tried
                failures[entry.name] = str(problem)
    finally:
        close_manager(manager)
    return failures
