"""A station: its instruments opened, proved to be the right ones, switched off on the way out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pyvisa
from pyvisa.resources import MessageBasedResource

from ginsen.instruments.clock import clock_of
from ginsen.instruments.keithley2450 import Keithley2450
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff, SourceMeter
from ginsen.station_file import SourceMeterEntry, StationError, StationFile, read_station
from ginsen.types import Clock

log = logging.getLogger(__name__)

DRIVERS = {"keithley2450": Keithley2450}
BENCH = "TCPIP0::bench::inst0::INSTR"

_managers: list[pyvisa.ResourceManager] = []
"""The resource manager of every open station."""


class Station:
    """The opened instruments of one station file. Use it as a context manager.

    However it is left, every output is switched off and read back as off; an instrument that
    fails does not keep the next one from being tried.
    """

    def __init__(self, file: StationFile, manager: pyvisa.ResourceManager) -> None:
        self.file = file
        self.clock: Clock = clock_of(manager)
        self.source_meters: dict[str, SourceMeter] = {}
        self.identities: dict[str, str] = {}
        self.caveat = ""
        self._manager: pyvisa.ResourceManager | None = manager
        _managers.append(manager)

    @classmethod
    def open(cls, path: str | Path = "simulated", *, seed: int | None = None) -> Station:
        """Open every instrument of a station file, or of a bundled station, by its name.

        `seed` fixes what is random on a simulated bench; a real one has nothing to seed. Raises
        StationError for the file and for an address behind which nothing, or the wrong thing,
        answers. Nothing is switched on.
        """
        file = read_station(path)
        try:
            manager = pyvisa.ResourceManager(file.visa)
        except (OSError, ValueError, pyvisa.Error) as problem:
            raise StationError(f"{file.path}: the VISA library {file.visa!r} cannot be opened: "
                               f"{problem}") from None
        station = cls(file, manager)
        try:
            if hasattr(manager.visalib, "clock"):
                station._ask_bench(manager, seed)
            for entry in file.source_meters:
                station._open_source_meter(entry)
        except BaseException:
            station.close()
            raise
        return station

    def _ask_bench(self, manager: pyvisa.ResourceManager, seed: int | None) -> None:
        """Seed a simulated bench, and learn what its records must not be taken for."""
        with manager.open_resource(BENCH) as bench:
            assert isinstance(bench, MessageBasedResource)
            if seed is not None:
                bench.write(f":SEED {seed}")
            self.caveat = bench.query(":DEV:CAV?").strip().strip('"')

    def _open_source_meter(self, entry: SourceMeterEntry) -> None:
        where = f"{self.file.path}, [{entry.name}]"
        try:
            meter = DRIVERS[entry.driver](
                entry.address, visa_library=self.file.visa, limits=entry.limits, clock=self.clock,
                off_state=self.file.safe_state, terminals=entry.terminals)
        except (pyvisa.Error, ValueError, OSError) as problem:
            raise StationError(f"{where}: nothing answers at {entry.address}: {problem}") from None
        # Known to the station before it is asked anything, so that it is made safe if it answers
        # wrongly and is ours all the same.
        try:
            self.identities[entry.name] = meter.identify()
        except InstrumentError as problem:
            meter.close()
            raise StationError(f"{where}: {problem} Nothing was switched on.") from None
        except pyvisa.Error as problem:
            meter.close()
            raise StationError(f"{where}: {entry.address} opens but does not answer *IDN?: "
                               f"{problem}") from None
        self.source_meters[entry.name] = meter

    @property
    def smu(self) -> SourceMeter:
        """The first source meter of the file."""
        return next(iter(self.source_meters.values()))

    def series_resistance(self, meter: SourceMeter) -> float:
        """What lies between this source meter and the sample (Ω)."""
        name = next(name for name, each in self.source_meters.items() if each is meter)
        return next(entry.series_resistance for entry in self.file.source_meters
                    if entry.name == name)

    def off(self) -> Mapping[str, str]:
        """Switch every output off and read it back; returns what could not be proved off, if any.

        Never raises: each instrument is tried whatever happened to the one before.
        """
        failures: dict[str, str] = {}
        for name, meter in self.source_meters.items():
            try:
                meter.off()
            except Exception as problem:  # whatever it is, the next instrument is tried
                failures[name] = str(problem)
                log.error("%s: %s", name, problem)
        return failures

    def close(self) -> None:
        """Outputs off, sessions closed. Raises OutputNotOff if an output was not proved off."""
        if self._manager is None:
            return
        failures = self.off()
        for meter in self.source_meters.values():
            try:
                meter.close()
            except Exception as problem:  # a dead session must not keep the others open
                log.warning("closing a session failed: %s", problem)
        self.source_meters.clear()
        manager, self._manager = self._manager, None
        # PyVISA has one manager a library: closing it would end other stations' sessions too.
        _managers.remove(manager)
        if manager not in _managers:
            manager.close()
        if failures:
            raise OutputNotOff("; ".join(failures.values()))

    def __enter__(self) -> Station:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
