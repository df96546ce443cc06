"""What the names of a script processor mean: values to read and set, constants, functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.tsp.interpreter import LIST, Kind

TOO_SMALL = ScpiError(1101, "Parameter too small")
TOO_BIG = ScpiError(1102, "Parameter too big")
ILLEGAL = ScpiError(-224, "Illegal parameter value")


@dataclass(frozen=True)
class Name:
    """One name: `get()` answers its value, `put(value)` sets it, `call(...)` calls it.

    Each may return a process instead, which takes bench time and returns the value. To refuse it
    raises ScpiError; the error is queued and the script goes on.
    """

    kind: Kind
    get: Callable[[], Any] | None = None
    put: Callable[[Any], Any] | None = None
    call: Callable[..., Any] | None = None


def attribute(get: Callable[[], Any], put: Callable[[Any], Any]) -> Name:
    """A value to read and to set."""
    return Name("attribute", get, put)


def constant(value: Any) -> Name:
    """A value to read; a callable is asked at each reading."""
    return Name("constant", value if callable(value) else lambda: value)


def function(call: Callable[..., Any]) -> Name:
    """Something to call."""
    return Name("function", call=call)


def kinds(names: Mapping[str, Name]) -> dict[str, Kind]:
    """What each dotted name is, the tables they lie in included."""
    found: dict[str, Kind] = {}
    for path, name in names.items():
        parts = path.split(".")
        for depth in range(1, len(parts)):
            found[".".join(parts[:depth])] = "table"
        found[path] = name.kind
    return found


def number(value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A number of a script; true is 1 and false 0. Raises ScpiError outside `low` to `high`."""
    if not isinstance(value, (int, float)) or math.isnan(value):
        raise ILLEGAL
    if value < low:
        raise TOO_SMALL
    if value > high:
        raise TOO_BIG
    return float(value)


def whole(value: Any, low: float, high: float) -> int:
    """A whole number of a script. Raises ScpiError outside `low` to `high`."""
    return int(number(value, low, high))


def among(value: Any, allowed: Mapping[int, Any]) -> Any:
    """What one of a few whole numbers stands for. Raises ScpiError for another."""
    if not isinstance(value, (int, float)) or value not in allowed:
        raise ILLEGAL
    return allowed[int(value)]


def numbers(value: Any, low: float, high: float) -> tuple[float, ...]:
    """The numbers of a table, one at least, each within `low` to `high`. Raises ScpiError."""
    if not isinstance(value, str) or not value.startswith(LIST) or value == LIST:
        raise ILLEGAL
    return tuple(number(float(each), low, high) for each in value[1:].split(","))
