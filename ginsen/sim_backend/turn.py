"""An instrument's attention, which one message has at a time, through whichever door it came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.links import Link, Mailbox
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.exchange import Instrument

_SLICE = 0.005
"""Longest wall seconds between two looks at an instrument at work."""

_NO_SLEEP = 20e-6
"""Wall seconds that are sooner over than another task could be given its turn."""

REQUESTING = 64


class Turn:
    """The clients of one instrument, which it hears one message at a time, from each in turn.

    The instrument's lock is for those whose messages are framed; raw sockets know of none.
    """

    def __init__(self, bench: Bench, instrument: Instrument) -> None:
        self.bench = bench
        self.instrument = instrument
        self._free = asyncio.Lock()
        self._speaking: Link | None = None
        self._clients = 0

    @property
    def full(self) -> bool:
        """Whether the instrument takes no more clients now."""
        instrument = self.instrument
        return bool(instrument.trouble.refusing) or self._clients >= instrument.connections

    @contextmanager
    def client(self, link: Link) -> Iterator[None]:
        """One client more, as long as this lasts; then its locks are given back."""
        self._clients += 1
        try:
            yield
        finally:
            self._clients -= 1
            with self.bench.lock:
                self.instrument.lock.release_all(link)

    async def admits(self, link: Mailbox, patience: float) -> bool:
        """Whether the lock lets this client in within `patience` wall seconds."""
        return await self.comes_true(lambda: self.instrument.admits(link), link, patience)

    async def locks(self, take: Callable[[], bool], link: Mailbox, patience: float) -> bool:
        """Whether a lock can be taken within `patience` wall seconds; not while a fault has it."""
        return await self.comes_true(lambda: not self.instrument.trouble.locked and take(), link,
                                     patience)

    async def comes_true(self, attempt: Callable[[], bool], link: Mailbox,
                         patience: float) -> bool:
        """Whether an attempt succeeds within `patience` wall seconds, while the client is there."""
        deadline = time.monotonic() + patience
        while True:
            with self.bench.lock:
                if attempt():
                    return True
            if time.monotonic() >= deadline or link.gone():
                return False
            await asyncio.sleep(_SLICE)

    async def exchange(self, link: Link, data: bytes, *, end: bool) -> None:
        """Let the instrument carry out what has come in; any replies are then on the link."""
        bench, instrument = self.bench, self.instrument
        if not await self._begin(link):
            return
        try:
            if instrument.answered_at_once(link, data):
                return
            self._speaking = link
            with bench.lock:
                bench.catch_up()
                instrument.receive(link, data, end)
            bench.catch_up()
            while not instrument.idle:
                pause = bench.due()
                if pause > _NO_SLEEP:
                    await asyncio.sleep(min(pause, _SLICE))
                bench.catch_up()
        finally:
            self._speaking = None
            self._free.release()

    async def trigger(self, link: Mailbox) -> None:
        """Hand the interface's trigger on."""
        if not await self._begin(link):
            return
        try:
            with self.bench.lock:
                self.bench.catch_up()
                self.instrument.triggered()
        finally:
            self._free.release()

    async def _begin(self, link: Link) -> bool:
        """Have the instrument's attention, once the lock allows it; False if the client left."""
        while True:
            await self._free.acquire()
            if not isinstance(link, Mailbox) or self.instrument.admits(link):
                return True
            self._free.release()
            if link.gone():
                return False
            await asyncio.sleep(_SLICE)

    def clear(self, link: Mailbox) -> None:
        """Device clear: what this client has under way ends. Others' messages go on."""
        with self.bench.lock:
            self.bench.catch_up()
            if self._speaking in (None, link) and self.instrument.admits(link):
                self.instrument.device_clear(link)
            link.unfinished = b""
            link.replies.clear()
            link.asking = False

    def asks(self, link: Mailbox) -> bool:
        """Whether a reply that now waits for this client is a reason to ask it for service."""
        link.asking = link.asking or self.instrument.asks_when_answering
        return self.instrument.asks_when_answering

    def status_byte(self, link: Mailbox, *, unread: bool) -> int:
        """What a serial poll tells a client, `unread` saying that a reply to it waits."""
        with self.bench.lock:
            self.bench.catch_up()
            byte = self.instrument.serial_poll()
            asking, link.asking = link.asking, False
        if asking:
            byte |= REQUESTING
        bit = self.instrument.unread_bit
        return byte | bit if unread else byte & ~bit

    def interrupted(self, link: Mailbox) -> None:
        """A reply was not read before the next message came: it is lost (IEEE 488.2, 6.3.2.3)."""
        with self.bench.lock:
            link.replies.clear()
            self.instrument.report(ScpiError(-410))
