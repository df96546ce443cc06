"""The SCPI commands of the Keithley 2400, as a table (2400S-900-01 Rev. K, sections 17 and 18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments import keithley2400_rules as rules
from ginsen.sim_backend.instruments.keithley2400_contact import CONTACT_COMMANDS
from ginsen.sim_backend.instruments.keithley2400_readings import ELEMENTS
from ginsen.sim_backend.instruments.keithley2400_setup import Setup
from ginsen.sim_backend.instruments.keithley2400_sweep import SWEEP_COMMANDS
from ginsen.sim_backend.instruments.keithley2400_trace import TRACE_COMMANDS
from ginsen.sim_backend.instruments.keithley2400_trigger import TRIGGER_COMMANDS
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
from ginsen.sim_backend.scpi.common_commands import ERROR_QUEUE_COMMANDS
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.message import Token
from ginsen.sim_backend.scpi.parameters import (
    Boolean,
    boolean,
    choice,
    choice_of,
    integer,
    number,
    optional,
    repeated,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2400 import VirtualKeithley2400 as Smu

_SENSED = choice("VOLTage[:DC]", "CURRent[:DC]", "RESistance")
_NAMES = {"VOLT": '"VOLT:DC"', "CURR": '"CURR:DC"', "RES": '"RES"'}
_WORDS = {"VOLT": "VOLTage[:DC]", "CURR": "CURRent[:DC]", "RES": "RESistance"}
_NPLC = number(*KEITHLEY_2400.nplc, 1.0)

_OVER_RANGE = KEITHLEY_2400.source_voltage.over_range
"""A range is told by what it reaches: 2 V is 2.1 V (the defaults of tables 18-6 and 18-7)."""


@dataclass(frozen=True)
class _OnOffOnce(Boolean):
    """ON, OFF, a number, or ONCE."""

    def parse(self, token: Token, instrument: Any) -> Any:
        """See `Kind.parse`."""
        if token.kind == "word" and token.text.upper() == "ONCE":
            return "ONCE"
        return super().parse(token, instrument)


def _of_setup(name: str, kind: Any) -> Setting:
    """One field of the setup."""
    return stored(kind, lambda smu: getattr(smu.setup, name),
                  lambda smu, value: smu.change(**{name: value}))


def _ruled(kind: Any, get: Callable[[Smu], Any], rule: Callable[..., Setup],
           *first: SourceFunction) -> Setting:
    """A setting that `rule(setup, *first, value)` takes over or refuses."""
    return stored(kind, get, lambda smu, value: smu.apply(rule(smu.setup, *first, value)))


def _quantity(function: SourceFunction) -> dict[str, Entry]:
    """The commands of voltage or current: as a source, and as a measurement."""
    volts = function == "VOLT"
    reach, unit, limit = (210.0, "V", 21.0) if volts else (1.05, "A", 105e-6)
    source = f":SOURce[1]:{'VOLTage' if volts else 'CURRent'}"
    sense = f"[:SENSe[1]]:{_WORDS[function]}"
    span = number(-reach, reach, limit, unit=unit)

    def of(name: str) -> Callable[[Smu], Any]:
        return lambda smu: getattr(smu.setup.quantities[function], name)

    def present(smu: Smu) -> float:
        return smu.unit.settings.senses[function].range

    return {
        f"{source}[:LEVel][:IMMediate][:AMPLitude]": _ruled(
            number(-reach, reach, 0.0, unit=unit), of("level"), rules.with_level, function),
        f"{source}:RANGe": _ruled(span, lambda smu: _OVER_RANGE * of("source_range")(smu),
                                  rules.with_source_range, function),
        f"{source}:RANGe:AUTO": _ruled(boolean(), of("source_autorange"),
                                       rules.with_source_autorange, function),
        f"{source}:MODE": _ruled(choice("FIXed", "SWEep", "LIST"), of("mode"), rules.with_mode,
                                 function),
        f"{sense}:PROTection[:LEVel]": stored(
            span, of("limit"), lambda smu, value: smu.apply(
                rules.with_limit(smu.setup, function, value, present(smu)))),
        f"{sense}:PROTection:TRIPped?": query(lambda smu: smu.tripped(function)),
        f"{sense}:RANGe[:UPPer]": _ruled(span, lambda smu: _OVER_RANGE * present(smu),
                                         rules.with_range, function),
        f"{sense}:RANGe:AUTO": stored(
            boolean(), of("autorange"), lambda smu, on: smu.apply(
                rules.with_autorange(smu.setup, function, on, present(smu)))),
        f"{sense}:RANGe:AUTO:LLIMit": _ruled(
            span, lambda smu: _OVER_RANGE * of("lower_limit")(smu), rules.with_lower_limit,
            function),
        f"{sense}:NPLCycles": _of_setup("nplc", _NPLC),
        **_measuring(function),
    }


def _measuring(function: SenseFunction) -> dict[str, Entry]:
    return {
        f":CONFigure:{_WORDS[function]}": action(lambda smu: smu.configure(function)),
        f":MEASure:{_WORDS[function]}?": query(lambda smu: _measure(smu, function)),
    }


def _measure(smu: Smu, *functions: SenseFunction) -> Waiting[object]:
    """:MEASure?: :CONFigure, which resets the compliance, and :READ? (page 17-5)."""
    smu.configure(*functions)
    return smu.read()


def _listed(rule: Callable[..., Setup]) -> Command:
    return Command(lambda smu, *functions: smu.apply(rule(smu.setup, *functions)),
                   (repeated(_SENSED),))


def _selected(smu: Smu) -> str:
    return ",".join(_NAMES[function] for function in smu.setup.functions) or '""'


def _not_selected(smu: Smu) -> str:
    return ",".join(name for function, name in _NAMES.items()
                    if function not in smu.setup.functions) or '""'


def _set_delay(smu: Smu, seconds: float) -> None:
    smu.change(delay=seconds, autodelay=False)


def _set_autozero(smu: Smu, state: Any) -> Waiting[None] | None:
    """ONCE measures reference and zero now, and goes without from then on."""
    smu.change(autozero=state is True)
    return smu.zero() if state == "ONCE" else None


def _set_format(smu: Smu, name: str, length: int | None) -> None:
    if name == "ASC" and length is not None:
        raise ScpiError(-108)
    smu.binary = name != "ASC"


def _set_elements(smu: Smu, *names: str) -> None:
    if not names:
        raise ScpiError(-109)
    smu.elements = tuple(name for name in ELEMENTS if name in names)


def _set_terminals(smu: Smu, terminals: str) -> None:
    """Other terminals switch the output off, too (section 2)."""
    if terminals != smu.terminals:
        smu.terminals = terminals
        smu.change(output=False)


def _set_line_frequency(smu: Smu, hertz: int) -> None:
    """50 or 60 Hz, whatever the mains have: the integration time follows it."""
    if hertz not in (50, 60):
        raise ScpiError(-222)
    smu.unit.line_frequency = float(hertz)
    smu.finds_line_frequency = False


def _find_line_frequency(smu: Smu, on: bool) -> None:
    smu.finds_line_frequency = on
    if on:
        smu.unit.line_frequency = smu.bench.line_frequency


COMMANDS: dict[str, Entry] = {
    **ERROR_QUEUE_COMMANDS,  # page 18-112
    **_quantity("VOLT"),
    **_quantity("CURR"),
    **_measuring("RES"),
    **SWEEP_COMMANDS,
    **TRACE_COMMANDS,
    **TRIGGER_COMMANDS,
    ":SOURce[1]:FUNCtion[:MODE]": _ruled(choice("VOLTage", "CURRent"),
                                         lambda smu: smu.unit.settings.source,
                                         rules.with_source),
    ":SOURce[1]:DELay": stored(number(0.0, 999.9999, 0.0, unit="S"),
                               lambda smu: smu.setup.delay, _set_delay),
    ":SOURce[1]:DELay:AUTO": _of_setup("autodelay", boolean()),
    ":SOURce[1]:CLEar:AUTO": _of_setup("auto_off", boolean()),
    ":SOURce[1]:CLEar:AUTO:MODE": _of_setup("auto_off_mode", choice("ALWays", "TCOunt")),
    ":SOURce[1]:CLEar[:IMMediate]": action(lambda smu: smu.change(output=False)),
    ":SOURce[1]:VOLTage:PROTection[:LEVel]": _ruled(
        number(-210.0, 210.0, 210.0, unit="V"),
        lambda smu: 210.0 if smu.setup.protection is None else smu.setup.protection,
        rules.with_protection),
    "[:SENSe[1]]:FUNCtion:CONCurrent": _ruled(boolean(), lambda smu: smu.setup.concurrent,
                                              rules.with_concurrency),
    "[:SENSe[1]]:FUNCtion[:ON]": Setting(_listed(rules.with_functions), Command(_selected)),
    "[:SENSe[1]]:FUNCtion:OFF": Setting(_listed(rules.without_functions),
                                        Command(_not_selected)),
    "[:SENSe[1]]:FUNCtion[:ON]:ALL": action(
        lambda smu: smu.apply(rules.with_all_functions(smu.setup))),
    "[:SENSe[1]]:FUNCtion:OFF:ALL": action(lambda smu: smu.change(functions=())),
    "[:SENSe[1]]:RESistance:MODE": _of_setup(
        "automatic_ohms", choice_of({"AUTO": True, "MANual": False})),
    "[:SENSe[1]]:RESistance:RANGe[:UPPer]": _ruled(
        number(0.0, 210e6, 210e3, unit="OHM"), lambda smu: _OVER_RANGE * smu.setup.ohms_range,
        rules.with_ohms_range),
    "[:SENSe[1]]:RESistance:RANGe:AUTO": _of_setup("ohms_autorange", boolean()),
    "[:SENSe[1]]:RESistance:NPLCycles": _of_setup("nplc", _NPLC),
    "[:SENSe[1]]:AVERage[:STATe]": _of_setup("filtered", boolean()),
    "[:SENSe[1]]:AVERage:COUNt": _of_setup("filter_count", integer(1, 100, 10)),
    "[:SENSe[1]]:AVERage:TCONtrol": _of_setup("filter_kind", choice("REPeat", "MOVing")),
    "[:SENSe[1]]:DATA[:LATest]?": query(lambda smu: smu.fetch(latest=True)),
    ":CONFigure?": query(_selected),
    ":MEASure?": query(lambda smu: _measure(smu, *smu.setup.functions)),
    ":READ?": query(lambda smu: smu.read()),
    ":FETCh?": query(lambda smu: smu.fetch()),
    ":OUTPut[1][:STATe]": stored(boolean(), lambda smu: smu.setup.output,
                                 lambda smu, on: smu.change(output=on)),
    ":OUTPut[1]:SMODe": _of_setup("off_state", choice("HIMPedance", "NORMal", "ZERO", "GUARd")),
    ":ROUTe:TERMinals": stored(choice("FRONt", "REAR"), lambda smu: smu.terminals,
                               _set_terminals),
    ":FORMat[:DATA]": Setting(
        Command(_set_format, (choice("ASCii", "REAL", "SREal"), optional(integer(32, 32)))),
        Command(lambda smu: "REAL,32" if smu.binary else "ASC")),
    ":FORMat:ELEMents[:SENSe[1]]": Setting(
        Command(_set_elements, (repeated(choice("VOLTage", "CURRent", "RESistance", "TIME",
                                                "STATus")),)),
        Command(lambda smu: ",".join(smu.elements))),
    ":FORMat:BORDer": setting("byte_order", choice("NORMal", "SWAPped")),
    ":STATus:MEASurement[:EVENt]?": query(lambda smu: smu.measurement.take_event()),
    ":STATus:MEASurement:CONDition?": query(lambda smu: smu.measurement.condition),
    ":STATus:MEASurement:ENABle": setting("measurement.enable", integer(0, 65535)),
    ":STATus:QUEue[:NEXT]?": query(lambda smu: smu.error_text(smu.errors.pop())),
    ":STATus:QUEue:CLEar": action(lambda smu: smu.errors.clear()),
    ":CALibration:PROTected:DATE?": query(
        lambda smu: f"{smu.calibrated:%Y},{smu.calibrated.month},{smu.calibrated.day}"),
    ":SYSTem:AZERo[:STATe]": Setting(Command(_set_autozero, (_OnOffOnce(),)),
                                     Command(lambda smu: smu.setup.autozero)),
    ":SYSTem:RSENse": _ruled(boolean(), lambda smu: smu.setup.remote_sense,
                             rules.with_sense_connection),
    ":SYSTem:LFRequency": stored(integer(50, 60), lambda smu: round(smu.unit.line_frequency),
                                 _set_line_frequency),
    ":SYSTem:LFRequency:AUTO": stored(boolean(), lambda smu: smu.finds_line_frequency,
                                      _find_line_frequency),
    ":SYSTem:TIME?": query(lambda smu: round(smu.clock(smu.time.now), 3)),
    ":SYSTem:TIME:RESet": action(lambda smu: smu.restart_clock()),
    ":SYSTem:TIME:RESet:AUTO": setting("restarts_clock", boolean()),
    ":SYSTem:BEEPer[:IMMediate]": action(lambda smu, hertz, seconds: None, number(65, 2e6),
                                         number(0.0, 7.9)),
    ":SYSTem:BEEPer:STATe": setting("beeper", boolean()),
    ":DISPlay:ENABle": setting("display", boolean()),
    **CONTACT_COMMANDS,
}
