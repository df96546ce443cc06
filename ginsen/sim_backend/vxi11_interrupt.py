"""The interrupt channel of VXI-11, by which an instrument calls its client: it asks for service.

After VXI-11, TCP/IP Instrument Protocol, revision 1.0, section B.4.3: the instrument is the one who
connects and calls device_intr_srq, with the handle the client gave for the link.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
from contextlib import suppress

from ginsen.sim_backend.rpc import call_message, opaque, record

SERVICE_REQUEST = 30

_PATIENCE = 2.0
"""Wall seconds a client has for taking the connection it asked for."""

_UNREAD = 1 << 12
"""Bytes of calls that may wait for a client that does not listen."""


class InterruptChannel:
    """The channel back to one client at `peer`, its own address; closed at first."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self._numbers = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._program = self._version = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a channel."""
        return self._writer is not None

    async def open(self, host: int, port: int, program: int, version: int) -> bool:
        """Connect to the client; whether that worked.

        Nobody else is connected to: `host` must be where the client itself is.
        """
        if str(ipaddress.IPv4Address(host)) != self._peer or not 0 < port < 1 << 16:
            return False
        try:
            reader, self._writer = await asyncio.wait_for(
                asyncio.open_connection(self._peer, port), _PATIENCE)
        except (OSError, asyncio.TimeoutError):
            return False
        self._program, self._version = program, version
        self._listening = asyncio.create_task(_listen(reader))
        return True

    def call(self, handle: bytes) -> None:
        """Ask for service; a client that does not take calls gets no more of them."""
        writer = self._writer
        if (writer is None or writer.is_closing()
                or writer.transport.get_write_buffer_size() >= _UNREAD):
            return
        writer.write(record(call_message(next(self._numbers), self._program, self._version,
                                         SERVICE_REQUEST, opaque(handle))))

    def close(self) -> bool:
        """Give the channel up; whether there was one."""
        writer, self._writer = self._writer, None
        if writer is None or self._listening is None:
            return False
        self._listening.cancel()
        writer.close()
        return True


async def _listen(reader: asyncio.StreamReader) -> None:
    """Take the client's replies, which say nothing."""
    with suppress(OSError):
        while await reader.read(1 << 12):
            pass
