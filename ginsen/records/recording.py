"""The run file while it is written: complete at every moment, whatever ends the program.

HDF5 in its earliest format, without SWMR: of the ways tried, the one whose files still open in
plain h5py after `kill -9`. Nothing but rows is added once the first sample has come.
"""

from __future__ import annotations

import platform
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from ginsen.records.error import RecordError, RecordExists
from ginsen.records.layout import ABOUT, FORMAT, TABLES, VERSION, Kind
from ginsen.types import Array, Outcome, Phase, Samples, Span, SpectralFit

FLUSH_EVERY = 0.5
"""Seconds of wall time between two looks at what is not yet on disk; the promise is one second."""

RESERVE = 16_000_000
"""Bytes of the disk that are left free, so that what was recorded can be closed properly."""

ROW = 73
"""Bytes a sample takes: eight numbers of eight bytes, a phase number and a flag."""

_TYPES: Mapping[Kind, Any] = {
    "real": np.dtype("<f8"), "whole": np.dtype("<i8"), "flag": np.dtype("u1"),
    "text": h5py.string_dtype("utf-8"),
}
# A row whose place was reserved but whose values never arrived must not read as zero volts.
_FILLS: Mapping[Kind, float | None] = {"real": np.nan, "whole": -1, "flag": 0, "text": None}

_PACKAGES = ("ginsen", "numpy", "scipy", "pyvisa", "pymeasure", "h5py")


def unique_path(folder: Path, protocol: str, utc: datetime) -> Path:
    """A run file's name not taken in `folder`: 2026-11-20T110500Z_memory.h5, then -2, -3, ..."""
    stem = f"{utc.astimezone(timezone.utc):%Y-%m-%dT%H%M%SZ}_{protocol}"
    path, number = folder / f"{stem}.h5", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.h5"
    return path


