"""The SCPI 2400 command set of a Keithley 2450: what a program for the old 2400 finds in it.

The part of it that drivers written for the 2400 use (2400S-900-01 Rev. K, section 18; the
2450's appendix D says where it differs). A reading has five elements: voltage, current,
resistance, time, status. A reading with the output off is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2450_setups import (
    FUNCTION_REPLIES,
    LANGUAGE,
    OUTPUT,
    SOURCE_FUNCTION,
    of_sense,
    of_source,
    source_range,
)
from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading
from ginsen.sim_backend.instruments.smu_settings import SenseFunction, SourceFunction
from ginsen.sim_backend.scpi.commands import (
    Command,
    Entry,
    Setting,
    action,
    query,
    setting,
    stored,
)
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import (
    boolean,
    choice,
    choice_of,
    integer,
    number,
    repeated,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu

NOT_A_NUMBER = 9.91e37
"""What stands for an element that was not measured (2400S-900-01 Rev. K, page 18-49)."""

BUFFER_FULL = 512
"""Bit 9 of the measurement event register."""

Row = tuple[float, float, float, float, float]


@dataclass
class Storage:
    """The 2400's one buffer: `points` rows, filled by the next :INIT while `armed`."""

    points: int = 100
    armed: bool = False
    rows: list[Row] = field(default_factory=list)
    trigger_count: int = 1
    trigger_delay: float = 0.0
    arm_count: int = 1
    latest: tuple[Row, ...] = ()


def _of_both(name: str, kind: Any) -> Setting:
    """A setting the 2400 has once and the 2450 for each measure function."""

    def put(smu: Smu, value: Any) -> None:
        for function in smu.unit.settings.senses:
            smu.set_sense(function, name, value)

    return stored(kind, lambda smu: getattr(smu.unit.settings.sensing, name), put)


def _functions(function: Literal["VOLT", "CURR"]) -> dict[str, Entry]:
    volts = function == "VOLT"
    word = "VOLTage" if volts else "CURRent"
    reach, unit = (210.0, "V") if volts else (1.05, "A")
    # The limit of the other source function: a voltage source is limited in current.
    limited: SourceFunction = "CURR" if volts else "VOLT"
    limit = number(0.02, 210.0, 21.0, unit="V") if volts else number(1e-9, 1.05, 105e-6, unit="A")
    source, sense = f":SOURce[1]:{word}", f"[:SENSe[1]]:{word}[:DC]"
    return {
        f"{source}[:LEVel][:IMMediate][:AMPLitude]":
            of_source(function, "level", number(-reach, reach, 0.0, unit=unit)),
        f"{source}:RANGe": source_range(function, number(-reach, reach, unit=unit)),
        f"{source}:RANGe:AUTO": of_source(function, "autorange", boolean()),
        f"{source}:MODE": Setting(Command(lambda smu, mode: None, (choice("FIXed"),)),
                                  Command(lambda smu: "FIX")),
        f"{sense}:PROTection[:LEVel]": of_source(limited, "limit", limit),
        f"{sense}:PROTection:TRIPped?": query(lambda smu: smu.unit.limit_tripped()),
        f"{sense}:RANGe[:UPPer]": of_sense(function, "range", number(-reach, reach, unit=unit)),
        f"{sense}:RANGe:AUTO": of_sense(function, "autorange", boolean()),
        f"{sense}:NPLCycles": of_sense(function, "nplc", number(*KEITHLEY_2450.nplc, 1.0)),
        f":MEASure:{word}[:DC]?": query(lambda smu: _measure(smu, function)),
    }


def _set_functions(smu: Smu, *functions: SenseFunction) -> None:
    """Select what is measured; voltage and current come with every reading all the same."""
    if not functions:
        raise ScpiError(-109)
    smu.set_sense_function(functions[-1])


