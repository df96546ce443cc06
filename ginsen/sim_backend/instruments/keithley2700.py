"""A virtual Keithley 2700 with 7709 matrix cards: which ends of the wiring meet the device.

Commands as PyMeasure's Keithley2700 sends them; its meter is not here. Virtual only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiError,
    ScpiInstrument,
    action,
    boolean,
    channels,
    number,
    query,
    setting,
    string,
)

SLOTS = (1, 2)
CARD = "7709"
CHANNELS = range(1, 51)
"""Of a 7709: rows 1 to 6 by columns 1 to 8, and two that lead to the meter."""

_SWITCHING = 3e-3
"""Seconds a relay takes. A choice."""


class VirtualKeithley2700(ScpiInstrument):
    """A switch system on a bench.

    The bench file may give `cards`, one name a slot ("7709" or "none"), and `contacts`, which wired
    end ("smu.hi") leads through which channel (`{ "101" = "smu.hi" }`): it is open unless that is
    closed.
    """

    identity: ClassVar[str] = "KEITHLEY INSTRUMENTS INC.,MODEL 2700,{serial},B09  /A02"
    options: ClassVar[dict[str, type]] = {"serial": str, "cards": list, "contacts": dict}
    command_cost: ClassVar[float] = 2e-3
    commands: ClassVar[dict[str, Entry]] = {
        "*OPT?": query(lambda system: ",".join(system.cards)),
        ":ROUTe:MULTiple:CLOSe": action(lambda system, named: system.close(named), channels(),
                                        cost=_SWITCHING),
        ":ROUTe:MULTiple:CLOSe?": query(lambda system: system.told()),
        ":ROUTe:MULTiple:OPEN": action(lambda system, named: system.open(named), channels(),
                                       cost=_SWITCHING),
        ":ROUTe:MULTiple:STATe?": query(
            lambda system, named: tuple(int(each in system.closed)
                                        for each in system.known(named)), channels()),
        ":ROUTe:OPEN:ALL": action(lambda system: system.open(tuple(system.closed)),
                                  cost=_SWITCHING),
        ":STATus:QUEue:CLEar": action(lambda system: system.errors.clear()),
        ":DISPlay:TEXT:STATe": setting("text_shown", boolean()),
        ":DISPlay:TEXT:DATA": setting("text", string(longest=12)),
        ":SYSTem:BEEPer": action(lambda system, frequency, seconds: None, number(65, 2e6),
                                 number(0, 7.9)),
    }

    def __init__(self, bench: Bench, name: str, serial: str = "1270001",
                 cards: Sequence[object] = (CARD, "none"),
                 contacts: Mapping[str, object] | None = None) -> None:
        super().__init__(bench, name)
        if len(cards) != len(SLOTS) or not set(cards) <= {CARD, "none"}:
            raise ValueError(f'cards: give "{CARD}" or "none" for each of {len(SLOTS)} slots, '
                             f"not {cards!r}")
        self.serial = serial
        self.cards = tuple(str(card) for card in cards)
        self._there = {100 * slot + channel for slot, card in zip(SLOTS, cards, strict=True)
                       if card == CARD for channel in CHANNELS}
        self.closed: set[int] = set()
        self._contacts = {self._channel(number): self._terminal(end)
                          for number, end in (contacts or {}).items()}
        self._mend: dict[int, Callable[[], None]] = {
            channel: bench.break_off(terminal) for channel, terminal in self._contacts.items()}
        self.reset()

    def reset(self) -> None:
        """Open every channel."""
        self.open(tuple(self.closed))
        self.text_shown = False
        self.text = ""

    def known(self, named: tuple[int, ...]) -> tuple[int, ...]:
        """Channels. Raises ScpiError (-222) for one that is on no card."""
        if not set(named) <= self._there:
            raise ScpiError(-222)
        return named

    def close(self, named: tuple[int, ...]) -> None:
        """Close channels; the others stay as they are."""
        for channel in self.known(named):
            self.closed.add(channel)
            if channel in self._mend:
                self._mend.pop(channel)()

    def open(self, named: tuple[int, ...]) -> None:
        """Open channels; the others stay as they are."""
        for channel in self.known(named):
            self.closed.discard(channel)
            if channel in self._contacts and channel not in self._mend:
                self._mend[channel] = self.bench.break_off(self._contacts[channel])

    def told(self) -> str:
        """The closed channels as a list."""
        return f"(@{','.join(str(channel) for channel in sorted(self.closed))})"

    def _channel(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and int(text) in self._there):
            raise ValueError(f"contacts: {text!r} is no channel of its cards, such as 101")
        return int(text)

    def _terminal(self, end: object) -> str:
        if end not in self.bench.wired:
            raise ValueError(f"contacts: nothing is wired to {end!r}; wired are "
                             f"{', '.join(self.bench.wired) or 'none'}")
        return self.bench.wired[str(end)]
