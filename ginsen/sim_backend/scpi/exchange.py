"""Message exchange with one instrument (IEEE 488.2 chapter 6): input buffer, output queue, busy.

Whoever speaks to an instrument holds a `Link`. Links that frame messages with END (GPIB, USB,
VXI-11) share one output queue, as hardware does, and an unread reply is lost to the next message
(-410). A stream (raw socket, serial line) gets its replies as they come and can never lose one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from weakref import WeakSet

from ginsen.sim_backend.events import Process, Signal, Waiting
from ginsen.sim_backend.links import MOST_CLIENTS, Detour, Link, Lost, Mailbox, Trouble
from ginsen.sim_backend.own_time import OwnTime
from ginsen.sim_backend.resource_lock import ResourceLock
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.message import split_messages

if TYPE_CHECKING:
    import numpy as np

    from ginsen.sim_backend.bench import Bench
    from ginsen.sim_backend.circuit import Port

AnyLink = TypeVar("AnyLink", bound=Link)


class Instrument(ABC):
    """A virtual instrument as the wire sees it; languages fill in `execute`.

    `busy` is true while the instrument works off the stated cost of commands: a virtual bench
    lets that time pass before a write returns. A long command (an integration, a wait for the
    trigger model) is not busy: its time passes while someone reads or sleeps. `time` is the
    instrument's own clock, `trouble` what is wrong with it, `lock` the one it keeps for its clients
    by VXI-11 and HiSLIP, `connections` how many clients it has at most when it is served.
    """

    outputs: ClassVar[tuple[str, ...]] = ()
    """What can be wired to the device, e.g. ("hi",)."""
    grounds: ClassVar[tuple[str, ...]] = ()
    """What ties a terminal to the common low, e.g. ("lo",)."""
    options: ClassVar[dict[str, type]] = {}
    """Keys the bench file may give beside model and address, passed on to the constructor."""
    input_capacity: ClassVar[int] = 1 << 16
    """Bytes waiting to be executed that the instrument can hold."""
    breaks: ClassVar[bool] = True
    """Whether the faults of a bench can befall it."""
    greeting: ClassVar[bytes] = b""
    """What whoever opens a raw socket is sent before anything was asked."""
    message_end: ClassVar[bytes] = b"\n"
    """The byte at the end of a message on a stream."""
    interrupts: ClassVar[bool] = True
    """Whether a message makes it drop the replies nobody has read, as IEEE 488.2 wants (-410)."""
    unread_bit: ClassVar[int] = 16
    """The bit of the status byte that says that a reply waits."""
    dead_socket_port: ClassVar[int | None] = None
    """The TCP port at which the real one ends all its LAN connections, if it has one."""

    def __init__(self, bench: Bench, name: str) -> None:
        self.bench = bench
        self.name = name
        self.connections = MOST_CLIENTS
        self.time = OwnTime(bench)
        self.trouble = Trouble()
        self.lock = ResourceLock()
        self.busy = False
        self._links: WeakSet[Link] = WeakSet()
        self._inbox: deque[tuple[Link, str]] = deque()
        self._held = 0
        self._replies: deque[bytearray] = deque()
        self._worker: Process | None = None

    @property
    def random(self) -> np.random.Generator:
        """The instrument's own random generator; ask at each use."""
        return self.bench.generator(self.name)

    def port(self, output: str) -> Port:
        """The port at one of `outputs`."""
        return self.bench.port(f"{self.name}.{output}")

    @property
    def output_on(self) -> bool | None:
        """Whether the output is on; None for an instrument that has none."""
        return None

    # What a language says.

    @abstractmethod
    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out one program message, taking its time; replies go through `reply`."""
        ...

    def split(self, data: bytes, end: bool) -> tuple[list[str], bytes]:
        """The messages in `data`, and the bytes left over; `end` says that END came with it."""
        return split_messages(data, end)

    @abstractmethod
    def report(self, error: ScpiError) -> None:
        """Take note of an error."""
        ...

    @abstractmethod
    def changed(self) -> None:
        """Called when the output queue has changed."""
        ...

    @abstractmethod
    def on_service_request(self, notify: Callable[[], None]) -> None:
        """Have `notify` called whenever the instrument begins to ask for service."""
        ...

    @abstractmethod
    def ignore_service_request(self, notify: Callable[[], None]) -> None:
        """Have `notify` called no more."""
        ...

    @property
    def asks_when_answering(self) -> bool:
        """Whether a reply that waits is a reason to ask for service: MAV is enabled in *SRE."""
        return False

    @abstractmethod
    def serial_poll(self) -> int:
        """The status byte, as a serial poll reads it."""
        ...

    @abstractmethod
    def bus_trigger(self) -> None:
        """The interface's trigger message (GET)."""
        ...

    def triggered(self) -> None:
        """The interface's trigger message has come in."""
        try:
            self.bus_trigger()
        except ScpiError as error:
            self.report(error)

    @abstractmethod
    def cleared(self) -> None:
        """Called when a device clear has emptied the buffers."""
        ...

    # What the wire does.

    def connect(self, *, stream: bool, bus: bool = False) -> Link:
        """A new link: a stream of bytes, or messages framed by END; `bus` as `Link` has it."""
        link = self._connected(Link(stream, bus))
        if stream and not bus:
            link.received += self.greeting
        return link

    def connect_apart(self) -> Mailbox:
        """A new link over which messages are framed by END, its replies not in the shared queue."""
        return self._connected(Mailbox(stream=False))

    def _connected(self, link: AnyLink) -> AnyLink:
        if self.trouble.silent and not link.bus:
            link.lose("silent")
        self._links.add(link)
        return link

    def admits(self, link: Link) -> bool:
        """Whether the lock lets this client in; that of a fault lets nobody in."""
        return not self.trouble.locked and self.lock.admits(link)

    def disconnect(self, how: Lost, *, buses: bool = True) -> None:
        """Lose every link there is, or all but those of a bus."""
        for link in tuple(self._links):
            if buses or not link.bus:
                link.lose(how)

    def answered_at_once(self, link: Link, data: bytes) -> bool:
        """Whether `data` asked for something that waits for nobody, which `link.aside` then is."""
        return False

    def receive(self, link: Link, data: bytes, end: bool) -> None:
        """Bytes have come in; `end` says that END came with the last."""
        if link.lost or self.trouble.off:
            return
        messages, link.unfinished = self.split(link.unfinished + data, end and not link.stream)
        for message in messages:
            if message.strip():
                self._inbox.append((link, message))
                self._held += len(message)
        if len(link.unfinished) > self.input_capacity:
            link.unfinished = b""
            if self._replies:
                self._replies.clear()
                self.report(ScpiError(-430))
            else:
                self.report(ScpiError(-363))
        if self._inbox and self._worker is None:
            self.busy = True
            self._worker = self.time.start(self._work(), self._rest)

    @property
    def idle(self) -> bool:
        """Whether everything received has been carried out; a trigger model may still run."""
        return self._worker is None

    def has_room(self, size: int) -> bool:
        """Whether `size` more bytes can be taken in now."""
        return not self._held or self._held + size <= self.input_capacity

    def asked_to_talk(self, link: Link) -> None:
        """The controller wants to read: an error if nothing is on its way (-420)."""
        if link.lost or self.trouble.off:
            return
        if not link.stream and not self._replies and self._worker is None:
            link.unfinished = b""
            self.report(ScpiError(-420))

    def waiting(self, link: Link) -> bytearray:
        """The bytes to be read next: of a stream all that came, else of one response message."""
        if link.lost:
            return bytearray()
        if link.stream:
            return link.received
        return self._replies[0] if self._replies else bytearray()

    def take(self, link: Link, count: int) -> tuple[bytes, bool]:
        """At most `count` of the waiting bytes, and whether END comes with the last."""
        source = self.waiting(link)
        data = bytes(source[:count])
        del source[:count]
        end = not link.stream and bool(data) and not source
        if end:
            self._replies.popleft()
            self.changed()
        return data, end

    def reply(self, link: Link, message: bytes) -> None:
        """Put one response message in the output queue, or on the stream of `link`."""
        if isinstance(link, Mailbox):
            link.replies.append(message)
        elif link.stream:
            link.received += message
        else:
            self._replies.append(bytearray(message))
            self.changed()

    def device_clear(self, link: Link) -> None:
        """Empty all buffers and drop the message under way (IEEE 488.2 5.8); settings stay."""
        link.aside.clear()
        if link.stream:
            link.received.clear()
            return
        link.unfinished = b""
        self._drop_everything()
        self.cleared()
        self.changed()

    def power_cycle(self) -> None:
        """Switch off and on again: buffers are empty; a language says what else is as new."""
        for link in self._links:
            link.unfinished = b""
        self._drop_everything()

    def _drop_everything(self) -> None:
        self._inbox.clear()
        self._held = 0
        self._replies.clear()
        if self._worker is not None:
            self._worker.cancel()

    @property
    def message_available(self) -> bool:
        """Whether the output queue holds something."""
        return bool(self._replies)

    def _work(self) -> Waiting[None]:
        while self._inbox:
            link, message = self._inbox.popleft()
            self._held -= len(message)
            if self._replies and not link.stream and self.interrupts:
                self._replies.clear()
                self.report(ScpiError(-410))
            yield from self._carry_out(message, link)

    def _carry_out(self, message: str, link: Link) -> Waiting[None]:
        """One message and its reply: the one place where faults meet them."""
        faults = self.bench.faults
        if faults is None:
            yield from self.execute(message, link)
            return
        faults.meet(self, message)
        detour = Detour(link)
        with closing(self.execute(message, detour)) as steps:
            for wait in steps:
                if self.busy and not isinstance(wait, Signal):
                    wait *= self.trouble.slow
                yield wait
        for reply in detour.replies:
            late, spoilt = faults.spoil(self, message, reply)
            if late:
                yield from self.long(_pause(late))
            if spoilt:
                self.reply(link, spoilt)

    def _rest(self) -> None:
        self._worker = None
        self.busy = False

    def long(self, process: Waiting[Any]) -> Waiting[Any]:
        """`process`, during which the instrument does not count as busy."""
        self.busy = False
        try:
            return (yield from process)
        finally:
            self.busy = True


def _pause(seconds: float) -> Waiting[None]:
    yield seconds
