"""A new solution: by elimination, or by correcting the last one."""

from __future__ import annotations

from ginsen.physics.conjugate import correct
from ginsen.physics.factor import factorise
from ginsen.physics.kernel import Indices
from ginsen.physics.linearised import AGE, CREDIT, LEFT, Solution, Wiring, linearise
from ginsen.physics.refining import begin_anew, few, outdated, refine
from ginsen.physics.substitution import response
from ginsen.types import Array


def solve(
    wiring: Wiring, solution: Solution, slope: Array, share: float, counts: Indices,
) -> None:
    """Solve for `solution.base`, whose first edges go on with `slope` (S/s).

    A share of the power of at most `share` may be left as error; 0 asks for an elimination. Where
    few conductances have changed the potentials are refined, otherwise corrected by conjugate
    gradients. There is an elimination, too, once these have cost as much more than one step a
    solution since the last: that is never twice what the best choice in hindsight had cost (ski
    rental). What was done is added to `counts`: solutions, factorisations, corrections, and in the
    last place updates.

    Compiled in `ginsen.physics.engine` and called by pointer, so that its callers need not contain
    all that it contains: that halves the time a first start takes.
    """
    plan, solver, base = wiring.plan, solution.solver, solution.base
    responses = wiring.terminal.size
    counts[0] += 1
    direct = share == 0.0 or solver[CREDIT] > wiring.repay or outdated(solution)
    solver[LEFT] = 0.0
    if not direct and few(solution):
        direct = not refine(wiring, solution, slope, share, counts)
    elif not direct:
        most = int(2 * wiring.repay) + 4
        for c in range(responses):
            steps, left = correct(plan, solution.panel, wiring.first, wiring.second, base,
                                  solution.potentials[c], share, most, solution.marked,
                                  solution.room)
            counts[2] += steps
            solver[CREDIT] += max(steps - 1, 0) / responses
            solver[LEFT] = max(solver[LEFT], left)
        direct = solver[LEFT] > share
    if direct:
        factorise(plan, wiring.entries, base, solution.panel, solution.mesh)
        counts[1] += 1
        solver[LEFT] = solver[CREDIT] = solver[AGE] = 0.0
        for c in range(responses):
            response(plan, solution.panel, wiring.terminal[c], solution.potentials[c],
                     solution.room[0])
        begin_anew(solution, slope)
    linearise(wiring, solution, slope)
