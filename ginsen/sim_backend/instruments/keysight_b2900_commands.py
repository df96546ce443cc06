"""The commands of the virtual Keysight B2912A (B2910-90030, Edition 2, chapter 4).

A channel is a suffix, 1 if left out, or a channel list such as (@1,2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.keysight_b2900 import KEYSIGHT_B2912A
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keysight_b2900_channel import (
    MOST_POINTS,
    NOT_A_NUMBER,
    OTHER,
    Channel,
    Layer,
)
from ginsen.sim_backend.instruments.smu_settings import SourceFunction
from ginsen.sim_backend.scpi.commands import Action, Command, Entry, Query, Setting, query, setting
from ginsen.sim_backend.scpi.common_commands import ERROR_QUEUE_COMMANDS
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import (
    Number,
    boolean,
    channels,
    choice,
    integer,
    number,
    optional,
    repeated,
    string,
)

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keysight_b2900 import VirtualKeysightB2900 as Smu

ELEMENTS = ("VOLT", "CURR", "RES", "TIME", "STAT", "SOUR")
"""In the order in which they are told, whatever the order asked for (page 4-21)."""

_LAYERS: dict[str, tuple[Layer, ...]] = {":ACQuire": ("ACQ",), ":TRANsient": ("TRAN",),
                                         "[:ALL]": ("ACQ", "TRAN")}
_ELEMENT = choice("VOLTage", "CURRent", "RESistance", "TIME", "STATus", "SOURce")
_FUNCTIONS: dict[SourceFunction, str] = {"VOLT": "VOLTage", "CURR": "CURRent"}


def _each(header: str, entry: Callable[[bool], Entry], query_mark: str = "") -> dict[str, Entry]:
    """A header whose first node has a channel as its suffix; `entry` is told whether it is typed.

    A root in brackets may be left out, and stands for channel 1 then.
    """
    root, rest = header.split("|")
    if root.startswith("["):
        return {f"{root[1:-1]}<n>{rest}{query_mark}": entry(True),
                f"{rest}{query_mark}": entry(False)}
    return {f"{root}<n>{rest}{query_mark}": entry(True)}


def _stored(header: str, kind: Any, get: Callable[[Channel], Any],
            put: Callable[[Channel, Any], None]) -> dict[str, Entry]:
    """A setting of a channel."""
    words = (optional(string(bare=True)),) if isinstance(kind, Number) else ()

    def ask(smu: Smu, channel: int, word: str | None = None) -> Any:
        return get(smu.channel(channel)) if word is None else kind.named(word, smu)

    def entry(typed: bool) -> Entry:
        if typed:
            return Setting(
                Command(lambda smu, channel, value: put(smu.channel(channel), value), (kind,)),
                Command(ask, words, None, kind))
        return Setting(Command(lambda smu, value: put(smu.channel(1), value), (kind,)),
                       Command(lambda smu, *word: ask(smu, 1, *word), words, None, kind))

    return _each(header, entry)


def _asked(header: str, get: Callable[..., Any], *kinds: Any) -> dict[str, Entry]:
    """A query of a channel."""
    return _each(header, lambda typed: Query(
        Command(lambda smu, channel, *words: get(smu.channel(channel), *words), kinds) if typed
        else Command(lambda smu, *words: get(smu.channel(1), *words), kinds)), "?")


def _done(header: str, run: Callable[..., Any], *kinds: Any) -> dict[str, Entry]:
    """An action on a channel."""
    return _each(header, lambda typed: Action(
        Command(lambda smu, channel, *words: run(smu.channel(channel), *words), kinds) if typed
        else Command(lambda smu, *words: run(smu.channel(1), *words), kinds)))


def _source(function: SourceFunction) -> dict[str, Entry]:
    name, unit = _FUNCTIONS[function], "V" if function == "VOLT" else "A"
    ranges = KEYSIGHT_B2912A.source_voltage if unit == "V" else KEYSIGHT_B2912A.source_current
    level = number(-ranges.maximum, ranges.maximum, 0.0, unit=unit)
    source = f"[:SOURce]|:{name}"
    return {
        **_stored(f"{source}[:LEVel][:IMMediate][:AMPLitude]", level,
                  lambda channel: channel.levels[function],
                  lambda channel, value: channel.set_level(function, value)),
        **_stored(f"{source}[:LEVel]:TRIGgered[:AMPLitude]", level,
                  lambda channel: channel.shapes[function].triggered,
                  lambda channel, value: channel.set_shape(function, triggered=value)),
        **_stored(f"{source}:MODE", choice("FIXed", "LIST"),
                  lambda channel: channel.shapes[function].mode,
                  lambda channel, value: channel.set_shape(function, mode=value)),
        **_stored(f"{source}:RANGe", number(-ranges.maximum, ranges.maximum, unit=unit),
                  lambda channel: channel.source_range(function),
                  lambda channel, value: channel.set_range(function, value)),
        **_stored(f"{source}:RANGe:AUTO", boolean(),
                  lambda channel: channel.unit.settings.sources[function].autorange,
                  lambda channel, value: channel.set_autorange(function, value)),
        **_done(f"[:SOURce]|:LIST:{name}",
                lambda channel, *levels: channel.set_shape(function, levels=levels),
                level, repeated(level)),
    }


def _sense(function: SourceFunction) -> dict[str, Entry]:
    """What is measured: its range, and the limit it sets to the other function's source."""
    name, unit = _FUNCTIONS[function], "V" if function == "VOLT" else "A"
    ranges = KEYSIGHT_B2912A.measure_voltage if unit == "V" else KEYSIGHT_B2912A.measure_current
    least, most = ((KEYSIGHT_B2912A.least_voltage_limit, 210.0) if unit == "V" else
                   (KEYSIGHT_B2912A.least_current_limit, 3.03))
    sense = f":SENSe|:{name}[:DC]"
    limited = OTHER[function]
    return {
        **_stored(f"{sense}:RANGe[:UPPer]", number(-ranges.maximum, ranges.maximum, unit=unit),
                  lambda channel: channel.unit.settings.senses[function].range,
                  lambda channel, value: channel.set_measure_range(function, value)),
        **_stored(f"{sense}:RANGe:AUTO", boolean(),
                  lambda channel: channel.unit.settings.senses[function].autorange,
                  lambda channel, value: channel.unit.change_sense(function, autorange=value)),
        **_stored(f"{sense}:RANGe:AUTO:LLIMit", number(0.0, ranges.maximum, unit=unit),
                  lambda channel: channel.unit.settings.senses[function].lower_limit,
                  lambda channel, value: channel.unit.change_sense(
                      function, lower_limit=ranges.holding(value).full_scale)),
        **_stored(f"{sense}:NPLCycles", number(*KEYSIGHT_B2912A.nplc, 1.0),
                  lambda channel: channel.unit.settings.sensing.nplc,
                  lambda channel, value: channel.set_sense(nplc=value)),
        **_stored(f"{sense}:APERture", number(8e-6, 2.0, unit="S"),
                  lambda channel: (channel.unit.settings.sensing.nplc
                                   / channel.unit.line_frequency),
                  lambda channel, value: channel.set_sense(
                      nplc=value * channel.unit.line_frequency)),
        **_stored(f"{sense}:PROTection[:LEVel]", number(least, most, unit=unit),
                  lambda channel: channel.unit.settings.sources[limited].limit,
                  lambda channel, value: channel.set_limit(limited, value)),
        **_asked(f"{sense}:PROTection:TRIPped", lambda channel: channel.unit.limit_tripped()),
    }


