"""Potentials corrected where few conductances have changed: by one substitution, as a rule.

While the factor is that of the present conductances but for some edges, whose conductances differ
from it by Δ_e, a correction z solved with it leaves the currents Δ_e z_e, from one end of each such
edge to the other, and nothing else. These could all flow through the edges themselves; so, by
Thomson's principle, the power of the error is at most Σ (Δ_e z_e)² / G_e. And none of them makes a
greater voltage anywhere than between the ends it is put into, of at most Δ_e z_e / G_e; so no
voltage is wrong by more than Σ |Δ_e z_e| / G_e. No look at the whole network is needed to know how
good the solution is.
"""

from __future__ import annotations

from ginsen.physics.kernel import Indices, inner, inner_summing
from ginsen.physics.linearised import ADRIFT, CREDIT, FINE, LEFT, SLOPING, Solution, Wiring
from ginsen.physics.substitution import precondition
from ginsen.physics.updating import update
from ginsen.types import Array

_ROUNDS = 4
"""Corrections, at most, before an elimination."""

_MATTERS = 0.05
"""An edge that may leave this share of the error allowed is worth an update of the factor."""


_AT_LEAST, _PART = 64, 20
"""Edges adrift are few up to this number, or up to this part of all."""


@inner
def few(solution: Solution) -> bool:
    """Whether so few conductances differ from the factor's that each may be looked at."""
    return bool(solution.numbers[ADRIFT] <= _most(solution))


@inner
def outdated(solution: Solution) -> bool:
    """Whether many differ, but would not from another factor."""
    return not few(solution) and bool(2 * solution.numbers[SLOPING] <= _most(solution))


@inner
def _most(solution: Solution) -> int:
    """How many these are: to look at them costs little beside a substitution."""
    return max(_AT_LEAST, solution.base.size // _PART)


@inner
def shift(wiring: Wiring, solution: Solution, e: int, conductance: float) -> None:
    """Give edge e a new conductance (S), and note what the old potentials leave of its current."""
    more = conductance - solution.base[e]
    if more == 0.0:
        return
    solution.base[e] = conductance
    for c in range(solution.drops.shape[0]):
        _leave(wiring, solution.residual[c], e, more * solution.drops[c, e])


@inner
def begin_anew(solution: Solution, slope: Array) -> None:
    """The factor is that of the present conductances, the potentials are right."""
    numbers, adrift, strays = solution.numbers, solution.adrift, solution.strays
    base, held = solution.base, solution.held
    for e in range(base.size):
        held[e] = base[e]
    solution.residual[:] = 0.0
    still = 0
    for i in range(numbers[ADRIFT]):
        e = adrift[i]
        if slope[e] != 0.0:
            adrift[still] = e
            still += 1
        else:
            strays[e] = False
    numbers[ADRIFT] = still


@inner_summing
def refine(
    wiring: Wiring, solution: Solution, slope: Array, share: float, counts: Indices,
) -> bool:
    """Correct the potentials for the present conductances; False where that does not succeed.

    Afterwards a share of the power of at most `share` is left as error, and no voltage of a
    response is wrong by more than `solution.solver[FINE]`. What was done is added to `counts`, as
    by `ginsen.physics.solving.solve`.
    """
    plan, base, held, adrift = wiring.plan, solution.base, solution.held, solution.adrift
    first, second, numbers, residual = (wiring.first, wiring.second, solution.numbers,
                                        solution.residual)
    x, z, inner = solution.potentials, solution.room[1], wiring.plan.inner
    fine = solution.solver[FINE]
    for i in range(numbers[ADRIFT] - 1, -1, -1):
        e = adrift[i]
        out = (base[e] - held[e]) / base[e]
        worth = 0.0
        for c in range(x.shape[0]):
            worth = max(worth, out * out * abs(solution.drops[c, e]))
        if worth > _MATTERS * fine and not _take_in(wiring, solution, slope, i, counts):
            return False
    for _ in range(_ROUNDS):
        left = farthest = 0.0
        for c in range(x.shape[0]):
            counts[2] += 1
            precondition(plan, solution.panel, residual[c], z, solution.marked, solution.room[4])
            for i in range(inner):
                x[c, i] += z[i]
            residual[c, :] = 0.0
            power = volts = 0.0
            for i in range(numbers[ADRIFT] - 1, -1, -1):
                e = adrift[i]
                current = (base[e] - held[e]) * (z[first[e]] - z[second[e]])
                if current != 0.0:
                    _leave(wiring, residual[c], e, current)
                    out = abs(current) / base[e]
                    power += out * abs(current)
                    volts += out
                    if out > _MATTERS * fine and not _take_in(wiring, solution, slope, i, counts):
                        return False
            left = max(left, power / solution.between[c, c])
            farthest = max(farthest, volts)
        solution.solver[LEFT] = left
        if left <= share and farthest <= fine:
            return True
        solution.solver[CREDIT] += 1.0
    return False


@inner
def _leave(wiring: Wiring, residual: Array, e: int, current: float) -> None:
    """A current (A) more through edge e than the potentials account for."""
    a, b, inner = wiring.first[e], wiring.second[e], wiring.plan.inner
    if a < inner:
        residual[a] -= current
    if b < inner:
        residual[b] += current


@inner
def _take_in(wiring: Wiring, solution: Solution, slope: Array, i: int, counts: Indices) -> bool:
    """Bring the factor to the conductance of the i-th edge that is adrift; False if it broke."""
    e, numbers = solution.adrift[i], solution.numbers
    more = solution.base[e] - solution.held[e]
    solution.held[e] = solution.base[e]
    counts[4] += 1
    if slope[e] == 0.0:
        numbers[ADRIFT] -= 1
        solution.adrift[i] = solution.adrift[numbers[ADRIFT]]
        solution.strays[e] = False
    return update(wiring.plan, solution.panel, wiring.first[e], wiring.second[e], more,
                  solution.room[5], solution.room[3])
