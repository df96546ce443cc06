"""Sources on the terminals of a linear device: which voltages and currents they settle at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ginsen.physics.terminals import settle as meet
from ginsen.sim_backend.devices.device import Source
from ginsen.types import Array, Flags


@dataclass(frozen=True, eq=False)
class Settled:
    """Per terminal: `voltage` (V, at the device), `current` (A, into it), whether `clamped`."""

    voltage: Array
    current: Array
    clamped: Flags


def check_drive(dt: float, sources: Sequence[Source], terminals: int) -> None:
    """Raise ValueError unless `dt` (s) and the sources are ones a device can advance under."""
    if not 0 <= dt < np.inf:
        raise ValueError(f"dt is {dt} s: it must be 0 or more and finite")
    if len(sources) != terminals:
        raise ValueError(f"{len(sources)} sources for a device of {terminals} terminals: "
                         "give one each")
    for source in sources:
        if not (np.isfinite(source.voltage) and 0 <= source.resistance < np.inf
                and source.current_limit >= 0):
            raise ValueError(f"{source}: voltage must be finite, resistance 0 or more and finite, "
                             "current_limit 0 or more")


def settle(admittance: Array, sources: Sequence[Source]) -> Settled:
    """Where a device of `admittance` (S, shape (k, k)) and its k sources meet.

    See `ginsen.physics.terminals`; the search begins with none clamped.
    """
    count = len(sources)
    rows = np.array([(source.voltage, source.resistance, source.current_limit, source.connected)
                     for source in sources], dtype=np.float64)
    clamp = np.zeros(count, dtype=np.int64)
    voltage, current = np.zeros((2, count))
    meet(np.ascontiguousarray(admittance), rows, clamp, voltage, current,
         np.empty((count, count + 3)))
    return Settled(voltage, current, clamp != 0)
