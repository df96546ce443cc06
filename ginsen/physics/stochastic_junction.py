"""The junction of the twin: a filament that grows by chance, and a tip that fluctuates.

One row of parameters and one of state a junction, as `ginsen.physics.law` asks. A row of parameters
is: the stream of its random numbers, the eight of its filament, three for each rearrangement. A row
of state: `SINCE`, `FELT`, then the columns named here, then three for each rearrangement.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from ginsen.physics import fluctuators as tip
from ginsen.physics.chance import exponential, keys, uniform
from ginsen.physics.filament import DOUBLE_THERMAL, LEAK, FilamentModel, filaments, formed, rates
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kernel import Indices, kernel
from ginsen.physics.law import EVOLVE, FELT, SINCE, JunctionLaw
from ginsen.types import Array

ATOMS, WAIT, DRAWN, SHIFT, QUIET, PASSED, COUNTED = range(2, 9)
"""Columns of the state: the filament's atoms, negative for one that grew under a negative voltage;
what is left of an exponential number of mean 1 before the next one comes or goes; how many random
numbers it has used; by how much the rearrangements, at the last look at them, change ln G; until
when (s) no flip of them matters, the greatest that does not and the smallest that would."""

_KEY, _FILAMENT, _TIP = 0, 1, 9
_TIP_STATE = 9

_LATE, _SLACK = 0.05, 0.25
"""A junction may go on under a voltage that is out by `_SLACK` of 2 kT/e for `_LATE` of its mean
time to the next atom: a wait is then wrong by less than 1.5 % of its mean."""

_ARRIVED = 1e-9
"""What may be left of a wait that is over: rounding must not make an event wait for itself."""


def stochastic_junctions(count: int, filament: FilamentModel, fluctuating: FluctuatorModel,
                         temperature: float, *, sample: int, chance: int) -> JunctionLaw:
    """`count` virgin junctions at `temperature` (K), at time 0.

    The seed `sample` draws what each is made of, the same at every temperature; `chance` draws what
    happens. Raises ValueError for less than one junction, or a temperature that is not greater
    than 0.
    """
    if count < 1:
        raise ValueError(f"count is {count}: there must be at least one junction")
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature is {temperature!r} K: it must be greater than 0 and finite")
    parameters, positions = tip.fluctuators(count, fluctuating, temperature, sample=sample,
                                            chance=chance)
    state = np.zeros((count, _TIP_STATE))
    state[:, SHIFT] = tip.shift(parameters, positions)
    law = JunctionLaw(evolve, np.hstack((np.zeros((count, 1)),
                                         filaments(count, filament, temperature, sample=sample),
                                         parameters.reshape(count, -1))),
                      np.hstack((state, positions.reshape(count, -1))))
    return _begun(law, law.state, chance)


def with_chance(law: JunctionLaw, state: Array, chance: int) -> JunctionLaw:
    """The junctions of `law` as they stand in `state`, with the future that `chance` draws.

    It begins when the junction that was looked at last was, for all of them: what has happened to
    the others until then stays.
    """
    rows = state.copy()
    count = len(rows)
    law.evolve(np.arange(count), count, float(rows[:, SINCE].max(initial=0.0)),
               rows[:, FELT].copy(), np.zeros(count), law.parameters, rows, *np.empty((5, count)))
    return _begun(law, rows, chance)


def _begun(law: JunctionLaw, state: Array, chance: int) -> JunctionLaw:
    """The junctions of `law` in `state`, from there on as `chance` draws."""
    parameters, rows = law.parameters.copy(), state.copy()
    parameters[:, _KEY] = keys(len(rows), chance, 3)
    _begin(parameters, rows)
    return JunctionLaw(law.evolve, parameters, rows)


@kernel
def _begin(parameters: Array, state: Array) -> None:
    for e in range(len(state)):
        places = parameters[e, _TIP:].reshape((-1, 3))
        positions = state[e, _TIP_STATE:].reshape((-1, 3))
        tip.begin(state[e, SINCE], parameters[e, _KEY], places, positions)
        state[e, WAIT] = exponential(parameters[e, _KEY], len(places))
        state[e, QUIET] = state[e, SINCE]
        state[e, DRAWN] = 1.0


@kernel
def _grow(until: float, key: float, stride: int, filament: Array, row: Array) -> None:
    """Let atoms come and go until a time (s), under the voltage felt.

    A filament waits until the integral of its rate has reached an exponential number of mean 1:
    neither the steps in which it is waited for nor voltages that change on the way make it another
    process (D. T. Gillespie, J. Comput. Phys. 22, 403 (1976), for constant rates).
    """
    left = until - row[SINCE]
    while True:
        comes, goes = rates(row[ATOMS], row[FELT], filament)
        if row[WAIT] - (comes + goes) * left > _ARRIVED:
            row[WAIT] -= (comes + goes) * left
            break
        left = max(left - row[WAIT] / (comes + goes), 0.0)
        chosen = uniform(key, stride - 1 + stride * row[DRAWN])
        along = row[ATOMS] if row[ATOMS] else row[FELT]
        direction = math.copysign(1.0, along)
        row[ATOMS] += direction if chosen * (comes + goes) <= comes else -direction
        row[WAIT] = exponential(key, stride - 1 + stride * (row[DRAWN] + 1.0))
        row[DRAWN] += 2.0
    row[SINCE] = until


@kernel
def _look(now: float, least: float, parameters: Array, row: Array) -> None:
    """Bring the rearrangements of one tip to a time (s); `least` is what matters of ln G."""
    places = parameters[_TIP:].reshape((-1, 3))
    positions = row[_TIP_STATE:].reshape((-1, 3))
    row[SHIFT] += tip.flip(now, parameters[_KEY], len(places) + 1, places, positions)
    row[QUIET], row[PASSED], row[COUNTED] = tip.next_flip(least, places, positions)


@njit(EVOLVE, cache=True, nogil=True, error_model="numpy")
def evolve(which: Indices, count: int, now: float, voltage: Array, reach: Array, parameters: Array,
           state: Array, conductance: Array, slope: Array, due: Array, slack: Array,
           patience: Array) -> None:
    """Bring the junctions `which[:count]` to `now`; see `ginsen.physics.law`.

    Nothing happens between events, so every slope is 0. The rearrangements multiply the conductance
    of a filament by exp(`SHIFT` n^-3/4), n being the number of its channels: those on the rim of a
    neck are √n as many and each moves one channel, so that S_G / G² goes with R^3/2, as Wu et al.,
    Phys. Rev. B 78, 235421 (2008), measure in ballistic contacts.

    The rearrangements are far the most of a row, and are left alone until one matters.
    """
    stride = (parameters.shape[1] - _TIP) // 3 + 1
    for place in range(count):
        e = which[place]
        row, filament = state[e], parameters[e, _FILAMENT:_TIP]
        if now > row[SINCE]:
            _grow(now, parameters[e, _KEY], stride, filament, row)
        row[FELT] = voltage[e]
        comes, goes = rates(row[ATOMS], row[FELT], filament)
        bare, channels = formed(row[ATOMS], filament)
        weight = 1.0 / math.sqrt(channels * math.sqrt(channels))
        fluctuating = bare * math.exp(row[SHIFT] * weight)
        least = reach[e] * (1.0 + filament[LEAK] / fluctuating) / weight
        if now >= row[QUIET] or not row[PASSED] < least <= row[COUNTED]:
            _look(now, least, parameters[e], row)
            fluctuating = bare * math.exp(row[SHIFT] * weight)
        conductance[e] = fluctuating + filament[LEAK]
        slope[e] = 0.0
        soon = now + row[WAIT] / (comes + goes)
        due[e] = max(min(soon, row[QUIET]), np.nextafter(now, np.inf))
        slack[e] = _SLACK * filament[DOUBLE_THERMAL]
        patience[e] = now + _LATE / (comes + goes)
