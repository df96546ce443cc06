"""What every probe station does: dies told, contact made and released, never a scratch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ginsen.instruments.contact import UNVERIFIED


@dataclass(frozen=True, order=True)
class Die:
    """A place of a wafer map: column, row, and the subdie within, from 0."""

    column: int
    row: int
    subdie: int = 0

    def __str__(self) -> str:
        return f"C{self.column}R{self.row}" + (f"S{self.subdie}" if self.subdie else "")


class ProbeStation(ABC):
    """A chuck that carries a wafer under fixed probes.

    Before each motion `before_moving` is called; a station sets it to switch its outputs off. What
    it raises keeps the chuck where it is. A motion is answered when it is done, which may take a
    minute and can't be interrupted.
    """

    before_moving: Callable[[], object] = staticmethod(lambda: None)

    marks: Mapping[Die | None, int] = MappingProxyType({})
    """How often this driver has sent each die into contact, which leaves a mark each time.

    None stands for where the chuck stood when no die was named.
    """

    place: Die | None = None
    """The die last contacted, None where none was named."""

    quality = UNVERIFIED
    """What is known of the contact: the chuck's height is told, no sensor tells more."""

    @property
    def touchdowns(self) -> int:
        """How often this driver has sent the chuck into contact."""
        return sum(self.marks.values())

    @property
    @abstractmethod
    def in_contact(self) -> bool | None:
        """Whether the chuck is at contact height, as last told; None where that is not known."""

    @abstractmethod
    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError if another model answers."""

    @abstractmethod
    def dies(self) -> tuple[Die, ...]:
        """The places selected for probing, in the order of their route; nothing moves."""

    @abstractmethod
    def move_to(self, die: Die) -> None:
        """Put a die under the probes. Raises ValueError unless the chuck is out of contact."""

    @abstractmethod
    def touch(self) -> None:
        """Raise the chuck to contact height. Raises InstrumentError unless it says it is there."""

    @abstractmethod
    def release(self) -> None:
        """Lower the chuck to separation. Raises InstrumentError unless it says it is there."""

    @abstractmethod
    def close(self) -> None:
        """End the VISA session; the chuck stays where it is."""

    def contact(self, die: Die | None = None) -> None:
        """Make contact: with a die, released and moved to it before, or where the chuck stands."""
        if die is not None:
            self.release()
            self.move_to(die)
        self.place = die
        self.marks = {**self.marks, die: self.marks.get(die, 0) + 1}
        self.touch()
