"""A TOML table that says where what is wrong in it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any


class PlanError(ValueError):
    """A plan that is not as it must be; the message says where and what is allowed."""


class PlanTable:
    """A table of a plan file; `where` is how messages call it.

    Every getter raises PlanError, in one sentence, for a value of another kind.
    """

    def __init__(self, entries: Mapping[str, Any], where: str) -> None:
        self.entries = entries
        self.where = where

    def only(self, *known: str) -> None:
        """Refuse keys that are not known here."""
        for key in self.entries:
            if key not in known:
                raise PlanError(f"{self.where}: {key!r} is not known here; known are "
                                f"{', '.join(known)}.")

    def table(self, key: str, where: str) -> PlanTable:
        """The table under a key, empty if left out; messages call it `where`."""
        value = self.entries.get(key, {})
        if not isinstance(value, dict):
            raise PlanError(f"{self.where}: {key} is {value!r}; it must be a table.")
        return PlanTable(value, where)

    def tables(self, key: str) -> list[PlanTable]:
        """The tables of a list, [[key]]."""
        value = self.entries.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise PlanError(f"{self.where}: {key} must be tables, each headed [[{key}]].")
        return [PlanTable(each, f"{self.where}, [[{key}]] {at}")
                for at, each in enumerate(value, start=1)]

    def text(self, key: str, default: str | None = None) -> str:
        """A text; missing is wrong unless there is a default."""
        value = self.entries.get(key, default)
        if not isinstance(value, str):
            raise PlanError(f"{self.where}: {key} is missing." if value is None else
                            f"{self.where}: {key} is {value!r}; it must be a text in quotes.")
        return value

    def word(self, key: str, allowed: Sequence[str], *, required: bool = False) -> str:
        """One of the allowed texts; if left out the first, unless it is required."""
        value = self.text(key, None if required else allowed[0])
        if value not in allowed:
            raise PlanError(f"{self.where}: {key} is {value!r}; it must be one of "
                            f"{', '.join(allowed)}.")
        return value

    def words(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """A list of allowed texts, each once; empty if left out."""
        value = self.entries.get(key, [])
        if not isinstance(value, list) or not all(each in allowed for each in value):
            raise PlanError(f"{self.where}: {key} is {value!r}; it must be a list of "
                            f"{' and '.join(map(repr, allowed))}.")
        return tuple(dict.fromkeys(value))

    def number(self, key: str, default: float, *, least: float = -math.inf) -> float:
        """A number of at least `least`."""
        return self._number(self.entries.get(key, default), key, least)

    def numbers(self, key: str, default: tuple[float, ...], *, least: float) -> tuple[float, ...]:
        """A list of such numbers, each once."""
        value = self.entries.get(key, list(default))
        if not isinstance(value, list) or not value:
            raise PlanError(f"{self.where}: {key} is {value!r}; it must be a list of numbers.")
        return tuple(dict.fromkeys(self._number(each, key, least) for each in value))

    def whole(self, key: str, default: int, *, least: int) -> int:
        """A whole number of at least `least`."""
        value = self.entries.get(key, default)
        if type(value) is not int or (key in self.entries and value < least):
            raise PlanError(f"{self.where}: {key} is {value!r}; it must be a whole number of at "
                            f"least {least}.")
        return value

    def _number(self, value: object, key: str, least: float) -> float:
        known = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not known or not float(value) >= least:  # type: ignore[arg-type]
            bound = "" if least == -math.inf else f" of at least {least:g}"
            raise PlanError(f"{self.where}: {key} is {value!r}; it must be a number{bound}.")
        return float(value)  # type: ignore[arg-type]