def _row(smu: Smu) -> Waiting[Row]:
    """One reading as voltage, current, resistance, time, status (page 18-50)."""
    if not smu.unit.settings.output:
        raise ScpiError(803, "Not permitted with OUTPUT off")
    yield smu.storage.trigger_delay
    reading: Reading = yield from smu.unit.read()
    settings = smu.unit.settings
    voltage = current = resistance = NOT_A_NUMBER
    if settings.sense == "RES":
        resistance = reading.value
    elif settings.sense == "VOLT":
        voltage = reading.value
    else:
        current = reading.value
    if settings.source == "VOLT" and settings.sense != "VOLT":
        voltage = reading.source
    elif settings.source == "CURR" and settings.sense != "CURR":
        current = reading.source
    status = (1 if reading.value == OVERFLOW else 0) | (8 if reading.limited else 0)
    return voltage, current, resistance, reading.time, float(status)


def _read(smu: Smu) -> Waiting[str]:
    """:READ?: as many readings as the trigger model asks for, all of them answered."""
    rows: list[Row] = []
    for _ in range(smu.storage.arm_count * smu.storage.trigger_count):
        rows.append((yield from _row(smu)))
    smu.storage.latest = tuple(rows)
    return _printed(smu, rows)


def _measure(smu: Smu, function: SenseFunction) -> Waiting[str]:
    """:MEASure?: configure the function as after *RST, switch the output on, read (page 17-2).

    The current limit goes back to 105 µA with it, whatever it was.
    """
    other: SourceFunction = "VOLT" if function == "CURR" else "CURR"
    smu.set_sense_function(function)
    smu.set_sense(function, "autorange", True)
    smu.set_sense(function, "nplc", 1.0)
    smu.set_source(other, "limit", 105e-6 if function == "CURR" else 21.0)
    smu.storage.arm_count = smu.storage.trigger_count = 1
    smu.storage.trigger_delay = 0.0
    smu.switch_output(True)
    return _read(smu)


def _measure_resistance(smu: Smu) -> Waiting[str]:
    smu.set_sense_function("RES")
    smu.set_sense("RES", "nplc", 1.0)
    smu.storage.arm_count = smu.storage.trigger_count = 1
    smu.switch_output(True)
    return _read(smu)


def _fetch(smu: Smu) -> str:
    if not smu.storage.latest:
        raise ScpiError(-230)
    return _printed(smu, list(smu.storage.latest))


def _printed(smu: Smu, rows: list[Row]) -> str:
    places = [("VOLT", "CURR", "RES", "TIME", "STAT").index(name) for name in smu.elements_2400]
    return ",".join(f"{row[place]:+.6E}" for row in rows for place in places)


def _set_elements(smu: Smu, *names: str) -> None:
    if not names:
        raise ScpiError(-109)
    order = ("VOLT", "CURR", "RES", "TIME", "STAT")
    smu.elements_2400 = tuple(name for name in order if name in names)


def _initiate(smu: Smu) -> None:
    if smu.pending:
        raise ScpiError(-213)
    if not smu.unit.settings.output:
        raise ScpiError(803, "Not permitted with OUTPUT off")
    smu.overlap(_fill(smu))


def _fill(smu: Smu) -> Waiting[None]:
    """Readings into the buffer, if it is armed, until it is full or they are all taken."""
    storage = smu.storage
    rows: list[Row] = []
    for _ in range(storage.arm_count * storage.trigger_count):
        rows.append((yield from _row(smu)))
        storage.latest = tuple(rows)
        if storage.armed:
            storage.rows.append(rows[-1])
            if len(storage.rows) >= storage.points:
                storage.armed = False
                smu.measurement.set(BUFFER_FULL, True)


def _feed_control(smu: Smu, control: str) -> None:
    smu.storage.armed = control == "NEXT"
    if smu.storage.armed:
        smu.storage.rows.clear()
        smu.measurement.set(BUFFER_FULL, False)


def _clear(smu: Smu) -> None:
    smu.storage.rows.clear()
    smu.measurement.set(BUFFER_FULL, False)


def _trace(smu: Smu) -> str:
    if not smu.storage.rows:
        raise ScpiError(-230)
    return _printed(smu, smu.storage.rows)


def _set_source_delay(smu: Smu, seconds: float) -> None:
    smu.set_source("VOLT", "delay", seconds)
    smu.set_source("CURR", "delay", seconds)


def _set_off_state(smu: Smu, state: Any) -> None:
    smu.unit.change_source("VOLT", off_state=state)
    smu.unit.change_source("CURR", off_state=state)


