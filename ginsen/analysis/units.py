"""Numbers that know their unit, so that whoever prints a result need not be told it again."""

from __future__ import annotations

from typing import Annotated

Seconds = Annotated[float, "s"]
Volts = Annotated[float, "V"]
Amperes = Annotated[float, "A"]
Siemens = Annotated[float, "S"]
Watts = Annotated[float, "W"]
PerHertz = Annotated[float, "1/Hz"]
