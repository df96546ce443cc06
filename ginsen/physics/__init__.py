"""Equations and solvers as pure functions: networks, junctions, Kirchhoff."""

from contextlib import suppress
from pathlib import Path


def _drop_stale_kernels() -> None:
    """Forget compiled kernels that are older than any source in this room.

    A kernel is cached with those it calls inside, but numba looks at its own file only when it asks
    whether the cache still holds.
    """
    room = Path(__file__).parent
    newest = max(source.stat().st_mtime for source in room.glob("*.py"))
    for index in (room / "__pycache__").glob("*.nbi"):
        # Another process may have been quicker, or the place may not be ours to write.
        with suppress(OSError):
            if index.stat().st_mtime < newest:
                index.unlink()


_drop_stale_kernels()