def _triggers(layers_name: str, layers: tuple[Layer, ...]) -> dict[str, Entry]:
    trigger = f":TRIGger|{layers_name}"

    def field(name: str) -> tuple[Callable[[Channel], Any], Callable[[Channel, Any], None]]:
        return (lambda channel: getattr(channel.triggers[layers[0]], name),
                lambda channel, value: channel.set_trigger(layers, **{name: value}))

    def initiate(smu: Smu, given: tuple[int, ...] | None = None) -> None:
        for channel in smu.listed(given):
            channel.initiate(layers)

    def abort(smu: Smu, given: tuple[int, ...] | None = None) -> None:
        for channel in smu.listed(given, every=True):
            channel.abort(layers)

    return {
        **_stored(f"{trigger}:SOURce[:SIGNal]", choice("AINT", "TIMer", "BUS"), *field("source")),
        **_stored(f"{trigger}:TIMer", number(1e-5, 1e5, 1e-5, unit="S"), *field("interval")),
        **_stored(f"{trigger}:COUNt", integer(1, MOST_POINTS, 1), *field("count")),
        **_stored(f"{trigger}:DELay", number(0.0, 1e5, 0.0, unit="S"), *field("delay")),
        **_stored(f":ARM|{layers_name}:DELay", number(0.0, 1e5, 0.0, unit="S"),
                  *field("arm_delay")),
        f":INITiate[:IMMediate]{layers_name}": Action(Command(initiate, (optional(channels()),))),
        f":ABORt{layers_name}": Action(Command(abort, (optional(channels()),))),
    }


