"""Where a recording goes on when its own file can't be written any more."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path


def folders_elsewhere(asked: Sequence[Path], avoid: Path) -> tuple[Path, ...]:
    """The folders to try, in this order: those asked for, this user's state folder, the temporary.

    Without `avoid`, the folder that has just failed.
    """
    return tuple(dict.fromkeys(folder.absolute() for folder in
                               (*asked, state_folder(), Path(tempfile.gettempdir()))
                               if folder.absolute() != avoid.absolute()))


def names_after(path: Path, folder: Path) -> Iterator[Path]:
    """Names for a file that continues `path`: run-continued.h5, run-continued-2.h5, ..."""
    stem = path.stem.partition("-continued")[0]
    yield folder / f"{stem}-continued{path.suffix}"
    number = 2
    while True:
        yield folder / f"{stem}-continued-{number}{path.suffix}"
        number += 1


def state_folder() -> Path:
    """Where Ginsen keeps, for this user, what must outlive it; it may have to be made."""
    return _state_home() / "ginsen"


def _state_home() -> Path:
    """Where programs of this user keep what must outlive them, by the system's own rules."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    # XDG Base Directory Specification 0.8: a path that is not absolute counts as not set.
    asked = Path(os.environ.get("XDG_STATE_HOME", ""))
    return asked if asked.is_absolute() else Path.home() / ".local" / "state"
