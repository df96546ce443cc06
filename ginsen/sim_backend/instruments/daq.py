"""A virtual data acquisition card with current amplifiers: steps out, scans in, read as it runs.

No maker's: cards are spoken to through libraries, not in words. It stands for one on a bench, so
that what a driver does with a card can be tried; its language is told in
docs/instruments/daq_with_amplifier.md.
"""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from typing import ClassVar

from ginsen.datasheets.daq_with_amplifier import (
    DRIVE,
    MOST_CONVERSIONS_PER_SECOND,
    MOST_SCANS_PER_SECOND,
    OUTPUT_RESISTANCE,
    REACH,
)
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.device import GROUND, Source
from ginsen.sim_backend.events import Process, Waiting
from ginsen.sim_backend.instruments.daq_amplifier import (
    AmplifiedInput,
    amplifier_of,
    digitised,
)
from ginsen.sim_backend.scpi import (
    Entry,
    ScpiError,
    ScpiInstrument,
    action,
    channels,
    integer,
    number,
    query,
    repeated,
    setting,
)
from ginsen.sim_backend.scpi.message import definite_block

INPUTS = 16
BUFFER = 1 << 18
"""Conversions that wait to be read, all inputs together."""

MOST_STEPS = 1000
MOST_A_READ = 100_000
"""Conversions in one reply."""

OVERRUN = 601
ZERO = 10e-3
"""V, within which the output counts as at zero."""

COMMANDS: dict[str, Entry] = {
    ":OUTPut:LEVel": setting("level", number(-REACH, REACH, unit="V")),
    ":OUTPut:STEPs": action(lambda card, *numbers: card.set_steps(numbers), repeated(number())),
    ":OUTPut:STEPs?": query(lambda card: [value for step in card.steps for value in step]),
    ":OUTPut:AFTer": setting("after", number(-REACH, REACH, unit="V")),
    ":OUTPut:MONitor?": query(lambda card: card.monitored()),
    ":OUTPut:ZERO?": query(lambda card: not card.running and abs(card.monitored()) < ZERO),
    ":SCAN:CHANnels": action(lambda card, listed: card.set_channels(listed), channels()),
    ":SCAN:CHANnels?": query(lambda card: f"(@{','.join(map(str, card.channels))})"),
    ":SCAN:RATE": setting("rate", number(1e-3, MOST_SCANS_PER_SECOND, unit="HZ")),
    ":SCAN:COUNt": setting("count", integer(1, 10**9)),
    ":SCAN:STARt": action(lambda card: card.start()),
    ":SCAN:STATe?": query(lambda card: (int(card.running), card.taken)),
    ":SCAN:DATA?": query(lambda card, first, count: card.data(first, count),
                         integer(0, 10**9), integer(1, MOST_A_READ)),
    ":ABORt": action(lambda card: card.abort()),
}


