"""Kinds of parameter: how a data element becomes a value, and a value becomes a reply.

Each refuses with the error number of SCPI-1999 volume 2, section 21.8. A bound may be a number or
a function of the instrument, where it depends on its state (a range, a function).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.headers import spellings
from ginsen.sim_backend.scpi.message import Token

Bound = float | Callable[[Any], float]

INFINITY = 9.9e37
"""What stands for infinity on the wire (SCPI-1999 volume 1, 7.2.1.4)."""

_MULTIPLIERS = {"": 1.0, "T": 1e12, "G": 1e9, "MA": 1e6, "K": 1e3,
                "M": 1e-3, "U": 1e-6, "N": 1e-9, "P": 1e-12, "F": 1e-15}


class Kind(Protocol):
    """A kind of parameter."""

    @property
    def required(self) -> bool:
        """Whether the parameter must be there; left out, None is passed."""
        ...

    @property
    def many(self) -> bool:
        """Whether all parameters from here on are of this kind; each is passed."""
        ...

    def parse(self, token: Token, instrument: Any) -> Any:
        """The value of `token`. Raises ScpiError."""
        ...

    def format(self, value: Any, instrument: Any) -> Any:
        """The reply that says `value`: text or bytes; a number is written by the instrument."""
        ...


@dataclass(frozen=True)
class _Kind:
    required: bool = True
    many: bool = False

    def format(self, value: Any, instrument: Any) -> Any:
        """See `Kind.format`."""
        return value


@dataclass(frozen=True)
class Number(_Kind):
    """A number within `low` and `high`, both included; see `number` and `integer`."""

    low: Bound = -INFINITY
    high: Bound = INFINITY
    default: Bound | None = None
    unit: str = ""
    whole: bool = False

    def parse(self, token: Token, instrument: Any) -> float | int:
        """See `Kind.parse`."""
        if token.kind == "word":
            return self.named(token.text, instrument)
        if token.kind != "number":
            raise ScpiError(-104)
        value = token.value * self._multiplier(token.suffix)
        if not _bound(self.low, instrument) <= value <= _bound(self.high, instrument):
            raise ScpiError(-222)
        return round(value) if self.whole else value

    def named(self, word: str, instrument: Any) -> float | int:
        """The value of MIN, MAX or DEF (in any form and case). Raises ScpiError (-104)."""
        name = word.upper()
        if name in ("MIN", "MINIMUM"):
            return self._value(self.low, instrument)
        if name in ("MAX", "MAXIMUM"):
            return self._value(self.high, instrument)
        if name in ("DEF", "DEFAULT") and self.default is not None:
            return self._value(self.default, instrument)
        if name in ("INF", "INFINITY") and _bound(self.high, instrument) >= INFINITY:
            return INFINITY
        raise ScpiError(-104)

    def _value(self, bound: Bound, instrument: Any) -> float | int:
        value = _bound(bound, instrument)
        return round(value) if self.whole else float(value)

    def _multiplier(self, suffix: str) -> float:
        """SCPI multipliers, with M for milli except in MOHM and MHZ (IEEE 488.2 7.7.3)."""
        if not suffix:
            return 1.0
        if not self.unit:
            raise ScpiError(-138)
        if not suffix.endswith(self.unit.upper()):
            raise ScpiError(-131)
        multiplier = suffix[:len(suffix) - len(self.unit)]
        if multiplier == "M" and self.unit.upper() in ("OHM", "HZ"):
            return 1e6
        if multiplier not in _MULTIPLIERS:
            raise ScpiError(-131)
        return _MULTIPLIERS[multiplier]


@dataclass(frozen=True)
class Boolean(_Kind):
    """ON, OFF, or a number of which any but 0 is on (SCPI-1999 volume 1, 7.3)."""

    def parse(self, token: Token, instrument: Any) -> bool:
        """See `Kind.parse`."""
        if token.kind == "number" and not token.suffix:
            return round(token.value) != 0
        if token.kind == "word" and token.text.upper() in ("ON", "OFF"):
            return token.text.upper() == "ON"
        raise ScpiError(-224 if token.kind == "word" else -104)

    def format(self, value: Any, instrument: Any) -> str:
        """See `Kind.format`."""
        return "1" if value else "0"


@dataclass(frozen=True)
class Choice(_Kind):
    """One of several words; see `choice`."""

    values: Mapping[str, Any] = None  # type: ignore[assignment]  # always given by choice()
    replies: Mapping[Any, str] = None  # type: ignore[assignment]

    def parse(self, token: Token, instrument: Any) -> Any:
        """See `Kind.parse`."""
        if token.kind not in ("word", "string", "number"):
            raise ScpiError(-104)
        try:
            return self.values[token.text.upper()]
        except KeyError:
            raise ScpiError(-224) from None

    def format(self, value: Any, instrument: Any) -> str:
        """See `Kind.format`."""
        return self.replies[value]


@dataclass(frozen=True)
class String(_Kind):
    """Quoted text; `bare` lets a word stand for itself, as a buffer name often does."""

    bare: bool = False
    longest: int = 4096

    def parse(self, token: Token, instrument: Any) -> str:
        """See `Kind.parse`."""
        if token.kind != "string" and not (self.bare and token.kind == "word"):
            raise ScpiError(-104)
        if len(token.text) > self.longest:
            raise ScpiError(-223)
        return token.text

    def format(self, value: Any, instrument: Any) -> str:
        """See `Kind.format`."""
        return '"' + str(value).replace('"', '""') + '"'


@dataclass(frozen=True)
class Block(_Kind):
    """Arbitrary bytes in a #-block."""

    def parse(self, token: Token, instrument: Any) -> bytes:
        """See `Kind.parse`."""
        if token.kind != "block":
            raise ScpiError(-104)
        return token.text.encode("latin-1")


