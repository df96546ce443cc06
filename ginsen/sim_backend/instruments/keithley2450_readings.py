"""Readings and reading buffers of the Keithley 2450, as commands (Reference Manual, section 6)."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley2450_buffer import ReadingBuffer
from ginsen.sim_backend.instruments.smu_settings import SenseFunction
from ginsen.sim_backend.scpi.commands import Command, Entry, Setting, action, query, setting
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.parameters import choice, integer, optional, repeated, string

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2450 import VirtualKeithley2450 as Smu

MOST_READINGS = 6_875_000
"""Readings a buffer of standard style holds (:TRACe:MAKE)."""

_NAME = string(bare=True, longest=31)
_ELEMENTS = repeated(choice("DATE", "FORMatted", "FRACtional", "READing", "RELative", "SEConds",
                            "SOURce", "SOURFORMatted", "SOURSTATus", "SOURUNIT", "STATus", "TIME",
                            "TSTamp", "UNIT"))


def _read(smu: Smu, name: str | None = None, *elements: str) -> Waiting[str | bytes]:
    """:READ?: measure, store, answer the last reading.

    It does not touch the output. With the output off it measures what the off state is (2450-901-01
    Rev. B, pages 2-82 and 2-83: the zero state makes an ammeter, an open relay measures nothing).
    """
    reading = yield from smu.acquire(name)
    return (yield from smu.print_readings(smu.buffer(name), [reading], elements))


def _measuring(function: SenseFunction) -> Entry:
    """:MEASure:<function>?: select the function, then :READ? (page 6-4)."""

    def measure(smu: Smu, name: str | None, *elements: str) -> Waiting[str | bytes]:
        smu.set_sense_function(function)
        return _read(smu, name, *elements)

    return query(measure, optional(_NAME), _ELEMENTS)


def _store(smu: Smu, name: str | None) -> Waiting[None]:
    """:TRACe:TRIGger: measure into a buffer, and answer nothing (page 6-124)."""
    yield from smu.acquire(name)


def _fetch(smu: Smu, name: str | None, *elements: str) -> Waiting[str | bytes]:
    buffer = smu.buffer(name)
    if not len(buffer):
        raise ScpiError(-230)
    return smu.print_readings(buffer, buffer.take(buffer.last, buffer.last), elements)


def _data(smu: Smu, start: int, stop: int, name: str | None,
          *elements: str) -> Waiting[str | bytes]:
    buffer = smu.buffer(name)
    try:
        readings = buffer.take(start, stop)
    except IndexError:
        raise ScpiError(-222) from None
    return smu.print_readings(buffer, readings, elements)


def _make_buffer(smu: Smu, name: str, size: int, style: str | None) -> None:
    if name in smu.buffers:
        raise ScpiError(1115, "Parameter error: TRACe:MAKE cannot take an existing reading "
                              "buffer name")
    smu.buffers[name] = ReadingBuffer(size, "ONCE")


def _delete_buffer(smu: Smu, name: str) -> None:
    smu.buffer(name)
    if name in ("defbuffer1", "defbuffer2"):
        raise ScpiError(-221)
    del smu.buffers[name]


def _set_fill(smu: Smu, fill: Any, name: str | None) -> None:
    buffer = smu.buffer(name)
    buffer.fill = fill
    buffer.clear()


def _statistic(evaluate: Callable[[list[float]], float], least: int = 1) -> Entry:
    """A statistic of a buffer's readings; 9.91e37, not a number, where there are too few."""

    def ask(smu: Smu, name: str | None) -> float:
        values = smu.buffer(name).values()
        return evaluate(values) if len(values) >= least else 9.91e37

    return query(ask, optional(_NAME))


READING_COMMANDS: dict[str, Entry] = {
    ":READ?": query(_read, optional(_NAME), _ELEMENTS),
    ":FETCh?": query(_fetch, optional(_NAME), _ELEMENTS),
    ":MEASure?": query(_read, optional(_NAME), _ELEMENTS),
    ":MEASure:VOLTage[:DC]?": _measuring("VOLT"),
    ":MEASure:CURRent[:DC]?": _measuring("CURR"),
    ":MEASure:RESistance?": _measuring("RES"),
    ":TRACe:DATA?": query(_data, integer(1), integer(1), optional(_NAME), _ELEMENTS),
    ":TRACe:ACTual?": query(lambda smu, name: len(smu.buffer(name)), optional(_NAME)),
    ":TRACe:ACTual:STARt?": query(lambda smu, name: smu.buffer(name).first, optional(_NAME)),
    ":TRACe:ACTual:END?": query(lambda smu, name: smu.buffer(name).last, optional(_NAME)),
    ":TRACe:TRIGger": action(_store, optional(_NAME)),
    ":TRACe:CLEar": action(lambda smu, name: smu.buffer(name).clear(), optional(_NAME)),
    ":TRACe:MAKE": action(_make_buffer, _NAME, integer(10, MOST_READINGS),
                          optional(choice("COMPact", "STANdard", "FULL"))),
    ":TRACe:DELete": action(_delete_buffer, _NAME),
    ":TRACe:POINts": Setting(
        Command(lambda smu, size, name: smu.buffer(name).resize(size),
                (integer(10, MOST_READINGS), optional(_NAME))),
        Command(lambda smu, name: smu.buffer(name).capacity, (optional(_NAME),))),
    ":TRACe:FILL:MODE": Setting(
        Command(_set_fill, (choice("CONTinuous", "ONCE"), optional(_NAME))),
        Command(lambda smu, name: smu.buffer(name).fill, (optional(_NAME),))),
    ":TRACe:STATistics:AVERage?": _statistic(statistics.fmean),
    ":TRACe:STATistics:MAXimum?": _statistic(max),
    ":TRACe:STATistics:MINimum?": _statistic(min),
    ":TRACe:STATistics:STDDev?": _statistic(statistics.stdev, 2),
    ":TRACe:STATistics:CLEar": action(lambda smu, name: smu.buffer(name).clear(), optional(_NAME)),
    ":FORMat[:DATA]": setting("data_format", choice("ASCii", "REAL", "SREal")),
    ":FORMat:ASCii:PRECision": setting("precision", integer(0, 16, 0)),
    ":FORMat:BORDer": setting("byte_order", choice("NORMal", "SWAPped")),
}
