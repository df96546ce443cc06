"""The virtual Keithley 4200A-SCS under KXCI.

What of this is known of the real one, and from where, is told in docs/instruments/keithley4200.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.instruments.keithley4200_channel import Channel
from ginsen.sim_backend.instruments.keithley4200_commands import COMMANDS
from ginsen.sim_backend.instruments.keithley4200_system import OVERFLOWED, SystemMode
from ginsen.sim_backend.instruments.keithley4200_words import Command, Refusal, commands
from ginsen.sim_backend.instruments.plain import PlainInstrument
from ginsen.sim_backend.instruments.smu import OVERFLOW
from ginsen.sim_backend.instruments.smu_settings import SourceFunction
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi.errors import ScpiError

DATA_READY, SYNTAX_ERROR, BUSY, SERVICE = 1, 2, 16, 64
"""Bits of the status byte (Reference Manual 4200A-901-01 Rev. C, page 9-54)."""

WRONG = "KXCI command error. (-992)"
_REPLIES_HELD = 64
"""Replies nobody reads that it keeps on a bus; the oldest go (choice)."""


class VirtualKeithley4200(PlainInstrument):
    """A 4200A-SCS on a bench, with four SMUs at most, their force wired to the device.

    On Ethernet every message is answered: with its data, `ACK`, or what is wrong. On GPIB only
    data are. The bench file may give `serial`, and `modules`, what sits in its slots, as *OPT?
    tells it: "SMU1" to "SMU4", and "" for an empty one.
    """

    identity = "KEITHLEY INSTRUMENTS,KI4200A,{serial},V1.14"
    short_identity: ClassVar[str] = "KI4200A V1.14"
    outputs: ClassVar[tuple[str, ...]] = ("hi_1", "hi_2", "hi_3", "hi_4")
    grounds: ClassVar[tuple[str, ...]] = ("lo_1", "lo_2", "lo_3", "lo_4")
    options: ClassVar[dict[str, type]] = {"serial": str, "modules": list}
    command_cost: ClassVar[float] = 1e-3
    message_end: ClassVar[bytes] = b"\0"
    interrupts: ClassVar[bool] = False

    def __init__(self, bench: Bench, name: str, serial: str = "1400001",
                 modules: Sequence[object] = ("SMU1", "SMU2", "SMU3", "SMU4")) -> None:
        super().__init__(bench, name)
        self.identity = type(self).identity.format(serial=serial)
        known = [f"SMU{number}" for number in (1, 2, 3, 4)]
        if not all(each == "" or each in known for each in modules):
            raise ValueError(f"modules: each is one of {', '.join(known)}, or empty, not "
                             f"{list(modules)!r}")
        self.modules = tuple(str(each) for each in modules)
        self.channels = {number: Channel(self, number) for number, each in enumerate(known, 1)
                         if each in self.modules}
        self._notify: list[Callable[[], None]] = []
        self.test = SystemMode(self)
        self.power_cycle()

    def power_cycle(self) -> None:
        """As new."""
        super().power_cycle()
        self.requesting = 0
        self.command_set = 1
        self.reset()

    def reset(self) -> None:
        """*RST: outputs off, nothing defined, medium integration, five digits (choice)."""
        self.test.reset()
        for channel in self.channels.values():
            channel.reset()
        self.page = "US"
        self.nplc, self.delay_factor, self.digits = 1.0, 1.0, 5
        self.last_error = ""
        self._bits = 0

    @property
    def output_on(self) -> bool:
        """Whether an output is on."""
        return any(channel.unit.settings.output for channel in self.channels.values())

    def channel(self, number: int) -> Channel:
        """An SMU by its number. Raises Refusal where there is none."""
        if number not in self.channels:
            raise Refusal
        return self.channels[number]

    # The wire.

    def split(self, data: bytes, end: bool) -> tuple[list[str], bytes]:
        """A message ends with a null or a line feed (the latter by choice), or with END."""
        *whole, rest = data.replace(b"\n", b"\0").split(b"\0")
        if end and rest:
            whole, rest = [*whole, rest], b""
        return [each.decode("latin-1") for each in whole], rest

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out one message, command by command, up to the first that is refused."""
        told: list[str] = []
        try:
            for command in commands(message):
                yield self.command_cost
                answer = yield from self._do(command)
                if answer is not None:
                    told.append(answer)
        except Refusal:
            self.refused()
            told = [WRONG]
        if link.stream:
            self.reply(link, ";".join(told or ["ACK"]).encode("latin-1", "replace") + b"\0")
        elif told and told != [WRONG]:
            while len(self._replies) >= _REPLIES_HELD:
                self._replies.popleft()
            self.reply(link, ";".join(told).encode("latin-1", "replace") + b"\r\n")

    def _do(self, command: Command) -> Waiting[str | None]:
        entry = COMMANDS.get(command.name)
        if entry is None or (entry.page and entry.page != self.page) or (
                self.test.running and not entry.always):
            raise Refusal
        answer = entry.do(self, *entry.checked(command.arguments))
        if answer is None or isinstance(answer, str):
            return answer
        text: str = yield from self.long(answer)
        return text

    # Status.

    def refused(self) -> None:
        """A message was not understood, or what it asks for is not done."""
        self.last_error = WRONG
        self._raise_bits(SYNTAX_ERROR | SERVICE)

    def report(self, error: ScpiError) -> None:
        """What a fault of the bench has gone wrong."""
        self.last_error = f"{error.text}. ({error.code})"
        self._raise_bits(SYNTAX_ERROR | SERVICE)

    def forget_error(self) -> None:
        """:ERROR:LAST:CLEAR."""
        self.last_error = ""

    def data_ready(self) -> None:
        """A test is over."""
        self._raise_bits(SERVICE if self.requesting else 0)

    def _raise_bits(self, bits: int) -> None:
        asked = bool(self._bits & SERVICE)
        self._bits |= bits
        if self._bits & SERVICE and not asked:
            for notify in tuple(self._notify):
                notify()

    def on_service_request(self, notify: Callable[[], None]) -> None:
        """It asks for service after an error, and with DR1 when data are ready."""
        self._notify.append(notify)

    def ignore_service_request(self, notify: Callable[[], None]) -> None:
        """See `on_service_request`."""
        if notify in self._notify:
            self._notify.remove(notify)

    def serial_poll(self) -> int:
        """The status byte; every bit but busy is clear afterwards. SP is the same (choice)."""
        byte = self._bits | DATA_READY * self.test.ready | BUSY * self.test.running
        self._bits = 0
        self.test.ready = False
        return byte

    def cleared(self) -> None:
        """A device clear takes back errors and requests (page 9-55)."""
        self._bits = 0

    # Readings.

    def spot(self, function: SourceFunction, number: int) -> Waiting[str]:
        """TI, TV: one reading, status, channel and function before it (page 9-53)."""
        channel = self.channel(number)
        reading = yield from channel.measure(function)
        value = OVERFLOWED if reading.value == OVERFLOW else reading.value
        return (f"{channel.status(reading)}{channel.letter}{'V' if function == 'VOLT' else 'I'}"
                f"{self._text(value)}")

    def output(self, name: str) -> str:
        """DO: every reading of a name, each behind its status; time stamps without (page 9-36)."""
        read = self.test.told_as(name)
        told = [f"{status}{self._text(value)}" for status, value in map(read, self.test.points)]
        if not told:
            raise Refusal
        self.test.ready = False
        return ",".join(told)

    def one_reading(self, name: str, place: int) -> str:
        """RD: reading number `place` without a status, 0 where there is none yet."""
        read, points = self.test.told_as(name), self.test.points
        return self._text(read(points[place - 1])[1]) if place <= len(points) else "0"

    def _text(self, value: float | str) -> str:
        return value if isinstance(value, str) else f"{value:+.{self.digits - 1}E}"
