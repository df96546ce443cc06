"""The base of virtual instruments without an error queue or a status byte: one line, one answer."""

from __future__ import annotations

from collections.abc import Callable

from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.exchange import Instrument


class PlainInstrument(Instrument):
    """An instrument that says in its replies whatever there is to say."""

    def report(self, error: ScpiError) -> None:
        """There is no error queue: what goes wrong is told in the reply."""

    def changed(self) -> None:
        """There is no status byte."""

    def cleared(self) -> None:
        """A device clear drops replies; what is under way goes on."""

    def on_service_request(self, notify: Callable[[], None]) -> None:
        """It never asks for service."""

    def ignore_service_request(self, notify: Callable[[], None]) -> None:
        """It never asks for service."""

    def serial_poll(self) -> int:
        """There is no status byte."""
        return 0

    def bus_trigger(self) -> None:
        """The interface's trigger does nothing."""
