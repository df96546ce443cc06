"""What listens at a TCP port of a served bench: an instrument, or the end of its dead connections.

An instrument is handed one message at a time, by its clients in turn, and a client's next message
is not looked at before it has taken the reply to its last. So one that floods, stalls or dies waits
at its own socket, and costs the memory of one message and one reply. hislip.py and vxi11.py hold
the doors of which messages are framed by END.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from ginsen.sim_backend.links import Link
from ginsen.sim_backend.turn import Turn

LONGEST_PIECE = 1 << 16
"""Bytes without the end of a message that are taken in at once; how long one may be is for the
instrument to say."""


class Door(Protocol):
    """A listening socket: whose it is, what answers there, and its VISA resource name."""

    name: str
    identity: str
    address: str
    port: int
    listener: socket.socket

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it has gone."""
        ...


class InstrumentDoor:
    """One instrument behind one listening socket; `identity` is its answer to *IDN?."""

    def __init__(self, turn: Turn, host: str, port: int) -> None:
        self._turn = turn
        self.name = turn.instrument.name
        self.identity = self._ask_identity()
        self.listener, self.port = listener(host, port)
        self.address = f"TCPIP0::{host}::{self.port}::SOCKET"

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it has gone. The instrument stays as it was left."""
        if self._turn.full:
            writer.close()
            return
        instrument = self._turn.instrument
        link = instrument.connect(stream=True)
        link.on_close = canceller()
        connection = attentive(writer)
        with self._turn.client(link), ending(writer):
            writer.write(self._taken(link))  # a greeting, if there is one
            while piece := await _next_piece(reader, instrument.message_end):
                acknowledge(connection)
                await self._turn.exchange(link, piece, end=False)
                writer.write(self._taken(link))
                await writer.drain()

    def _taken(self, link: Link) -> bytes:
        """What has come for a client; the bench's lock is not needed for what was put aside."""
        if link.aside:
            reply = bytes(link.aside)
            link.aside.clear()
            return reply
        with self._turn.bench.lock:
            return self._turn.instrument.take(link, len(link.received))[0]

    def _ask_identity(self) -> str:
        bench, instrument = self._turn.bench, self._turn.instrument
        link = instrument.connect(stream=True)
        link.received.clear()
        faults, bench.faults = bench.faults, None  # they are for clients
        with bench.lock:
            bench.catch_up()
            instrument.receive(link, b"*IDN?\n", end=False)
            deadline = bench.now + 1.0
        bench.wait(lambda: instrument.idle, deadline)
        bench.faults = faults
        return link.received.decode("latin-1").strip().strip("\0")


class DeadSocketDoor:
    """Where an instrument ends all its LAN connections, once a connection to here is closed."""

    def __init__(self, turn: Turn, host: str, port: int) -> None:
        self._bench = turn.bench
        self._instrument = instrument = turn.instrument
        self.name = instrument.name
        self.identity = f"ends dead sockets (port {instrument.dead_socket_port} of the real one)"
        self.listener, self.port = listener(host, port)
        self.address = f"TCPIP0::{host}::{self.port}::SOCKET"

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wait until the client hangs up, then hang up on all others."""
        try:
            while await reader.read(LONGEST_PIECE):
                pass
        except OSError:
            pass  # broken off: closed all the same
        with self._bench.lock:
            self._instrument.disconnect("closed", buses=False)
        writer.close()


def canceller() -> Callable[[], None]:
    """What ends the task that asks for it, whichever thread calls it."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "a client is attended to by a task"

    def cancel() -> None:
        with suppress(RuntimeError):  # the loop is closed, and the task over
            loop.call_soon_threadsafe(task.cancel)

    return cancel


def attentive(writer: asyncio.StreamWriter) -> socket.socket:
    """The socket of a new client, set up so that its end is noticed and its pace is its own."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    writer.transport.set_write_buffer_limits(high=0)  # drained means taken by the network
    return connection


@contextmanager
def ending(writer: asyncio.StreamWriter) -> Iterator[None]:
    """Close a connection at the end of what is done with it, however that comes."""
    try:
        yield
    except (OSError, EOFError):
        pass  # the client broke off, or its network did
    except asyncio.CancelledError:
        writer.transport.abort()  # the end of server or link: what was not taken never is
    finally:
        writer.close()


async def _next_piece(reader: asyncio.StreamReader, message_end: bytes) -> bytes:
    """What a client has sent up to its message's end, or 64 KiB without one; b"" at the end."""
    try:
        return await reader.readuntil(message_end)
    except asyncio.LimitOverrunError as overrun:
        return await reader.readexactly(overrun.consumed)
    except asyncio.IncompleteReadError:
        return b""  # a message without its end is not carried out


def acknowledge(connection: socket.socket) -> None:
    """Say at once that a message has come, where the system can.

    A client that holds its second message back until the first is acknowledged (Nagle, RFC 896),
    as pyvisa-py does, would wait for the 40 ms by which Linux delays that.
    """
    if hasattr(socket, "TCP_QUICKACK"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def listener(host: str, port: int) -> tuple[socket.socket, int]:
    """A listening socket and its port."""
    try:
        found = socket.create_server((host, port))
    except OSError as problem:
        raise ValueError(f"port {port} at {host} cannot be opened ({problem.strerror}); give "
                         "another, or 0 for any that is free") from None
    return found, int(found.getsockname()[1])
