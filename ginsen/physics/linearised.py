"""A solved circuit, and how its terminals respond while its conductances change.

With the edge voltages V_e of the last solution, Σ G_e V_e² follows each change of a conductance at
once. By Dirichlet's principle it is never below the true conductance between the terminals. By
Thomson's, 1 / G ≤ Σ i_e² / G_e for any flow i of unit current, that of the last solution for one.
(P. G. Doyle, J. L. Snell, Random Walks and Electric Networks, MAA 1984, section 1.3.5.) With w_e
the share of the power that edge e had then, G_e V_e² / G, and δ_e the relative change of G_e since,
the two are G (1 + D) and G / (1 - D + X), with D = Σ w δ and X = Σ w δ² / (1 + δ). So the terminals
need no new solution while these are close, and a change costs a few additions.

With several terminals there is one response V^c for each but the last of every cluster. The sums
are Σ G V^c V^d; each G_cc has its own bounds, and G_cd errs by no more than the root of the product
of their widths, for what is neglected is positive definite.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ginsen.physics.elimination import Plan
from ginsen.physics.kernel import Flags, Indices, inner, inner_summing
from ginsen.types import Array


class Wiring(NamedTuple):
    """What never changes: the edges `first`-`second` in places, and the elimination.

    Response c has 1 V at `terminal[c]` and 0 V at the other terminals; that of its cluster which
    has no response of its own is `anchor[c]`. A factorisation costs as much as `repay` steps of
    conjugate gradients.
    """

    plan: Plan
    entries: Indices
    first: Indices
    second: Indices
    terminal: Indices
    anchor: Indices
    repay: float


class Solution(NamedTuple):
    """The circuit when it was solved last, and sums that follow its changes since.

    `base` (S, shape (E,)) are the conductances then, `potentials` (c, n) and `drops` (c, E) the
    responses. `between` (S, (c, c)) is Σ G V^c V^d now, `solved` what it was then, `rising` (S/s)
    how it goes on, `charge` (S s) its integral since it was last emptied. `excess`, (c, 3), holds X
    as a polynomial of the time from now (no unit, 1/s, 1/s²). `panel` is the last factor. `solver`
    holds the share of the power that the solver left as error, how many steps beyond the first of
    each solution it has taken with this factor, the sum of the roots of the junctions' shares of
    the power, for how many solutions that sum has been kept, and by how much (V) a voltage may be
    wrong in a response.

    The factor is that of the conductances `held` (S, (E,)). The edges that may have another one
    now are the first of `adrift`, and flagged in `strays`; `numbers` says how many these are, and
    how many have a slope. `residual` (A, (c, n)) is what the potentials leave of Kirchhoff's law.
    The rest is room to work in.
    """

    base: Array
    potentials: Array
    drops: Array
    between: Array
    solved: Array
    rising: Array
    charge: Array
    excess: Array
    solver: Array
    panel: Array
    held: Array
    adrift: Indices
    strays: Flags
    numbers: Indices
    residual: Array
    mesh: Array
    marked: Flags
    room: Array


LEFT, CREDIT, ROOTS, AGE, FINE = range(5)
"""Places in `Solution.solver`."""

ADRIFT, SLOPING = 0, 1
"""Places in `Solution.numbers`."""

_RENEWED = 16.0
"""After so many solutions the shares of the power are summed anew."""


def unsolved(wiring: Wiring) -> Solution:
    """Room for the solution of a circuit."""
    edges, responses = wiring.first.size, wiring.terminal.size
    nodes = wiring.plan.inner + wiring.plan.outer + 1

    def square() -> Array:
        return np.zeros((responses, responses))

    return Solution(
        base=np.zeros(edges), potentials=np.zeros((responses, nodes)),
        drops=np.zeros((responses, edges)), between=square(),
        solved=square(), rising=square(), charge=square(), excess=np.zeros((responses, 3)),
        solver=np.zeros(5), panel=np.zeros(int(wiring.plan.panel_start[-1]) + 1),
        held=np.zeros(edges), adrift=np.zeros(edges, dtype=np.int64),
        strays=np.zeros(edges, dtype=np.bool_), numbers=np.zeros(2, dtype=np.int64),
        residual=np.zeros((responses, nodes)), mesh=np.zeros(max(wiring.plan.stack, 1)),
        marked=np.zeros(wiring.plan.mesh_start.size, dtype=np.bool_), room=np.zeros((6, nodes)))


@inner_summing
def linearise(wiring: Wiring, solution: Solution, slope: Array) -> None:
    """The sums at the moment of a solution; the first edges go on with `slope`."""
    first, second, base, drops = wiring.first, wiring.second, solution.base, solution.drops
    sloping = solution.numbers[SLOPING] > 0
    for c in range(wiring.terminal.size):
        x, own = solution.potentials[c], drops[c]
        for e in range(base.size):
            own[e] = x[first[e]] - x[second[e]]
        for d in range(c + 1):
            other = drops[d]
            whole = rising = 0.0
            for e in range(base.size):
                whole += base[e] * own[e] * other[e]
            if sloping:
                for e in range(slope.size):
                    rising += slope[e] * own[e] * other[e]
            solution.between[c, d] = solution.between[d, c] = whole
            solution.solved[c, d] = solution.solved[d, c] = whole
            solution.rising[c, d] = solution.rising[d, c] = rising
        square = 0.0
        if sloping:
            for e in range(slope.size):
                square += slope[e] * slope[e] / base[e] * own[e] * own[e]
        solution.excess[c, 0] = solution.excess[c, 1] = 0.0
        solution.excess[c, 2] = square / solution.solved[c, c]
    if solution.solver[AGE] == 0.0:
        roots = 0.0
        for e in range(slope.size):
            roots += math.sqrt(weight(solution, e))
        solution.solver[ROOTS] = roots
    solution.solver[AGE] = (solution.solver[AGE] + 1.0) % _RENEWED


@inner
def weight(solution: Solution, e: int) -> float:
    """Edge e's share of the power, in all responses, at the last solution."""
    whole = 0.0
    for c in range(solution.drops.shape[0]):
        drop = solution.drops[c, e]
        whole += solution.base[e] * drop * drop / solution.solved[c, c]
    return whole


