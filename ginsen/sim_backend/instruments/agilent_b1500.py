"""The virtual Agilent B1500A: a mainframe with four source-measure modules, in FLEX.

Agilent B1500A/B1505A Programming Guide (B1500-90010), Edition 11. Slots 1 and 2 hold a B1517A,
slots 3 and 4 a B1511B; their LO is the ground unit. What else a mainframe can hold (capacitance,
pulse and waveform units) is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from ginsen.datasheets.agilent_b1500 import MODULES
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.agilent_b1500_channel import Channel, Converters, Datum
from ginsen.sim_backend.instruments.agilent_b1500_commands import COMMANDS
from ginsen.sim_backend.instruments.agilent_b1500_format import (
    ELSEWHERE,
    HERE,
    INVALID,
    OVERFLOW,
    Format,
)
from ginsen.sim_backend.instruments.agilent_b1500_setup import Sampling, Staircase
from ginsen.sim_backend.instruments.flex import FlexInstrument
from ginsen.sim_backend.instruments.flex_grammar import FlexError

SLOTS = 10
HELD = {1: "B1517A", 2: "B1517A", 3: "B1511B", 4: "B1511B"}

SELF_CALIBRATION = 30.0
"""s, as public drivers wait for (QCoDeS)."""


class VirtualAgilentB1500(FlexInstrument):
    """A B1500A on a bench, the force ends of its modules wired to the device.

    The bench file may give `serial`, and `interlock = true` where the fixture is closed: without,
    nothing beyond 42 V.
    """

    identity: ClassVar[str] = "Agilent Technologies,B1500A,{serial},A.05.60.2013.0722"
    outputs: ClassVar[tuple[str, ...]] = tuple(f"force_{slot}" for slot in HELD)
    grounds: ClassVar[tuple[str, ...]] = ("gndu",)
    options: ClassVar[dict[str, type]] = {"serial": str, "interlock": bool}
    commands = COMMANDS

    channels: dict[int, Channel]
    waits: dict[int, tuple[float, float]]
    stamps: bool
    parallel: bool

    def __init__(self, bench: Bench, name: str, serial: str = "MY50000001", *,
                 interlock: bool = False) -> None:
        super().__init__(bench, name)
        self.serial = serial
        self.interlock = interlock
        self.channels = {slot: Channel(self, slot, MODULES[model])
                         for slot, model in HELD.items()}
        self.power_cycle()

    def reset(self) -> None:
        """*RST: every channel off, every setting as new, measured data gone."""
        for channel in self.channels.values():
            channel.reset()
        self.converters = Converters()
        self.auto_zero = self.stamps = self.parallel = False
        self.auto_calibration = self.stopped_by_interlock = False
        self.waits = {1: (1.0, 0.0), 2: (1.0, 0.0)}
        self.trigger_mode = 1
        self.io_mode = 0
        self.format = Format()
        self.measurement: tuple[int, tuple[Channel, ...]] = (0, ())
        self.staircase = Staircase()
        self.sampling = Sampling()
        self.timer_origin = self.time.now
        self.timed_by: Channel | None = None
        self.clear_data()

    @property
    def output_on(self) -> bool:
        """Whether a channel is on."""
        return any(channel.on for channel in self.channels.values())

    @property
    def interlock_open(self) -> bool:
        """Whether a command was refused for want of the interlock, since the last reset."""
        return self.stopped_by_interlock

    def serial_poll(self) -> int:
        """See `FlexInstrument`; the interlock's bit, too, is taken back (page 1-56)."""
        byte = super().serial_poll()
        self.stopped_by_interlock = False
        return byte

    def cleared(self) -> None:
        """A device clear forgets the interlock's bit, too."""
        self.stopped_by_interlock = False
        super().cleared()

    @property
    def timer(self) -> float:
        """Seconds since the timer was reset."""
        return self.time.now - self.timer_origin

    def reset_timer(self, channel: Channel | None = None) -> None:
        """TSR: now, or when this channel begins to force."""
        if channel is None:
            self.timer_origin = self.time.now
        self.timed_by = channel

    def channel(self, number: float) -> Channel:
        """A channel by its number, or by that of its subchannel: 1 or 101. Raises FlexError."""
        slot = int(number) // 100 if number > SLOTS and number % 100 == 1 else int(number)
        if number != int(number) or not 1 <= slot <= SLOTS:
            raise FlexError(121)
        if slot not in self.channels:
            raise FlexError(153)
        return self.channels[slot]

    def listed(self, channels: Sequence[Channel]) -> list[Channel]:
        """The channels of a list; all where it is empty. Raises FlexError for one twice."""
        if len(set(channels)) < len(channels):
            raise FlexError(122)
        return list(channels) or list(self.channels.values())

    def modules(self) -> str:
        """UNT?: the module and its revision in every slot."""
        return ";".join(f"{HELD.get(slot, 0)},0" for slot in range(1, SLOTS + 1))

    # Data.

    def status_of(self, channel: Channel, datum: Datum) -> int:
        """The bits that tell of a datum."""
        elsewhere = any(each.limited for each in self.channels.values() if each is not channel)
        return OVERFLOW * datum.overflow | HERE * datum.limited | ELSEWHERE * elsewhere

    def written(self, channel: Channel, datum: Datum, *, stamped: bool) -> list[str]:
        """One datum as it is read, behind its time if that is wanted."""
        texts = [self.format.time(channel.letter, datum.time)] if stamped else []
        return [*texts, self.format.datum(self.status_of(channel, datum), channel.letter,
                                          datum.letter, datum.value, datum.full_scale)]

    def nothing(self, channel: Channel, like: Datum) -> list[str]:
        """What stands for a datum after a measurement was stopped."""
        texts = [self.format.time(channel.letter, like.time)] if self.stamps else []
        return [*texts, self.format.datum(INVALID, channel.letter, like.letter, 0.0, 1.0)]

    def output(self, items: Sequence[str], *, last: bool) -> None:
        """Data for whoever asked for what is carried out now."""
        self.give(self._link, items, last=last, comma=self.format.comma)

    def calibrate(self) -> Waiting[str]:
        """*CAL?: outputs open, half a minute, and every module has passed."""
        for channel in self.channels.values():
            channel.switch(False)
        yield from self.run_to_its_end(_pass(SELF_CALIBRATION))
        return "0"


def _pass(time: float) -> Waiting[None]:
    yield time
