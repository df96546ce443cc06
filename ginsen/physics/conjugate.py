"""Potentials corrected after the conductances have changed: conjugate gradients, stale factor."""

from __future__ import annotations

from ginsen.physics.elimination import Plan
from ginsen.physics.kernel import Flags, Indices, inner, inner_summing
from ginsen.physics.substitution import precondition
from ginsen.types import Array


@inner
def leaving(
    first: Indices, second: Indices, conductance: Array, x: Array, out: Array,
) -> float:
    """Fill `out` with the current (A) that leaves each node through its edges; returns the power.

    Edge e joins the nodes `first[e]` and `second[e]`; `x` are potentials (V). Power in W.
    """
    for i in range(out.size):
        out[i] = 0.0
    power = 0.0
    for e in range(first.size):
        a, b = first[e], second[e]
        drop = x[a] - x[b]
        current = conductance[e] * drop
        out[a] += current
        out[b] -= current
        power += current * drop
    return power


@inner_summing
def correct(
    plan: Plan, panel: Array, first: Indices, second: Indices, conductance: Array, x: Array,
    share: float, most: int, marked: Flags, room: Array,
) -> tuple[int, float]:
    """Bring the inner potentials `x` (V) to those of the present `conductance`, in place.

    Conjugate gradients, preconditioned by the factor `panel` of earlier conductances, until the
    power that the remaining error would dissipate, rᵀ A⁻¹ r seen through the factor, is below
    `share` of the whole, or `most` steps are done. By Dirichlet's principle that is also by how
    much Σ G V² is too great. Returns the steps done and the share there was before a last one:
    looking at the error costs as much as a step, and is used as one. `marked` is room for
    `precondition`, `room` is (5, len(x)).
    """
    inner = plan.inner
    residual = room[0]
    z = room[1]
    direction = room[2]
    along = room[3]
    power = leaving(first, second, conductance, x, residual)
    for i in range(residual.size):
        residual[i] = -residual[i] if i < inner else 0.0
        direction[i] = 0.0
    before = 0.0
    step = 0
    while True:
        precondition(plan, panel, residual, z, marked, room[4])
        error = 0.0
        for i in range(inner):
            error += residual[i] * z[i]
        turn = error / before if step else 0.0
        if error <= share * power or step == most:
            break
        before = error
        for i in range(inner):
            direction[i] = z[i] + turn * direction[i]
        stride = error / leaving(first, second, conductance, direction, along)
        for i in range(inner):
            x[i] += stride * direction[i]
            residual[i] -= stride * along[i]
        step += 1
    for i in range(inner):
        x[i] += z[i]
    return step, error / power if power > 0.0 else 0.0
