"""What each kind of fault does: to a reply, to an instrument, to the wires."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ginsen.sim_backend.fault import Fault
from ginsen.sim_backend.scpi.errors import ScpiError

if TYPE_CHECKING:
    from ginsen.sim_backend.bench import Bench
    from ginsen.sim_backend.scpi.exchange import Instrument

End = Callable[[], None]


def spoilt(fault: Fault, reply: bytes, random: np.random.Generator) -> bytes:
    """A reply as it arrives; empty if it does not."""
    end = next((each for each in (b"\n", b"\0") if reply.endswith(each)), b"")
    body = reply.removesuffix(end)
    if fault.kind == "garbled_reply":
        if fault.text:
            return fault.text.encode("latin-1", "replace") + (end or b"\n")
        return _garbled(body, int(fault.value), random) + end
    if fault.kind == "truncated_reply":
        return body[:len(body) // 2 if np.isnan(fault.value) else int(fault.value)]
    return b""


def begin(fault: Fault, instrument: Instrument, bench: Bench) -> End | None:
    """Let a fault that is none of a reply begin; what is returned ends it, None if it has."""
    return _EFFECTS[fault.kind](fault, instrument, bench)


def terminal_of(fault: Fault, bench: Bench) -> str:
    """The terminal of the device a fault is about.

    That is the one it names, the one its instrument's output is wired to, or else the first.
    Raises ValueError where there is no such terminal.
    """
    terminals = bench.device.terminals
    if fault.terminal is None:
        wired = (terminal for end, terminal in bench.wired.items()
                 if fault.instrument in (None, end.partition(".")[0]))
        return next(wired, terminals[0])
    if fault.terminal not in terminals:
        raise ValueError(f"terminal: the device has no {fault.terminal!r}; "
                         f"its terminals are {', '.join(terminals)}")
    return fault.terminal


def _garbled(body: bytes, count: int, random: np.random.Generator) -> bytes:
    """`count` bytes replaced by others that are no line feed, the first by one beyond ASCII."""
    changed = bytearray(body)
    places = random.permutation(len(body))[:count]
    for place in places:
        others = [byte for byte in range(128 if place == places[0] else 0, 256)
                  if byte not in (10, body[place])]
        changed[place] = others[random.integers(len(others))]
    return bytes(changed)


def _disconnect(fault: Fault, instrument: Instrument, bench: Bench) -> End:
    instrument.disconnect("silent" if fault.silent else "closed")
    return _counted(instrument, "silent" if fault.silent else "refusing")


def _power_cycle(fault: Fault, instrument: Instrument, bench: Bench) -> End:
    instrument.power_cycle()
    instrument.disconnect("closed", buses=False)
    ends = _counted(instrument, "refusing"), _counted(instrument, "off")

    def on_again() -> None:
        for end in ends:
            end()

    return on_again


def _slow(fault: Fault, instrument: Instrument, bench: Bench) -> End:
    instrument.trouble.slow *= fault.value

    def end() -> None:
        instrument.trouble.slow /= fault.value

    return end


def _clock(fault: Fault, instrument: Instrument, bench: Bench) -> End:
    before = instrument.time.error
    instrument.time.error = before + fault.value

    def end() -> None:
        instrument.time.error = before

    return end


def _error(fault: Fault, instrument: Instrument, bench: Bench) -> None:
    instrument.report(ScpiError(int(fault.value), fault.text))


def _counted(instrument: Instrument, name: str) -> End:
    """One more reason for a trouble that is a count, until what is returned is called."""
    trouble = instrument.trouble
    setattr(trouble, name, getattr(trouble, name) + 1)
    return lambda: setattr(trouble, name, getattr(trouble, name) - 1)


_EFFECTS: dict[str, Callable[[Fault, Instrument, Bench], End | None]] = {
    "disconnect": _disconnect,
    "lock": lambda fault, instrument, bench: _counted(instrument, "locked"),
    "slow": _slow,
    "clock": _clock,
    "error": _error,
    "shunt": lambda fault, instrument, bench: bench.shunt(terminal_of(fault, bench), fault.value),
    "lift": lambda fault, instrument, bench: bench.break_off(terminal_of(fault, bench)),
    "power_cycle": _power_cycle,
    "stuck_on": lambda fault, instrument, bench: _counted(instrument, "held"),
}
