"""Remote procedure calls over TCP: records, calls, and numbers and bytes in them.

ONC RPC version 2 (RFC 5531) with XDR (RFC 4506); nobody is asked who he is.
"""

from __future__ import annotations

import asyncio
import struct

LARGEST_CALL = (1 << 16) + 1024
"""Bytes of a call that are taken in."""

Results = bytes
"""What a procedure returns, as it is sent."""


class Garbage(Exception):
    """Arguments that are not what the procedure takes."""


class Arguments:
    """The arguments of a call, taken one after the other (XDR)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        """An unsigned integer of 32 bits."""
        return int.from_bytes(self._take(4), "big")

    def opaque(self) -> bytes:
        """Bytes, of which the number stands before them."""
        size = self.number()
        data = self._take(size)
        self._take(-size % 4)
        return data

    def _take(self, size: int) -> bytes:
        part = self._data[self._at:self._at + size]
        if len(part) < size:
            raise Garbage
        self._at += size
        return part


async def receive(reader: asyncio.StreamReader) -> bytes:
    """The next record, its fragments (RFC 5531, section 11) put together; b"" at the end."""
    call = b""
    last = False
    while not last:
        try:
            mark = int.from_bytes(await reader.readexactly(4), "big")
            last, size = mark >= 1 << 31, mark & 0x7FFFFFFF
            if len(call) + size > LARGEST_CALL or (not size and not last):
                return b""  # no call is so long, nor comes in nothings: hang up
            call += await reader.readexactly(size)
        except asyncio.IncompleteReadError:
            return b""
    return call


def record(reply: bytes) -> bytes:
    """A message as the one record it travels in; b"" is none."""
    return (1 << 31 | len(reply)).to_bytes(4, "big") + reply if reply else b""


def call_message(number: int, program: int, version: int, procedure: int,
                 arguments: bytes) -> bytes:
    """A call without credentials (RFC 5531, section 9)."""
    return numbers(number, 0, 2, program, version, procedure, 0, 0, 0, 0) + arguments


def numbers(*values: int) -> bytes:
    """Unsigned integers of 32 bits, one after the other."""
    return struct.pack(f"!{len(values)}I", *values)


def opaque(data: bytes) -> bytes:
    """Bytes behind their number, filled up to a multiple of four."""
    return numbers(len(data)) + data + bytes(-len(data) % 4)
