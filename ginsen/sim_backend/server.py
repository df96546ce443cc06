"""A bench behind TCP: one port an instrument, raw bytes, a line feed at the end of a message.

Whatever can open a socket can speak to the bench: pyvisa-py, LabVIEW, a terminal. It is paced, for
a program at the other end knows no time but the wall's.

An instrument is handed one message at a time, by its clients in turn, and a client's next message
is not looked at before it has taken the reply to its last. So one that floods, stalls or dies waits
at its own socket, and costs the memory of one message and one reply.
"""

from __future__ import annotations

import asyncio
import ipaddress
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.scpi.exchange import Instrument, Link

LONGEST_PIECE = 1 << 16
"""Bytes without a line feed that are taken in at once; how long a message may be is for the
instrument to say."""

MOST_CLIENTS = 16
"""Clients an instrument has at once; one more is turned away."""

_TICK = 0.02
"""Wall seconds between two looks at a bench to which nobody speaks."""

_SLICE = 0.005
"""Longest wall seconds between two looks at an instrument at work."""


class Door:
    """One instrument behind one listening socket.

    `name` is the instrument's in the bench file, `identity` its answer to *IDN?, `address` the VISA
    resource name under which it is reached.
    """

    def __init__(self, bench: Bench, instrument: Instrument, host: str, port: int) -> None:
        self._bench = bench
        self._instrument = instrument
        self._turn = asyncio.Lock()
        self._clients = 0
        self.name = instrument.name
        self.identity = self._ask_identity()
        self.listener = _listener(host, port)
        self.port = int(self.listener.getsockname()[1])
        self.address = f"TCPIP0::{host}::{self.port}::SOCKET"

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it has gone. The instrument stays as it was left."""
        if self._clients == MOST_CLIENTS:
            writer.close()
            return
        self._clients += 1
        link = self._instrument.connect(stream=True)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        writer.transport.set_write_buffer_limits(high=0)  # drained means taken by the network
        try:
            while piece := await _next_piece(reader):
                _acknowledge(connection)
                async with self._turn:
                    reply = await self._exchange(link, piece)
                writer.write(reply)
                await writer.drain()
        except OSError:
            pass  # the client broke off, or its network did
        except asyncio.CancelledError:
            writer.transport.abort()  # the server ends: what was not taken by now never is
        finally:
            self._clients -= 1
            writer.close()

    async def _exchange(self, link: Link, piece: bytes) -> bytes:
        """Let the instrument carry out what has come in; the reply, if there is one."""
        bench, instrument = self._bench, self._instrument
        with bench.lock:
            bench.catch_up()
            instrument.receive(link, piece, end=False)
        bench.catch_up()
        while not instrument.idle:
            await asyncio.sleep(min(bench.due(), _SLICE))
            bench.catch_up()
        with bench.lock:
            return instrument.take(link, len(link.received))[0]

    def _ask_identity(self) -> str:
        bench, instrument = self._bench, self._instrument
        link = instrument.connect(stream=True)
        with bench.lock:
            bench.catch_up()
            instrument.receive(link, b"*IDN?\n", end=False)
            deadline = bench.now + 1.0
        bench.wait(lambda: instrument.idle, deadline)
        return link.received.decode("latin-1").strip()


class BenchServer:
    """Every instrument of `bench` at a TCP port of its own. Use it as a context manager.

    A virtual bench becomes paced, at `speed` bench seconds per wall second, 1 if left out; a paced
    one keeps its speed unless one is given. `host` is a name or an IPv4 address of this machine;
    one that other machines can reach is refused unless `expose`. The first instrument of the bench
    file is at `port`, the next one port up; 0 stands for any that are free. The bench's own
    instrument comes last.

    The ports are bound at once and answer while `run` runs. Raises ValueError for a host, a port or
    a speed that cannot be.
    """

    def __init__(self, bench: Bench, *, host: str = "127.0.0.1", port: int = 0,
                 speed: float | None = None, expose: bool = False) -> None:
        _check_host(host, expose=expose)
        if speed is not None or not bench.paced:
            bench.pace(1.0 if speed is None else speed)
        instruments = list(dict.fromkeys(bench.addresses.values()))
        own, *others = instruments  # a bench places its own instrument before all others
        if not 0 <= port <= 65536 - len(instruments):
            raise ValueError(f"port {port}: give a number from 1 to {65536 - len(instruments)}, "
                             "or 0 for any that are free")
        self.doors: list[Door] = []
        self._bench = bench
        try:
            for offset, instrument in enumerate([*others, own]):
                self.doors.append(Door(bench, instrument, host, port + offset if port else 0))
        except BaseException:
            self.close()
            raise

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Serve until `should_stop()`, which is asked every 20 ms; then all clients are cut off."""
        # select can wait for microseconds; epoll rounds up to 1 ms, which is what a command costs.
        loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
        try:
            loop.run_until_complete(self._run(should_stop))
        finally:
            loop.close()

    def close(self) -> None:
        """Give the ports back."""
        for door in self.doors:
            door.listener.close()

    def __enter__(self) -> BenchServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    async def _run(self, should_stop: Callable[[], bool]) -> None:
        servers = [await asyncio.start_server(door.attend, sock=door.listener, limit=LONGEST_PIECE)
                   for door in self.doors]
        try:
            while not should_stop():
                self._bench.catch_up()
                await asyncio.sleep(_TICK)
        finally:
            for server in servers:
                server.close()
            await asyncio.sleep(0)  # a client accepted just now has its task begin
            clients = asyncio.all_tasks() - {asyncio.current_task()}
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)
            await asyncio.sleep(0)  # a transport tells its end one turn later


@contextmanager
def served(bench: Bench, *, host: str = "127.0.0.1", port: int = 0, speed: float | None = None,
           expose: bool = False) -> Iterator[BenchServer]:
    """`bench` on its ports, as BenchServer has it, served by a thread of its own meanwhile."""
    stop = threading.Event()
    with BenchServer(bench, host=host, port=port, speed=speed, expose=expose) as server:
        thread = threading.Thread(target=server.run, args=(stop.is_set,), name="ginsen serve")
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            thread.join()


async def _next_piece(reader: asyncio.StreamReader) -> bytes:
    """What a client has sent up to its next line feed, or 64 KiB without one; b"" at the end."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError as overrun:
        return await reader.readexactly(overrun.consumed)
    except asyncio.IncompleteReadError:
        return b""  # a message without its line feed is not carried out


def _acknowledge(connection: socket.socket) -> None:
    """Say at once that a message has come, where the system can.

    A client that holds its second message back until the first is acknowledged (Nagle, RFC 896),
    as pyvisa-py does, would wait for the 40 ms by which Linux delays that.
    """
    if hasattr(socket, "TCP_QUICKACK"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _check_host(host: str, *, expose: bool) -> None:
    try:
        address = ipaddress.IPv4Address(socket.gethostbyname(host))
    except (OSError, ValueError) as problem:
        raise ValueError(f"host {host!r} cannot be found ({problem}); give a name or an IPv4 "
                         "address of this machine") from None
    if not (address.is_loopback or expose):
        raise ValueError(f"at {host} other machines can reach the bench, and whoever connects "
                         "commands it; say expose (--expose) if that is wanted")


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as problem:
        raise ValueError(f"port {port} at {host} cannot be opened ({problem.strerror}); give "
                         "another, or 0 for any that is free") from None