def _beep(smu: Smu, frequency: float, duration: float) -> None:
    """Nobody hears it."""


_SENSE = choice("VOLTage[:DC]", "CURRent[:DC]", "RESistance")

COMMANDS_2400: dict[str, Entry] = {
    **_functions("VOLT"),
    **_functions("CURR"),
    "*LANG": LANGUAGE,
    ":SOURce[1]:FUNCtion[:MODE]": SOURCE_FUNCTION,
    ":SOURce[1]:DELay": stored(number(0.0, 999.9999, 0.0, unit="S"),
                                lambda smu: smu.unit.settings.sourcing.delay, _set_source_delay),
    "[:SENSe[1]]:FUNCtion[:ON]": Setting(
        Command(_set_functions, (repeated(_SENSE),)),
        Command(lambda smu: FUNCTION_REPLIES[smu.unit.settings.sense])),
    "[:SENSe[1]]:RESistance:RANGe[:UPPer]": of_sense("RES", "range", number(0.0, 210e6)),
    "[:SENSe[1]]:RESistance:RANGe:AUTO": of_sense("RES", "autorange", boolean()),
    "[:SENSe[1]]:RESistance:NPLCycles": of_sense("RES", "nplc",
                                                  number(*KEITHLEY_2450.nplc, 1.0)),
    ":MEASure:RESistance?": query(_measure_resistance),
    "[:SENSe[1]]:AVERage[:STATe]": _of_both("filtered", boolean()),
    "[:SENSe[1]]:AVERage:COUNt": _of_both("filter_count", integer(1, 100, 10)),
    "[:SENSe[1]]:AVERage:TCONtrol": _of_both("filter_kind", choice("REPeat", "MOVing")),
    ":SYSTem:AZERo[:STATe]": _of_both("autozero", boolean()),
    ":SYSTem:RSENse": _of_both("remote_sense", boolean()),
    ":OUTPut[1][:STATe]": OUTPUT,
    ":OUTPut[1]:SMODe": stored(choice("NORMal", "HIMPedance", "ZERO", "GUARd"),
                                lambda smu: smu.unit.settings.sourcing.off_state,
                                _set_off_state),
    ":ROUTe:TERMinals": setting("terminals", choice("FRONt", "REAR")),
    ":READ?": query(_read),
    ":FETCh?": query(_fetch),
    ":INITiate[:IMMediate]": action(_initiate),
    ":ABORt": action(lambda smu: smu.abort_operations()),
    ":ARM:COUNt": setting("storage.arm_count", integer(1, 2500, 1)),
    ":TRIGger:COUNt": setting("storage.trigger_count", integer(1, 2500, 1)),
    ":TRIGger:DELay": setting("storage.trigger_delay", number(0.0, 999.9999, 0.0, unit="S")),
    ":TRACe:POINts": setting("storage.points", integer(1, 2500, 100)),
    ":TRACe:POINts:ACTual?": query(lambda smu: len(smu.storage.rows)),
    ":TRACe:FEED": Setting(Command(lambda smu, feed: None, (choice("SENSe[1]"),)),
                           Command(lambda smu: "SENS1")),
    ":TRACe:FEED:CONTrol": Setting(
        Command(_feed_control, (choice("NEXT", "NEVer"),)),
        Command(lambda smu: "NEXT" if smu.storage.armed else "NEV")),
    ":TRACe:CLEar": action(_clear),
    ":TRACe:DATA?": query(_trace),
    ":FORMat[:DATA]": setting("data_format", choice_of({"ASCii": "ASC"})),
    ":FORMat:ELEMents[:SENSe[1]]": Setting(
        Command(_set_elements, (repeated(choice("VOLTage", "CURRent", "RESistance", "TIME",
                                                "STATus")),)),
        Command(lambda smu: ",".join(smu.elements_2400))),
    ":STATus:MEASurement[:EVENt]?": query(lambda smu: smu.measurement.take_event()),
    ":STATus:MEASurement:CONDition?": query(lambda smu: smu.measurement.condition),
    ":STATus:MEASurement:ENABle": setting("measurement.enable", integer(0, 65535)),
    ":SYSTem:BEEPer[:IMMediate]": action(_beep, number(65, 2e6), number(0.0, 7.9)),
}

