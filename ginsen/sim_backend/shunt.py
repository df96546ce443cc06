"""A device with a resistor from some of its terminals to the common low."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ginsen.sim_backend.devices.device import Device, Source, Terminals

_PIECE = 0.01
"""Longest time (s) for which it is taken as settled which source is at its limit."""


def advance_shunted(device: Device, dt: float, sources: tuple[Source, ...],
                    shunts: Mapping[int, float]) -> Terminals:
    """`Device.advance` with a conductance (S) to 0 V at the terminals named by index.

    The device itself sees what a source and its shunt are together: by Thévenin's theorem a
    voltage V / (1 + R G) behind R / (1 + R G), or, once the source gives no more than its limit I,
    the voltage I / G behind 1 / G. Currents told are those of the sources.
    """
    count = max(1, int(np.ceil(dt / _PIECE)))
    parts = [_piece(device, dt / count, sources, shunts) for _ in range(count)]
    return Terminals(
        np.mean([part.current for part in parts], axis=0),
        np.mean([part.voltage for part in parts], axis=0),
        parts[-1].final_current, parts[-1].final_voltage,
        np.sum([part.clamped for part in parts], axis=0))


def _piece(device: Device, dt: float, sources: tuple[Source, ...],
           shunts: Mapping[int, float]) -> Terminals:
    limited: dict[int, float] = {}
    while True:
        seen = _seen(sources, shunts, limited)
        now = device.advance(0.0, seen)
        given = {index: now.final_current[index] + conductance * now.final_voltage[index]
                 for index, conductance in shunts.items()
                 if index not in limited and sources[index].connected}
        beyond = {index: float(np.sign(current)) for index, current in given.items()
                  if abs(current) > sources[index].current_limit}
        if not beyond:
            break
        limited |= beyond
    at = device.advance(dt, seen)
    current, final, clamped = at.current.copy(), at.final_current.copy(), at.clamped.copy()
    for index, conductance in shunts.items():
        connected = sources[index].connected
        current[index] = current[index] + conductance * at.voltage[index] if connected else 0.0
        final[index] = final[index] + conductance * at.final_voltage[index] if connected else 0.0
        clamped[index] = dt if index in limited else 0.0
    return Terminals(current, at.voltage, final, at.final_voltage, clamped)


def _seen(sources: tuple[Source, ...], shunts: Mapping[int, float],
          limited: Mapping[int, float]) -> tuple[Source, ...]:
    """The sources with their shunts, those in `limited` giving their limit in that direction."""
    seen = list(sources)
    for index, conductance in shunts.items():
        source = sources[index]
        if not source.connected:
            seen[index] = Source(resistance=1.0 / conductance)
        elif index in limited:
            seen[index] = Source(voltage=limited[index] * source.current_limit / conductance,
                                 resistance=1.0 / conductance)
        else:
            share = 1.0 + source.resistance * conductance
            seen[index] = replace(source, voltage=source.voltage / share,
                                  resistance=source.resistance / share, current_limit=np.inf)
    return tuple(seen)
