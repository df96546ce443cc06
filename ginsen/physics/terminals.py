"""Sources on the terminals of a linear network: which voltages and currents they settle at."""

from __future__ import annotations

from numba import float64, int64, njit, void

from ginsen.physics.kernel import Indices, inner
from ginsen.types import Array

_CLOSE = 1e-9
# What is left floating still needs a potential: each terminal that no source holds leaks this
# share of its own admittance to 0 V, below what any meter resolves and above rounding.
_LEAK = 1e-12

_LIST, _ROWS = float64[::1], float64[:, ::1]

SETTLE = void(_ROWS, _ROWS, int64[::1], _LIST, _LIST, _ROWS)
"""The signature of `settle`."""


@inner
def _solve(admittance: Array, sources: Array, clamp: Indices, voltage: Array, room: Array) -> None:
    """The voltages if the sources clamp with these signs (0: not)."""
    count = clamp.size
    for k in range(count):
        own = admittance[k, k]
        if sources[k, 3] and clamp[k] == 0:
            for j in range(count):
                room[k, j] = admittance[k, j] * sources[k, 1]
            room[k, k] += 1.0
            room[k, count] = sources[k, 0]
        else:
            # A current is known; in units of the terminal's own admittance the row is near 1.
            scale = own if own > 0 else 1.0
            for j in range(count):
                room[k, j] = admittance[k, j] / scale
            room[k, k] += _LEAK if own > 0 else 1.0
            room[k, count] = clamp[k] * sources[k, 2] / scale if clamp[k] else 0.0
    for p in range(count):
        pivot = p
        for k in range(p + 1, count):
            if abs(room[k, p]) > abs(room[pivot, p]):
                pivot = k
        if pivot != p:
            for j in range(p, count + 1):
                room[p, j], room[pivot, j] = room[pivot, j], room[p, j]
        for k in range(p + 1, count):
            share = room[k, p] / room[p, p]
            for j in range(p + 1, count + 1):
                room[k, j] -= share * room[p, j]
    for p in range(count - 1, -1, -1):
        value = room[p, count]
        for j in range(p + 1, count):
            value -= room[p, j] * voltage[j]
        voltage[p] = value / room[p, p]


@njit(SETTLE, cache=True, nogil=True, error_model="numpy")
def settle(
    admittance: Array, sources: Array, clamp: Indices, voltage: Array, current: Array, room: Array,
) -> None:
    """Fill `voltage` (V, at the terminals) and `current` (A, into them), shapes (k,).

    A row of `sources` (k, 4) is a source's voltage (V), resistance (Ω), current limit (A) and
    whether it is connected (1 or 0). It holds V - R I at its terminal unless that takes more than
    its limit; then it gives the limit, and `clamp` is the sign of it, else 0. An open terminal
    carries nothing. The network is passive and each source's current falls as its terminal's
    voltage rises, so the answer is unique: the one way to clamp that contradicts no source.

    It is sought from the clamps given, changing each time the first one that is contradicted. This
    rule ends for any such problem (K. G. Murty, Linear Algebra Appl. 7, 239 (1974)); on the edge
    of a clamp rounding may make it circle, and the least contradicted answer met is taken.
    `room` is (k, k + 3).
    """
    count = clamp.size
    best, least = room[:, count + 1], 1e300
    kept = room[:, count + 2]
    for k in range(count):
        if not (sources[k, 3] and sources[k, 2] < 1e300):
            clamp[k] = 0
    for _ in range(20 + 4**min(count, 5)):
        _solve(admittance, sources, clamp, voltage, room)
        first, change, worst = -1, 0, 0.0
        for k in range(count):
            current[k] = 0.0
            for j in range(count):
                current[k] += admittance[k, j] * voltage[j]
            if not sources[k, 3]:
                current[k] = 0.0
            elif clamp[k] == 0:
                over = abs(current[k]) - sources[k, 2]
                if over > 0.0:
                    wrong = over / max(sources[k, 2], 1e-30)
                    worst = max(worst, wrong)
                    if wrong > _CLOSE and first < 0:
                        first, change = k, 1 if current[k] > 0 else -1
            else:
                current[k] = clamp[k] * sources[k, 2]
                drop = sources[k, 0] - voltage[k] - sources[k, 1] * current[k]
                wrong = -drop * clamp[k] / (abs(sources[k, 0]) + abs(voltage[k]) + 1e-30)
                worst = max(worst, wrong)
                if wrong > _CLOSE and first < 0:
                    first, change = k, 0
        if worst < least:
            least = worst
            for k in range(count):
                best[k], kept[k] = clamp[k], voltage[k]
        if first < 0:
            return
        clamp[first] = change
    for k in range(count):
        clamp[k], voltage[k] = int(best[k]), kept[k]
    for k in range(count):
        current[k] = 0.0
        for j in range(count):
            current[k] += admittance[k, j] * voltage[j]
        if not sources[k, 3]:
            current[k] = 0.0
        elif clamp[k]:
            current[k] = clamp[k] * sources[k, 2]
