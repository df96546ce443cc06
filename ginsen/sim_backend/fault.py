"""A fault of a bench: what breaks, when, how often, for how long; told in docs/faults.md."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Fault:
    """One way in which a bench breaks. Raises ValueError, in one sentence, for one that cannot be.

    It befalls `instrument`, or every one, at each occasion allowed by all of: not before `at` (s,
    bench time), only every `every`-th message or reply, only messages whose header is `match`, at
    random intervals of mean `mean_interval` (s); `times` often at most. What lasts ends after
    `duration` (s). `value` is what its kind says: seconds of delay, bytes replaced or kept (NaN:
    half of them), a factor, the relative error of a clock, an error code, Ω. Left out, both are
    what is usual for the kind.
    """

    kind: str
    instrument: str | None = None
    at: float | None = None
    every: int | None = None
    match: str | None = None
    mean_interval: float | None = None
    times: int | None = None
    duration: float = math.nan
    value: float = math.nan
    text: str = ""
    terminal: str | None = None
    silent: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no kind {self.kind!r}; allowed are {', '.join(KINDS)}")
        for name, usual in KINDS[self.kind].items():
            key = _OF_SOME_KINDS[name]
            if key.field in ("duration", "value") and math.isnan(getattr(self, key.field)):
                if usual is None:
                    raise ValueError(f"{name} is missing")
                object.__setattr__(self, key.field, _in_si(usual, key))
        if not self.tied and self.mean_interval is None and (self.times or 1) > 1:
            raise ValueError(f"times: a {self.kind} that no message brings comes once; give it a "
                             "match, every or mean_interval_s too")

    @property
    def most(self) -> float:
        """How often it comes at most."""
        if self.times is not None:
            return self.times
        endless = self.at is None and (self.every or self.match or self.mean_interval)
        return math.inf if endless else 1

    @property
    def spoils_replies(self) -> bool:
        """Whether it befalls a reply."""
        return self.kind.endswith("_reply")

    @property
    def tied(self) -> bool:
        """Whether it comes with a message, not by itself."""
        return self.spoils_replies or self.match is not None or self.every is not None

    def fits(self, message: str) -> bool:
        """Whether a program message has the header it waits for."""
        return self.match is None or any(
            _alike(self.match, unit) for unit in message.upper().split(";"))


class _Key(NamedTuple):
    field: str
    kind: type
    low: float = 0.0
    high: float = 1e12
    per_unit: float = 1.0


_LONG = {"duration_s": math.inf}

KINDS: dict[str, dict[str, Any]] = {
    "late_reply": {"delay_s": None},
    "lost_reply": {},
    "garbled_reply": {"bytes": 3, "text": ""},
    "truncated_reply": {"bytes_kept": math.nan},
    "disconnect": {**_LONG, "silent": False},
    "lock": _LONG,
    "slow": {**_LONG, "factor": 10.0},
    "clock": {**_LONG, "ppm": 50.0},
    "error": {"code": -310, "text": ""},
    "shunt": {**_LONG, "resistance_ohm": 100.0, "terminal": None},
    "lift": {**_LONG, "terminal": None},
    "power_cycle": {"duration_s": 0.0},
    "stuck_on": _LONG,
}
"""The kinds there are, each with the keys of its own and what they are when left out."""

_ALWAYS = {
    "kind": _Key("kind", str),
    "instrument": _Key("instrument", str),
    "at_s": _Key("at", float),
    "every": _Key("every", int, 1),
    "match": _Key("match", str),
    "mean_interval_s": _Key("mean_interval", float, 1e-3),
    "times": _Key("times", int, 1),
}
_OF_SOME_KINDS = {
    "duration_s": _Key("duration", float),
    "delay_s": _Key("value", float),
    "bytes": _Key("value", int, 1),
    "bytes_kept": _Key("value", int),
    "factor": _Key("value", float, 1.0),
    "ppm": _Key("value", float, -1e5, 1e5, per_unit=1e6),
    "code": _Key("value", int, -32768, 32767),
    "resistance_ohm": _Key("value", float, 1e-3),
    "text": _Key("text", str),
    "terminal": _Key("terminal", str),
    "silent": _Key("silent", bool),
}


def fault_of(table: Mapping[str, Any]) -> Fault:
    """The fault a table of a bench file describes.

    Raises ValueError, in one sentence, for a key that is unknown, missing or out of range.
    """
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind: there is no kind {kind!r}; allowed are {', '.join(KINDS)}")
    known = _ALWAYS | {name: _OF_SOME_KINDS[name] for name in KINDS[kind]}
    fields: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"{name} is unknown to a {kind}; allowed are {', '.join(known)}")
        fields[known[name].field] = _checked(name, value, known[name])
    return Fault(**fields)


def _checked(name: str, value: Any, key: _Key) -> Any:
    kinds = (int, float) if key.kind is float else (key.kind,)
    if type(value) not in kinds:
        told = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
        raise ValueError(f"{name} is {told[key.kind]}, not {value!r}")
    if key.kind in (str, bool):
        return value
    if not key.low <= value <= key.high:
        raise ValueError(f"{name} is a number from {key.low:g} to {key.high:g}, not {value!r}")
    return _in_si(value, key)


def _in_si(value: Any, key: _Key) -> Any:
    return value / key.per_unit if key.kind is float else value


def _alike(pattern: str, unit: str) -> bool:
    """Whether the header of a program message unit (upper case) is `pattern` or begins like it."""
    header = unit.split(maxsplit=1)[0] if unit.strip() else ""
    wanted, found = pattern.upper().lstrip(":"), header.lstrip(":")
    if wanted.endswith("?") and not found.endswith("?"):
        return False
    nodes, given = wanted.rstrip("?").split(":"), found.rstrip("?").split(":")
    return len(nodes) <= len(given) and all(
        _same_mnemonic(*pair) for pair in zip(nodes, given, strict=False))


def _same_mnemonic(one: str, other: str) -> bool:
    """Whether one is the short form of the other; a suffix 1 goes without saying."""
    short, long = sorted((re.sub(r"1$", "", one), re.sub(r"1$", "", other)), key=len)
    return short == long or (len(short) >= 3 and not short.startswith("*")
                             and long.startswith(short))
