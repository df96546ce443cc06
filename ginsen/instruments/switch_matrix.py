"""What every switch matrix does: channels closed and opened, never with an output on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from ginsen.instruments.source_meter import InstrumentError


class SwitchMatrix(ABC):
    """Relays with numbers. Before any moves `before_switching` is called.

    A station sets it to switch its outputs off; what it raises keeps every relay where it is.
    """

    before_switching: Callable[[], object] = staticmethod(lambda: None)

    @abstractmethod
    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError if another model answers."""

    @property
    @abstractmethod
    def closed(self) -> tuple[int, ...]:
        """The closed channels, as the instrument tells them."""

    @abstractmethod
    def close(self) -> None:
        """End the VISA session; every relay stays where it is."""

    @abstractmethod
    def _switch(self, closing: Sequence[int], opening: Sequence[int]) -> None:
        """Open some channels, then close others."""

    def connect(self, *channels: int) -> None:
        """Have just these channels closed, all others open before; none for all open.

        Raises InstrumentError unless the instrument then says so.
        """
        self.before_switching()
        now = self.closed
        self._switch([each for each in channels if each not in now],
                     [each for each in now if each not in channels])
        told = self.closed
        if set(told) != set(channels):
            raise InstrumentError(f"channels {_list(channels)} were to be closed; the instrument "
                                  f"says {_list(told)}.")


def _list(channels: Sequence[int]) -> str:
    return ", ".join(str(each) for each in sorted(channels)) or "none"
