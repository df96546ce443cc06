"""VXI-11: instruments by remote procedure calls over TCP, at a port one has to be told.

After VXI-11, TCP/IP Instrument Protocol, revision 1.0 (procedures and errors of its table B.2 and
appendix C), over ONC RPC version 2 (RFC 5531) and XDR (RFC 4506). There is no port mapper, which
would need the privileged port 111. Locks, service requests and the abort channel are refused with
the error that says so.
"""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections.abc import Sequence
from contextlib import ExitStack

from ginsen.sim_backend.doors import attentive, canceller, ending, listener
from ginsen.sim_backend.links import Mailbox
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.turn import Turn

CORE, VERSION = 0x0607AF, 1

(CREATE_LINK, WRITE, READ, READ_STATUS, TRIGGER, CLEAR, REMOTE, LOCAL, LOCK, UNLOCK,
 ENABLE_REQUESTS) = range(10, 21)
COMMAND, DESTROY_LINK = 22, 23

(DONE, NOT_ACCESSIBLE, INVALID_LINK, NOT_SUPPORTED, OUT_OF_RESOURCES, TIMED_OUT
 ) = 0, 3, 4, 8, 9, 15

END_FLAG, CHARACTER_FLAG = 8, 128
COUNT_READ, CHARACTER_READ, END_READ = 1, 2, 4

UNKNOWN_PROGRAM, UNKNOWN_VERSION, UNKNOWN_PROCEDURE, GARBAGE = 1, 2, 3, 4

LARGEST = 1 << 16
"""Bytes a single write takes in (maxRecvSize); a longer message is written in parts."""

_LARGEST_CALL = LARGEST + 1024
_LONGEST_READ = 1 << 24
_MOST_LINKS = 16

Results = bytes


class Garbage(Exception):
    """Arguments that are not what the procedure takes."""


class Arguments:
    """The arguments of a call, taken one after the other (XDR)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        """An unsigned integer of 32 bits."""
        return int.from_bytes(self._take(4), "big")

    def opaque(self) -> bytes:
        """Bytes, of which the number stands before them."""
        size = self.number()
        data = self._take(size)
        self._take(-size % 4)
        return data

    def _take(self, size: int) -> bytes:
        part = self._data[self._at:self._at + size]
        if len(part) < size:
            raise Garbage
        self._at += size
        return part


class LinkedClient:
    """One VXI-11 link: what was written and is under way, and what of its reply is not yet read."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._link: Mailbox = turn.instrument.connect_apart()
        self._link.on_close = canceller()
        self._work: asyncio.Task[None] | None = None
        self._reply = b""

    async def write(self, data: bytes, *, end: bool, patience: float) -> Results:
        """Take in a part of a message; it is carried out while the client does something else."""
        if not await self._done(patience):
            return numbers(TIMED_OUT, 0)
        if self._reply or self._link.replies:
            self._reply = b""
            self.turn.interrupted(self._link)
        self._work = asyncio.create_task(self.turn.exchange(self._link, data, end=end))
        return numbers(DONE, len(data))

    async def read(self, most: int, stop: bytes, patience: float) -> Results:
        """At most `most` bytes of a reply, up to its end or the byte `stop`."""
        if not self._reply:
            idle = self._work is None or self._work.done()
            if idle and not self._link.replies:
                self._ask_in_vain()
            if not await self._done(patience):
                return numbers(TIMED_OUT, 0, 0)
            if not self._link.replies:
                await asyncio.sleep(patience)  # there is nothing to wait for, as at the bench
                return numbers(TIMED_OUT, 0, 0)
            self._reply = self._link.replies.pop(0)
        part = self._reply[:min(most, _LONGEST_READ)]
        reason = 0
        if stop and stop in part:
            part = part[:part.index(stop) + 1]
            reason |= CHARACTER_READ
        self._reply = self._reply[len(part):]
        if not self._reply:
            reason |= END_READ
        if len(part) == most:
            reason |= COUNT_READ
        return numbers(DONE, reason) + opaque(part)

    def status(self) -> Results:
        """The status byte."""
        unread = bool(self._reply or self._link.replies)
        return numbers(DONE, self.turn.status_byte(unread=unread))

    async def trigger(self) -> Results:
        """The interface's trigger."""
        await self.turn.trigger()
        return numbers(DONE)

    def clear(self) -> Results:
        """Device clear."""
        self._reply = b""
        self.turn.clear(self._link)
        return numbers(DONE)

    def close(self) -> None:
        """What is under way ends unheard."""
        if self._work is not None:
            self._work.cancel()

    async def _done(self, patience: float) -> bool:
        """Whether what was written is carried out within `patience` wall seconds."""
        if self._work is None:
            return True
        await asyncio.wait([self._work], timeout=patience)
        return self._work.done()

    def _ask_in_vain(self) -> None:
        with self.turn.bench.lock:
            self.turn.instrument.report(ScpiError(-420))


