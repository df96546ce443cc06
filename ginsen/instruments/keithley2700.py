"""Keithley 2700 with 7709 cards as a switch matrix, on PyMeasure's class. Virtual only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymeasure.instruments import keithley

from ginsen.instruments.source_meter import InstrumentError
from ginsen.instruments.switch_matrix import SwitchMatrix


class Keithley2700(keithley.Keithley2700, SwitchMatrix):  # type: ignore[misc]
    """A Keithley 2700. On opening it is asked for errors and cards; nothing is switched."""

    def __init__(self, adapter: Any, **kwargs: Any) -> None:
        super().__init__(adapter, "Keithley 2700", **kwargs)

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError unless it is a 2700."""
        identity = str(self.id).strip()
        if "MODEL 2700" not in identity.upper():
            raise InstrumentError(f"{identity[:60]!r} answered: the station expects a Keithley "
                                  "2700.")
        return identity

    @property
    def closed(self) -> tuple[int, ...]:
        """The closed channels."""
        return tuple(self.closed_channels)

    def close(self) -> None:
        """End the session; every relay stays where it is."""
        self.adapter.close()

    def _switch(self, closing: Sequence[int], opening: Sequence[int]) -> None:
        if opening:
            self.open_channels = list(opening)
        if closing:
            self.closed_channels = list(closing)
