"""A run's recording: complete at every moment, whatever ends the program or becomes of the disk.

No method that a measurement calls waits for a disk: a thread of its own stores what has come.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ginsen.records.disk import PATIENCE
from ginsen.records.elsewhere import folders_elsewhere, names_after
from ginsen.records.error import RecordError, RecordExists
from ginsen.records.layout import GROWING
from ginsen.records.provenance import Told
from ginsen.records.reading import read_tables
from ginsen.records.run_file import RunFile
from ginsen.records.tables import pairs_of
from ginsen.types import Array, Outcome, Phase, Samples, Span, SpectralFit

log = logging.getLogger(__name__)

FLUSH_EVERY = 0.25
"""Seconds of wall time after which everything is on its way to the disk; samples at once, but"""

BETWEEN = 0.1
"""seconds after the last store at the earliest. The promise is half a second from the reading on,
most of which passes until an instrument is asked again what it has read."""

PARTING = 1.0
"""Seconds that a thread may take to be done with a file that was given up."""

RESERVE = 16_000_000
"""Bytes of the disk that a run leaves free when it begins."""

ROW = 73
"""Bytes a sample takes: eight numbers of eight bytes, a phase number and a flag."""


def unique_path(folder: Path, protocol: str, utc: datetime) -> Path:
    """A run file's name not taken in `folder`: 2026-11-20T110500Z_memory.h5, then -2, -3, ..."""
    stem = f"{utc.astimezone(timezone.utc):%Y-%m-%dT%H%M%SZ}_{protocol}"
    path, number = folder / f"{stem}.h5", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.h5"
    return path


