"""The instruments of a station file, each opened through its driver and known by its answer."""

from __future__ import annotations

from typing import Any

import pyvisa

from ginsen.datasheets.daq_with_amplifier import sheet_with
from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.instruments.agilent_b1500 import AgilentB1500A
from ginsen.instruments.daq_cards import open_card
from ginsen.instruments.daq_with_amplifier import DaqWithAmplifier
from ginsen.instruments.keithley2400 import Keithley2400
from ginsen.instruments.keithley2450 import Keithley2450
from ginsen.instruments.keithley2600 import Keithley2600, Keithley2602B, Keithley2636B
from ginsen.instruments.keithley4200 import Keithley4200
from ginsen.instruments.keysight_b2900 import KeysightB2912A
from ginsen.instruments.probe_station import ProbeStation
from ginsen.instruments.sentio import Sentio
from ginsen.instruments.source_meter import InstrumentError, SourceMeter
from ginsen.instruments.surroundings import Surrounding, open_surrounding
from ginsen.instruments.velox import Velox
from ginsen.station_file import (
    CARD,
    MAINS_UNTOLD,
    AnyEntry,
    ProberEntry,
    SourceMeterEntry,
    StationError,
    StationFile,
    SurroundingsEntry,
)
from ginsen.types import Clock

Driver = (type[Keithley2400] | type[Keithley2450] | type[Keithley2600] | type[Keithley4200]
          | type[KeysightB2912A] | type[AgilentB1500A])

DRIVERS: dict[str, Driver] = {
    "agilent_b1500": AgilentB1500A, "keithley2400": Keithley2400, "keithley2450": Keithley2450,
    "keithley2602b": Keithley2602B, "keithley2636b": Keithley2636B, "keithley4200": Keithley4200,
    "keysight_b2912a": KeysightB2912A}
PROBERS: dict[str, type[Velox] | type[Sentio]] = {"velox": Velox, "sentio": Sentio}

_managers: list[pyvisa.ResourceManager] = []
"""The resource manager of every open station."""


def sheet_of(entry: SourceMeterEntry) -> SourceMeterSheet:
    """The data sheet of a source meter of the station file; of a card with its first amplifier."""
    return sheet_with(entry.inputs[0].amplifier) if entry.inputs else DRIVERS[entry.driver].sheet


def open_manager(file: StationFile) -> pyvisa.ResourceManager:
    """The resource manager of a station; `close_manager` gives it back. Raises StationError."""
    try:
        manager = pyvisa.ResourceManager(file.visa)
    except (OSError, ValueError, pyvisa.Error) as problem:
        raise StationError(f"{file.path}: the VISA library {file.visa!r} cannot be opened: "
                           f"{problem}") from None
    _managers.append(manager)
    return manager


def close_manager(manager: pyvisa.ResourceManager) -> None:
    """Close a manager, unless another station still uses it."""
    # PyVISA has one manager a library: closing it would end other stations' sessions too.
    _managers.remove(manager)
    if manager not in _managers:
        manager.close()


def open_instrument(file: StationFile, entry: AnyEntry, clock: Clock
                    ) -> tuple[SourceMeter | ProbeStation | Surrounding, str]:
    """Open one instrument; returns it and what it answers to *IDN?. Nothing is set or moved.

    Raises StationError for an address behind which nothing, or the wrong thing, answers.
    """
    where = f"{file.path}, [{entry.name}]"
    if isinstance(entry, SourceMeterEntry):
        _check_limits(entry, where)
    try:
        instrument: SourceMeter | ProbeStation | Surrounding
        if isinstance(entry, ProberEntry):
            instrument = PROBERS[entry.driver](entry.address, visa_library=file.visa)
        elif isinstance(entry, SurroundingsEntry):
            instrument = open_surrounding(entry.driver, entry.address, file.visa, entry.limits,
                                          clock)
        elif entry.driver == CARD:
            card = open_card(entry.address, [each.channel for each in entry.inputs],
                             visa_library=file.visa, clock=clock)
            instrument = DaqWithAmplifier(
                card, {each.channel: each.amplifier for each in entry.inputs}, clock=clock,
                limits=entry.limits, off_state=file.safe_state, mains=entry.mains)
        else:
            which: dict[str, Any] = ({"channel": entry.channel} if entry.channel
                                     else {"terminals": entry.terminals})
            if entry.driver in MAINS_UNTOLD:
                which["mains"] = entry.mains
            instrument = DRIVERS[entry.driver](
                entry.address, visa_library=file.visa, limits=entry.limits, clock=clock,
                off_state=file.safe_state, **which)
    except (pyvisa.Error, ValueError, OSError) as problem:
        raise StationError(f"{where}: nothing answers at {entry.address}: {problem}") from None
    if isinstance(entry, SourceMeterEntry) and isinstance(instrument, SourceMeter):
        instrument.leads = entry.leads
    try:
        return instrument, instrument.identify()
    except InstrumentError as problem:
        instrument.close()
        raise StationError(f"{where}: {problem} Nothing was set or switched.") from None
    except (pyvisa.Error, OSError) as problem:
        instrument.close()
        raise StationError(f"{where}: {entry.address} opens but does not answer *IDN?: "
                           f"{problem}") from None


def _check_limits(entry: SourceMeterEntry, where: str) -> None:
    """A limit beyond what the instrument can do is a slip of the pen, e.g. MA for mA."""
    sheet = sheet_of(entry)
    for limit, reach, unit in ((entry.limits.voltage, sheet.source_voltage.maximum, "V"),
                               (entry.limits.current, sheet.source_current.maximum, "A")):
        if limit > reach:
            raise StationError(f"{where}: a limit of {limit:g} {unit} is more than a "
                               f"{sheet.model} can do, {reach:g} {unit}.")
