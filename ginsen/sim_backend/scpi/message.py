"""Program messages (IEEE 488.2 chapter 7) taken apart: units, headers, data elements.

Text is latin-1 throughout, so that every byte string is a text and blocks keep their bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ginsen.sim_backend.scpi.errors import ScpiError

TokenKind = Literal["number", "word", "string", "block", "expression"]

_SPACE = "".join(chr(code) for code in range(33) if code != 10)
_HEADER = re.compile(r":?\*?[A-Za-z][A-Za-z0-9_]*(?::[A-Za-z0-9][A-Za-z0-9_]*)*\??")
_NUMBER = re.compile(
    r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[ \t]*[eE][ \t]*[+-]?[0-9]+)?)"
    r"[ \t]*([A-Za-z/][A-Za-z0-9./-]*)?"
)
_RADIX_NUMBER = re.compile(r"#(?:[hH]([0-9A-Fa-f]+)|[qQ]([0-7]+)|[bB]([01]+))")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]*")
_STRING = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"")
# Where a message can end or hide its end: a line feed, a string, the start of a block.
_LANDMARK = re.compile(r"\n|'(?:[^'\n]|'')*'|\"(?:[^\"\n]|\"\")*\"|(?<=[\s,])#[0-9]")

_SHORT = 256
"""Bytes of a message that is remembered."""


@dataclass(frozen=True)
class Token:
    """One data element of a command, as it was written.

    `text` is the content: of a string without its quotes, of a block without its head, of an
    expression without its parentheses. `value` and `suffix` (upper case) belong to a number.
    """

    kind: TokenKind
    text: str
    value: float = 0.0
    suffix: str = ""


@dataclass(frozen=True)
class Unit:
    """One program message unit: its header as typed, its data, or the fault that spoils it."""

    header: str
    tokens: tuple[Token, ...] = ()
    fault: ScpiError | None = None


def split_messages(buffer: bytes, end: bool) -> tuple[list[str], bytes]:
    """The complete program messages in `buffer`, and the bytes left over.

    A line feed outside strings and definite-length blocks ends a message; `end` says that END
    came with the last byte, which ends it too. A carriage return before the end is white space.
    """
    messages, left = (_split_short if len(buffer) < _SHORT else _split)(buffer, end)
    return [*messages], left


def _split(buffer: bytes, end: bool) -> tuple[tuple[str, ...], bytes]:
    text = buffer.decode("latin-1")
    messages = []
    start = position = 0
    while mark := _LANDMARK.search(text, position):
        if mark.group() == "\n":
            messages.append(text[start:mark.start()])
            start = position = mark.end()
        elif mark.group()[0] == "#":
            stop = _block_end(text, mark.start())
            if stop is None:
                position = mark.end()
            elif stop > len(text):
                break
            else:
                position = stop
        else:
            position = mark.end()
    if end:
        if start < len(text):
            messages.append(text[start:])
        start = len(text)
    return tuple(messages), text[start:].encode("latin-1")


_split_short = lru_cache(4096)(_split)
"""What is said again and again need not be searched each time."""


def split_units(message: str) -> Iterator[Unit]:
    """The units of one program message in order; a unit with a fault is the last.

    Empty units (a trailing `;`) are passed over, as instruments do.
    """
    position = 0
    size = len(message)
    while position < size:
        position = _skip_space(message, position)
        if position < size and message[position] == ";":
            position += 1
            continue
        if position >= size:
            return
        match = _HEADER.match(message, position)
        if match is None:
            yield Unit("", fault=ScpiError(-101 if not message[position].isalnum() else -102))
            return
        header, position = match.group(), match.end()
        try:
            tokens, position = _read_data(message, position)
        except ScpiError as fault:
            yield Unit(header, fault=fault)
            return
        yield Unit(header, tokens)


def definite_block(data: bytes) -> bytes:
    """`data` as a definite-length arbitrary block, e.g. b"#15hello" (IEEE 488.2 8.7.9)."""
    count = str(len(data))
    return f"#{len(count)}{count}".encode("ascii") + data


def _skip_space(message: str, position: int) -> int:
    while position < len(message) and message[position] in _SPACE:
        position += 1
    return position


def _read_data(message: str, position: int) -> tuple[tuple[Token, ...], int]:
    """The data elements after a header, and the position behind the unit's separator."""
    after = _skip_space(message, position)
    if after == len(message) or message[after] == ";":
        return (), after + 1
    if after == position:
        raise ScpiError(-111)
    tokens: list[Token] = []
    position = after
    while True:
        token, position = _read_token(message, _skip_space(message, position))
        tokens.append(token)
        position = _skip_space(message, position)
        if position == len(message) or message[position] == ";":
            return tuple(tokens), position + 1
        if message[position] != ",":
            raise ScpiError(-103)
        position += 1


def _read_token(message: str, position: int) -> tuple[Token, int]:
    """The data element that begins at `position`, and where it ends."""
    first = message[position:position + 1]
    if first in ("", ",", ";"):
        raise ScpiError(-102)
    if first in "'\"":
        return _read_string(message, position)
    if first == "#":
        return _read_hash(message, position)
    if first == "(":
        stop = message.find(")", position)
        if stop < 0:
            raise ScpiError(-171)
        return Token("expression", message[position + 1:stop]), stop + 1
    if match := _NUMBER.match(message, position):
        digits = re.sub(r"[ \t]", "", match.group(1))
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise ScpiError(-123)
        return Token("number", digits, value, (match.group(2) or "").upper()), match.end()
    if match := _WORD.match(message, position):
        return Token("word", match.group()), match.end()
    raise ScpiError(-121 if first in "+-." else -101)


def _read_string(message: str, position: int) -> tuple[Token, int]:
    match = _STRING.match(message, position)
    if match is None:
        raise ScpiError(-151)
    single, double = match.groups()
    text = single.replace("''", "'") if single is not None else double.replace('""', '"')
    return Token("string", text), match.end()


def _read_hash(message: str, position: int) -> tuple[Token, int]:
    """A number in another base (#H1F, #Q17, #B101) or a block (#15hello, #0hello)."""
    if match := _RADIX_NUMBER.match(message, position):
        for digits, base in zip(match.groups(), (16, 8, 2), strict=True):
            if digits is not None:
                # 64 bits hold every number an instrument takes; more would overflow a float.
                value = int(digits, base)
                if value >= 1 << 64:
                    raise ScpiError(-123)
                return Token("number", match.group(), float(value)), match.end()
    if message[position + 1:position + 2] == "0":
        return Token("block", message[position + 2:]), len(message)
    stop = _block_end(message, position)
    if stop is None or stop > len(message):
        raise ScpiError(-161)
    head = 2 + int(message[position + 1])
    return Token("block", message[position + head:stop]), stop


def _block_end(text: str, position: int) -> int | None:
    """Where the definite-length block at `position` ends; None if it is no such block."""
    width = text[position + 1:position + 2]
    if width not in set("123456789"):
        return None
    count = text[position + 2:position + 2 + int(width)]
    if len(count) < int(width):
        return len(text) + 1
    if not (count.isascii() and count.isdigit()):
        return None
    return position + 2 + int(width) + int(count)
