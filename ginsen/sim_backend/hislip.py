"""HiSLIP: an instrument's messages with their END, device clear and status byte over TCP.

After IVI-6.1, High-Speed LAN Instrument Protocol, revision 1.1, in its synchronized mode. A client
has two connections. The synchronous one carries messages; what ends or asks beside them goes over
the asynchronous one.

The lock is the instrument's (sections 2.6 and 6.5), so it is the same for clients by VXI-11. While
others have it, a client's messages wait; what it says on the asynchronous channel is heard.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import suppress

from ginsen.sim_backend import hislip_wire as wire
from ginsen.sim_backend.doors import attentive, canceller, ending, listener
from ginsen.sim_backend.hislip_wire import Broken, Header, receive, send
from ginsen.sim_backend.links import Mailbox
from ginsen.sim_backend.turn import REQUESTING, Turn

_PATIENCE = 5.0
"""Wall seconds a client has for beginning: whoever connects and says nothing is sent away."""

_LONGEST_KEY = 255

_FIRST_MESSAGE = 0xFFFFFF00
"""The number a client gives its first message; each is 2 more than the one before."""

_UNREAD = 1 << 12
"""Bytes of service requests that may wait for a client that does not listen."""


class Client:
    """One session: its link to the instrument and its two channels."""

    def __init__(self, turn: Turn, reader: asyncio.StreamReader,
                 writer: asyncio.StreamWriter) -> None:
        self.turn = turn
        self.link: Mailbox = turn.instrument.connect_apart()
        self.link.on_close = canceller()
        self.link.gone = reader.at_eof
        self.synchronous = writer
        self.asynchronous: asyncio.StreamWriter | None = None
        self.largest = wire.LARGEST
        self.clearing = False
        self.unread = False  # a whole reply was sent, and the client has not said it has it
        self._carried_out = _FIRST_MESSAGE - 2

    async def hear(self, header: Header, data: bytes) -> None:
        """A part of a message, or its end; the reply to it goes out."""
        if self.clearing:
            return
        self._note_delivery(header)
        await self.turn.exchange(self.link, data, end=header.kind == wire.DATA_END)
        replies, self.link.replies = self.link.replies, []
        self._carried_out = header.parameter
        for reply in replies:
            self._send_reply(reply, header.parameter)
        if replies and self.turn.asks(self.link):
            self.request_service()
        await self.synchronous.drain()

    async def trigger(self, header: Header) -> None:
        """The interface's trigger."""
        if not self.clearing:
            self._note_delivery(header)
            await self.turn.trigger(self.link)
            self._carried_out = header.parameter

    def clear(self) -> None:
        """Device clear: nothing passes before the client says that it is through with it."""
        self.clearing = True
        self.unread = False
        self._carried_out = _FIRST_MESSAGE - 2
        self.turn.clear(self.link)

    def status(self, *, delivered: bool) -> int:
        """The status byte as this client sees it."""
        if delivered:
            self.unread = False
        return self.turn.status_byte(self.link, unread=self.unread)

    def request_service(self) -> None:
        """Tell the client that the instrument asks for service, until it polls."""
        writer = self.asynchronous
        if writer is not None and writer.transport.get_write_buffer_size() < _UNREAD:
            send(writer, wire.SERVICE_REQUEST, self.status(delivered=False) | REQUESTING)
            self.link.asking = True

    async def lock(self, key: str, patience: float) -> int:
        """Ask for the lock, the shared one where there is a key; the answer's control code.

        Whoever has what it asks for is told that this is an error (table 21).
        """
        lock, link = self.turn.instrument.lock, self.link
        if len(key) > _LONGEST_KEY or lock.owner is link or (key and link in lock.sharers):
            return wire.LOCK_ERROR
        granted = await self.turn.locks(
            lambda: lock.take_shared(link, key) if key else lock.take_exclusive(link),
            link, patience)
        return wire.LOCK_SUCCESS if granted else wire.LOCK_FAILURE

    async def unlock(self, number: int) -> int:
        """Give a lock back, once message `number` and all before it are carried out."""
        lock, link = self.turn.instrument.lock, self.link
        if lock.held_by(link) is None:
            return wire.LOCK_ERROR
        await self.turn.comes_true(
            lambda: (number - self._carried_out) % (1 << 32) not in range(1, 1 << 31),
            link, _PATIENCE)
        with self.turn.bench.lock:
            exclusive = lock.release(link) == "exclusive"
        return wire.LOCK_SUCCESS if exclusive else wire.LOCK_SUCCESS_SHARED

    def _note_delivery(self, header: Header) -> None:
        """A message begins: a reply before it that was not delivered is lost, and said to be."""
        if self.unread and not header.control & 1:
            self.turn.interrupted(self.link)
            send(self.synchronous, wire.INTERRUPTED, 0, header.parameter)
            if self.asynchronous is not None:
                send(self.asynchronous, wire.ASYNC_INTERRUPTED, 0, header.parameter)
        self.unread = False

    def _send_reply(self, reply: bytes, number: int) -> None:
        part = self.largest - wire.HEADER.size
        for start in range(0, len(reply), part):
            last = start + part >= len(reply)
            send(self.synchronous, wire.DATA_END if last else wire.DATA, 0, number,
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
                if header.kind == wire.INITIALIZE:
                    await self._synchronous(payload, reader, writer)
                elif header.kind == wire.ASYNC_INITIALIZE:
                    await self._asynchronous(header.parameter, reader, writer)
                else:
                    raise Broken(wire.INVALID_INITIALIZATION, "begin with Initialize")
            except Broken as broken:
                send(writer, wire.FATAL_ERROR, broken.code, 0, str(broken).encode("ascii"))
            except asyncio.TimeoutError:
                pass

    async def _synchronous(self, place: bytes, reader: asyncio.StreamReader,
                           writer: asyncio.StreamWriter) -> None:
        turn = self._turns.get(place.decode("latin-1").lower() or "hislip0")
        if turn is None:
            raise Broken(wire.INVALID_INITIALIZATION, f"there is {', '.join(self._turns)}")
        if turn.full:
            raise Broken(wire.TOO_MANY_CLIENTS, "the instrument takes no more clients")
        number = next(number & 0xFFFF for number in self._numbers
                      if number & 0xFFFF not in self._clients)
        client = self._clients[number] = Client(turn, reader, writer)
        send(writer, wire.INITIALIZE_RESPONSE, 0, wire.VERSION << 16 | number)
        try:
            with turn.client(client.link):
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
            raise Broken(wire.INVALID_INITIALIZATION,
                         "no session of that number waits for a channel")
        client.asynchronous = writer
        loop = asyncio.get_running_loop()

        def notify() -> None:  # called by whichever thread moves the bench
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(client.request_service)

        instrument = client.turn.instrument
        instrument.on_service_request(notify)
        send(writer, wire.ASYNC_INITIALIZE_RESPONSE, 0, wire.VENDOR)
        try:
            while (message := await receive(reader, writer)) is not None:
                await _asynchronous_message(client, writer, *message)
                await writer.drain()
        finally:
            instrument.ignore_service_request(notify)
            client.synchronous.close()


async def _synchronous_message(client: Client, header: Header, payload: bytes) -> None:
    if client.asynchronous is None:
        raise Broken(wire.NOT_BOTH_CHANNELS, "open the asynchronous channel first")
    if header.kind in (wire.DATA, wire.DATA_END):
        await client.hear(header, payload)
    elif header.kind == wire.TRIGGER:
        await client.trigger(header)
    elif header.kind == wire.CLEAR_COMPLETE:
        client.clearing = False
        send(client.synchronous, wire.CLEAR_ACKNOWLEDGE)
        await client.synchronous.drain()
    else:
        refuse(client.synchronous, header)


async def _asynchronous_message(client: Client, writer: asyncio.StreamWriter, header: Header,
                                payload: bytes) -> None:
    if header.kind == wire.STATUS_QUERY:
        send(writer, wire.STATUS_RESPONSE, client.status(delivered=bool(header.control & 1)))
    elif header.kind == wire.ASYNC_CLEAR:
        client.clear()
        send(writer, wire.ASYNC_CLEAR_ACKNOWLEDGE)
    elif header.kind == wire.MAXIMUM_SIZE and len(payload) == 8:
        wanted = int.from_bytes(payload, "big")
        client.largest = min(max(wanted, 2 * wire.HEADER.size), wire.LARGEST)
        send(writer, wire.MAXIMUM_SIZE_RESPONSE, 0, 0, wire.LARGEST.to_bytes(8, "big"))
    elif header.kind == wire.ASYNC_LOCK and header.control == wire.LOCK_REQUEST:
        key = payload.rstrip(b"\0").decode("latin-1")
        send(writer, wire.ASYNC_LOCK_RESPONSE, await client.lock(key, header.parameter * 1e-3))
    elif header.kind == wire.ASYNC_LOCK and header.control == wire.LOCK_RELEASE:
        send(writer, wire.ASYNC_LOCK_RESPONSE, await client.unlock(header.parameter))
    elif header.kind == wire.LOCK_INFO:
        lock, another = client.turn.instrument.lock, bool(client.turn.instrument.trouble.locked)
        send(writer, wire.LOCK_INFO_RESPONSE, int(another or lock.owner is not None),
             another + lock.holders)
    elif header.kind == wire.REMOTE_LOCAL:
        send(writer, wire.REMOTE_LOCAL_RESPONSE)  # no one stands at a virtual front panel
    else:
        refuse(writer, header)


def refuse(writer: asyncio.StreamWriter, header: Header) -> None:
    """Say that a message has no place here."""
    code, text = wire.UNKNOWN_MESSAGE, f"there is no message of type {header.kind} here"
    if header.kind == wire.ASYNC_LOCK:
        code, text = wire.UNKNOWN_CONTROL, "a lock is released by 0 and requested by 1"
    send(writer, wire.ERROR, code, 0, text.encode("ascii"))
