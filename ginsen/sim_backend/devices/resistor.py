"""A resistor between two terminals: the device whose every answer is known."""

from __future__ import annotations

import numpy as np

from ginsen.sim_backend.devices.device import OPEN, Source, Terminals
from ginsen.sim_backend.devices.settle import Settled, check_drive, settle
from ginsen.types import Array


class Resistor:
    """`resistance` (Ω) between terminals A and B. Raises ValueError unless greater than 0."""

    def __init__(self, resistance: float) -> None:
        if not 0 < resistance < np.inf:
            raise ValueError(f"resistance is {resistance} Ω: it must be greater than 0 and finite")
        self.resistance = resistance
        self._admittance = np.array([[1.0, -1.0], [-1.0, 1.0]]) / resistance
        self._sources: tuple[Source, ...] = ()
        self._settled = settle(self._admittance, (OPEN, OPEN))
        self._unclamped: Terminals | None = None

    @property
    def caveat(self) -> str:
        """It is quieter than any real one."""
        return ("The simulated resistor has no noise of its own: every beta of this record is the "
                "instrument's.")

    @property
    def terminals(self) -> tuple[str, ...]:
        """A and B."""
        return ("A", "B")

    def advance(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """As `Device.advance`; a resistor does not change, so means and finals agree.

        As long as the sources stay the same, so do the arrays.
        """
        if sources != self._sources or not 0 <= dt < np.inf:
            check_drive(dt, sources, 2)
            at = self._settled = settle(self._admittance, sources)
            self._sources = sources
            self._unclamped = (None if at.clamped.any()
                               else _resting(at, np.zeros(2), steady=True))
        return self._unclamped or _resting(self._settled, np.where(self._settled.clamped, dt, 0.0))


def _resting(at: Settled, clamped: Array, *, steady: bool = False) -> Terminals:
    return Terminals(at.current, at.voltage, at.current, at.voltage, clamped, steady)
