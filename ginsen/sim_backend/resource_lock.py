"""Locks of a VISA resource, exclusive and shared: viLock and viUnlock of VPP-4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyvisa import constants
from pyvisa.constants import StatusCode

if TYPE_CHECKING:
    from ginsen.sim_backend.session import Session


class ResourceLock:
    """Who may use a resource: everyone, one session, or those that share a key."""

    def __init__(self) -> None:
        self.owner: Session | None = None
        self.depth = 0
        self.key: str | None = None
        self.sharers: dict[Session, int] = {}

    def admits(self, session: Session) -> bool:
        """Whether `session` may use the resource."""
        if self.owner is not None:
            return self.owner is session
        return not self.sharers or session in self.sharers

    def state(self) -> constants.AccessModes:
        """What VI_ATTR_RSRC_LOCK_STATE says."""
        if self.owner is not None:
            return constants.AccessModes.exclusive_lock
        if self.sharers:
            return constants.AccessModes.shared_lock
        return constants.AccessModes.no_lock

    def take_exclusive(self, session: Session) -> StatusCode | None:
        """Lock for `session` alone; None if others hold it."""
        if self.owner is session:
            self.depth += 1
            return StatusCode.success_nested_exclusive
        if self.owner is not None or (self.sharers and set(self.sharers) != {session}):
            return None
        self.owner, self.depth = session, 1
        return StatusCode.success

    def take_shared(self, session: Session, key: str) -> StatusCode | None:
        """Lock with those that know `key`; None if others hold it."""
        if self.owner not in (None, session) or (self.sharers and self.key != key):
            return None
        nested = session in self.sharers
        self.key = key
        self.sharers[session] = self.sharers.get(session, 0) + 1
        return StatusCode.success_nested_shared if nested else StatusCode.success

    def release(self, session: Session) -> bool:
        """Undo one lock of `session`; says whether it held one."""
        if self.owner is session:
            self.depth -= 1
            if not self.depth:
                self.owner = None
            return True
        if session not in self.sharers:
            return False
        self.sharers[session] -= 1
        if not self.sharers[session]:
            del self.sharers[session]
        return True

    def release_all(self, session: Session) -> None:
        """Undo every lock of `session`, as closing it does."""
        while self.release(session):
            pass
