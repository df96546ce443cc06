"""What truly happened in a run on a bench of this process, whatever the run says of itself.

Looks over the shoulder of the virtual instruments: every reading they stored, how many of them
reached the program whole, every call that the wire refused, and when a recording was closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pyvisa

from ginsen.records.reading import read_tables
from ginsen.records.recording import Recording
from ginsen.records.tables import Tables, outcome_of, pairs_of
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.keithley2400_trace import Trace
from ginsen.sim_backend.instruments.keithley2450_buffer import ReadingBuffer
from ginsen.sim_backend.instruments.keithley2600_channel import Channel as Keithley2600Channel
from ginsen.sim_backend.instruments.keysight_b2900_channel import Channel as B2900Channel
from ginsen.sim_backend.library import GinsenVisaLibrary
from ginsen.types import Outcome

PRINTED = 2e-6
"""Relative difference between a reading and what seven printed digits make of it."""

STAMPED = 1.1e-3
"""Seconds by which two samples of a phase may be spaced wrong: a 2400 stamps in ms, and ..."""
DRIFT = 100e-6
"""... the relative error of an instrument's clock at most."""

PLACED = 0.04
"""Seconds by which samples may be placed wrong on the clock of the station. From the beginning of a
reading to the middle of its current, which is a sample's time, it takes 30 ms at 1 PLC."""


COLUMNS = ((4, [0, 1]), (5, [2, 3]), (5, [2, 1]))
"""How many numbers a reading is in an answer, and where V and A are in it: a 2400's elements and a
B2912A's, a 2450's, a 2600B's."""

_DATA = re.compile(rb"TRAC[0-9]?:DATA\?|PRINTBUFFER\(")
"""What asks for readings."""


class Taken(NamedTuple):
    """A reading that an instrument stored: when it began (bench s), V, A, the source limited."""

    time: float
    voltage: float
    current: float
    limited: bool


@dataclass
class Truth:
    """What an onlooker saw."""

    bench: Bench
    taken: list[Taken] = field(default_factory=list)
    arrived: set[int] = field(default_factory=set)
    """Which of them are known to have reached the program in a whole reply."""
    refusals: list[float] = field(default_factory=list)
    """When (bench s) a call ended in a VISA error."""
    closed: list[Closed] = field(default_factory=list)
    """The recordings in the order in which they were closed."""

    def note_reply(self, reply: bytes) -> None:
        """A reply to a question for readings; they have arrived if it is whole."""
        try:
            numbers = (np.frombuffer(_block(reply), ">f8") if reply.startswith(b"#") else
                       np.array([float(each) for each in reply.split(b",")]))
        except ValueError:
            return
        for width, columns in COLUMNS:
            if numbers.size % width == 0:
                self._find(numbers.reshape(-1, width)[:, columns])

    def _find(self, told: Any) -> None:
        """Find rows of V and A among the readings, the latest first."""
        truth = np.array([each[1:3] for each in self.taken]).reshape(-1, 2)
        for stop in range(len(truth), len(told) - 1, -1):
            if agree(truth[stop - len(told):stop], told):
                self.arrived.update(range(stop - len(told), stop))
                return


def _block(reply: bytes) -> bytes:
    """What is in a definite-length block. Raises ValueError unless all of it is."""
    digits = int(reply[1:2])
    size, body = int(reply[2:2 + digits]), reply[2 + digits:].removesuffix(b"\n")
    if len(body) != size:
        raise ValueError("the block is not whole")
    return body


def agree(truth: Any, told: Any) -> bool:
    """Whether numbers are those of the instrument as it prints them."""
    known = np.where(np.abs(truth) > 9e37, np.nan, truth)
    told = np.where(np.abs(told) > 9e37, np.nan, told)
    return bool(np.allclose(known, told, rtol=PRINTED, atol=1e-18, equal_nan=True))


