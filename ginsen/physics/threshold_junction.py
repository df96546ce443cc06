"""The deterministic junction of `ginsen.physics.junction` as a law for the engine."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from ginsen.physics.junction import TUNNEL_CONDUCTANCE, TUNNEL_DECAY, JunctionModel
from ginsen.physics.kernel import Indices, inner
from ginsen.physics.law import EVOLVE, FELT, SINCE, JunctionLaw
from ginsen.types import Array

FILAMENT = 2
"""The column of the state that holds the filament λ (V s)."""

_SET, _RESET, _CRITICAL, _GREATEST, _BOOST, _ON, _OFF, _TUNNEL, _STEEPNESS = range(9)

_STRIDE = 0.3
"""No step of tunnelling is longer than this share of its decay, whatever its curvature here."""


def threshold_junctions(model: JunctionModel, count: int,
                        filaments: npt.ArrayLike | None = None) -> JunctionLaw:
    """The law of `count` junctions of a `model`, with `filaments` λ (V s, (m,)), or virgin."""
    gap = np.asarray(model.gap, dtype=np.float64)
    # R_t = tunnel · x exp(steepness · x) with x the share of the gap that is left.
    tunnel = 2.0 * gap / (model.area * np.sqrt(model.barrier) * TUNNEL_CONDUCTANCE)
    steepness = TUNNEL_DECAY * np.square(model.barrier) * gap
    parameters = np.empty((count, 9))
    for column, value in enumerate((
        model.set_voltage, model.reset_voltage, model.critical_flux, model.greatest_flux,
        model.boost, model.on_conductance, model.off_conductance, tunnel, steepness)):
        parameters[:, column] = value
    state = np.zeros((count, 3))
    state[:, FILAMENT] = 0.0 if filaments is None else filaments
    return JunctionLaw(evolve, parameters, state, float(np.min(model.set_voltage)))


@inner
def _rate(filament: float, voltage: float, row: Array) -> float:
    """dλ/dt (V), bounds included; see `ginsen.physics.junction.filament_rate`."""
    size = abs(voltage)
    if size > row[_SET]:
        rate = math.copysign(size - row[_SET], voltage)
    elif size < row[_RESET] and filament != 0.0:
        rate = -math.copysign(row[_BOOST] * (row[_RESET] - size), filament)
    else:
        return 0.0
    if filament * rate > 0.0 and abs(filament) >= row[_GREATEST]:
        return 0.0
    return rate


@inner
def _slack(filament: float, size: float, row: Array) -> float:
    """How far (V) from a voltage of this size a filament that rests under it still rests."""
    upper: float = row[_SET]
    lower: float = row[_RESET]
    if size > upper:
        return size - upper
    if filament == 0.0:
        return upper - size
    return min(upper - size, size - lower)


@njit(EVOLVE, cache=True, nogil=True, error_model="numpy")
def evolve(
    which: Indices, count: int, now: float, voltage: Array, reach: Array, parameters: Array,
    state: Array, conductance: Array, slope: Array, due: Array, slack: Array, patience: Array,
) -> None:
    """Bring the junctions `which[:count]` to `now`; see `ginsen.physics.law`."""
    for place in range(count):
        e = which[place]
        row = parameters[e]
        filament = state[e, FILAMENT]
        rate = _rate(filament, state[e, FELT], row)
        moved = filament + (now - state[e, SINCE]) * rate
        if moved * filament < 0.0:
            moved = 0.0
        moved = min(max(moved, -row[_GREATEST]), row[_GREATEST])
        # Where a bound is due it is reached, whatever rounding says.
        for bound in (0.0, row[_CRITICAL], row[_GREATEST]):
            if abs(abs(moved) - bound) < 1e-12 * row[_GREATEST]:
                moved = math.copysign(bound, moved) if bound > 0.0 else 0.0
        state[e, FILAMENT] = moved
        state[e, SINCE], state[e, FELT] = now, voltage[e]
        rate = _rate(moved, voltage[e], row)
        slack[e] = _slack(moved, abs(voltage[e]), row) if rate == 0.0 else 0.0
        patience[e] = np.inf
        left = 1.0 - abs(moved) / row[_CRITICAL]
        size, speed = abs(moved), rate if moved >= 0.0 else -rate
        if moved == 0.0:
            speed = abs(rate)
        # Towards the next of 0, the critical and the greatest filament everything is smooth.
        if speed > 0.0:
            corner = row[_CRITICAL] if size < row[_CRITICAL] else row[_GREATEST]
        else:
            corner = row[_CRITICAL] if size > row[_CRITICAL] else 0.0
        horizon = (corner - size) / speed if speed != 0.0 else np.inf
        outside = left < 0.0 or (left == 0.0 and speed >= 0.0)
        if outside:
            conductance[e] = row[_ON] + row[_OFF]
            slope[e] = 0.0
        else:
            growth = row[_TUNNEL] * math.exp(row[_STEEPNESS] * left)
            whole = growth * left + 1.0 / row[_ON]
            first = growth * (1.0 + row[_STEEPNESS] * left)
            second = growth * row[_STEEPNESS] * (2.0 + row[_STEEPNESS] * left)
            conductance[e] = 1.0 / whole + row[_OFF]
            shrinks = -speed / row[_CRITICAL]
            slope[e] = -first / (whole * whole) * shrinks
            bend = abs(2.0 * first * first / whole - second) / (whole * whole)
            if speed != 0.0:
                way = math.sqrt(2.0 * reach[e] * conductance[e] / max(bend, 1e-300))
                way = min(way, _STRIDE / row[_STEEPNESS])
                horizon = min(horizon, way / abs(shrinks))
        due[e] = now + max(horizon, 1e-12 * abs(now) + 1e-15) if speed != 0.0 else np.inf
