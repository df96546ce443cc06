"""One link of VXI-11: messages, the lock and service requests of a client, each with its error.

Errors and reasons are those of table B.2 and section B.6 of VXI-11, TCP/IP Instrument Protocol,
revision 1.0.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ginsen.sim_backend.doors import canceller
from ginsen.sim_backend.links import Mailbox
from ginsen.sim_backend.rpc import Results, numbers, opaque
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.turn import Turn

DONE, LOCKED, NO_LOCK, TIMED_OUT = 0, 11, 12, 15

COUNT_READ, CHARACTER_READ, END_READ = 1, 2, 4

_LONGEST_READ = 1 << 24


class LinkedClient:
    """One VXI-11 link: what was written and is under way, and what of its reply is not yet read."""

    def __init__(self, turn: Turn, gone: Callable[[], bool],
                 interrupt: Callable[[bytes], None]) -> None:
        self.turn = turn
        self.link: Mailbox = turn.instrument.connect_apart()
        self.link.on_close = canceller()
        self.link.gone = gone
        self._interrupt = interrupt
        self._handle: bytes | None = None
        self._loop = asyncio.get_running_loop()
        self._work: asyncio.Task[None] | None = None
        self._reply = b""

    async def write(self, data: bytes, *, end: bool, patience: float) -> Results:
        """Take in a part of a message; it is carried out while the client does something else."""
        if not await self._done(patience):
            return numbers(TIMED_OUT, 0)
        if self._reply or self.link.replies:
            self._reply = b""
            self.turn.interrupted(self.link)
        self._work = asyncio.create_task(self._carry_out(data, end=end))
        return numbers(DONE, len(data))

    async def read(self, most: int, stop: bytes, patience: float) -> Results:
        """At most `most` bytes of a reply, up to its end or the byte `stop`."""
        if not self._reply:
            idle = self._work is None or self._work.done()
            if idle and not self.link.replies:
                self._ask_in_vain()
            if not await self._done(patience):
                return numbers(TIMED_OUT, 0, 0)
            if not self.link.replies:
                await asyncio.sleep(patience)  # there is nothing to wait for, as at the bench
                return numbers(TIMED_OUT, 0, 0)
            self._reply = self.link.replies.pop(0)
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
        unread = bool(self._reply or self.link.replies)
        return numbers(DONE, self.turn.status_byte(self.link, unread=unread))

    async def trigger(self) -> Results:
        """The interface's trigger."""
        await self.turn.trigger(self.link)
        return numbers(DONE)

    def clear(self) -> Results:
        """Device clear."""
        self._reply = b""
        self.turn.clear(self.link)
        return numbers(DONE)

    async def lock(self, patience: float) -> Results:
        """Have the instrument alone; an error where this link has it already (rule B.6.72)."""
        lock, link = self.turn.instrument.lock, self.link
        granted = lock.owner is not link and await self.turn.locks(
            lambda: lock.take_exclusive(link), link, patience)
        return numbers(DONE if granted else LOCKED)

    def unlock(self) -> Results:
        """Give the lock back."""
        with self.turn.bench.lock:
            held = self.turn.instrument.lock.release(self.link)
        return numbers(DONE if held else NO_LOCK)

    def enable_requests(self, handle: bytes | None) -> Results:
        """Tell of service requests by the interrupt channel, with `handle`; no more if None."""
        instrument = self.turn.instrument
        if handle is not None and self._handle is None:
            instrument.on_service_request(self._notify)
        elif handle is None and self._handle is not None:
            instrument.ignore_service_request(self._notify)
        self._handle = handle
        return numbers(DONE)

    def close(self) -> None:
        """What is under way ends unheard."""
        self.enable_requests(None)
        if self._work is not None:
            self._work.cancel()

    async def _carry_out(self, data: bytes, *, end: bool) -> None:
        await self.turn.exchange(self.link, data, end=end)
        if self.link.replies and self.turn.asks(self.link):
            self._request_service()

    def _notify(self) -> None:  # called by whichever thread moves the bench
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._request_service)

    def _request_service(self) -> None:
        if self._handle is not None:
            self.link.asking = True
            self._interrupt(self._handle)

    async def _done(self, patience: float) -> bool:
        """Whether what was written is carried out within `patience` wall seconds."""
        if self._work is None:
            return True
        await asyncio.wait([self._work], timeout=patience)
        return self._work.done()

    def _ask_in_vain(self) -> None:
        with self.turn.bench.lock:
            self.turn.instrument.report(ScpiError(-420))
