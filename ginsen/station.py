"""A station: its instruments opened, proved to be the right ones, switched off on the way out."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pyvisa
from pyvisa.resources import MessageBasedResource

from ginsen.guard import Guard
from ginsen.guard.safe import make_safe
from ginsen.instruments.clock import clock_of
from ginsen.instruments.contact import UNVERIFIED
from ginsen.instruments.magnet_supply import MagnetSupply
from ginsen.instruments.probe_station import Die, ProbeStation
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff, SourceMeter
from ginsen.instruments.surroundings import Surrounding
from ginsen.instruments.switch_matrix import SwitchMatrix
from ginsen.instruments.temperature_controller import TemperatureController
from ginsen.station_file import (
    AnyEntry,
    StationError,
    StationFile,
    read_station,
)
from ginsen.station_instruments import close_manager, open_instrument, open_manager
from ginsen.types import Clock

log = logging.getLogger(__name__)

Kind = TypeVar("Kind", TemperatureController, MagnetSupply, SwitchMatrix)
BENCH = "TCPIP0::bench::inst0::INSTR"


class Station:
    """The opened instruments of one station file. Use it as a context manager.

    However it is left, every output is switched off and read back as off; an instrument that
    fails does not keep the next one from being tried. Nothing moves the chuck of a probe station
    before every output is read back as off. A guard, a process of its own, switches them off should
    this one end without having done so; it goes when the station is closed.
    """

    def __init__(self, file: StationFile, manager: pyvisa.ResourceManager) -> None:
        self.file = file
        self.clock: Clock = clock_of(manager)
        self.source_meters: dict[str, SourceMeter] = {}
        self.identities: dict[str, str] = {}
        self.calibrations: dict[str, str] = {}
        self.caveat = ""
        self.seed: int | None = None
        self._prober: ProbeStation | None = None
        self._surroundings: dict[str, Surrounding] = {}
        self._manager: pyvisa.ResourceManager | None = manager
        self._guard: Guard | None = None

    @classmethod
    def open(cls, path: str | Path = "simulated", *, seed: int | None = None) -> Station:
        """Open every instrument of a station file, or of a bundled station, by its name.

        `seed` fixes what is random on a simulated bench; a real one has nothing to seed. Raises
        StationError for the file and for an address behind which nothing, or the wrong thing,
        answers. Nothing is switched on.
        """
        file = read_station(path)
        manager = open_manager(file)
        station = cls(file, manager)
        try:
            if hasattr(manager.visalib, "clock"):
                station._ask_bench(manager, seed)
            for entry in file.instruments:
                station._add(entry)
            station._set_guard(manager)
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
            self.seed = int(bench.query(":SEED?"))
            self.caveat = bench.query(":DEV:CAV?").strip().strip('"')
        if seed is not None and seed != self.seed:
            raise StationError(f"the seed {seed} is not a whole number from 0 to 2^53.")

    def _add(self, entry: AnyEntry) -> None:
        instrument, self.identities[entry.name] = open_instrument(self.file, entry, self.clock)
        if isinstance(instrument, ProbeStation):
            self._prober = instrument
            instrument.before_moving = self._prove_off
        elif not isinstance(instrument, SourceMeter):
            self._surroundings[entry.name] = instrument
            if isinstance(instrument, SwitchMatrix):
                instrument.before_switching = self._prove_off
        else:
            self.source_meters[entry.name] = instrument
            with contextlib.suppress(InstrumentError):  # no run is refused for that
                self.calibrations[entry.name] = instrument.calibrated() or "not told"

    def _set_guard(self, manager: pyvisa.ResourceManager) -> None:
        """Have outputs switched off even if this process ends; a bench in it would end with it."""
        if hasattr(manager.visalib, "clock"):
            return
        self._guard = Guard(self.file.visa, [meter.emergency(name) for name, meter
                                             in self.source_meters.items()])
        for meter in self.source_meters.values():
            meter.heard, meter.alarmed = self._guard.beat, self._guard.act

    def watch(self, recording: Path | None = None) -> None:
        """From now on outputs may be on, and `alive` or an answer is due every few seconds.

        What the guard does is noted beside `recording`. Raises GuardFailed without a guard.
        """
        if self._guard is not None:
            self._guard.watch()
            if recording is not None:
                self._guard.record(recording)

    def alive(self) -> None:
        """Say that the run is in control; without a word for 5 s its guard switches off.

        Raises WasHung if it has.
        """
        if self._guard is not None:
            self._guard.beat()
            self._guard.check()

    def rest(self) -> None:
        """Say that the output went off by itself: a protocol may take its time."""
        if self._guard is not None:
            self._guard.rest()

    def call_guard(self, reason: str) -> bool:
        """Have every output switched off from outside, also while a call here blocks.

        Returns whether there is a guard; `reason` is for its note.
        """
        if self._guard is None:
            return False
        self._guard.act(reason)
        return True

    @property
    def smu(self) -> SourceMeter:
        """The first source meter of the file."""
        return self.source_meter()

    def source_meter(self, name: str = "") -> SourceMeter:
        """The source meter of that name, the first one if empty. Raises StationError if none is."""
        return self.source_meters[self.file.source_meter(name).name]

    def identity_of(self, meter: SourceMeter) -> str:
        """What a source meter of this station answered to *IDN?, and its channel if it has one."""
        name = next(name for name, each in self.source_meters.items() if each is meter)
        channel = self.file.source_meter(name).channel
        return f"{self.identities[name]}, channel {channel}" if channel else self.identities[name]

    def rehearse_emergency(self) -> None:
        """Do what the guard would, in this process: every output off, by sessions of its own.

        Raises OutputNotOff.
        """
        assert self._manager is not None, "the station is open"
        efforts = make_safe(self._manager, [meter.emergency(name) for name, meter
                                            in self.source_meters.items()], persistence=0.0)
        if not all(effort.proved.is_set() for effort in efforts):
            raise OutputNotOff("; ".join(map(str, efforts)))

    @property
    def simulated(self) -> bool:
        """Whether a bench that is computed stands behind the addresses."""
        return self.seed is not None

    def sample_history(self) -> list[dict[str, Any]]:
        """Each change at a simulated sample, as its bench saw it (`:DEVice:HISTory?`)."""
        assert self._manager is not None, "the station is open"
        with self._manager.open_resource(BENCH) as bench:
            assert isinstance(bench, MessageBasedResource)
            history: list[dict[str, Any]] = json.loads(bench.query(":DEV:HIST?"))
        return history

    def contact_told(self, meter: SourceMeter) -> dict[str, str]:
        """What is known of the contact of a source meter's probes, for its recording.

        Raises InstrumentError where the meter can judge it and finds none.
        """
        found = meter.contact_check()
        if found is not None and not found.made:
            raise InstrumentError(f"{found}. Nothing was applied.")
        told = {"contact": str(found or UNVERIFIED)}
        if self._prober is not None and self._prober.touchdowns:
            place = self._prober.place
            told["touchdowns"] = (f"{self._prober.marks[place]} "
                                  f"{f'on {place} ' if place else ''}since the station was opened")
        return told

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
        if self._guard is not None:
            if failures:
                self._guard.act("; ".join(failures.values()))
            else:
                self._guard.rest()
        return failures

    @property
    def prober(self) -> ProbeStation:
        """The probe station. Raises StationError if the file names none."""
        if self._prober is None:
            raise StationError(f"the station {self.file.name!r} has no probe station; add a table "
                               "such as [prober] with driver and address.")
        return self._prober

    @property
    def temperature(self) -> TemperatureController:
        """The first temperature controller of the file. Raises StationError if it names none."""
        return self._one([each for each in self._surroundings.values()
                          if isinstance(each, TemperatureController)],
                         "temperature controller", "lakeshore335")

    @property
    def magnet(self) -> MagnetSupply:
        """The first magnet supply of the file. Raises StationError if it names none."""
        return self._one([each for each in self._surroundings.values()
                          if isinstance(each, MagnetSupply)],
                         "magnet supply", "ami430")

    @property
    def matrix(self) -> SwitchMatrix:
        """The first switch matrix of the file. Raises StationError if it names none."""
        return self._one([each for each in self._surroundings.values()
                          if isinstance(each, SwitchMatrix)],
                         "switch matrix", "keithley2700")

    def _one(self, found: Sequence[Kind], what: str, driver: str) -> Kind:
        if not found:
            raise StationError(f"the station {self.file.name!r} has no {what}; add a table with "
                               f'driver = "{driver}" and an address.')
        return found[0]

    def contact(self, die: Die | None = None) -> None:
        """Outputs off, then contact: with a die, or where the chuck stands."""
        self.prober.contact(die)

    def release(self) -> None:
        """Outputs off, then the chuck down."""
        self.prober.release()

    def _prove_off(self) -> None:
        failures = self.off()
        if failures:
            raise OutputNotOff("; ".join(failures.values()))

    def _lower(self) -> None:
        """Release what was contacted from here; a chuck that somebody raised by hand stays up."""
        prober = self._prober
        if prober is None or not prober.touchdowns or prober.in_contact is False:
            return
        try:
            prober.release()
        except Exception as problem:
            raise InstrumentError(f"the chuck could not be lowered: {problem}") from problem

    def close(self) -> None:
        """Outputs off, the chuck down if it was raised from here, sessions closed.

        Raises OutputNotOff if an output was not proved off: the chuck then stays where it is.
        Raises InstrumentError if the chuck could not be lowered.
        """
        if self._manager is None:
            return
        failure: InstrumentError | None = None
        try:
            self._prove_off()
            self._lower()
        except InstrumentError as problem:
            failure = problem
        for instrument in (*self.source_meters.values(), self._prober,
                           *self._surroundings.values()):
            try:
                if instrument is not None:
                    instrument.close()
            except Exception as problem:  # a dead session must not keep the others open
                log.warning("closing a session failed: %s", problem)
        self.source_meters.clear()
        self._prober = None
        self._surroundings.clear()
        manager, self._manager = self._manager, None
        close_manager(manager)
        if self._guard is not None:
            # Not told that all is done it acts, again and again, until the outputs are off.
            self._guard.leave() if isinstance(failure, OutputNotOff) else self._guard.done()
            self._guard = None
        if failure is not None:
            raise failure

    def __enter__(self) -> Station:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