def _spot(smu: Smu, elements: Sequence[str], given: tuple[int, ...] | None) -> Waiting[Any]:
    replies: list[float] = []
    for channel in smu.listed(given):
        reading = yield from channel.spot()
        replies += channel.values(reading, elements)
    return smu.reply_of(replies)


def _read(smu: Smu, elements: Sequence[str], given: tuple[int, ...] | None,
          *, every: bool) -> Waiting[Any]:
    for channel in smu.listed(given):
        channel.initiate(("ACQ", "TRAN"))
    yield from smu.all_done()
    return _fetched(smu, elements, given, every=every)


def _fetched(smu: Smu, elements: Sequence[str], given: tuple[int, ...] | None,
             *, every: bool) -> Any:
    replies: list[float] = []
    for channel in smu.listed(given):
        for reading in channel.readings if every else channel.readings[-1:]:
            replies += channel.values(reading, elements)
    return smu.reply_of(replies or [NOT_A_NUMBER])


def _readings() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    wanted = {"": None, ":CURRent": ("CURR",), ":VOLTage": ("VOLT",), ":RESistance": ("RES",)}
    for name, elements in wanted.items():
        def spot(smu: Smu, given: Any = None, elements: Any = elements) -> Any:
            return _spot(smu, elements or smu.elements, given)

        found[f":MEASure{name}[:DC]?" if name else ":MEASure?"] = query(spot, optional(channels()))
        for verb, take in ((":READ", _read), (":FETCh", _fetched)):
            for middle, every in (("[:SCALar]", False), (":ARRay", True)):
                def run(smu: Smu, given: Any = None, take: Any = take, every: bool = every,
                        elements: Any = elements) -> Any:
                    return take(smu, elements or smu.elements, given, every=every)

                found[f"{verb}{middle}{name}?"] = query(run, optional(channels()))
    return found


def _piece(channel: Channel, readings: Sequence[Any], offset: int | None,
           size: int | None) -> Any:
    first = offset or 0
    part = readings[first:] if size is None else readings[first:first + size]
    values = [value for reading in part for value in channel.values(reading, channel.smu.elements)]
    return channel.smu.reply_of(values or [NOT_A_NUMBER])


def _clear_trace(channel: Channel) -> None:
    if channel.trace_control == "NEXT":
        raise ScpiError(-221)
    channel.trace = []


def _set_trace_size(channel: Channel, size: int) -> None:
    _clear_trace(channel)
    channel.trace_size = size