@inner
def go_on(solution: Solution, dt: float) -> None:
    """Let `dt` seconds pass, in which each conductance follows its slope."""
    between, rising, excess = solution.between, solution.rising, solution.excess
    for c in range(between.shape[0]):
        for d in range(between.shape[0]):
            solution.charge[c, d] += dt * (between[c, d] + 0.5 * dt * rising[c, d])
            between[c, d] += dt * rising[c, d]
        excess[c, 0] += dt * (excess[c, 1] + dt * excess[c, 2])
        excess[c, 1] += 2.0 * dt * excess[c, 2]


@inner
def change(
    solution: Solution, e: int, now: float, slope: float, then: float, slope_then: float,
) -> None:
    """Edge e, so far at `then` (S) and rising by `slope_then` (S/s), is from here at `now`."""
    numbers = solution.numbers
    if not solution.strays[e]:
        solution.strays[e] = True
        solution.adrift[numbers[ADRIFT]] = e
        numbers[ADRIFT] += 1
    numbers[SLOPING] += int(slope != 0.0) - int(slope_then != 0.0)
    base = solution.base[e]
    value, rate, bend = _excess(now / base, slope / base)
    value_then, rate_then, bend_then = _excess(then / base, slope_then / base)
    drops, excess = solution.drops, solution.excess
    for c in range(drops.shape[0]):
        for d in range(drops.shape[0]):
            product = drops[c, e] * drops[d, e]
            solution.between[c, d] += (now - then) * product
            solution.rising[c, d] += (slope - slope_then) * product
        weight = base * drops[c, e] * drops[c, e] / solution.solved[c, c]
        excess[c, 0] += weight * (value - value_then)
        excess[c, 1] += weight * (rate - rate_then)
        excess[c, 2] += weight * (bend - bend_then)


@inner
def _excess(ratio: float, rate: float) -> tuple[float, float, float]:
    """δ² / (1 + δ) for 1 + δ = `ratio` that rises by `rate` (1/s), as a polynomial of time."""
    return ((ratio - 1.0) ** 2 / ratio, rate * (1.0 - 1.0 / (ratio * ratio)),
            rate * rate / ratio**3)


@inner
def error(solution: Solution) -> float:
    """By which share the terminals' conductances may be too great now, at most."""
    greatest = 0.0
    for c in range(solution.between.shape[0]):
        high = solution.between[c, c] / solution.solved[c, c]
        low = 2.0 - high + max(solution.excess[c, 0], 0.0)
        greatest = max(greatest, 1.0 - 1.0 / (high * low) if low > 0.0 else 1.0)
    return (math.sqrt(greatest) + math.sqrt(solution.solver[LEFT])) ** 2


@inner
def time_to(solution: Solution, limit: float) -> float:
    """How long (s) until the error reaches `limit`, about, if only the slopes change it."""
    soonest = np.inf
    allowed = max(math.sqrt(limit) - math.sqrt(solution.solver[LEFT]), 0.0) ** 2
    for c in range(solution.between.shape[0]):
        # The excess of the product of both bounds over 1, to second order in time.
        share = solution.between[c, c] / solution.solved[c, c] - 1.0
        speed = solution.rising[c, c] / solution.solved[c, c]
        still, rate, bend = solution.excess[c]
        room = allowed - (still * (1.0 + share) - share * share)
        slant = rate * (1.0 + share) + (still - 2.0 * share) * speed
        square = bend * (1.0 + share) + (rate - speed) * speed
        if room <= 0.0:
            if slant > 0.0 or square > 0.0:
                soonest = 0.0
        elif square > 0.0:
            half = slant / (2.0 * square)
            soonest = min(soonest, room / square / (math.sqrt(half * half + room / square) + half))
        elif slant > 0.0:
            soonest = min(soonest, room / slant)
    return soonest
