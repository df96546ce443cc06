"""Who is writing a file: a lock that the system takes back from a program that dies.

The lock is shared, so that others may read what is being written: HDF5 takes the same one to read,
and an exclusive one to write.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ginsen.records.error import RecordError

if sys.platform != "win32":
    import fcntl

QUIET = 60.0
"""Seconds for which a file must have been left alone where the file system knows no locks."""


class InUse(RecordError):
    """Another program has the file open."""


def hold(descriptor: int) -> None:
    """Show that an open file is being written, as long as it is open."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # some network shares have no locks
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Meanwhile nobody writes a file, nor can anybody begin to. Raises InUse if somebody does.

    Windows lets no file be replaced that is open elsewhere, and has no such lock. Where the file
    system has none either, a file that changed within `QUIET` s counts as being written.
    """
    if sys.platform == "win32":
        yield
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"{path} is open in another program, which may still be writing it; "
                        "nothing was changed") from None
        except OSError:
            if time.time() - path.stat().st_mtime < QUIET:
                raise InUse(f"{path} changed less than {QUIET:g} s ago, and its file system cannot "
                            "tell who has it open; nothing was changed") from None
        yield
