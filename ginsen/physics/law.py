"""What the engine asks of a junction: to be brought to a time, and to say when it next matters.

A law is one jitted function, `evolve`, compiled for the signature `EVOLVE`, and two arrays with one
row per junction. Being passed as a typed pointer it can be any function of that signature and still
be compiled once and cached:

    @njit(EVOLVE, cache=True, nogil=True)
    def evolve(which, count, now, voltage, reach, parameters, state, conductance, slope, due,
               slack, patience):

For each junction e of `which[:count]` it

* brings the row `state[e]` from the time `state[e, SINCE]` to `now` (s), under the constant voltage
  `state[e, FELT]` (V, the junction's first wire minus its second), and notes in these two columns
  that it did so and that from now on the junction feels `voltage[e]`; all other columns, and
  `parameters[e]`, are the law's own;
* writes `conductance[e]` (S, greater than 0), its value now, and `slope[e]` (S/s), how it goes on;
* writes `due[e]` (s, later than `now`, infinity allowed): when it wants to be asked again. That is
  the time of its next jump, exactly, or, if earlier, the time until which
  `conductance + slope (t - now)` is right within `reach[e]` of the conductance;
* writes `slack[e]` (V) and `patience[e]` (s, later than `now`): it need not hear until then of
  voltages that differ by no more from this one. Both are infinite where they make no difference.

It may be asked before its time, when the voltage has changed. Chance must be the junction's own:
numbers drawn from a stream of this junction, kept in its row, so that neither the order of the
junctions nor the engine's mode changes what is drawn. A jump smaller than `reach[e]` may be told
late, or not at all, as long as the state stays right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from numba import float64, int64, void

from ginsen.types import Array

SINCE, FELT = 0, 1
"""The two columns of `state` that every law has: when (s), and under which voltage since (V)."""

_LIST, _ROWS = float64[::1], float64[:, ::1]

EVOLVE = void(int64[::1], int64, float64, _LIST, _LIST, _ROWS, _ROWS, _LIST, _LIST, _LIST,
              _LIST, _LIST)
"""The signature of `evolve`: which, count, now, voltage, reach, parameters, state, conductance,
slope, due, slack, patience."""

Evolve: TypeAlias = Callable[..., None]


@dataclass(frozen=True, eq=False)
class JunctionLaw:
    """Junctions of one kind: `evolve`, their `parameters` (m, p) and first `state` (m, s).

    Both arrays are float64 in C order, one row per junction. `voltage_scale` (V) says how finely
    the junctions tell voltages apart: what differs by a small share of it has the same effect. It
    is a threshold, or the 2 kT / e by which rates grow e times, as here by default at 293 K.
    """

    evolve: Evolve
    parameters: Array
    state: Array
    voltage_scale: float = 0.0505
