"""How a command is declared, and how a table of them turns a message into steps.

A table maps header patterns (headers.py) to what they do::

    commands = {
        "[:SOURce[1]]:VOLTage[:LEVel]": setting("source.level", number(-210, 210)),
        ":OUTPut[1][:STATe]":           setting("output", boolean()),
        ":TRACe:CLEar":                 action(clear_buffer, optional(string())),
        ":READ?":                       query(read),
    }

`setting` makes both the command and its query; `action` a command; `query` a query, whose
pattern ends in a question mark. A pattern may appear once with and once without it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.headers import HeaderTree
from ginsen.sim_backend.scpi.message import Token, split_units
from ginsen.sim_backend.scpi.parameters import Kind, Number, optional, string


@dataclass(frozen=True)
class Command:
    """One command or query.

    `run(instrument, *suffixes, *values)` returns the reply (None for a command), or a generator
    that yields the bench seconds it takes and returns the reply. `cost` (s) is what the command
    itself takes, None for the instrument's usual. `reply` formats the reply. `indefinite` marks a
    reply without a defined end, after which no query may follow in a message.
    """

    run: Callable[..., Any]
    kinds: tuple[Kind, ...] = ()
    cost: float | None = None
    reply: Kind | None = None
    indefinite: bool = False

    @cached_property
    def _bare(self) -> tuple[None, ...] | None:
        """The values where no data is given; None where some must be."""
        if any(kind.required for kind in self.kinds):
            return None
        return tuple(None for kind in self.kinds if not kind.many)

    def arguments(self, tokens: tuple[Token, ...], instrument: Any) -> Sequence[Any]:
        """The values of `tokens`. Raises ScpiError: -108, -109, or what a kind objects to."""
        if not tokens and self._bare is not None:
            return self._bare
        values: list[Any] = []
        rest = iter(tokens)
        for kind in self.kinds:
            if kind.many:
                values.extend(kind.parse(token, instrument) for token in rest)
                return values
            token = next(rest, None)
            if token is not None:
                values.append(kind.parse(token, instrument))
            elif kind.required:
                raise ScpiError(-109)
            else:
                values.append(None)
        if next(rest, None) is not None:
            raise ScpiError(-108)
        return values


@dataclass(frozen=True)
class Setting:
    """A command and the query of the same header."""

    command: Command
    query: Command


@dataclass(frozen=True)
class Query:
    """A query; its pattern ends in a question mark."""

    query: Command


@dataclass(frozen=True)
class Action:
    """A command that cannot be queried."""

    command: Command


Entry = Setting | Query | Action
Step = tuple[Command, tuple[int, ...], tuple[Token, ...], bool]
"""A command, the suffixes in its header, its data, and whether it is a query."""


def setting(path: str, kind: Any, *, cost: float | None = None) -> Setting:
    """A value to set and ask for: the attribute `path` ("source.level") of the instrument.

    Setting it assigns to the attribute (a property may raise ScpiError to refuse); the query
    reads it, or answers MIN, MAX or DEF of a number when asked `? MAX`.
    """
    read = operator.attrgetter(path)
    owner_path, _, name = path.rpartition(".")
    owner = operator.attrgetter(owner_path) if owner_path else None

    def assign(instrument: Any, value: Any) -> None:
        setattr(owner(instrument) if owner else instrument, name, value)

    def ask(instrument: Any, word: str | None = None) -> Any:
        return read(instrument) if word is None else kind.named(word, instrument)

    return Setting(Command(assign, (kind,), cost), Command(ask, _words(kind), cost, kind))


def stored(kind: Any, get: Callable[[Any], Any], put: Callable[[Any, Any], None]) -> Setting:
    """A setting read with `get(instrument)` and set with `put(instrument, value)`.

    A number also answers ? MIN, MAX, DEF.
    """
    def ask(instrument: Any, word: str | None = None) -> Any:
        return get(instrument) if word is None else kind.named(word, instrument)

    return Setting(Command(put, (kind,)), Command(ask, _words(kind), None, kind))


def _words(kind: Any) -> tuple[Kind, ...]:
    """What the query of a setting takes: a number MIN, MAX or DEF."""
    return (optional(string(bare=True)),) if isinstance(kind, Number) else ()


def query(run: Callable[..., Any], *kinds: Any, cost: float | None = None,
          reply: Any = None, indefinite: bool = False) -> Query:
    """A query answered by `run(instrument, *values)`; see Command."""
    return Query(Command(run, kinds, cost, reply, indefinite))


def action(run: Callable[..., Any], *kinds: Any, cost: float | None = None) -> Action:
    """A command carried out by `run(instrument, *values)`; see Command."""
    return Action(Command(run, kinds, cost))


class CommandTable:
    """A compiled table: knows every spelling, and remembers the messages it has seen."""

    _REMEMBERED = 4096

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        """Compile `entries`. Raises ValueError for a pattern that does not fit its entry."""
        self._commands: HeaderTree[Command] = HeaderTree()
        self._queries: HeaderTree[Command] = HeaderTree()
        self._programs: dict[str, tuple[Step | ScpiError, ...]] = {}
        for pattern, entry in entries.items():
            if pattern.endswith("?") != isinstance(entry, Query):
                raise ValueError(f"{pattern!r}: the pattern of a query ends in a question mark, "
                                 "that of a setting or action does not")
            if not isinstance(entry, Query):
                self._commands.insert(pattern, entry.command)
            if not isinstance(entry, Action):
                self._queries.insert(pattern, entry.query)

    def program(self, message: str) -> tuple[Step | ScpiError, ...]:
        """The steps of a message in order; an error, if any, is the last.

        A header without a leading colon continues from the branch of the one before it in the
        message; common commands leave that branch alone (SCPI-1999 volume 1, 6.2.4).
        """
        program = self._programs.get(message)
        if program is None:
            program = tuple(self._steps(message))
            if len(self._programs) >= self._REMEMBERED:
                self._programs.clear()
            if len(message) < 256:
                self._programs[message] = program
        return program

    def _steps(self, message: str) -> list[Step | ScpiError]:
        steps: list[Step | ScpiError] = []
        branch = ""
        for unit in split_units(message):
            header = unit.header
            is_query = header.endswith("?")
            name = header.rstrip("?").lstrip(":")
            if not name.startswith("*"):
                if not header.startswith(":"):
                    name = branch + name
                branch = name[:name.rfind(":") + 1]
            found = (self._queries if is_query else self._commands).find(name) if name else None
            if found is None:
                steps.append(unit.fault if unit.fault and not header else ScpiError(-113))
                break
            if unit.fault:
                steps.append(unit.fault)
                break
            steps.append((found[0], found[1], unit.tokens, is_query))
        return steps