@dataclass(frozen=True)
class Channels(_Kind):
    """A channel list such as (@101,103:105): a tuple of channel numbers, in order."""

    def parse(self, token: Token, instrument: Any) -> tuple[int, ...]:
        """See `Kind.parse`."""
        if token.kind != "expression" or not token.text.startswith("@"):
            raise ScpiError(-104)
        channels: list[int] = []
        for part in token.text[1:].split(","):
            ends = part.strip().split(":")
            if not all(end.isascii() and end.isdigit() and len(end) < 7 for end in ends):
                raise ScpiError(-171)
            first, last = int(ends[0]), int(ends[-1])
            if len(ends) > 2 or abs(last - first) > 9999:
                raise ScpiError(-171)
            step = 1 if last >= first else -1
            channels.extend(range(first, last + step, step))
        return tuple(channels)


def number(low: Bound = -INFINITY, high: Bound = INFINITY, default: Bound | None = None, *,
           unit: str = "") -> Number:
    """A number from `low` to `high` (-222 outside), or MIN, MAX, DEF.

    With `unit` ("V", "A", "S", "OHM", "HZ") a suffix such as mV is taken too, else it is -138.
    """
    return Number(low=low, high=high, default=default, unit=unit)


def integer(low: Bound = -INFINITY, high: Bound = INFINITY,
            default: Bound | None = None) -> Number:
    """A number from `low` to `high`, rounded to the nearest whole one; else as `number`."""
    return Number(low=low, high=high, default=default, whole=True)


def boolean() -> Boolean:
    """ON | OFF | 1 | 0; queried as 1 or 0."""
    return Boolean()


def choice(*words: str, quoted: bool = False) -> Choice:
    """Take one of `words` in pattern notation, such as "VOLTage[:DC]".

    The value is the word's shortest spelling ("VOLT"), -224 for any other word. Words may come
    quoted; the reply is the short form, in quotes if `quoted`.
    """
    return _choice({word: min(spellings(word), key=lambda text: (len(text), text))
                    for word in words}, quoted)


def choice_of(values: Mapping[str, Any], *, quoted: bool = False) -> Choice:
    """As `choice`, with the (hashable) value each word in pattern notation stands for."""
    return _choice(values, quoted)


def string(*, bare: bool = False, longest: int = 4096) -> String:
    """Quoted text of at most `longest` characters; `bare` allows a word without quotes."""
    return String(bare=bare, longest=longest)


def block() -> Block:
    """A #-block, as bytes."""
    return Block()


def channels() -> Channels:
    """A channel list, as a tuple of int."""
    return Channels()


def optional(kind: Any) -> Any:
    """`kind`, which may be left out: None is passed then."""
    return replace(kind, required=False)


def repeated(kind: Any) -> Any:
    """`kind`, any number of times (0 or more) to the end of the command."""
    return replace(kind, required=False, many=True)


def _choice(values: Mapping[str, Any], quoted: bool) -> Choice:
    table: dict[str, Any] = {}
    replies: dict[Any, str] = {}
    for word, value in values.items():
        names = spellings(word)
        table.update(dict.fromkeys(names, value))
        shortest = min(names, key=lambda text: (len(text), text))
        replies.setdefault(value, f'"{shortest}"' if quoted else shortest)
    return Choice(values=table, replies=replies)


def _bound(bound: Bound, instrument: Any) -> float:
    return bound(instrument) if callable(bound) else bound