class Recording:
    """One run; what has been handed over is on its way to the disk within a quarter of a second.

    Made by `Recording.create`. Methods may be called from several threads. Where its file can't be
    written any more, the run goes on in another one, elsewhere: `files` then names both, and the
    second begins with what the first is not known to have. After `close` the recording is final
    and every other method raises `RecordError`.
    """

    def __init__(self, file: RunFile, told: Told, elsewhere: Sequence[Path]) -> None:
        self.path = file.path
        """The file that the recording was begun in."""
        self.files: tuple[Path, ...] = (file.path,)
        """Every file of the recording, in the order of their samples."""
        self._file = file
        self._told = told
        self._elsewhere = tuple(elsewhere)
        self._lock = threading.RLock()
        self._since: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._stored = file.point
        self._storing_since: float | None = None
        self._ended = self._leaving = False
        self._fault: RecordError | None = None
        self._wake, self._ending = threading.Event(), threading.Event()
        self._keeper = threading.Thread()
        self._keepers_before: list[threading.Thread] = []
        self._rescuers: list[threading.Thread] = []

    @classmethod
    def begin(cls, folder: Path, utc: datetime, *, protocol: str, rows: int = 0,
              **told: Any) -> Recording:
        """A new run file in `folder` under a name nobody has taken; see `create`.

        Its name is of the wall clock's time, `utc` the station's at which sample times are zero: a
        simulated bench has a calendar of its own. Raises RecordError where the disk has no room
        for `rows` samples.
        """
        free = shutil.disk_usage(_existing(folder)).free
        if free < RESERVE + rows * ROW:
            raise RecordError(f"{folder}: {free / 1e6:.0f} MB are free, {rows} samples need "
                              f"{(RESERVE + rows * ROW) / 1e6:.0f} MB; make room or choose another "
                              "folder")
        while True:
            try:
                return cls.create(unique_path(folder, protocol, datetime.now(timezone.utc)),
                                  protocol=protocol, origin=utc, **told)
            except RecordExists:  # another run took the name first
                continue

    @classmethod
    def create(cls, path: Path | str, *, elsewhere: Sequence[Path] = (), **told: Any) -> Recording:
        """A new run file, every dataset in place, its outcome `running`.

        `told` is what `Told` takes: at least `protocol` and `origin`. `elsewhere` are folders to
        go on in, before the usual ones, if this file fails. Folders are made as needed. Raises
        RecordError where the path is taken or cannot be written.
        """
        path, facts = Path(path), Told(**told)
        if facts.origin.tzinfo is None:
            raise RecordError(f"{path}: origin {facts.origin} has no time zone; give it one, "
                              "e.g. UTC")
        recording = cls(_begun(path, facts), facts, elsewhere)
        recording._keep(recording._file)
        atexit.register(recording._leave)
        return recording

    @property
    def count(self) -> int:
        """The number of samples handed over so far."""
        return self._file.count

    def begin_phase(self, phase: Phase) -> None:
        """What follows belongs to `phase`; an open phase ends at the last sample."""
        self._write(RunFile.begin_phase, phase)

    def append(self, samples: Samples, conductance: Array, u_conductance: Array) -> None:
        """Samples on the record's clock, their conductance and its standard uncertainty (S)."""
        self._write(RunFile.append, samples, conductance, u_conductance)
        self._wake.set()

    def end_phase(self, span: Span) -> None:
        """The open phase is over and went as `span` says. Raises RecordError if none is open."""
        self._write(RunFile.end_phase, span)

    def beta(self, window: int, fit: SpectralFit, time: float) -> None:
        """An estimate of β over the `window` samples that end at `time` (s), or why there is none.

        The fit is of conductance: `amplitude` and `floor` in S²/Hz.
        """
        self._write(RunFile.beta, window, fit, time)

    def event(self, time: float, kind: str, text: str) -> None:
        """Something worth a mark at `time` (s): compliance reached, a stop asked for."""
        self._write(RunFile.event, time, kind, text)

    def log(self, level: str, text: str, utc: datetime | None = None) -> None:
        """A line of the run's log, stamped with `utc`, by default the wall clock's now."""
        moment = datetime.now(timezone.utc) if utc is None else utc.astimezone(timezone.utc)
        self._write(RunFile.log, level, text, moment)

    def takes_up(self, path: Path, *, one_phase: bool, why: str) -> None:
        """Go on where the run of the recording at `path` was interrupted; `why` is noted.

        With `one_phase` the first phase here is the last one there. Raises RecordError for a
        recording that nothing can follow.
        """
        before = read_tables(path)
        told = pairs_of(before["provenance"])
        if "id" not in told:
            raise RecordError(f"{path} is of an earlier Ginsen; no recording can follow it")
        rows = {name: len(next(iter(before[name].values()))) for name in GROWING}
        with self._lock:
            self._write(RunFile.continues, told["id"], path.name, rows, one_phase, True)
            self.event(0.0, "note", f"takes up {path.name}: {why}")

    def flush(self) -> None:
        """Put on disk what has been handed over, and wait for it."""
        self._store(self._file)

    def close(self, outcome: Outcome) -> None:
        """State how the run ended and close the file; closing a closed recording does nothing.

        Raises RecordError if the end could be written nowhere.
        """
        with self._lock:
            if self._ended:
                return
            self._ended = True
            if self._fault is None:
                self._do(RunFile.end, outcome)
        self._end_keeping()
        while (keeper := self._keeper).is_alive():
            keeper.join(PATIENCE)
            if keeper.is_alive() and keeper is self._keeper:
                self._give_up_waiting()
        for rescuer in self._rescuers:
            rescuer.join()
        self._part()
        atexit.unregister(self._leave)
        if self._fault is not None:
            raise self._fault

    def _leave(self) -> None:
        """The program ends with the recording open: no file may be begun that nobody closes."""
        self._leaving = True
        self._end_keeping()
        until = time.monotonic() + PATIENCE
        while (keeper := self._keeper).is_alive() and time.monotonic() < until:
            keeper.join(0.1)  # which may hand over to another one, for a file elsewhere
        self._part()

    def _part(self) -> None:
        """Wait for the threads of files given up: HDF5 crashes where Python ends while one closes.

        Only for a moment: one that a share holds up is not in HDF5.
        """
        until = time.monotonic() + PARTING
        for keeper in self._keepers_before:
            keeper.join(max(0.0, until - time.monotonic()))

    # -- the file -------------------------------------------------------------------------------

    def _write(self, call: Callable[..., None], *values: Any) -> None:
        with self._lock:
            if self._ended:
                raise RecordError(f"{self.files[-1]} is closed; nothing can be added to it")
            since = self._storing_since
            if since is not None and time.monotonic() - since > PATIENCE:
                self._give_up_waiting()
            if self._fault is not None:
                raise self._fault
            self._do(call, *values)

    def _do(self, call: Callable[..., None], *values: Any) -> None:
        """Write, and remember what was written until it is known to be on disk."""
        call(self._file, *values)
        self._since.append((call, values))

    def _keep(self, file: RunFile) -> None:
        """Have everything that comes stored in `file` by a thread of its own."""
        # Blocks may be far apart: what came last must not wait for the next one to reach the disk.
        if self._keeper.is_alive():
            self._keepers_before.append(self._keeper)
        self._keeper = threading.Thread(target=self._keep_stored, args=(file,), daemon=True,
                                        name="ginsen recording")
        self._wake.set()
        self._keeper.start()

    def _end_keeping(self) -> None:
        self._wake.set()
        self._ending.set()

    def _keep_stored(self, file: RunFile) -> None:
        while self._file is file and self._fault is None:
            self._wake.wait(FLUSH_EVERY)
            self._wake.clear()
            last, leaving = self._ended, self._leaving
            self._store(file)
            if last and self._file is file:
                file.close()
            if last or leaving:
                return
            self._ending.wait(BETWEEN)

    def _store(self, file: RunFile) -> None:
        """Put on disk what has come until now, or go on elsewhere."""
        with file.turn:  # what was cut first is stored first
            try:
                with self._lock:
                    if self._file is not file or self._fault is not None:
                        return
                    point, told, batch = file.point, len(self._since), file.cut()
                    self._storing_since = time.monotonic()
                if batch is not None:
                    file.disk.store(batch)
            except Exception as fault:  # h5py has many; whichever it is, the run goes on
                why = str(getattr(fault, "strerror", None) or fault)
                if not self._go_on(file, why, deleted=isinstance(fault, FileNotFoundError)):
                    file.give_up()
                return
            with self._lock:
                if self._file is file:
                    self._stored, self._storing_since = point, None
                    del self._since[:told]

    def _go_on(self, broken: RunFile, why: str, *, deleted: bool = False) -> bool:
        """Go on in another file, from what is known to be on disk, or let the next call fail.

        Returns whether a file that was `deleted` is being rescued.
        """
        with self._lock:
            if self._file is not broken or self._fault is not None:
                return False
            tried = [f"{broken.path} can no longer be written: {why}"]
            for folder in folders_elsewhere(self._elsewhere, broken.path.parent):
                try:
                    self._file = self._continued(folder, broken.path, why)
                except RecordError as problem:
                    tried.append(str(problem))
                    continue
                self.files = (*self.files, self._file.path)
                self._stored, self._storing_since = self._file.point, None
                self._since.clear()
                log.warning("%s; the recording goes on in %s", tried[0], self._file.path)
                if deleted:
                    # Begun before the new file can be closed, which waits for it. Not a daemon:
                    # what it copies is gone for good once the program has ended.
                    self._rescuers.append(threading.Thread(target=self._rescue, args=(broken,)))
                    self._rescuers[-1].start()
                self._keep(self._file)
                return deleted
            self._fault = RecordError("; ".join(tried) + "; nothing more is recorded")
            log.error("%s", self._fault)
            return False

    def _give_up_waiting(self) -> None:
        broken = self._file
        self._go_on(broken, f"the disk has not answered for {PATIENCE:g} s")
        broken.give_up()

    def _continued(self, folder: Path, broken: Path, why: str) -> RunFile:
        """A file that begins where the last one is known to end, with what has come since."""
        at, before = self._stored, self._file.count_at(self._stored)
        told = replace(self._told, id=uuid.uuid4().hex)

        def write(file: RunFile) -> None:
            file.continues(self._told.id, broken.name, at.rows, at.phase is not None, False)
            if at.phase is not None:
                file.begin_phase(at.phase)
            for call, values in self._since:
                call(file, *values)
            file.event(file.last_time, "note",
                       f"{broken.name} could no longer be written ({why}): from sample {before} "
                       f"on the run is recorded in {file.path.name}")

        for path in names_after(self.path, folder):
            with contextlib.suppress(RecordExists):
                file = _begun(path, told, before, write)
                self._told = told
                return file
        raise AssertionError("there is always another name")

    def _rescue(self, lost: RunFile) -> None:
        """A file that was deleted while it was open is still there: give it a name again."""
        for path in names_after(self.path, self._file.path.parent):
            path = path.with_stem(path.stem.replace("-continued", "-rescued"))
            try:
                lost.disk.rescue(path)
            except FileExistsError:
                continue
            except OSError as problem:
                log.error("%s was deleted and could not be rescued: %s", lost.path, problem)
            else:
                self.files = tuple(path if file == lost.path else file for file in self.files)
                log.warning("%s was deleted; what it held is in %s", lost.path, path)
            break
        lost.give_up()


def _begun(path: Path, told: Told, before: int = 0,
           write: Callable[[RunFile], None] = lambda file: None) -> RunFile:
    """A new run file on disk, with what `write` writes; none at all if it can't be stored."""
    file = RunFile(path, told, before)
    try:
        for fill in (lambda file: None, write):  # stored with every dataset in place and empty
            fill(file)
            if (batch := file.cut()) is not None:
                file.disk.store(batch)
    except OSError as fault:
        file.give_up()
        with contextlib.suppress(OSError):
            path.unlink()
        raise RecordError(f"{path} cannot be written: {fault.strerror}") from fault
    return file


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.exists())
