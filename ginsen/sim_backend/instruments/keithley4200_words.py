"""KXCI's messages taken apart: two-letter commands with numbers and names behind them.

Several commands may stand in one message, after one another or with a semicolon between ("US;DV1",
"SM DM2"; examples of the KXCI manual, 4200A-KXCI-907-01).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

Argument = float | str
Kind = Callable[[Argument], Argument]

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:E[+-]?[0-9]+)?"
_ARGUMENT = rf"(?:{_NUMBER}|'[^']*')"
_COMMAND = re.compile(
    rf"[\s;]*(:[A-Z]+(?::[A-Z]+)*\??|\*[A-Z]+\??|[A-Z][A-Z])"
    rf"\s*({_ARGUMENT}(?:\s*,\s*{_ARGUMENT})*)?", re.IGNORECASE | re.ASCII)
_EACH = re.compile(_ARGUMENT, re.IGNORECASE | re.ASCII)
_END = re.compile(r"[\s;]*\Z")


class Refusal(Exception):
    """KXCI does not do it. What it says then is the same for everything here (choice)."""


class Command(NamedTuple):
    """One command as written: its name in capitals, its arguments."""

    name: str
    arguments: tuple[Argument, ...]


def commands(message: str) -> Iterator[Command]:
    """The commands of a message, one after the other. Raises Refusal where it is none."""
    place = 0
    while not _END.match(message, place):
        found = _COMMAND.match(message, place)
        if found is None:
            raise Refusal
        yield Command(found[1].upper(), tuple(map(_argument, _EACH.findall(found[2] or ""))))
        place = found.end()


def _argument(text: str) -> Argument:
    return text[1:-1] if text.startswith("'") else float(text)


def number(low: float, high: float) -> Kind:
    """A number within bounds."""
    def check(argument: Argument) -> Argument:
        if isinstance(argument, str) or not low <= argument <= high:
            raise Refusal
        return argument

    return check


def whole(low: int, high: int) -> Kind:
    """A whole number within bounds."""
    def check(argument: Argument) -> Argument:
        if isinstance(argument, str) or not low <= argument <= high or argument % 1:
            raise Refusal
        return int(argument)

    return check


def name(argument: Argument) -> Argument:
    """The name of something that is measured, in quotes: 1 to 6 characters (page 9-14)."""
    if not isinstance(argument, str) or not 1 <= len(argument) <= 6:
        raise Refusal
    return argument


def finite(argument: Argument) -> Argument:
    """Any number, or a name; what is done with it is another's."""
    if not isinstance(argument, str) and not math.isfinite(argument):
        raise Refusal
    return argument