class Recording:
    """One run, one file; what has been handed over is on disk at most one second later.

    Made by `Recording.create`. Methods may be called from several threads. After `close` the file
    is final and every other method raises `RecordError`.
    """

    def __init__(self, path: Path, file: Any) -> None:
        self.path = path
        self._file = file
        # Looking a dataset up by its path costs more than writing a row to it.
        self._columns = {table: {name: file[f"{table}/{name}"] for name in TABLES[table].columns}
                         for table in TABLES}
        self._rows_of = dict.fromkeys(TABLES, 0)
        self._lock = threading.RLock()
        self._open_phase: int | None = None
        self._phase_first = 0
        self._last_time = float("nan")
        self._dirty = True
        self._fault: Exception | None = None
        self._over = threading.Event()
        # Blocks may be far apart: what came last must not wait for the next one to reach the disk.
        self._flusher = threading.Thread(target=self._keep_flushed, name="ginsen recording",
                                         daemon=True)

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
    def create(cls, path: Path | str, *, protocol: str, origin: datetime,
               about: Mapping[str, str] | None = None,
               parameters: Mapping[str, tuple[object, str]] | None = None,
               station_text: str = "", identities: Mapping[str, str] | None = None,
               seed: int | None = None, series_resistance: float = 0.0) -> Recording:
        """A new run file, every dataset in place, its outcome `running`.

        `origin` is the date and time (aware) at which sample times are zero. `parameters` gives
        value and unit by name, `identities` what each instrument answered to `*IDN?`,
        `series_resistance` (Ω) what lies between source meter and sample. Folders are made as
        needed. Raises RecordError where the path is taken or cannot be written.
        """
        path = Path(path)
        if origin.tzinfo is None:
            raise RecordError(f"{path}: origin {origin} has no time zone; give it one, e.g. UTC")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = h5py.File(path, "x", libver="earliest", locking="best-effort")
        except FileExistsError:
            if not path.parent.is_dir():
                raise RecordError(f"{path.parent} is not a folder; name one for the "
                                  "recording") from None
            raise RecordExists(f"{path} exists already; a recording is never overwritten, "
                               "choose another name") from None
        except OSError as fault:
            raise RecordError(f"{path} cannot be made: {fault}") from fault
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        for name, table in TABLES.items():
            for column, kind in table.columns.items():
                file.create_dataset(f"{name}/{column}", shape=(0,), maxshape=(None,),
                                    chunks=(table.chunk,), dtype=_TYPES[kind],
                                    fillvalue=_FILLS[kind])
        recording = cls(path, file)
        told = {**dict.fromkeys(ABOUT, "unknown"),
                **{name: text for name, text in (about or {}).items() if text.strip()}}
        recording._pairs("about", told)
        for name, (value, unit) in (parameters or {}).items():
            recording._row("parameters", name=name, value=str(value), unit=unit)
        recording._pairs("station", {
            "file": station_text, "series_resistance_ohm": repr(float(series_resistance)),
            **{f"identity of {name}": text for name, text in (identities or {}).items()},
        })
        recording._pairs("provenance", {
            "protocol": protocol, "origin": origin.isoformat(),
            "seed": "none" if seed is None else str(seed), "python": platform.python_version(),
            "platform": platform.platform(),
            **{package: _version(package) for package in _PACKAGES},
        })
        recording._row("outcome", outcome=str(Outcome("running")))
        recording.flush()
        recording._flusher.start()
        return recording

    @property
    def count(self) -> int:
        """The number of samples handed over so far."""
        return self._rows_of["samples"]

    def begin_phase(self, phase: Phase) -> None:
        """What follows belongs to `phase`; an open phase ends at the last sample."""
        with self._writing():
            self._note_progress()
            self._row(
                "phases", name=phase.name, level_V=phase.level, first=self.count,
                stop_index=self.count, requested_level_V=phase.level,
                duration_s=phase.duration, interval_s=phase.interval,
                compliance_A=phase.compliance, source_range_V=_or_nan(phase.source_range),
                measure_range_A=_or_nan(phase.measure_range), nplc=phase.nplc, rest=phase.rest,
                duty=phase.duty, alternate=phase.alternate)
            self._open_phase, self._phase_first = self._rows_of["phases"] - 1, self.count
            self.flush()

    def append(self, samples: Samples, conductance: Array, u_conductance: Array) -> None:
        """Samples on the record's clock, their conductance and its standard uncertainty (S)."""
        count = len(samples)
        if not conductance.shape == u_conductance.shape == (count,):
            raise RecordError(f"{self.path}: {count} samples came with {conductance.size} "
                              f"conductances and {u_conductance.size} uncertainties; give as many")
        if count == 0:
            return
        with self._writing():
            phase = -1 if self._open_phase is None else self._open_phase
            if phase >= 0 and self.count == self._phase_first:
                self._column("phases", "start_s")[phase] = samples.time[0]
            self._rows("samples", count, {
                "time_s": samples.time, "voltage_V": samples.voltage,
                "current_A": samples.current, "compliance": samples.compliance,
                "u_voltage_V": samples.u_voltage, "u_current_A": samples.u_current,
                "conductance_S": conductance, "u_conductance_S": u_conductance,
                "phase": np.full(count, phase)})
            self._last_time = float(samples.time[-1])

    def end_phase(self, span: Span) -> None:
        """The open phase is over and went as `span` says. Raises RecordError if none is open."""
        with self._writing():
            if self._open_phase is None:
                raise RecordError(f"{self.path}: phase {span.name!r} ends but none has begun")
            for column, value in (("level_V", span.level), ("start_s", span.start),
                                  ("stop_s", span.stop), ("first", span.first),
                                  ("stop_index", span.stop_index),
                                  ("dead_time_s", span.dead_time),
                                  ("integration_s", span.integration)):
                self._column("phases", column)[self._open_phase] = value
            self._open_phase = None
            self.flush()

    def beta(self, window: int, fit: SpectralFit, time: float) -> None:
        """An estimate of β over the `window` samples that end at `time` (s), or why there is none.

        The fit is of conductance: `amplitude` and `floor` in S²/Hz.
        """
        with self._writing():
            row = self._rows_of["beta"]
            self._row(
                "beta", time_s=time, window=window,
                phase=-1 if self._open_phase is None else self._open_phase,
                beta=_or_nan(fit.beta), beta_low=_or_nan(fit.beta_low),
                beta_high=_or_nan(fit.beta_high), reason=fit.reason or "",
                amplitude_S2_per_Hz=_or_nan(fit.amplitude), floor_S2_per_Hz=_or_nan(fit.floor),
                p_no_floor=_or_nan(fit.p_no_floor), band_low_Hz=fit.band[0],
                band_high_Hz=fit.band[1], count=fit.count, effective_count=fit.effective_count,
                interval_s=fit.interval, start_s=fit.start, stop_s=fit.stop,
                goodness=_or_nan(fit.goodness), half_split_beta=_or_nan(fit.half_split_beta),
                half_split_power=_or_nan(fit.half_split_power), jump=_or_nan(fit.jump),
                overdispersion=_or_nan(fit.overdispersion))
            for low, high, beta, sigma in fit.sub_bands:
                self._row("sub_bands", beta_row=row, low_Hz=low, high_Hz=high, beta=beta,
                          sigma=sigma)

    def event(self, time: float, kind: str, text: str) -> None:
        """Something worth a mark at `time` (s): compliance reached, a stop asked for."""
        with self._writing():
            self._row("events", time_s=time, kind=kind, text=text)

    def log(self, level: str, text: str, utc: datetime | None = None) -> None:
        """A line of the run's log, stamped with `utc`, by default the wall clock's now."""
        moment = datetime.now(timezone.utc) if utc is None else utc.astimezone(timezone.utc)
        with self._writing():
            self._row("log", utc=moment.isoformat(), level=level, text=text)

    def flush(self) -> None:
        """Put on disk what has been handed over."""
        with self._lock:
            if self._file and self._dirty:
                self._note_progress()
                self._file.flush()
                self._dirty = False

    def close(self, outcome: Outcome) -> None:
        """State how the run ended and close the file; closing a closed recording does nothing."""
        self._over.set()
        with self._lock:
            if not self._file:
                return
            try:
                self._note_progress()
                self._row("outcome", outcome=str(outcome))
            finally:
                self._file.close()
        self._flusher.join()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the file alone, once it is sure that it can still be written."""
        with self._lock:
            if not self._file:
                raise RecordError(f"{self.path} is closed; nothing can be added to it")
            if self._fault is not None:
                raise RecordError(f"{self.path} could not be written to disk: {self._fault}")
            yield

    def _keep_flushed(self) -> None:
        while not self._over.wait(FLUSH_EVERY):
            try:
                self._check_room()
                self.flush()
            except Exception as fault:  # h5py has its own for a full disk; who writes next is told
                self._fault = fault
                return

    def _check_room(self) -> None:
        """Stop while there is room to close: a file that can't be closed may be lost whole."""
        free = shutil.disk_usage(self.path.parent).free
        if free < RESERVE:
            raise OSError(f"the disk is nearly full: {free / 1e6:.1f} MB are left")

    def _note_progress(self) -> None:
        """Move the open phase's end to the last sample, so that a killed run reads as far."""
        if self._open_phase is not None and self.count > self._phase_first:
            self._column("phases", "stop_index")[self._open_phase] = self.count
            self._column("phases", "stop_s")[self._open_phase] = self._last_time

    def _pairs(self, table: str, pairs: Mapping[str, str]) -> None:
        for name, value in pairs.items():
            self._row(table, name=name, value=value)

    def _row(self, table: str, **values: float | str) -> None:
        # HDF5's texts end at a NUL, which a broken instrument may well send.
        self._rows(table, 1, {
            name: [value.replace("\0", "\\0") if isinstance(value, str) else value]
            for name, value in values.items()})

    def _rows(self, table: str, count: int, values: Mapping[str, npt.ArrayLike]) -> None:
        """Add rows; a column not told grows by its fill value."""
        self._dirty = True
        first = self._rows_of[table]
        for name, column in self._columns[table].items():
            column.resize((first + count,))
            if name in values:
                column[first:first + count] = values[name]
        self._rows_of[table] = first + count

    def _column(self, table: str, name: str) -> Any:
        return self._columns[table][name]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.exists())


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