class VirtualDaq(ScpiInstrument):
    """A card on a bench: its output "ao0", the amplifiers' inputs "ai0" to "ai15", at 0 V.

    The bench file may give `serial` and `amplifiers`, a table for each input from the first on; an
    input beyond the list has an amplifier like the last.
    """

    identity: ClassVar[str] = "GINSEN,DAQ WITH AMPLIFIERS,{serial},1"
    outputs: ClassVar[tuple[str, ...]] = ("ao0", *(f"ai{n}" for n in range(INPUTS)))
    grounds: ClassVar[tuple[str, ...]] = ("gnd",)
    options: ClassVar[dict[str, type]] = {"serial": str, "amplifiers": list}
    command_cost: ClassVar[float] = 50e-6
    commands: ClassVar[dict[str, Entry]] = COMMANDS

    def __init__(self, bench: Bench, name: str, serial: str = "0",
                 amplifiers: Sequence[object] = ({"gain_V_per_A": 1e6, "bandwidth_Hz": 1e4},)
                 ) -> None:
        super().__init__(bench, name)
        if not 1 <= len(amplifiers) <= INPUTS:
            raise ValueError(f"amplifiers: give one to {INPUTS} of them, not {len(amplifiers)}")
        self.serial = serial
        given = [amplifier_of(each) for each in amplifiers]
        self._inputs = [AmplifiedInput(given[min(place, len(given) - 1)], self.random)
                        for place in range(INPUTS)]
        for place in range(INPUTS):
            self.port(f"ai{place}").source = GROUND
        self._scan: Process | None = None
        self._asked = self._level = 0.0
        self.power_cycle()

    def reset(self) -> None:
        """Nothing runs, 0 V, one input at 1000 scans a second."""
        self.abort()
        self.level = self.after = 0.0
        self.steps: tuple[tuple[float, int], ...] = ((0.0, 1),)
        self.channels: tuple[int, ...] = (0,)
        self.rate, self.count = 1000.0, 1000
        self.taken = self._forgotten = 0
        self._waiting: deque[tuple[float, ...]] = deque()

    @property
    def output_on(self) -> bool:
        """See `Instrument.output_on`; there is no relay: on is anything but 0 V."""
        return self._level != 0.0

    @property
    def running(self) -> bool:
        """Whether scans are under way."""
        return self._scan is not None and not self._scan.done

    @property
    def level(self) -> float:
        """What the output is at (V)."""
        return self._level

    @level.setter
    def level(self, volts: float) -> None:
        self._check_idle()
        self._drive(volts)

    def monitored(self) -> float:
        """The output as the card's own converter reads it (V): what truly is at its terminal."""
        return digitised(self.port("ao0").instant()[0])

    def set_steps(self, numbers: Sequence[float]) -> None:
        """Levels (V), each with the number of scans it stands for; they repeat."""
        self._check_idle()
        if not numbers or len(numbers) % 2:
            raise ScpiError(-109)
        if len(numbers) > 2 * MOST_STEPS:
            raise ScpiError(-223)
        levels, scans = numbers[::2], numbers[1::2]
        if max(map(abs, levels)) > REACH or not 1 <= min(scans) <= max(scans) <= 1e9:
            raise ScpiError(-222)
        self.steps = tuple((level, round(each)) for level, each in zip(levels, scans, strict=True))

    def set_channels(self, listed: tuple[int, ...]) -> None:
        """Which inputs are converted, in that order, all at one instant."""
        self._check_idle()
        if not listed or len(set(listed)) < len(listed) or max(listed) >= INPUTS:
            raise ScpiError(-222)
        self.channels = listed

    def start(self) -> None:
        """Begin to step and to scan. Raises ScpiError: -213 while it does, -221 if too fast."""
        if self.running:
            raise ScpiError(-213)
        if self.rate * len(self.channels) > MOST_CONVERSIONS_PER_SECOND:
            raise ScpiError(-221)
        self.taken = self._forgotten = 0
        self._waiting.clear()
        self._scan = self.overlap(self._scanning())

    def abort(self) -> None:
        """End the scan where it is; the output stays at its level, what was read can be had."""
        if self._scan is not None:
            self._scan.cancel()

    def data(self, first: int, count: int) -> bytes:
        """Scans `first` to `first + count`; those before `first` are forgotten.

        Numbers of 32 bits, and their check sum, CRC-32.
        """
        place = first - self._forgotten
        if count * len(self.channels) > MOST_A_READ:
            raise ScpiError(-223)
        if not 0 <= place <= place + count <= len(self._waiting):
            raise ScpiError(-222)
        for _ in range(place):
            self._waiting.popleft()
        self._forgotten = first
        values = [volts for scan, _ in zip(self._waiting, range(count), strict=False)
                  for volts in scan]
        told = struct.pack(f">{len(values)}f", *values)
        return definite_block(told + zlib.crc32(told).to_bytes(4, "big"))

    def _scanning(self) -> Waiting[None]:
        """A level, one interval of the scan clock, then every input at once."""
        period = 1 / self.rate
        inputs = [(self._inputs[place], self.port(f"ai{place}")) for place in self.channels]
        for each, port in inputs:
            each.settle(-port.instant()[1])
        begun = self.time.now
        for level in self._levels():
            if level != self._asked:
                self._drive(level)
                for each, port in inputs:
                    each.jump(-port.instant()[1])
            yield max(begun + (self.taken + 1) * period - self.time.now, 0.0)
            for each, port in inputs:
                each.pass_on(-port.instant()[1], period)
            self._waiting.append(tuple(each.convert(self.random) for each, _ in inputs))
            self.taken += 1
            if len(self._waiting) * len(inputs) > BUFFER:
                self._drive(0.0)
                self.report(ScpiError(OVERRUN, "Scans overrun; output at 0 V"))
                return
        self._drive(self.after)

    def _levels(self) -> Iterator[float]:
        """The level of each scan."""
        left = self.count
        while True:
            for level, scans in self.steps:
                for _ in range(min(scans, left)):
                    yield level
                left -= scans
                if left <= 0:
                    return

    def _drive(self, volts: float) -> None:
        """Put a level out, at once, as near as the converter comes to it."""
        self._asked = volts
        if self.trouble.held and not volts:
            return
        self._level = digitised(volts)
        self.port("ao0").source = Source(self._level, OUTPUT_RESISTANCE, DRIVE)

    def _check_idle(self) -> None:
        if self.running:
            raise ScpiError(-221)