class Vxi11Door:
    """All instruments of a bench at one port, told apart as inst0, inst1 and so on."""

    def __init__(self, turns: Sequence[Turn], host: str, port: int) -> None:
        self._turns = {f"inst{number}": turn for number, turn in enumerate(turns)}
        self.name = "VXI-11"
        self.listener, self.port = listener(host, port)
        self.address = f"TCPIP0::{host},{self.port}::inst0::INSTR"
        self.identity = ", ".join(f"{place} {turn.instrument.name}"
                                  for place, turn in self._turns.items())

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it has gone."""
        attentive(writer)
        with ending(writer), ExitStack() as stack:
            caller = _Caller(self._turns, stack)
            while call := await _call(reader):
                writer.write(_record(await caller.answer(call)))
                await writer.drain()


class _Caller:
    """One connection and its links."""

    def __init__(self, turns: dict[str, Turn], stack: ExitStack) -> None:
        self._turns = turns
        self._links: dict[int, tuple[LinkedClient, ExitStack]] = {}
        self._numbers = itertools.count(1)
        self._stack = stack

    async def answer(self, call: bytes) -> bytes:
        """The reply message to a call message (RFC 5531, section 9)."""
        arguments = Arguments(call)
        try:
            number, kind, version, program, program_version, procedure = (
                arguments.number() for _ in range(6))
            for _ in range(2):  # who calls, and the proof of it: nobody is asked for either
                arguments.number()
                arguments.opaque()
        except Garbage:
            return b""
        if (kind, version) != (0, 2):
            return b""
        accepted = numbers(number, 1, 0, 0, 0)
        if program != CORE:
            return accepted + numbers(UNKNOWN_PROGRAM)
        if program_version != VERSION:
            return accepted + numbers(UNKNOWN_VERSION, VERSION, VERSION)
        try:
            results = await self._carry_out(procedure, arguments)
        except Garbage:
            return accepted + numbers(GARBAGE)
        return accepted + (numbers(UNKNOWN_PROCEDURE) if results is None
                           else numbers(DONE) + results)

    async def _carry_out(self, procedure: int, arguments: Arguments) -> Results | None:
        if procedure == 0:
            return b""
        if procedure == CREATE_LINK:
            return self._create(arguments)
        if procedure not in range(CREATE_LINK, DESTROY_LINK + 1):
            return None
        number = arguments.number()
        client, stack = self._links.get(number, (None, None))
        if client is None or stack is None:
            return numbers(INVALID_LINK) + numbers(0, 0)[:_SIZES.get(procedure, 0)]
        if procedure == WRITE:
            patience, _, flags = (arguments.number() for _ in range(3))
            return await client.write(arguments.opaque(), end=bool(flags & END_FLAG),
                                      patience=patience * 1e-3)
        if procedure == READ:
            most, patience, _, flags, stop = (arguments.number() for _ in range(5))
            return await client.read(most, bytes([stop & 255]) if flags & CHARACTER_FLAG else b"",
                                     patience * 1e-3)
        if procedure == DESTROY_LINK:
            del self._links[number]
            stack.close()
            return numbers(DONE)
        if procedure == READ_STATUS:
            return client.status()
        if procedure == TRIGGER:
            return await client.trigger()
        if procedure == CLEAR:
            return client.clear()
        if procedure in (REMOTE, LOCAL):
            return numbers(DONE)  # no one stands at a virtual front panel
        return numbers(NOT_SUPPORTED) + numbers(0)[:_SIZES.get(procedure, 0)]

    def _create(self, arguments: Arguments) -> Results:
        _client, locked, _patience = (arguments.number() for _ in range(3))
        turn = self._turns.get(arguments.opaque().decode("latin-1").lower())
        error = (NOT_ACCESSIBLE if turn is None else NOT_SUPPORTED if locked else
                 OUT_OF_RESOURCES if turn.full or len(self._links) >= _MOST_LINKS else DONE)
        if turn is None or error:
            return numbers(error, 0, 0, 0)
        number = next(self._numbers)
        stack = self._stack.enter_context(ExitStack())
        stack.enter_context(turn.client())
        client = LinkedClient(turn)
        stack.callback(client.close)
        self._links[number] = client, stack
        return numbers(DONE, number, 0, LARGEST)


_SIZES = {WRITE: 4, READ: 8, READ_STATUS: 4, COMMAND: 4}
"""Bytes after the error of a reply that brings nothing; an empty opaque is four of them."""


async def _call(reader: asyncio.StreamReader) -> bytes:
    """The next call, its fragments (RFC 5531, section 11) put together; b"" at the end."""
    call = b""
    last = False
    while not last:
        try:
            mark = int.from_bytes(await reader.readexactly(4), "big")
            last, size = mark >= 1 << 31, mark & 0x7FFFFFFF
            if len(call) + size > _LARGEST_CALL or (not size and not last):
                return b""  # no call is so long, nor comes in nothings: hang up
            call += await reader.readexactly(size)
        except asyncio.IncompleteReadError:
            return b""
    return call


def _record(reply: bytes) -> bytes:
    return (1 << 31 | len(reply)).to_bytes(4, "big") + reply if reply else b""


def numbers(*values: int) -> bytes:
    """Unsigned integers of 32 bits, one after the other."""
    return struct.pack(f"!{len(values)}I", *values)


def opaque(data: bytes) -> bytes:
    """Bytes behind their number, filled up to a multiple of four."""
    return numbers(len(data)) + data + bytes(-len(data) % 4)
