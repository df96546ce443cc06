"""An instrument's attention, which one message has at a time, through whichever door it came."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.links import Link, Mailbox
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.exchange import Instrument

_SLICE = 0.005
"""Longest wall seconds between two looks at an instrument at work."""

_NO_SLEEP = 20e-6
"""Wall seconds that are sooner over than another task could be given its turn."""

MESSAGE_AVAILABLE = 16


class Turn:
    """The clients of one instrument, which it hears one message at a time, from each in turn."""

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
    def client(self) -> Iterator[None]:
        """One client more, as long as this lasts."""
        self._clients += 1
        try:
            yield
        finally:
            self._clients -= 1

    async def exchange(self, link: Link, data: bytes, *, end: bool) -> None:
        """Let the instrument carry out what has come in; any replies are then on the link."""
        bench, instrument = self.bench, self.instrument
        async with self._free:
            if instrument.answered_at_once(link, data):
                return
            self._speaking = link
            try:
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

    async def trigger(self) -> None:
        """Hand the interface's trigger on."""
        async with self._free:
            with self.bench.lock:
                self.bench.catch_up()
                self.instrument.triggered()

    def clear(self, link: Mailbox) -> None:
        """Device clear: what this client has under way ends. Others' messages go on."""
        with self.bench.lock:
            self.bench.catch_up()
            if self._speaking in (None, link):
                self.instrument.device_clear(link)
            link.unfinished = b""
            link.replies.clear()

    def status_byte(self, *, unread: bool) -> int:
        """What a serial poll tells a client, `unread` saying that a reply to it waits."""
        with self.bench.lock:
            self.bench.catch_up()
            byte = self.instrument.serial_poll()
        return byte | MESSAGE_AVAILABLE if unread else byte & ~MESSAGE_AVAILABLE

    def interrupted(self, link: Mailbox) -> None:
        """A reply was not read before the next message came: it is lost (IEEE 488.2, 6.3.2.3)."""
        with self.bench.lock:
            link.replies.clear()
            self.instrument.report(ScpiError(-410))
