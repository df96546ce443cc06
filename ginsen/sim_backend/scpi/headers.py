"""Command headers: patterns such as "[:SOURce[1]]:VOLTage[:LEVel]" compiled to a tree.

Notation of SCPI-1999 volume 1, section 5: capitals are the short form, brackets enclose what may
be left out, digits in brackets a default suffix. `<n>` stands for any numeric suffix, which is
passed to the handler.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_NODE = re.compile(r"(\[)?:?(\*?[A-Za-z][A-Za-z_]*[0-9]*|[0-9])(\[[0-9]\])?(<n>)?(\])?")


@dataclass(frozen=True)
class _Node:
    spellings: tuple[str, ...]
    optional: bool
    numbered: bool


@dataclass
class HeaderTree(Generic[T]):
    """A tree of mnemonics with one entry of type T per complete header.

    Keys are upper case. `find` takes what was typed; it is meant to be called once per spelling
    and remembered by the caller.
    """

    entry: T | None = None
    children: dict[str, HeaderTree[T]] = field(default_factory=dict)
    numbered: dict[str, HeaderTree[T]] = field(default_factory=dict)

    def insert(self, pattern: str, entry: T) -> None:
        """Add every spelling of `pattern`; a later entry replaces an earlier one.

        Raises ValueError for a pattern that cannot be read.
        """
        for path in _paths(parse_pattern(pattern)):
            tree = self
            for node in path:
                branch = tree.numbered if node.numbered else tree.children
                child = next((branch[name] for name in node.spellings if name in branch), None)
                if child is None:
                    child = HeaderTree()
                for name in node.spellings:
                    branch.setdefault(name, child)
                tree = child
            tree.entry = entry

    def find(self, header: str) -> tuple[T, tuple[int, ...]] | None:
        """The entry of a header without colon in front, in any case, and its `<n>` suffixes."""
        return self._find(header.upper().split(":"))

    def _find(self, names: list[str]) -> tuple[T, tuple[int, ...]] | None:
        if not names:
            return None if self.entry is None else (self.entry, ())
        name, rest = names[0], names[1:]
        if name in self.children:
            found = self.children[name]._find(rest)
            if found is not None:
                return found
        stem = name.rstrip("0123456789")
        if stem in self.numbered:
            found = self.numbered[stem]._find(rest)
            if found is not None:
                entry, suffixes = found
                return entry, (int(name[len(stem):] or 1), *suffixes)
        return None


def short_form(mnemonic: str) -> str:
    """`VOLTage` -> `VOLT`: the capitals, digits and star of a mnemonic."""
    return "".join(letter for letter in mnemonic if not letter.islower())


def parse_pattern(pattern: str) -> tuple[_Node, ...]:
    """The nodes of a pattern. Raises ValueError if the notation is not the one above."""
    nodes = []
    position = 0
    body = pattern.rstrip("?")
    while position < len(body):
        match = _NODE.match(body, position)
        if match is None or (match.group(1) is None) != (match.group(5) is None):
            raise ValueError(f"{pattern!r} is no header pattern at {body[position:]!r}: "
                             "write it like [:SOURce[1]]:VOLTage[:LEVel]")
        optional, name, default, numbered, _ = match.groups()
        names = {short_form(name), name.upper()}
        if default:
            names |= {each + default[1:-1] for each in names}
        nodes.append(_Node(tuple(sorted(names)), optional is not None, numbered is not None))
        position = match.end()
    return tuple(nodes)


def spellings(pattern: str) -> frozenset[str]:
    """Every accepted spelling of a pattern without `<n>`, in upper case, nodes joined by colons."""
    found = set()
    for path in _paths(parse_pattern(pattern)):
        texts = [""]
        for node in path:
            texts = [f"{text}:{name}" for text in texts for name in node.spellings]
        found |= {text[1:] for text in texts}
    return frozenset(found)


def _paths(nodes: tuple[_Node, ...]) -> Iterator[tuple[_Node, ...]]:
    """Every way through the nodes, optional ones taken or left; never the empty one."""
    ways: list[tuple[_Node, ...]] = [()]
    for node in nodes:
        ways = [(*way, *step) for way in ways
                for step in (((node,), ()) if node.optional else ((node,),))]
    return (way for way in ways if way)
