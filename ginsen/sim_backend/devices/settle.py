"""Sources on the terminals of a linear device: which voltages and currents they settle at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ginsen.sim_backend.devices.device import Source
from ginsen.types import Array, Flags

# What is left floating still needs a potential: each terminal that no source holds leaks this
# share of its own admittance to 0 V, below what any meter resolves and above rounding.
_LEAK = 1e-12
_CLOSE = 1e-9


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

    A source holds V_s - R I at its terminal unless that takes more than its current limit; then it
    gives the limit. An open terminal carries nothing. The device is passive and each source's
    current falls as its terminal's voltage rises, so the answer is unique: the one way to clamp
    that contradicts no source. Ways are tried from none clamped upwards.
    """
    best, wrong = _try(admittance, sources, (0,) * len(sources))
    if wrong <= _CLOSE:
        return best
    choices = [(0, 1, -1) if source.connected and source.current_limit < np.inf else (0,)
               for source in sources]
    for signs in sorted(product(*choices), key=np.count_nonzero)[1:]:
        settled, worse = _try(admittance, sources, signs)
        if worse < wrong:
            best, wrong = settled, worse
        if wrong <= _CLOSE:
            break
    return best


def _try(
    admittance: Array, sources: Sequence[Source], signs: tuple[int, ...]
) -> tuple[Settled, float]:
    """The answer if the sources clamp with these signs (0: not), and how far it contradicts one."""
    equations, known = admittance.copy(), np.zeros(len(sources))
    for k, (source, sign) in enumerate(zip(sources, signs, strict=True)):
        if source.connected and sign == 0:
            equations[k] *= source.resistance
            equations[k, k] += 1.0
            known[k] = source.voltage
        else:
            # A current is known; in units of the terminal's own admittance the row is near 1.
            own = admittance[k, k] or 1.0
            equations[k] /= own
            equations[k, k] += _LEAK if admittance[k, k] else 1.0
            known[k] = sign * source.current_limit / own if sign else 0.0
    voltage = np.linalg.solve(equations, known)
    current = admittance @ voltage
    wrong = 0.0
    for k, (source, sign) in enumerate(zip(sources, signs, strict=True)):
        if not source.connected:
            current[k] = 0.0
        elif sign == 0:
            if abs(current[k]) > source.current_limit:
                wrong = max(wrong, abs(current[k]) / max(source.current_limit, 1e-30) - 1.0)
        else:
            current[k] = sign * source.current_limit
            drop = sign * (source.voltage - voltage[k] - source.resistance * current[k])
            wrong = max(wrong, -drop / (abs(source.voltage) + abs(voltage[k]) + 1e-30))
    return Settled(voltage, current, np.array(signs) != 0), wrong
