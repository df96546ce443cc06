"""HiSLIP on the wire: what stands before a message, its numbers, reading and writing one.

After IVI-6.1, High-Speed LAN Instrument Protocol, revision 1.1: message numbers from table 4, error
numbers from tables 8 and 9.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

HEADER = struct.Struct("!2sBBIQ")
"""Prologue, message type, control code, message parameter, length of the payload."""

(INITIALIZE, INITIALIZE_RESPONSE, FATAL_ERROR, ERROR, ASYNC_LOCK, ASYNC_LOCK_RESPONSE, DATA,
 DATA_END, CLEAR_COMPLETE, CLEAR_ACKNOWLEDGE, REMOTE_LOCAL, REMOTE_LOCAL_RESPONSE, TRIGGER,
 INTERRUPTED, ASYNC_INTERRUPTED, MAXIMUM_SIZE, MAXIMUM_SIZE_RESPONSE, ASYNC_INITIALIZE,
 ASYNC_INITIALIZE_RESPONSE, ASYNC_CLEAR, SERVICE_REQUEST, STATUS_QUERY, STATUS_RESPONSE,
 ASYNC_CLEAR_ACKNOWLEDGE, LOCK_INFO, LOCK_INFO_RESPONSE) = range(26)

POORLY_FORMED, NOT_BOTH_CHANNELS, INVALID_INITIALIZATION, TOO_MANY_CLIENTS = 1, 2, 3, 4
UNKNOWN_MESSAGE, UNKNOWN_CONTROL, TOO_LARGE = 1, 2, 4
LOCK_RELEASE, LOCK_REQUEST = 0, 1
LOCK_FAILURE, LOCK_SUCCESS, LOCK_SUCCESS_SHARED, LOCK_ERROR = range(4)

VERSION = 0x0100
VENDOR = int.from_bytes(b"GI", "big")

LARGEST = 1 << 16
"""Bytes of one HiSLIP message, header and all, that are taken in; longer ones come in parts."""


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
