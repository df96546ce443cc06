"""A bench behind TCP: raw bytes at a port an instrument, HiSLIP and VXI-11 at one port each.

Whatever can open a socket can speak to the bench: pyvisa-py, LabVIEW, a terminal. It is paced, for
a program at the other end knows no time but the wall's.

The bench's own instrument has a thread to itself, so that it tells what is true while all others
are at work.
"""

from __future__ import annotations

import asyncio
import ipaddress
import selectors
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import TracebackType

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.doors import LONGEST_PIECE, DeadSocketDoor, Door, InstrumentDoor
from ginsen.sim_backend.hislip import HislipDoor
from ginsen.sim_backend.turn import Turn
from ginsen.sim_backend.vxi11 import Vxi11Door

_TICK = 0.02
"""Wall seconds between two looks at a bench to which nobody speaks."""


class BenchServer:
    """Every instrument of `bench` at a TCP port of its own. Use it as a context manager.

    A virtual bench becomes paced, at `speed` bench seconds per wall second, 1 if left out; a paced
    one keeps its speed unless one is given. `host` is a name or an IPv4 address of this machine;
    one that other machines can reach is refused unless `expose`. The first instrument of the bench
    file is at `port`, the next one port up; 0 stands for any that are free. The bench's own
    instrument comes after them, then where instruments with a port for it end dead sockets, and
    last the doors of all others: HiSLIP and VXI-11.

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
        turns = [Turn(bench, each) for each in (*others, own)]
        wanted: list[Callable[[str, int], Door]] = [
            *(partial(InstrumentDoor, turn) for turn in turns),
            *(partial(DeadSocketDoor, turn) for turn in turns
              if turn.instrument.dead_socket_port is not None),
            partial(HislipDoor, turns[:-1]), partial(Vxi11Door, turns[:-1])]
        if not 0 <= port <= 65536 - len(wanted):
            raise ValueError(f"port {port}: give a number from 1 to {65536 - len(wanted)}, "
                             "or 0 for any that are free")
        self.doors: list[Door] = []
        self._bench = bench
        self._own = len(others)
        try:
            for offset, door in enumerate(wanted):
                self.doors.append(door(host, port + offset if port else 0))
        except BaseException:
            self.close()
            raise

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Serve until `should_stop()`, which is asked every 20 ms; then all clients are cut off."""
        own = self.doors[self._own]
        others = [door for door in self.doors if door is not own]
        ended = threading.Event()
        apart = threading.Thread(target=_serve, name="ginsen serve: bench",
                                 args=([own], ended.is_set, lambda: None))
        apart.start()
        try:
            _serve(others, should_stop, self._bench.catch_up)
        finally:
            ended.set()
            apart.join()

    def close(self) -> None:
        """Give the ports back."""
        for door in self.doors:
            door.listener.close()

    def __enter__(self) -> BenchServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()


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


def _serve(doors: Sequence[Door], should_stop: Callable[[], bool],
           tick: Callable[[], None]) -> None:
    """Attend to whoever comes to these doors until `should_stop()`."""
    # select can wait for microseconds; epoll rounds up to 1 ms, which is what a command costs.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        loop.run_until_complete(_attend(doors, should_stop, tick))
    finally:
        loop.close()


async def _attend(doors: Sequence[Door], should_stop: Callable[[], bool],
                  tick: Callable[[], None]) -> None:
    servers = [await asyncio.start_server(door.attend, sock=door.listener, limit=LONGEST_PIECE)
               for door in doors]
    try:
        while not should_stop():
            tick()
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


def _check_host(host: str, *, expose: bool) -> None:
    try:
        address = ipaddress.IPv4Address(socket.gethostbyname(host))
    except (OSError, ValueError) as problem:
        raise ValueError(f"host {host!r} cannot be found ({problem}); give a name or an IPv4 "
                         "address of this machine") from None
    if not (address.is_loopback or expose):
        raise ValueError(f"at {host} other machines can reach the bench, and whoever connects "
                         "commands it; say expose (--expose) if that is wanted")
