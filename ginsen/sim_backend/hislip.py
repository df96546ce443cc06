"""HiSLIP: an instrument's messages with their END, device clear and status byte over TCP.

After IVI-6.1, High-Speed LAN Instrument Protocol, revision 1.1, in its synchronized mode: message
numbers from table 4, error numbers from tables 8 and 9. A client has two connections. The
synchronous one carries messages; what ends or asks beside them goes over the asynchronous one.
Locks are not granted: an instrument hears its clients in turn anyhow.
"""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ginsen.sim_backend.doors import attentive, canceller, ending, listener
from ginsen.sim_backend.links import Mailbox
from ginsen.sim_backend.turn import Turn

HEADER = struct.Struct("!2sBBIQ")
"""Prologue, message type, control code, message parameter, length of the payload."""

(INITIALIZE, INITIALIZE_RESPONSE, FATAL_ERROR, ERROR, ASYNC_LOCK, ASYNC_LOCK_RESPONSE, DATA,
 DATA_END, CLEAR_COMPLETE, CLEAR_ACKNOWLEDGE, REMOTE_LOCAL, REMOTE_LOCAL_RESPONSE, TRIGGER,
 INTERRUPTED, ASYNC_INTERRUPTED, MAXIMUM_SIZE, MAXIMUM_SIZE_RESPONSE, ASYNC_INITIALIZE,
 ASYNC_INITIALIZE_RESPONSE, ASYNC_CLEAR, SERVICE_REQUEST, STATUS_QUERY, STATUS_RESPONSE,
 ASYNC_CLEAR_ACKNOWLEDGE, LOCK_INFO, LOCK_INFO_RESPONSE) = range(26)

POORLY_FORMED, NOT_BOTH_CHANNELS, INVALID_INITIALIZATION, TOO_MANY_CLIENTS = 1, 2, 3, 4
UNKNOWN_MESSAGE, TOO_LARGE = 1, 4
LOCK_FAILURE, LOCK_ERROR = 0, 3

VERSION = 0x0100
VENDOR = int.from_bytes(b"GI", "big")

LARGEST = 1 << 16
"""Bytes of one HiSLIP message, header and all, that are taken in; longer ones come in parts."""

_PATIENCE = 5.0
"""Wall seconds a client has for beginning: whoever connects and says nothing is sent away."""

_UNREAD = 1 << 12
"""Bytes of service requests that may wait for a client that does not listen."""


class Broken(Exception):
    """The other end does not keep to the protocol; `code` is the fatal error it is told."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass
class Header:
    """What stands before a payload of `size` bytes."""

    kind: int
    control: int
    parameter: int
    size: int


class Client:
    """One session: its link to the instrument and its two channels."""

    def __init__(self, turn: Turn, writer: asyncio.StreamWriter) -> None:
        self.turn = turn
        self.link: Mailbox = turn.instrument.connect_apart()
        self.synchronous = writer
        self.asynchronous: asyncio.StreamWriter | None = None
        self.largest = LARGEST
        self.clearing = False
        self.unread = False  # a whole reply was sent, and the client has not said it has it

    async def hear(self, header: Header, data: bytes) -> None:
        """A part of a message, or its end; the reply to it goes out."""
        if self.clearing:
            return
        self._note_delivery(header)
        await self.turn.exchange(self.link, data, end=header.kind == DATA_END)
        replies, self.link.replies = self.link.replies, []
        for reply in replies:
            self._send_reply(reply, header.parameter)
        await self.synchronous.drain()

    async def trigger(self, header: Header) -> None:
        """The interface's trigger."""
        if not self.clearing:
            self._note_delivery(header)
            await self.turn.trigger()

    def clear(self) -> None:
        """Device clear: nothing passes before the client says that it is through with it."""
        self.clearing = True
        self.unread = False
        self.turn.clear(self.link)

    def status(self, *, delivered: bool) -> int:
        """The status byte as this client sees it."""
        if delivered:
            self.unread = False
        return self.turn.status_byte(unread=self.unread)

    def request_service(self) -> None:
        """Tell the client that the instrument asks for service."""
        writer = self.asynchronous
        if writer is not None and writer.transport.get_write_buffer_size() < _UNREAD:
            send(writer, SERVICE_REQUEST, self.status(delivered=False))

    def _note_delivery(self, header: Header) -> None:
        """A message begins: a reply before it that was not delivered is lost, and said to be."""
        if self.unread and not header.control & 1:
            self.turn.interrupted(self.link)
            send(self.synchronous, INTERRUPTED, 0, header.parameter)
            if self.asynchronous is not None:
                send(self.asynchronous, ASYNC_INTERRUPTED, 0, header.parameter)
        self.unread = False

    def _send_reply(self, reply: bytes, number: int) -> None:
        part = self.largest - HEADER.size
        for start in range(0, len(reply), part):
            last = start + part >= len(reply)
            send(self.synchronous, DATA_END if last else DATA, 0, number,
                 reply[start:start + part])
        self.unread = True


