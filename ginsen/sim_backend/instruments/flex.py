"""The base of instruments that speak Agilent FLEX: error queue, buffers, status byte.

Agilent B1500A/B1505A Programming Guide (B1500-90010), Edition 11: data output (page 1-25), status
byte (1-56, 1-57). Measured data waits in one buffer, readable as it is measured and kept until it
is read or cleared; the answer to a question in another, which holds one. That an error ends its
message is background knowledge.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import GeneratorType
from typing import Any, ClassVar

from ginsen.sim_backend.events import Process, Waiting
from ginsen.sim_backend.instruments.flex_grammar import ERRORS, Command, FlexError, units
from ginsen.sim_backend.links import Link, Mailbox
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.exchange import Instrument

TERMINATOR = b"\r\n"

QUEUE = 30
"""Errors that are kept (page 4-101)."""

MOST_DATA = 1 << 23
"""Bytes of measured data that are kept; what comes on top is lost (a choice)."""

DATA_READY, WAIT, INTERLOCK, READY, ERROR, REQUEST = 1, 2, 8, 16, 32, 64


class FlexInstrument(Instrument):
    """An instrument that speaks FLEX; a subclass gives `commands`, `reset` and `interlock_open`."""

    commands: ClassVar[Mapping[str, Command]] = {}
    command_cost: ClassVar[float] = 0.5e-3
    interrupts: ClassVar[bool] = False  # data that nobody has read stays
    unread_bit: ClassVar[int] = DATA_READY

    def __init__(self, bench: Any, name: str) -> None:
        super().__init__(bench, name)
        self._errors: deque[tuple[int, str]] = deque()
        self._answer = bytearray()
        self._data = bytearray()
        self._unsent = b""  # of a reply that has not ended, to a link that wants whole ones
        self._items = 0  # of measured data in its buffer
        self._running: Process | None = None
        self._mask = self._asked = 0
        self._erred = self._waits = self._requesting = False
        self._notify: list[Callable[[], None]] = []

    @abstractmethod
    def reset(self) -> None:
        """*RST: every setting as new."""

    @property
    @abstractmethod
    def interlock_open(self) -> bool:
        """Whether a voltage is asked for that the open interlock does not allow."""

    # What handlers use.

    def run_to_its_end(self, body: Waiting[Any]) -> Waiting[None]:
        """Something that AB or a device clear ends; nothing else is carried out meanwhile."""
        done = self.time.signal()
        self._running = process = self.time.start(self._watched(body), done.fire)
        try:
            while not process.done:
                yield done
        finally:
            process.cancel()
            self._running, self._unsent = None, b""

    def _watched(self, body: Waiting[Any]) -> Waiting[None]:
        """What is wrong on the way ends it and is kept as an error."""
        try:
            yield from body
        except FlexError as error:
            self.report(error.with_traceback(None))

    def pause(self, seconds: float) -> Waiting[None]:
        """PA: wait."""
        self._waits = True
        self.changed()
        try:
            yield seconds
        finally:
            self._waits = False

    def give(self, link: Link, items: Sequence[str], *, last: bool, comma: bool) -> None:
        """Put measured data into its buffer; with the `last` of it a reply ends.

        In the formats with `comma` nothing but a comma ends it. A link with an output queue of its
        own gets the reply as a whole.
        """
        text = ",".join(items) + ("," if comma or not last else "")
        data = text.encode("ascii") + (TERMINATOR if last and not comma else b"")
        if isinstance(link, Mailbox):
            self._unsent += data
            if last:
                self.reply(link, self._unsent)
                self._unsent = b""
            return
        if link.stream:
            self.reply(link, data)
            return
        if len(self._data) < MOST_DATA:
            self._data += data
            self._items += len(items)
        self.changed()

    @property
    def count(self) -> int:
        """NUB?: how many data wait to be read."""
        return self._items

    def clear_data(self) -> None:
        """BC, FMT: the data buffer is empty."""
        self._data.clear()
        self._items = 0
        self.changed()

    # Errors and status.

    def report(self, error: ScpiError) -> None:
        """Keep an error; the query errors of IEEE 488.2, which FLEX does not know, are dropped."""
        if -500 < error.code <= -400:
            return
        code = 150 if error.code == -363 else error.code
        if len(self._errors) < QUEUE:
            self._errors.append((code, ERRORS.get(code, error.text)))
        self._erred = True
        self.changed()

    def take_error(self) -> tuple[int, str]:
        """The oldest error and its text, 0 where there is none."""
        self._forget_error()
        return self._errors.popleft() if self._errors else (0, ERRORS[0])

    def take_errors(self) -> list[int]:
        """ERR?: the four oldest, and the queue is empty then."""
        found = [*(code for code, _ in self._errors), 0, 0, 0, 0][:4]
        self._errors.clear()
        self._forget_error()
        return found

    def _forget_error(self) -> None:
        self._erred = False
        self.changed()

    def status_byte(self) -> int:
        """What *STB? answers."""
        return (DATA_READY * self.message_available | WAIT * self._waits
                | INTERLOCK * self.interlock_open | READY * self.idle
                | ERROR * self._erred | REQUEST * self._requesting)

    @property
    def mask(self) -> int:
        """*SRE: the bits that ask for service."""
        return self._mask

    @mask.setter
    def mask(self, mask: int) -> None:
        self._mask = mask & ~REQUEST
        self.changed()

    def changed(self) -> None:
        """Look for a new reason to ask for service."""
        reasons = self.status_byte() & self._mask
        new, self._asked = reasons & ~self._asked, reasons
        if new:
            self._requesting = True
            for notify in self._notify:
                notify()

    def on_service_request(self, notify: Callable[[], None]) -> None:
        """Have `notify` called when RQS rises."""
        self._notify.append(notify)

    def ignore_service_request(self, notify: Callable[[], None]) -> None:
        """Have `notify` called no more."""
        self._notify.remove(notify)

    def serial_poll(self) -> int:
        """The status byte; error and request are taken back (page 1-57)."""
        byte = self.status_byte()
        self._requesting = self._erred = False
        return byte

    def bus_trigger(self) -> None:
        """GET starts nothing in the trigger mode after a reset."""

    # The exchange.

    def split(self, data: bytes, end: bool) -> tuple[list[str], bytes]:
        """A line feed or END ends a message; a carriage return before it is a space."""
        *messages, rest = data.split(b"\n")
        if end:
            messages, rest = [*messages, rest], b""
        return [message.decode("latin-1") for message in messages], rest

    def receive(self, link: Link, data: bytes, end: bool) -> None:
        """Beside taking the bytes in: AB ends at once what runs, out of turn."""
        super().receive(link, data, end)
        if self._running is not None and any(
                message.strip().upper() == "AB" for _, message in self._inbox):
            self._running.cancel()

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out the commands of a message, up to the first error."""
        for unit in units(message):
            try:
                yield self.command_cost
                if isinstance(unit, FlexError):
                    raise unit
                header, numbers = unit
                command = self.commands.get(header)
                if command is None:
                    raise FlexError(100)
                self._link = link
                result = command.run(self, *command.arguments(self, numbers))
                if isinstance(result, GeneratorType):
                    result = yield from self.long(result)
                if result is not None:
                    self.answer(link, str(result))
            except FlexError as error:
                self.report(error.with_traceback(None))
                break

    _link: Link
    """Who sent what is carried out now."""

    def answer(self, link: Link, text: str) -> None:
        """The answer to a question; one that nobody has read is lost to it."""
        data = text.encode("latin-1") + TERMINATOR
        if link.stream or isinstance(link, Mailbox):
            self.reply(link, data)
            return
        self._answer = bytearray(data)
        self.changed()

    def reply(self, link: Link, message: bytes) -> None:
        """See `Instrument.reply`; what faults had held back goes into the buffer of answers."""
        if link.stream or isinstance(link, Mailbox):
            super().reply(link, message)
        else:
            self._answer += message
            self.changed()

    @property
    def message_available(self) -> bool:
        """Whether an answer or measured data wait to be read."""
        return bool(self._answer or self._data)

    @property
    def asks_when_answering(self) -> bool:
        """See `Instrument`; the bit is that of data."""
        return bool(self._mask & DATA_READY)

    def waiting(self, link: Link) -> bytearray:
        """What is read next: an answer before measured data."""
        if link.lost or link.stream:
            return super().waiting(link)
        return self._answer or self._data

    def take(self, link: Link, count: int) -> tuple[bytes, bool]:
        """At most `count` of the waiting bytes, and whether END comes with the last."""
        if link.stream:
            return super().take(link, count)
        source = self.waiting(link)
        at = source.find(b"\n")
        data = bytes(source[:min(count, at + 1) if at >= 0 else count])
        del source[:len(data)]
        if source is self._data:
            self._items -= data.count(b",") + data.count(b"\n")
        self.changed()
        return data, data.endswith(b"\n")

    def asked_to_talk(self, link: Link) -> None:
        """There is no error for asking when nothing was said; whoever asks waits."""

    def _rest(self) -> None:
        super()._rest()
        self.changed()

    def cleared(self) -> None:
        """A device clear empties both buffers and forgets an error's bit."""
        self._answer.clear()
        self._requesting = self._erred = False
        self.clear_data()

    def power_cycle(self) -> None:
        """Off and on again."""
        super().power_cycle()
        self._errors.clear()
        self._mask = self._asked = 0
        self.cleared()
        self.reset()
