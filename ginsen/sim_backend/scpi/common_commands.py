"""The commands every SCPI instrument has: IEEE 488.2 chapter 10, SCPI-1999 volume 2, 20 and 21."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.scpi.commands import Entry, action, query, setting
from ginsen.sim_backend.scpi.errors import ErrorEntry
from ginsen.sim_backend.scpi.parameters import integer

if TYPE_CHECKING:
    from ginsen.sim_backend.scpi.instrument import ScpiInstrument


def identify(instrument: ScpiInstrument) -> str:
    """*IDN?: the class's identity with its braces filled in."""
    return instrument.identity.format_map(_Attributes(instrument))


def clear_status(instrument: ScpiInstrument) -> None:
    """*CLS: errors and events are forgotten, enables stay (IEEE 488.2 10.3)."""
    instrument.errors.clear()
    instrument.forget_completion()
    instrument.status.clear()


def reset(instrument: ScpiInstrument) -> None:
    """*RST: operations end, settings go back; queues and enables stay (IEEE 488.2 10.32)."""
    instrument.forget_completion()
    instrument.abort_operations()
    instrument.reset()


def operation_complete(instrument: ScpiInstrument) -> str | Waiting[str]:
    """*OPC?: 1, once nothing is pending (IEEE 488.2 10.19)."""
    return _answer_when_done(instrument) if instrument.pending else "1"


def wait_to_continue(instrument: ScpiInstrument) -> Waiting[None] | None:
    """*WAI: the rest of the input waits until nothing is pending (IEEE 488.2 10.39)."""
    return instrument.all_done() if instrument.pending else None


def _answer_when_done(instrument: ScpiInstrument) -> Waiting[str]:
    yield from instrument.all_done()
    return "1"


def _codes(instrument: ScpiInstrument) -> list[int]:
    """The numbers of all errors, taken out; a single 0 for none."""
    return [entry.code for entry in _entries(instrument)] or [0]


def _all_errors(instrument: ScpiInstrument) -> str:
    """All errors as SYSTem:ERRor? answers each, taken out."""
    return (",".join(instrument.error_text(entry) for entry in _entries(instrument))
            or instrument.error_text(None))


def _entries(instrument: ScpiInstrument) -> list[ErrorEntry]:
    return [entry for _ in range(len(instrument.errors))
            if (entry := instrument.errors.pop()) is not None]


class _Attributes(dict[str, str]):
    """An instrument's attributes under the names a format string asks for."""

    def __init__(self, instrument: ScpiInstrument) -> None:
        self._instrument = instrument

    def __missing__(self, name: str) -> str:
        return str(getattr(self._instrument, name))


def _register(header: str, path: str) -> dict[str, Entry]:
    mask = integer(0, 65535)
    return {
        f":STATus:{header}[:EVENt]?": query(
            lambda instrument: getattr(instrument.status, path).take_event()),
        f":STATus:{header}:CONDition?": query(
            lambda instrument: getattr(instrument.status, path).condition),
        f":STATus:{header}:ENABle": setting(f"status.{path}.enable", mask),
        f":STATus:{header}:PTRansition": setting(f"status.{path}.positive", mask),
        f":STATus:{header}:NTRansition": setting(f"status.{path}.negative", mask),
    }


COMMON_COMMANDS: dict[str, Entry] = {
    "*IDN?": query(identify, indefinite=True),
    "*CLS": action(clear_status),
    "*RST": action(reset),
    "*TST?": query(lambda instrument: instrument.self_test()),
    "*TRG": action(lambda instrument: instrument.bus_trigger()),
    "*OPC": action(lambda instrument: instrument.complete()),
    "*OPC?": query(operation_complete),
    "*WAI": action(wait_to_continue),
    "*ESE": setting("status.event_enable", integer(0, 255)),
    "*ESR?": query(lambda instrument: instrument.status.take_event_status()),
    "*SRE": setting("status.service_enable", integer(0, 255)),
    "*STB?": query(lambda instrument: instrument.status.byte()),
    **_register("OPERation", "operation"),
    **_register("QUEStionable", "questionable"),
    ":STATus:PRESet": action(lambda instrument: instrument.status.preset()),
    ":SYSTem:ERRor[:NEXT]?": query(
        lambda instrument: instrument.error_text(instrument.errors.pop())),
    ":SYSTem:ERRor:COUNt?": query(lambda instrument: len(instrument.errors)),
    ":SYSTem:CLEar": action(lambda instrument: instrument.errors.clear()),
    ":SYSTem:VERSion?": query(lambda instrument: instrument.scpi_version),
}

ERROR_QUEUE_COMMANDS: dict[str, Entry] = {
    ":SYSTem:ERRor:ALL?": query(_all_errors),
    ":SYSTem:ERRor:CODE[:NEXT]?": query(
        lambda instrument: 0 if (entry := instrument.errors.pop()) is None else entry.code),
    ":SYSTem:ERRor:CODE:ALL?": query(_codes),
}
"""What some instruments answer of their error queue besides (SCPI-1999 volume 2, 21.8)."""
