"""Locks of a VISA resource, exclusive and shared, as section 3.6 of VPP-4.3 has them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal

Kind = Literal["exclusive", "shared"]


class ResourceLock:
    """Who may use a resource: everyone, one holder, or those that share a key.

    A holder is whoever asks for a lock: a session, or the link of a client. One that shares a
    lock may have the exclusive one besides, which keeps the others out meanwhile.
    """

    def __init__(self) -> None:
        self.owner: Hashable | None = None
        self.depth = 0
        self.key: str | None = None
        self.sharers: dict[Hashable, int] = {}

    @property
    def kind(self) -> Kind | None:
        """How the resource is locked now, by whomever."""
        if self.owner is not None:
            return "exclusive"
        return "shared" if self.sharers else None

    @property
    def holders(self) -> int:
        """How many hold a lock of either kind."""
        return len(self.sharers.keys() | ({self.owner} - {None}))

    def admits(self, holder: Hashable) -> bool:
        """Whether `holder` may use the resource."""
        if self.owner is not None:
            return self.owner is holder
        return not self.sharers or holder in self.sharers

    def held_by(self, holder: Hashable) -> Kind | None:
        """Which lock of its own `holder` would give back next."""
        if self.owner is holder:
            return "exclusive"
        return "shared" if holder in self.sharers else None

    def take_exclusive(self, holder: Hashable) -> bool:
        """Lock for `holder` alone, once more if it has; False while others keep it from that."""
        if not self.admits(holder):
            return False
        self.owner = holder
        self.depth += 1
        return True

    def take_shared(self, holder: Hashable, key: str) -> bool:
        """Lock with those that know `key`; False while others keep it from that.

        Whoever has the exclusive lock can't share it too (rule 3.6.12).
        """
        if self.owner is not None or (self.sharers and self.key != key):
            return False
        self.key = key
        self.sharers[holder] = self.sharers.get(holder, 0) + 1
        return True

    def release(self, holder: Hashable) -> Kind | None:
        """Undo one lock of `holder`, the exclusive one first; which it was, None if it has none."""
        kind = self.held_by(holder)
        if kind == "exclusive":
            self.depth -= 1
            if not self.depth:
                self.owner = None
        elif kind == "shared":
            self.sharers[holder] -= 1
            if not self.sharers[holder]:
                del self.sharers[holder]
        return kind

    def release_all(self, holder: Hashable) -> None:
        """Undo every lock of `holder`, as closing it does."""
        while self.release(holder):
            pass
