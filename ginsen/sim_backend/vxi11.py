"""VXI-11: instruments by remote procedure calls over TCP, at a port one has to be told.

After VXI-11, TCP/IP Instrument Protocol, revision 1.0 (procedures and errors of its table B.2 and
appendix C). There is no port mapper, which would need the privileged port 111. The abort channel is
refused with the error that says so. The lock is the instrument's, so it is the same for clients by
HiSLIP.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from ginsen.sim_backend.doors import attentive, ending, listener
from ginsen.sim_backend.rpc import Arguments, Garbage, Results, numbers, receive, record
from ginsen.sim_backend.turn import Turn
from ginsen.sim_backend.vxi11_interrupt import InterruptChannel
from ginsen.sim_backend.vxi11_link import DONE, LOCKED, LinkedClient

CORE, VERSION = 0x0607AF, 1

(CREATE_LINK, WRITE, READ, READ_STATUS, TRIGGER, CLEAR, REMOTE, LOCAL, LOCK, UNLOCK,
 ENABLE_REQUESTS) = range(10, 21)
COMMAND, DESTROY_LINK, CREATE_INTERRUPT, DESTROY_INTERRUPT = 22, 23, 25, 26

NOT_ACCESSIBLE, INVALID_LINK, NO_CHANNEL, NOT_SUPPORTED, OUT_OF_RESOURCES = 3, 4, 6, 8, 9
CHANNEL_EXISTS = 29

WAIT_FLAG, END_FLAG, CHARACTER_FLAG = 1, 8, 128

UNKNOWN_PROGRAM, UNKNOWN_VERSION, UNKNOWN_PROCEDURE, GARBAGE = 1, 2, 3, 4

LARGEST = 1 << 16
"""Bytes a single write takes in (maxRecvSize); a longer message is written in parts."""

_MOST_LINKS = 16


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
            caller = _Caller(self._turns, stack, reader.at_eof,
                             InterruptChannel(writer.get_extra_info("peername")[0]))
            while call := await receive(reader):
                writer.write(record(await caller.answer(call)))
                await writer.drain()


class _Caller:
    """One connection and its links."""

    def __init__(self, turns: dict[str, Turn], stack: ExitStack, gone: Callable[[], bool],
                 interrupts: InterruptChannel) -> None:
        self._turns = turns
        self._links: dict[int, tuple[LinkedClient, ExitStack]] = {}
        self._numbers = itertools.count(1)
        self._stack = stack
        self._gone = gone
        self._interrupts = interrupts
        stack.callback(interrupts.close)

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
            return await self._create(arguments)
        if procedure == CREATE_INTERRUPT:
            return await self._open_interrupts(arguments)
        if procedure == DESTROY_INTERRUPT:
            return numbers(DONE if self._interrupts.close() else NO_CHANNEL)
        if procedure not in range(CREATE_LINK, DESTROY_LINK + 1):
            return None
        number = arguments.number()
        client, stack = self._links.get(number, (None, None))
        if client is None or stack is None:
            return _failed(INVALID_LINK, procedure)
        if procedure == DESTROY_LINK:
            del self._links[number]
            stack.close()
            return numbers(DONE)
        if procedure == LOCK:
            flags, patience = arguments.number(), arguments.number()
            return await client.lock(_patience(flags, patience))
        if procedure == UNLOCK:
            return client.unlock()
        if procedure == ENABLE_REQUESTS:
            wanted, handle = arguments.number(), arguments.opaque()
            return client.enable_requests(handle if wanted else None)
        return await self._use(client, procedure, arguments)

    async def _use(self, client: LinkedClient, procedure: int, arguments: Arguments) -> Results:
        """What the lock of another keeps a link from (rule B.6.74 and 75: at once, or in time)."""
        data, most, stop = b"", 0, 0
        if procedure == WRITE:
            patience, lock_patience, flags = (arguments.number() for _ in range(3))
            data = arguments.opaque()
        elif procedure == READ:
            most, patience, lock_patience, flags, stop = (arguments.number() for _ in range(5))
        elif procedure == COMMAND:
            return _failed(NOT_SUPPORTED, procedure)
        else:
            flags, lock_patience, patience = (arguments.number() for _ in range(3))
        if not await client.turn.admits(client.link, _patience(flags, lock_patience)):
            return _failed(LOCKED, procedure)
        if procedure == WRITE:
            return await client.write(data, end=bool(flags & END_FLAG), patience=patience * 1e-3)
        if procedure == READ:
            return await client.read(most, bytes([stop & 255]) if flags & CHARACTER_FLAG else b"",
                                     patience * 1e-3)
        if procedure == READ_STATUS:
            return client.status()
        if procedure == TRIGGER:
            return await client.trigger()
        if procedure == CLEAR:
            return client.clear()
        return numbers(DONE)  # remote or local: no one stands at a virtual front panel

    async def _create(self, arguments: Arguments) -> Results:
        _client, locked, patience = (arguments.number() for _ in range(3))
        turn = self._turns.get(arguments.opaque().decode("latin-1").lower())
        if turn is None:
            return numbers(NOT_ACCESSIBLE, 0, 0, 0)
        if turn.full or len(self._links) >= _MOST_LINKS:
            return numbers(OUT_OF_RESOURCES, 0, 0, 0)
        number = next(self._numbers)
        stack = self._stack.enter_context(ExitStack())
        client = LinkedClient(turn, self._gone, self._interrupts.call)
        stack.enter_context(turn.client(client.link))
        stack.callback(client.close)
        if locked and await client.lock(patience * 1e-3) != numbers(DONE):
            stack.close()
            return numbers(LOCKED, 0, 0, 0)
        self._links[number] = client, stack
        return numbers(DONE, number, 0, LARGEST)

    async def _open_interrupts(self, arguments: Arguments) -> Results:
        host, port, program, version, family = (arguments.number() for _ in range(5))
        if family != 0:  # UDP
            return numbers(NOT_SUPPORTED)
        if self._interrupts.is_open:
            return numbers(CHANNEL_EXISTS)
        opened = await self._interrupts.open(host, port, program, version)
        return numbers(DONE if opened else NO_CHANNEL)


_SIZES = {WRITE: 4, READ: 8, READ_STATUS: 4, COMMAND: 4}
"""Bytes after the error of a reply that brings nothing; an empty opaque is four of them."""


def _failed(error: int, procedure: int) -> Results:
    return numbers(error) + numbers(0, 0)[:_SIZES.get(procedure, 0)]


def _patience(flags: int, milliseconds: int) -> float:
    """Wall seconds to wait for a lock: none unless the flag says so."""
    return milliseconds * 1e-3 if flags & WAIT_FLAG else 0.0
