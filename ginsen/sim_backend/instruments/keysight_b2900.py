"""The virtual Keysight B2912A: two channels in SCPI.

Agilent B2900 SCPI Command Reference (B2910-90030), Edition 2 (July 2011).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.keysight_b2900_channel import Channel
from ginsen.sim_backend.instruments.keysight_b2900_commands import COMMANDS, ELEMENTS
from ginsen.sim_backend.scpi.errors import ErrorEntry, ScpiError
from ginsen.sim_backend.scpi.instrument import ScpiInstrument


class VirtualKeysightB2900(ScpiInstrument):
    """A Keysight B2912A on a bench, its HI wired to the device, its LO the common low.

    The bench file may give `serial`.
    """

    identity = "Keysight Technologies,B2912A,{serial},3.4.2011.5100"
    outputs: ClassVar[tuple[str, ...]] = ("hi_1", "hi_2")
    grounds: ClassVar[tuple[str, ...]] = ("lo_1", "lo_2")
    options: ClassVar[dict[str, type]] = {"serial": str}
    command_cost: ClassVar[float] = 0.5e-3
    commands = COMMANDS

    def __init__(self, bench: Bench, name: str, serial: str = "MY50000001") -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.triggered_by_bus = self.time.signal()
        self.channels = [Channel(self, number) for number in (1, 2)]
        self.power_cycle()

    def reset(self) -> None:
        """*RST: both channels as new, readings gone, ASCII with every element."""
        for channel in self.channels:
            channel.reset()
        self.elements: tuple[str, ...] = ELEMENTS
        self.data_format = "ASC"
        self.byte_order = "NORM"
        self.timer_reset = False

    @property
    def output_on(self) -> bool:
        """Whether an output is on."""
        return any(channel.unit.settings.output for channel in self.channels)

    def error_text(self, entry: ErrorEntry | None) -> str:
        """Numbers have their sign: +0,"No error"."""
        return '+0,"No error"' if entry is None else f'{entry.code:+d},"{entry.text}"'

    def bus_trigger(self) -> None:
        """*TRG, for trigger systems that wait for it."""
        self.triggered_by_bus.fire()

    def number_text(self, value: float) -> str:
        """Numbers have their sign, and six decimals."""
        return f"{value:+.6E}"

    def channel(self, number: int) -> Channel:
        """A channel by its suffix. Raises ScpiError -114 where there is none."""
        if number not in (1, 2):
            raise ScpiError(-114)
        return self.channels[number - 1]

    def listed(self, numbers: tuple[int, ...] | None, *, every: bool = False) -> list[Channel]:
        """The channels of a list; without one the first, or each with `every`."""
        if numbers is None:
            return self.channels if every else self.channels[:1]
        return [self.channel(number) for number in numbers]

    def set_format(self, kind: str, size: int | None) -> None:
        """ASCii, or REAL of 32 or 64 bits."""
        if kind == "REAL" and size not in (None, 32, 64):
            raise ScpiError(-224)
        self.data_format = "ASC" if kind == "ASC" else f"REAL,{size or 32}"

    def set_elements(self, names: Sequence[str]) -> None:
        """What a reading is told with; the order is the instrument's."""
        self.elements = tuple(name for name in ELEMENTS if name in names)

    def reply_of(self, values: Sequence[float]) -> str | bytes:
        """Numbers in the format in force."""
        if self.data_format == "ASC":
            return ",".join(map(self.number_text, values))
        code = "f" if self.data_format.endswith("32") else "d"
        data = struct.pack(f"{'>' if self.byte_order == 'NORM' else '<'}{len(values)}{code}",
                           *values)
        size = str(len(data))
        return f"#{len(size)}{size}".encode("ascii") + data

    @property
    def line_frequency(self) -> int:
        """What both channels take the mains for (Hz)."""
        return round(self.channels[0].unit.line_frequency)

    @line_frequency.setter
    def line_frequency(self, hertz: int) -> None:
        for channel in self.channels:
            channel.unit.line_frequency = float(hertz)
