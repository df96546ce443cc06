"""The TSP names of one channel of the Keithley 2600B (Reference Manual, section 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ginsen.sim_backend.instruments.keithley2600_channel import AUTOMATIC, Channel
from ginsen.sim_backend.instruments.smu_settings import SourceFunction
from ginsen.sim_backend.tsp.names import (
    Name,
    among,
    attribute,
    constant,
    function,
    number,
    whole,
)

CONSTANTS = {
    "OUTPUT_OFF": 0, "OUTPUT_ON": 1, "OUTPUT_NORMAL": 0, "OUTPUT_ZERO": 1, "OUTPUT_HIGH_Z": 2,
    "OUTPUT_DCAMPS": 0, "OUTPUT_DCVOLTS": 1, "AUTORANGE_OFF": 0, "AUTORANGE_ON": 1,
    "AUTOZERO_OFF": 0, "AUTOZERO_ONCE": 1, "AUTOZERO_AUTO": 2, "SENSE_LOCAL": 0, "SENSE_REMOTE": 1,
    "DISABLE": 0, "ENABLE": 1, "ASYNC": 2, "SOURCE_IDLE": 0, "SOURCE_HOLD": 1, "DELAY_OFF": 0,
    "DELAY_AUTO": -1, "FILTER_MOVING_AVG": 0, "FILTER_REPEAT_AVG": 1, "CONTACT_FAST": 0,
    "CONTACT_MEDIUM": 1, "CONTACT_SLOW": 2,
}

_FUNCTIONS: dict[int, SourceFunction] = {0: "CURR", 1: "VOLT"}
_LETTERS: dict[str, SourceFunction] = {"v": "VOLT", "i": "CURR"}
_FILTERS = {0: "MOV", 1: "REP"}


def channel_names(channel: Channel) -> dict[str, Name]:
    """Every name that begins with smua or smub."""
    smu = channel.name
    return {
        **{f"{smu}.{name}": constant(value) for name, value in CONSTANTS.items()},
        **_source(channel, f"{smu}.source"), **_measure(channel, f"{smu}.measure"),
        **channel.trigger.names(smu), **_contact(channel, f"{smu}.contact"),
        f"{smu}.sense": attribute(
            lambda: int(channel.unit.settings.sensing.remote_sense),
            lambda value: channel.set_sense(remote_sense=bool(whole(value, 0, 1)))),
        f"display.{smu}.measure.func": attribute(
            lambda: channel.displayed,
            lambda value: setattr(channel, "displayed", whole(value, 0, 3))),
        f"{smu}.reset": function(channel.reset),
        f"{smu}.abort": function(channel.abort),
        f"{smu}.makebuffer": function(channel.smu.make_buffer),
        f"{smu}.savebuffer": function(lambda buffer: channel.buffer(buffer) and None),
        f"{smu}.nvbuffer1": Name("buffer"),
        f"{smu}.nvbuffer2": Name("buffer"),
    }


def _source(channel: Channel, path: str) -> dict[str, Name]:
    def settings() -> Any:
        return channel.unit.settings

    names = {
        f"{path}.func": attribute(
            lambda: 1 if settings().source == "VOLT" else 0,
            lambda value: channel.set_function(among(value, _FUNCTIONS))),
        f"{path}.output": attribute(lambda: channel.output, channel.set_output),
        f"{path}.offmode": attribute(lambda: channel.off_mode, channel.set_off_mode),
        f"{path}.offfunc": attribute(lambda: 1, lambda value: whole(value, 1, 1)),
        f"{path}.offlimiti": attribute(
            lambda: settings().off_limit,
            lambda value: channel.unit.change(off_limit=number(
                value, channel.sheet.least_current_limit, channel.sheet.source_current.maximum))),
        f"{path}.delay": attribute(
            lambda: AUTOMATIC if settings().sourcing.autodelay else settings().sourcing.delay,
            channel.set_source_delay),
        f"{path}.highc": attribute(
            lambda: int(settings().sourcing.high_capacitance),
            lambda value: channel.unit.change_source(settings().source,
                                                     high_capacitance=bool(whole(value, 0, 1)))),
        f"{path}.compliance": constant(channel.in_compliance),
    }
    for letter, source in _LETTERS.items():
        names |= _source_of(channel, path, letter, source)
    return names


def _source_of(channel: Channel, path: str, letter: str,
               source: SourceFunction) -> dict[str, Name]:
    """The names of one source function; `limitv` is the limit of the current source."""
    other: SourceFunction = "CURR" if source == "VOLT" else "VOLT"

    def setup() -> Any:
        return channel.unit.settings.sources[source]

    return {
        f"{path}.level{letter}": attribute(lambda: channel.levels[source],
                                           lambda value: channel.set_level(source, value)),
        f"{path}.limit{letter}": attribute(
            lambda: channel.unit.settings.sources[other].limit,
            lambda value: channel.set_limit(other, value)),
        f"{path}.range{letter}": attribute(
            lambda: channel.source_range(source),
            lambda value: channel.set_source_range(source, value)),
        f"{path}.autorange{letter}": attribute(
            lambda: int(setup().autorange),
            lambda value: channel.set_source_autorange(source, value)),
    }


def _measure(channel: Channel, path: str) -> dict[str, Name]:
    def sensing() -> Any:
        return channel.unit.settings.sensing

    def sets(field: str, convert: Callable[[Any], Any]) -> Callable[[Any], None]:
        return lambda value: channel.set_sense(**{field: convert(value)})

    names = {
        f"{path}.nplc": attribute(
            lambda: sensing().nplc, sets("nplc", lambda value: number(value, *channel.sheet.nplc))),
        f"{path}.autozero": attribute(lambda: channel.autozero, channel.set_autozero),
        f"{path}.count": attribute(
            lambda: channel.count,
            lambda value: setattr(channel, "count", whole(value, 1, 1 << 20))),
        f"{path}.interval": attribute(
            lambda: channel.interval,
            lambda value: setattr(channel, "interval", number(value, 0.0, 1.0))),
        f"{path}.delay": attribute(
            lambda: channel.measure_delay,
            lambda value: setattr(channel, "measure_delay", number(value, AUTOMATIC, 1e5))),
        f"{path}.filter.enable": attribute(
            lambda: int(sensing().filtered), sets("filtered",
                                                  lambda value: bool(whole(value, 0, 1)))),
        f"{path}.filter.count": attribute(
            lambda: sensing().filter_count, sets("filter_count",
                                                 lambda value: whole(value, 1, 100))),
        f"{path}.filter.type": attribute(
            lambda: 1 if sensing().filter_kind == "REP" else 0,
            sets("filter_kind", lambda value: among(value, _FILTERS))),
    }
    for quantities in ("i", "v", "r", "p", "iv"):
        names[f"{path}.{quantities}"] = function(
            lambda *buffers, wanted=quantities: channel.acquire(wanted, *buffers))
        names[f"{path}.overlapped{quantities}"] = function(
            lambda *buffers, wanted=quantities: channel.acquire_overlapped(wanted, *buffers))
    for letter, measured in _LETTERS.items():
        names |= _measure_of(channel, path, letter, measured)
    return names


def _measure_of(channel: Channel, path: str, letter: str,
                measured: SourceFunction) -> dict[str, Name]:
    def setup() -> Any:
        return channel.unit.settings.senses[measured]

    return {
        f"{path}.range{letter}": attribute(
            lambda: setup().range, lambda value: channel.set_measure_range(measured, value)),
        f"{path}.autorange{letter}": attribute(
            lambda: int(setup().autorange),
            lambda value: channel.unit.change_sense(measured, autorange=bool(whole(value, 0, 1)))),
        f"{path}.lowrange{letter}": attribute(
            lambda: setup().lower_limit, lambda value: channel.set_low_range(measured, value)),
    }


def _contact(channel: Channel, path: str) -> dict[str, Name]:
    return {
        f"{path}.check": function(
            lambda: max(channel.contact_resistances()) <= channel.threshold),
        f"{path}.r": function(channel.contact_resistances),
        f"{path}.threshold": attribute(
            lambda: channel.threshold,
            lambda value: setattr(channel, "threshold", number(value, 0.0, 1e37))),
        f"{path}.speed": attribute(lambda: 0, lambda value: whole(value, 0, 2)),
    }
