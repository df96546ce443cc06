"""The measurement event registers of the Keithley 2600B: limits, overflows, filled buffers.

Reference Manual 2600BS-901-01 Rev. F, pages 9-281 to 9-293; which bits there are and when they
change also in Rev. C, pages 7-285 and E-24. A limit shows in them once something was measured, or
smuX.source.compliance was read. What is enabled in one is summed up in the next, and in the end in
bit 0 of the status byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ginsen.sim_backend.scpi.status import Register, Status
from ginsen.sim_backend.tsp.names import Name, attribute, constant, whole

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2600_channel import Channel

VOLTAGE_LIMIT, CURRENT_LIMIT, READING_OVERFLOW, BUFFER_AVAILABLE = 1, 2, 128, 256
INSTRUMENT_SUMMARY = 8192

_MEANINGS = {
    VOLTAGE_LIMIT: ("VOLTAGE_LIMIT", "VLMT"), CURRENT_LIMIT: ("CURRENT_LIMIT", "ILMT"),
    READING_OVERFLOW: ("READING_OVERFLOW", "ROF"), BUFFER_AVAILABLE: ("BUFFER_AVAILABLE", "BAV"),
}
_CHANNELS = {2: ("SMUA",), 4: ("SMUB",)}
_SUMMARY_BIT = 1


class MeasurementStatus:
    """A register for each channel, one for each meaning over both channels, and their sums."""

    def __init__(self, channels: Mapping[str, Channel], status: Status) -> None:
        self._channels = channels
        self._of_channel = {letter: Register() for letter in channels}
        self._of_meaning = {meaning: Register() for meaning in _MEANINGS}
        self._instrument, self._top = Register(), Register()
        self._status = status
        status.registers[_SUMMARY_BIT] = self._top
        status.below += [*self._of_channel.values(), *self._of_meaning.values(), self._instrument]

    def note(self, letter: str, source: str, *, limited: bool,
             overflow: bool | None = None) -> None:
        """Something was measured on a channel; `overflow` None where only the limit was asked."""
        register = self._of_channel[letter]
        limits = {CURRENT_LIMIT: limited and source == "VOLT",
                  VOLTAGE_LIMIT: limited and source == "CURR"}
        for bit, on in limits.items():
            register.set(bit, on)
        if overflow is not None:
            register.set(READING_OVERFLOW, overflow)
        self.refresh()

    def refresh(self) -> None:
        """Look at the buffers, and sum up."""
        for place, (letter, channel) in enumerate(self._channels.items(), start=1):
            register = self._of_channel[letter]
            register.set(BUFFER_AVAILABLE, any(map(len, channel.dedicated.values())))
            for meaning, above in self._of_meaning.items():
                above.set(1 << place, bool(register.condition & meaning))
            self._instrument.set(1 << place, bool(register.event & register.enable))
        for meaning, above in self._of_meaning.items():
            self._top.set(meaning, bool(above.event & above.enable))
        self._top.set(INSTRUMENT_SUMMARY, bool(self._instrument.event & self._instrument.enable))
        self._status.refresh()

    def names(self) -> dict[str, Name]:
        """Every name that begins with status.measurement."""
        head = "status.measurement"
        found = self._register(head, self._top, {
            **_MEANINGS, INSTRUMENT_SUMMARY: ("INSTRUMENT_SUMMARY", "INST")})
        found |= self._register(f"{head}.instrument", self._instrument, _CHANNELS)
        for meaning, register in self._of_meaning.items():
            found |= self._register(f"{head}.{_MEANINGS[meaning][0].lower()}", register, _CHANNELS)
        for letter, register in self._of_channel.items():
            found |= self._register(f"{head}.instrument.smu{letter}", register, _MEANINGS)
        return found

    def _register(self, path: str, register: Register,
                  bits: Mapping[int, tuple[str, ...]]) -> dict[str, Name]:
        mask = sum(bits)

        def current(field: str) -> int:
            self.refresh()
            value: int = getattr(register, field)
            return value & mask

        def event() -> int:
            self.refresh()
            value = register.take_event() & mask
            self.refresh()
            return value

        def mutable(field: str) -> Name:
            def put(value: Any) -> None:
                setattr(register, field, whole(value, 0, 0xFFFF) & mask)
                self.refresh()

            return attribute(lambda: current(field), put)

        return {
            f"{path}.condition": constant(lambda: current("condition")),
            f"{path}.event": constant(event),
            f"{path}.enable": mutable("enable"),
            f"{path}.ptr": mutable("positive"),
            f"{path}.ntr": mutable("negative"),
            **{f"{path}.{word}": constant(bit) for bit, words in bits.items() for word in words},
        }
