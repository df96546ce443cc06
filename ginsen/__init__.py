"""Ginsen: one measurement, on the sample and on its simulated twin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ginsen.protocols.run import Result, run
    from ginsen.station import Station

__all__ = ["Result", "Station", "run"]

_PLACES = {"Result": "ginsen.protocols.run", "Station": "ginsen.station",
           "run": "ginsen.protocols.run"}


def __getattr__(name: str) -> object:
    """The public face, imported on first use so that `ginsen --help` stays quick."""
    if name not in _PLACES:
        raise AttributeError(f"module 'ginsen' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