COMMANDS: dict[str, Entry] = {
    **ERROR_QUEUE_COMMANDS,  # background knowledge of this model
    **_source("VOLT"), **_source("CURR"), **_sense("VOLT"), **_sense("CURR"),
    **_triggers(":ACQuire", ("ACQ",)), **_triggers(":TRANsient", ("TRAN",)),
    **_triggers("[:ALL]", ("ACQ", "TRAN")), **_readings(),
    **_stored("[:SOURce]|:FUNCtion:MODE", choice("VOLTage", "CURRent"),
              lambda channel: channel.unit.settings.source,
              lambda channel, value: channel.set_function(value)),
    **_stored("[:SOURce]|:FUNCtion[:SHAPe]", choice("DC", "PULSe"),
              lambda channel: "PULS" if channel.pulsed else "DC",
              lambda channel, value: setattr(channel, "pulsed", value == "PULS")),
    **_stored("[:SOURce]|:PULSe:WIDTh", number(50e-6, 1e5, 50e-6, unit="S"),
              lambda channel: channel.pulse_width,
              lambda channel, value: setattr(channel, "pulse_width", value)),
    **_stored("[:SOURce]|:PULSe:DELay", number(0.0, 1e5, 0.0, unit="S"),
              lambda channel: channel.pulse_delay,
              lambda channel, value: setattr(channel, "pulse_delay", value)),
    **_stored(":SENSe|:REMote", boolean(),
              lambda channel: channel.unit.settings.sensing.remote_sense,
              lambda channel, value: channel.set_sense(remote_sense=value)),
    **_done(":SENSe|:FUNCtion[:ON]", lambda channel, *names: None,
            choice("CURRent", "VOLTage", "RESistance", quoted=True),
            repeated(choice("CURRent", "VOLTage", "RESistance", quoted=True))),
    **_done(":SENSe|:FUNCtion[:ON]:ALL", lambda channel: None),
    **_asked(":SENSe|:DATA", lambda channel, offset, size: _piece(
        channel, channel.readings, offset, size), optional(integer(0)), optional(integer(1))),
    **_stored(":OUTPut|[:STATe]", boolean(), lambda channel: channel.unit.settings.output,
              lambda channel, value: channel.switch(value)),
    **_stored(":OUTPut|:OFF:MODE", choice("NORMal", "HIZ", "ZERO"),
              lambda channel: {"HIMP": "HIZ"}.get(channel.off_state, channel.off_state),
              lambda channel, value: channel.set_off_state(value)),
    **_stored(":OUTPut|:ON:AUTO", boolean(), lambda channel: channel.on_by_itself,
              lambda channel, value: setattr(channel, "on_by_itself", value)),
    **_stored(":OUTPut|:OFF:AUTO", boolean(), lambda channel: channel.off_by_itself,
              lambda channel, value: setattr(channel, "off_by_itself", value)),
    **_asked(":IDLE|[:ALL]", lambda channel: channel.when_idle()),
    **_done(":TRACe|:FEED", lambda channel, what: None, choice("SENSe")),
    **_stored(":TRACe|:FEED:CONTrol", choice("NEXT", "NEVer"),
              lambda channel: channel.trace_control,
              lambda channel, value: setattr(channel, "trace_control", value)),
    **_stored(":TRACe|:POINts", integer(1, MOST_POINTS, MOST_POINTS),
              lambda channel: channel.trace_size, _set_trace_size),
    **_asked(":TRACe|:POINts:ACTual", lambda channel: len(channel.trace)),
    **_done(":TRACe|:CLEar", _clear_trace),
    **_asked(":TRACe|:DATA", lambda channel, offset, size: _piece(
        channel, channel.trace, offset, size), optional(integer(0)), optional(integer(1))),
    ":FORMat[:DATA]": Setting(
        Command(lambda smu, kind, size: smu.set_format(kind, size),
                (choice("ASCii", "REAL"), optional(integer(32, 64)))),
        Command(lambda smu: smu.data_format)),
    ":FORMat:BORDer": setting("byte_order", choice("NORMal", "SWAPped")),
    ":FORMat:ELEMents:SENSe": Setting(
        Command(lambda smu, *names: smu.set_elements(names), (_ELEMENT, repeated(_ELEMENT))),
        Command(lambda smu: ",".join(smu.elements))),
    ":SYSTem:TIME:TIMer:COUNt:RESet:AUTO": setting("timer_reset", boolean()),
    ":SYSTem:LFRequency": setting("line_frequency", integer(50, 60)),
}