@contextmanager
def onlooker(bench: Bench) -> Iterator[Truth]:
    """Watch `bench` and all that is said to its instruments."""
    truth = Truth(bench)
    asked: dict[int, bytearray] = {}
    add, store, keep = ReadingBuffer.add, Trace.store, B2900Channel.store
    measure = Keithley2600Channel.measure_into
    write, read, close = GinsenVisaLibrary.write, GinsenVisaLibrary.read, Recording.close

    def adding(buffer: Any, reading: Any) -> None:
        if reading.output:
            truth.taken.append(Taken(reading.time, reading.source, reading.value, reading.limited))
        add(buffer, reading)

    def storing(trace: Any, row: Any) -> None:
        if trace.active:
            limited = bool(row.status & (1 << 3 | 1 << 16))
            truth.taken.append(Taken(row.moment, row.voltage, row.current, limited))
        store(trace, row)

    def keeping(channel: Any, reading: Any) -> None:
        truth.taken.append(Taken(reading.time, reading.source, reading.value, reading.limited))
        keep(channel, reading)

    def measuring(channel: Any, buffers: Any) -> Any:
        reading = yield from measure(channel, buffers)
        if buffers:
            truth.taken.append(Taken(reading.time, reading.source, reading.value,
                                     reading.limited))
        return reading

    def told(call: Callable[..., Any], *values: Any) -> Any:
        try:
            return call(*values)
        except (pyvisa.Error, OSError):
            truth.refusals.append(bench.now)
            raise

    def writing(library: Any, session: Any, data: bytes) -> Any:
        asked.pop(session, None)
        if _DATA.search(data.upper()):
            asked[session] = bytearray()
        return told(write, library, session, data)

    def reading(library: Any, session: Any, count: int) -> Any:
        data, status = told(read, library, session, count)
        if session in asked:
            asked[session] += data
            if asked[session].endswith(b"\n"):
                truth.note_reply(bytes(asked.pop(session)))
        return data, status

    def closing(recording: Recording, outcome: Outcome) -> None:
        now = bench.now
        try:
            close(recording, outcome)
        finally:
            truth.closed.append(Closed(now, recording, recorded(recording.files, bench)))

    with (patch.object(ReadingBuffer, "add", adding), patch.object(Trace, "store", storing),
          patch.object(B2900Channel, "store", keeping),
          patch.object(Keithley2600Channel, "measure_into", measuring),
          patch.object(GinsenVisaLibrary, "write", writing),
          patch.object(GinsenVisaLibrary, "read", reading),
          patch.object(Recording, "close", closing)):
        yield truth


@dataclass(frozen=True)
class Recorded:
    """What a recording says: its tables, and when (bench s) its own time began."""

    tables: Tables
    origin: float

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.tables)

    @property
    def phases(self) -> tuple[str, ...]:
        return tuple(self.tables["phases"]["name"])

    @property
    def count(self) -> int:
        return len(self.tables["samples"]["time_s"])

    @property
    def claims_off(self) -> bool:
        return any("every output is off" in text for text in self.tables["log"]["text"])

    @property
    def recovered(self) -> int:
        return int(np.sum(self.tables["events"]["kind"] == "recovered"))

    def against(self, taken: Sequence[Taken]) -> tuple[int, str]:
        """How many of the readings it has, from the first on, and what is wrong with them."""
        rows = self.tables["samples"]
        if self.count > len(taken):
            return 0, f"{self.count} samples of {len(taken)} readings"
        part = np.array(taken[:self.count], dtype=float).reshape(-1, 4)
        if not (agree(part[:, 1], rows["voltage_V"]) and agree(part[:, 2], rows["current_A"])):
            return 0, "samples are not the readings"
        if (rows["compliance"] != part[:, 3]).any():
            return self.count, "compliance is not as it was"
        late = rows["time_s"] + self.origin - part[:, 0]
        if late.size and np.abs(late).max() > PLACED:
            return self.count, f"a sample is placed {np.abs(late).max():.3f} s wrong"
        for number in np.unique(rows["phase"]):
            own = rows["phase"] == number
            told, truly = (each - each[0] for each in (rows["time_s"][own], part[own, 0]))
            wrong = float(np.max(np.abs(told - truly) - DRIFT * truly))
            if wrong > STAMPED:
                return self.count, f"samples of a phase are spaced {wrong:.4f} s wrong"
        return self.count, ""


class Closed(NamedTuple):
    """A recording, when (bench s) it was closed, and what it said then."""

    time: float
    recording: Recording
    record: Recorded

    def left(self, bench: Bench) -> Recorded:
        """What it says now, or what it said when it was whole, if somebody deleted it since."""
        files = self.recording.files
        return recorded(files, bench) if all(map(Path.exists, files)) else self.record


def recorded(files: Sequence[Path], bench: Bench) -> Recorded:
    """The recording in these files. Raises RecordError."""
    from datetime import datetime

    tables = read_tables(*files)
    origin = datetime.fromisoformat(pairs_of(tables["provenance"])["origin"])
    return Recorded(tables, (origin - bench.origin).total_seconds())
