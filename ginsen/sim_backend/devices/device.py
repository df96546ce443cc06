"""What a device under test is to the bench: terminals that answer to sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ginsen.types import Array


@runtime_checkable
class Drawable(Protocol):
    """A device that can be drawn as it is now."""

    def snapshot(self) -> Mapping[str, Array]:
        """Arrays to draw it from, by name."""
        ...


@runtime_checkable
class Stochastic(Protocol):
    """A device to which things happen by chance."""

    def reseed(self, seed: int) -> None:
        """Draw all that happens from now on from `seed`; the sample itself stays as it is."""
        ...


@dataclass(frozen=True)
class Source:
    """What is wired to one terminal: `voltage` (V) behind `resistance` (Ω, 0 or more).

    The current is clamped to ± `current_limit` (A). `connected=False` is an open terminal.
    """

    voltage: float = 0.0
    resistance: float = 0.0
    current_limit: float = float("inf")
    connected: bool = True


OPEN = Source(connected=False)
GROUND = Source()


@dataclass(frozen=True, eq=False)
class Terminals:
    """How the terminals fared over one advance; every array has shape (terminals,).

    `current` (A, into the device) and `voltage` (V, at the device, behind the source's
    resistance) are means over the time, `final_current` and `final_voltage` the values at its
    end, `clamped` the seconds spent at the current limit. `steady` says that none is clamped, and
    that all of this stays as it is until a source changes.
    """

    current: Array
    voltage: Array
    final_current: Array
    final_voltage: Array
    clamped: Array
    steady: bool = False


class Device(Protocol):
    """Physics and nothing else: it knows of no instrument."""

    @property
    def terminals(self) -> tuple[str, ...]:
        """The names by which the bench file wires them."""
        ...

    @property
    def caveat(self) -> str:
        """What its records must not be taken for, an ASCII sentence; empty if nothing."""
        ...

    def advance(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """Move the device on by `dt` seconds (0 or more) under one source per terminal.

        The means are exact over `dt` (charge / dt), so that an integrating meter integrates
        right; with `dt` = 0 they equal the final values.
        """
        ...
