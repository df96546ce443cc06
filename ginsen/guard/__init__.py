"""A small process that outlives a run and makes its instruments safe."""

from ginsen.guard.guard import Guard

__all__ = ["Guard"]
