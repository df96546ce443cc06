"""What the thread of a bench answers: a station that is open, a run that is over."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from ginsen.gui.instrument_state import InstrumentState
from ginsen.instruments.probe_station import Die
from ginsen.protocols import Protocol, Series
from ginsen.protocols.conclusion import conclude
from ginsen.station import Station
from ginsen.types import Outcome

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedStation:
    """A station whose instruments answered.

    `simulated` says that there is no sample but a model, `virtual` that its time may be paced;
    `dies` are those selected on its probe station, if it has one.
    """

    path: str
    name: str
    states: tuple[InstrumentState, ...]
    simulated: bool
    virtual: bool
    caveat: str
    dies: tuple[Die, ...] = ()


@dataclass(frozen=True)
class Ended:
    """A run that is over: its number in the queue, how it ended, where it is recorded.

    `table` has a line for each run of a series.
    """

    number: int
    outcome: Outcome
    recording: Path | None
    table: Path | None = None


def dies_of(lab: Station) -> tuple[Die, ...]:
    """The dies selected for probing; none where there is no probe station, or no wafer on it."""
    if lab.file.prober is None:
        return ()
    try:
        return lab.prober.dies()
    except Exception as problem:  # a station is opened for its source meters
        log.warning("the wafer map could not be read: %s", problem)
        return ()


def table_of(protocol: Protocol) -> Path | None:
    """Table and figure of a series, as far as it was made; the table's path."""
    if not (isinstance(protocol, Series) and protocol.cycles):
        return None
    try:
        return conclude(protocol).table
    except Exception as problem:  # its runs are recorded, and the next one waits
        log.exception("%s", problem)
        return None
