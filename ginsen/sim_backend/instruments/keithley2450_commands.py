"""The native SCPI command set of the Keithley 2450, as a table (Reference Manual, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2450_configurations import CONFIGURATION_COMMANDS
from ginsen.sim_backend.instruments.keithley2450_readings import READING_COMMANDS
from ginsen.sim_backend.instruments.keithley2450_setups import (
    FUNCTION_REPLIES,
    LANGUAGE,
    OUTPUT,
    SOURCE_FUNCTION,
    of_sense,
    of_source,
    source_range,
)
from ginsen.sim_backend.instruments.keithley2450_sweep import SWEEP_COMMANDS
from ginsen.sim_backend.instruments.keithley2450_trigger_commands import TRIGGER_COMMANDS
from ginsen.sim_backend.instruments.smu_settings import (
    SenseFunction,
    SourceFunction,
    source_range_in_use,
    source_ranges,
)
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
from ginsen.sim_backend.scpi.parameters import boolean, choice, choice_of, integer, number

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu

_SENSE_WORDS = {"VOLT": "VOLTage[:DC]", "CURR": "CURRent[:DC]", "RES": "RESistance"}


def _source_delay(smu: Smu, function: SourceFunction) -> float:
    setup = smu.unit.settings.sources[function]
    if not setup.autodelay:
        return setup.delay
    full_scale = source_range_in_use(KEITHLEY_2450, function, setup)
    return source_ranges(KEITHLEY_2450, function).at_full_scale(full_scale).settling


def _source(function: SourceFunction) -> dict[str, Entry]:
    """The commands of one source function."""
    volts = function == "VOLT"
    reach = 210.0 if volts else 1.05
    unit = "V" if volts else "A"
    source = f":SOURce[1]:{'VOLTage' if volts else 'CURRent'}"
    limit = "ILIMit" if volts else "VLIMit"
    bounds = (number(1e-9, 1.05, 105e-6, unit="A") if volts
              else number(0.02, 210.0, 21.0, unit="V"))
    return {
        f"{source}[:LEVel][:IMMediate][:AMPLitude]":
            of_source(function, "level", number(-reach, reach, 0.0, unit=unit)),
        f"{source}:RANGe": source_range(function, number(-reach, reach, unit=unit)),
        f"{source}:RANGe:AUTO": of_source(function, "autorange", boolean()),
        f"{source}:{limit}[:LEVel]": of_source(function, "limit", bounds),
        f"{source}:{limit}[:LEVel]:TRIPped?": query(lambda smu: smu.unit.limit_tripped()),
        f"{source}:READ:BACK": of_source(function, "readback", boolean()),
        f"{source}:HIGH:CAPacitance": of_source(function, "high_capacitance", boolean()),
        f"{source}:DELay": stored(
            number(0.0, 10e3, 0.0, unit="S"), lambda smu: _source_delay(smu, function),
            lambda smu, value: smu.set_source(function, "delay", value)),
        f"{source}:DELay:AUTO": of_source(function, "autodelay", boolean()),
        f"{source}:DELay:USER<n>": Setting(
            Command(lambda smu, place, value: smu.set_source(
                function, "user_delays", _placed(smu.unit.settings.sources[function].user_delays,
                                                 place, value)), (number(0.0, 10e3, 0.0),)),
            Command(lambda smu, place: _pick(smu.unit.settings.sources[function].user_delays,
                                             place))),
        f":OUTPut[1]:{'VOLTage' if volts else 'CURRent'}[:DC]:SMODe":
            of_source(function, "off_state", choice("NORMal", "HIMPedance", "ZERO", "GUARd")),
    }


def _sense(function: SenseFunction) -> dict[str, Entry]:
    """The commands of one measure function."""
    sense = f"[:SENSe[1]]:{_SENSE_WORDS[function]}"
    low, high, unit, units = {
        "VOLT": (-210.0, 210.0, "V", {"VOLT": "V", "OHM": "OHM", "WATT": "WATT"}),
        "CURR": (-1.05, 1.05, "A", {"AMP": "A", "OHM": "OHM", "WATT": "WATT"}),
        "RES": (0.0, 210e6, "OHM", {"OHM": "OHM"}),
    }[function]
    span = number(low, high, unit=unit)
    return {
        f"{sense}:RANGe[:UPPer]": of_sense(function, "range", span),
        f"{sense}:RANGe:AUTO": of_sense(function, "autorange", boolean()),
        f"{sense}:RANGe:AUTO:LLIMit": of_sense(function, "lower_limit", span),
        f"{sense}:NPLCycles": of_sense(function, "nplc", number(*KEITHLEY_2450.nplc, 1.0)),
        f"{sense}:AZERo[:STATe]": of_sense(function, "autozero", boolean()),
        f"{sense}:RSENse": of_sense(function, "remote_sense", boolean()),
        f"{sense}:AVERage[:STATe]": of_sense(function, "filtered", boolean()),
        f"{sense}:AVERage:COUNt": of_sense(function, "filter_count", integer(1, 100, 10)),
        f"{sense}:AVERage:TCONtrol":
            of_sense(function, "filter_kind", choice("REPeat", "MOVing")),
        f"{sense}:UNIT": of_sense(function, "unit", choice_of(units)),
        f"{sense}:DELay:USER<n>": Setting(
            Command(lambda smu, place, value: smu.set_sense(
                function, "user_delays", _placed(smu.unit.settings.senses[function].user_delays,
                                                 place, value)), (number(0.0, 10e3, 0.0),)),
            Command(lambda smu, place: _pick(smu.unit.settings.senses[function].user_delays,
                                             place))),
    }


def _placed(delays: tuple[float, ...], place: int, value: float) -> tuple[float, ...]:
    _pick(delays, place)
    return (*delays[:place - 1], value, *delays[place:])


def _pick(delays: tuple[float, ...], place: int) -> float:
    if not 1 <= place <= len(delays):
        raise ScpiError(-114)
    return delays[place - 1]


def _set_off_states(smu: Smu, state: Any) -> None:
    smu.unit.change_source("VOLT", off_state=state)
    smu.unit.change_source("CURR", off_state=state)


def _set_delays(smu: Smu, seconds: float) -> None:
    smu.set_source("VOLT", "delay", seconds)
    smu.set_source("CURR", "delay", seconds)


def _set_protection(smu: Smu, volts: float | None) -> None:
    smu.unit.change(protection=volts)


def _autozero_once(smu: Smu) -> Waiting[None]:
    """Measure reference and zero now: two integrations."""
    yield 2 * smu.unit.settings.sensing.nplc / smu.bench.line_frequency


def _beep(smu: Smu, frequency: float, duration: float) -> None:
    """Nobody hears it."""


_PROTECTIONS = {"NONE": None} | {f"PROT{volts}": float(volts)
                                 for volts in (2, 5, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180)}

COMMANDS: dict[str, Entry] = {
    "*LANG": LANGUAGE,
    **_source("VOLT"),
    **_source("CURR"),
    ":SOURce[1]:FUNCtion[:MODE]": SOURCE_FUNCTION,
    ":SOURce[1]:DELay": action(_set_delays, number(0.0, 10e3, 0.0, unit="S")),
    ":SOURce[1]:VOLTage:PROTection[:LEVel]": stored(
        choice_of(_PROTECTIONS), lambda smu: smu.unit.settings.protection, _set_protection),
    ":SOURce[1]:VOLTage:PROTection[:LEVel]:TRIPped?": query(
        lambda smu: smu.unit.protection_tripped()),
    **_sense("VOLT"),
    **_sense("CURR"),
    **_sense("RES"),
    "[:SENSe[1]]:FUNCtion[:ON]": Setting(
        Command(lambda smu, function: smu.set_sense_function(function),
                (choice("VOLTage[:DC]", "CURRent[:DC]", "RESistance"),)),
        Command(lambda smu: FUNCTION_REPLIES[smu.unit.settings.sense])),
    "[:SENSe[1]]:AZERo:ONCE": action(_autozero_once),
    "[:SENSe[1]]:COUNt": setting("count", integer(1, 300_000, 1)),
    ":OUTPut[1][:STATe]": OUTPUT,
    ":OUTPut[1]:SMODe": action(_set_off_states,
                               choice("NORMal", "HIMPedance", "ZERO", "GUARd")),
    ":OUTPut[1]:INTerlock:TRIPped?": query(lambda smu: 1),
    ":ROUTe:TERMinals": setting("terminals", choice("FRONt", "REAR")),
    ":SYSTem:LFRequency?": query(lambda smu: round(smu.bench.line_frequency)),
    ":SYSTem:BEEPer[:IMMediate]": action(_beep, number(20, 20e3), number(0.001, 100)),
    ":SYSTem:TIME?": query(lambda smu: f"{smu.wall(smu.time.now):%a %b %d %H:%M:%S %Y}"),
    **CONFIGURATION_COMMANDS,
    **READING_COMMANDS,
    **SWEEP_COMMANDS,
    **TRIGGER_COMMANDS,
}
