"""Agilent FLEX, the command language of the B1500A: its grammar, and the errors it knows.

Agilent B1500A/B1505A Programming Guide (B1500-90010), Edition 11, page 1-22. Texts of errors other
than 100, 121 and 200 are background knowledge.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ginsen.sim_backend.scpi.errors import ScpiError

ERRORS = {
    0: "No Error.",
    100: "Undefined GPIB command.",
    102: "Incorrect numeric data syntax.",
    120: "Incorrect parameter value.",
    121: "Channel number must be 1 to 10.",
    122: "Number of channels must be corrected.",
    123: "Compliance must be set correctly.",
    124: "Incorrect range value for this channel.",
    150: "Command input buffer is full.",
    153: "No module for this command.",
    200: "Channel output switch must be ON.",
    202: "Interlock circuit must be closed.",
    205: "DZ must be sent before RZ.",
    214: "Send MM before measurement trigger.",
    220: "Send WV, WI, or WNX to set primary sweep source.",
}

_UNIT = re.compile(r"\s*(\*?[A-Za-z]+\??)\s*(.*?)\s*", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


class FlexError(ScpiError):
    """What a handler raises to refuse a command: an error by its number."""

    def __init__(self, code: int) -> None:
        super().__init__(code, ERRORS[code])


Kind = Callable[[Any, float], Any]
"""Makes the number of a parameter into what a handler takes, for an instrument; or refuses it."""


@dataclass(frozen=True)
class Command:
    """A command: what carries it out, its parameters, how many of them it needs.

    `rest` is the kind of any number of further ones. What `run` returns, if anything, is the
    answer; it may be a generator that takes its time.
    """

    run: Callable[..., Any]
    kinds: tuple[Kind, ...] = ()
    least: int = 0
    rest: Kind | None = None

    def arguments(self, instrument: Any, numbers: Sequence[float]) -> list[Any]:
        """The parameters. Raises FlexError for too few, too many, or one that is refused."""
        if len(numbers) < self.least or (self.rest is None and len(numbers) > len(self.kinds)):
            raise FlexError(102)
        kinds = [*self.kinds[:len(numbers)],
                 *([self.rest] * (len(numbers) - len(self.kinds)) if self.rest else [])]
        return [kind(instrument, number) for kind, number in zip(kinds, numbers, strict=True)]


def number(low: float, high: float) -> Kind:
    """A number from `low` to `high`."""
    def kind(_: Any, value: float) -> float:
        if not low <= value <= high:
            raise FlexError(120)
        return value
    return kind


def whole(low: int, high: int) -> Kind:
    """A whole number from `low` to `high`."""
    def kind(_: Any, value: float) -> int:
        if not (low <= value <= high and value == round(value)):
            raise FlexError(120)
        return round(value)
    return kind


def one_of(*allowed: int) -> Kind:
    """One of a few whole numbers."""
    def kind(_: Any, value: float) -> int:
        if value not in allowed:
            raise FlexError(120)
        return round(value)
    return kind


def units(message: str) -> Iterator[tuple[str, list[float]] | FlexError]:
    """The commands of a message, each with its numbers; an error ends it."""
    for text in message.strip().split(";"):
        if not text.strip():
            continue
        match = _UNIT.fullmatch(text)
        if match is None:
            yield FlexError(100)
            return
        fields = [each.strip() for each in match[2].split(",")] if match[2] else []
        numbers = [float(each) if _NUMBER.fullmatch(each) else math.nan for each in fields]
        if not all(map(math.isfinite, numbers)):
            yield FlexError(102)
            return
        yield match[1].upper(), numbers
