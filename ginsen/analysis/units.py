"""Numbers that know their unit, so that whoever prints a result need not be told it again."""

from __future__ import annotations

from typing import Annotated

Seconds = Annotated[float, "s"]
Volts = Annotated[float, "V"]
Amperes = Annotated[float, "A"]
Siemens = Annotated[float, "S"]
Watts = Annotated[float, "W"]
PerHertz = Annotated[float, "1/Hz"]
Hertz = Annotated[float, "Hz"]
AmperesSquaredPerHertz = Annotated[float, "A²/Hz"]


def key_of(name: str, unit: str) -> str:
    """A quantity's name with its unit, as files, JSON and stop rules have it: `half_life_s`."""
    plain = unit.replace("1/", "per_").replace("/", "_per_").replace("²", "2")
    return f"{name}_{plain}" if unit else name
