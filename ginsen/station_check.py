"""Does every instrument of a station answer as what it is? Nothing is set, switched or moved."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ginsen.instruments.clock import clock_of
from ginsen.station_file import AnyEntry, StationFile, read_station
from ginsen.station_instruments import close_manager, open_instrument, open_manager
from ginsen.types import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What one instrument answered: its `identity`, or the `problem` in a sentence."""

    name: str
    driver: str
    address: str
    identity: str = ""
    problem: str = ""


def check_station(path: str | Path) -> tuple[Answer, ...]:
    """Ask every instrument of a station file, or of a bundled station, who it is.

    Each is opened, identified and closed, whatever became of the one before. Its output and
    settings, or the chuck, stay as they are. Raises StationError for the file and the VISA library.
    """
    file = read_station(path)
    manager = open_manager(file)
    try:
        clock = clock_of(manager)
        return tuple(_ask(file, entry, clock) for entry in file.instruments)
    finally:
        close_manager(manager)


def _ask(file: StationFile, entry: AnyEntry, clock: Clock) -> Answer:
    try:
        instrument, identity = open_instrument(file, entry, clock)
    except Exception as problem:  # whatever it is, the next instrument is asked
        return Answer(entry.name, entry.driver, entry.address, problem=str(problem))
    try:
        instrument.close()
    except Exception as problem:  # it has answered; a session that won't end harms nobody
        log.warning("closing a session failed: %s", problem)
    return Answer(entry.name, entry.driver, entry.address, identity)


def as_lines(answers: Sequence[Answer]) -> list[str]:
    """A line an instrument, in columns: name, driver, address, identity or what is wrong."""
    rows = [("instrument", "driver", "address", "answer"),
            *((each.name, each.driver, each.address, each.identity or each.problem)
              for each in answers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]