class HislipDoor:
    """All instruments of a bench at one port, told apart as hislip0, hislip1 and so on."""

    def __init__(self, turns: Sequence[Turn], host: str, port: int) -> None:
        self._turns = {f"hislip{number}": turn for number, turn in enumerate(turns)}
        self._clients: dict[int, Client] = {}
        self._numbers = itertools.count(1)
        self.name = "HiSLIP"
        self.listener, self.port = listener(host, port)
        self.address = f"TCPIP0::{host}::hislip0,{self.port}::INSTR"
        self.identity = ", ".join(f"{place} {turn.instrument.name}"
                                  for place, turn in self._turns.items())

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one channel of one client until it has gone."""
        attentive(writer)
        with ending(writer):
            try:
                first = await asyncio.wait_for(receive(reader), _PATIENCE)
                if first is None:
                    return
                header, payload = first
                if header.kind == INITIALIZE:
                    await self._synchronous(payload, reader, writer)
                elif header.kind == ASYNC_INITIALIZE:
                    await self._asynchronous(header.parameter, reader, writer)
                else:
                    raise Broken(INVALID_INITIALIZATION, "begin with Initialize")
            except Broken as broken:
                send(writer, FATAL_ERROR, broken.code, 0, str(broken).encode("ascii"))
            except asyncio.TimeoutError:
                pass

    async def _synchronous(self, place: bytes, reader: asyncio.StreamReader,
                           writer: asyncio.StreamWriter) -> None:
        turn = self._turns.get(place.decode("latin-1").lower() or "hislip0")
        if turn is None:
            raise Broken(INVALID_INITIALIZATION, f"there is {', '.join(self._turns)}")
        if turn.full:
            raise Broken(TOO_MANY_CLIENTS, "the instrument takes no more clients")
        number = next(number & 0xFFFF for number in self._numbers
                      if number & 0xFFFF not in self._clients)
        client = self._clients[number] = Client(turn, writer)
        client.link.on_close = canceller()
        send(writer, INITIALIZE_RESPONSE, 0, VERSION << 16 | number)
        try:
            with turn.client():
                while (message := await receive(reader, writer)) is not None:
                    await _synchronous_message(client, *message)
        finally:
            del self._clients[number]
            if client.asynchronous is not None:
                client.asynchronous.close()

    async def _asynchronous(self, number: int, reader: asyncio.StreamReader,
                            writer: asyncio.StreamWriter) -> None:
        client = self._clients.get(number)
        if client is None or client.asynchronous is not None:
            raise Broken(INVALID_INITIALIZATION, "no session of that number waits for a channel")
        client.asynchronous = writer
        loop = asyncio.get_running_loop()

        def notify() -> None:  # called by whichever thread moves the bench
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(client.request_service)

        instrument = client.turn.instrument
        instrument.on_service_request(notify)
        send(writer, ASYNC_INITIALIZE_RESPONSE, 0, VENDOR)
        try:
            while (message := await receive(reader, writer)) is not None:
                _asynchronous_message(client, writer, *message)
                await writer.drain()
        finally:
            instrument.ignore_service_request(notify)
            client.synchronous.close()


async def _synchronous_message(client: Client, header: Header, payload: bytes) -> None:
    if client.asynchronous is None:
        raise Broken(NOT_BOTH_CHANNELS, "open the asynchronous channel first")
    if header.kind in (DATA, DATA_END):
        await client.hear(header, payload)
    elif header.kind == TRIGGER:
        await client.trigger(header)
    elif header.kind == CLEAR_COMPLETE:
        client.clearing = False
        send(client.synchronous, CLEAR_ACKNOWLEDGE)
        await client.synchronous.drain()
    else:
        refuse(client.synchronous, header)


def _asynchronous_message(client: Client, writer: asyncio.StreamWriter, header: Header,
                          payload: bytes) -> None:
    if header.kind == STATUS_QUERY:
        send(writer, STATUS_RESPONSE, client.status(delivered=bool(header.control & 1)))
    elif header.kind == ASYNC_CLEAR:
        client.clear()
        send(writer, ASYNC_CLEAR_ACKNOWLEDGE)
    elif header.kind == MAXIMUM_SIZE and len(payload) == 8:
        client.largest = min(max(int.from_bytes(payload, "big"), 2 * HEADER.size), LARGEST)
        send(writer, MAXIMUM_SIZE_RESPONSE, 0, 0, LARGEST.to_bytes(8, "big"))
    elif header.kind == ASYNC_LOCK:
        send(writer, ASYNC_LOCK_RESPONSE, LOCK_FAILURE if header.control else LOCK_ERROR)
    elif header.kind == LOCK_INFO:
        send(writer, LOCK_INFO_RESPONSE)
    elif header.kind == REMOTE_LOCAL:
        send(writer, REMOTE_LOCAL_RESPONSE)  # no one stands at a virtual front panel
    else:
        refuse(writer, header)


async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None = None
                  ) -> tuple[Header, bytes] | None:
    """The next message; None when the other end has gone, or says that it gives up.

    One longer than `LARGEST` is passed over, and `writer` told so. Raises Broken for what is none.
    """
    while True:
        try:
            prologue, *fields = HEADER.unpack(await reader.readexactly(HEADER.size))
            header = Header(*fields)
            if prologue != b"HS":
                raise Broken(POORLY_FORMED, "a message begins with HS")
            if header.kind == FATAL_ERROR:
                return None
            if header.size <= LARGEST:
                payload = await reader.readexactly(header.size) if header.size else b""
                if header.kind == ERROR:
                    continue
                return header, payload
            if writer is None:
                raise Broken(POORLY_FORMED, "the payload is too long")
            for start in range(0, header.size, LARGEST):
                await reader.readexactly(min(LARGEST, header.size - start))
        except asyncio.IncompleteReadError:
            return None
        send(writer, ERROR, TOO_LARGE, 0, b"the message is too large")


def send(writer: asyncio.StreamWriter, kind: int, control: int = 0, parameter: int = 0,
         payload: bytes = b"") -> None:
    """Send one message, unless the channel is closing."""
    if not writer.is_closing():
        writer.write(HEADER.pack(b"HS", kind, control, parameter, len(payload)) + payload)


def refuse(writer: asyncio.StreamWriter, header: Header) -> None:
    """Say that a message has no place here."""
    send(writer, ERROR, UNKNOWN_MESSAGE, 0, b"there is no message of type %d here" % header.kind)
