"""viLock and viUnlock of one session, with the statuses VPP-4.3 lists for them."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from pyvisa import constants
from pyvisa.constants import StatusCode

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.resource_lock import Kind, ResourceLock
from ginsen.sim_backend.scpi.exchange import Instrument

_LOCK_POLL = 0.002
"""Wall seconds between two tries for a lock."""

_LONGEST_KEY = 255

_MODES: dict[Kind | None, constants.AccessModes] = {
    "exclusive": constants.AccessModes.exclusive_lock,
    "shared": constants.AccessModes.shared_lock,
    None: constants.AccessModes.no_lock,
}
_NESTED: dict[Kind | None, StatusCode] = {
    "exclusive": StatusCode.success_nested_exclusive,
    "shared": StatusCode.success_nested_shared,
    None: StatusCode.success,
}


class SessionLock:
    """What a session has of the lock of its resource; the session's link holds it."""

    def __init__(self, bench: Bench, instrument: Instrument, link: Link,
                 lock: ResourceLock) -> None:
        self._bench = bench
        self._instrument = instrument
        self._link = link
        self._lock = lock

    @property
    def mode(self) -> constants.AccessModes:
        """What VI_ATTR_RSRC_LOCK_STATE says."""
        return _MODES[self._lock.kind]

    def admits(self) -> bool:
        """Whether the session may use its resource."""
        return self._lock.admits(self._link)

    def take_exclusive(self, timeout: float) -> StatusCode:
        """ViLock for this session alone, waiting up to `timeout` s; see `_acquire`."""
        return self._acquire(lambda: self._lock.take_exclusive(self._link), timeout)

    def take_shared(self, timeout: float, key: str) -> tuple[str, StatusCode]:
        """ViLock with all that know `key`, or without one to be told it; see `_acquire`.

        Keys are shorter than 256 characters, and a session has one at a time (rules 3.6.17 to
        3.6.20 and 3.6.31 of VPP-4.3).
        """
        with self._bench.lock:
            held = self._lock.key if self._link in self._lock.sharers else None
        if len(key) > _LONGEST_KEY or (held and key not in ("", held)):
            return "", StatusCode.error_invalid_access_key
        key = held or key or uuid.uuid4().hex
        return key, self._acquire(lambda: self._lock.take_shared(self._link, key), timeout)

    def _acquire(self, take: Callable[[], bool], timeout: float) -> StatusCode:
        """Wait up to `timeout` wall seconds for a lock: it is held by people, not by time.

        Only that of a fault is held by bench time, and waited for in it.
        """
        trouble = self._instrument.trouble
        if trouble.locked and not self._bench.wait(
                lambda: not trouble.locked, self._bench.current_time() + timeout):
            return StatusCode.error_resource_locked
        deadline = time.monotonic() + timeout
        while True:
            with self._bench.lock:
                before = self._lock.held_by(self._link)
                if take():
                    nested = before == self._lock.held_by(self._link)
                    return _NESTED[before if nested else None]
            if time.monotonic() >= deadline:
                return StatusCode.error_resource_locked
            time.sleep(_LOCK_POLL)

    def release(self) -> StatusCode:
        """Give one lock back (viUnlock)."""
        with self._bench.lock:
            if self._lock.release(self._link) is None:
                return StatusCode.error_session_not_locked
            return _NESTED[self._lock.held_by(self._link)]

    def release_all(self) -> None:
        """Give every lock back, as closing the session does; for who holds the bench's lock."""
        self._lock.release_all(self._link)
