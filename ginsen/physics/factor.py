"""Star-mesh elimination of a circuit's inner nodes: the numeric half.

Eliminating a node p of conductances W_ip to its neighbours adds W_ip W_jp / Σ_k W_kp between each
two of them (A. Rosen, J. IEE 62, 916 (1924)). This is the LDLᵀ factorisation of the Laplacian with
l_ip = W_ip / d_p and d_p = Σ W_kp, except that the pivot is summed from what the node is joined to
and not kept by subtraction: only positive numbers are ever added, multiplied and divided. So every
entry keeps full relative accuracy, however many decades the conductances span (as GTH elimination
of Markov chains: W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33, 1107 (1985)).
"""

from __future__ import annotations

import numpy as np

from ginsen.physics.elimination import Plan
from ginsen.physics.kernel import Indices, kernel, summing
from ginsen.types import Array


@summing
def factorise(plan: Plan, places: Indices, conductance: Array, panel: Array, mesh: Array) -> None:
    """Fill `panel` with l, and 1 / d on its diagonals; at its end the terminals' mesh.

    `conductance` (S, shape (m,)) belongs at `places` of the panels; `panel` has one spare place
    past its end, `mesh` is room to work in, `plan.stack` numbers long.
    """
    panel[:] = 0.0
    for e in range(conductance.size):
        panel[places[e]] += conductance[e]
    # Arrays are taken out of the plan before the loop: numba counts references where it is done.
    firsts, row_start, panel_start = plan.first, plan.row_start, plan.panel_start
    mesh_start, mesh_made, into = plan.mesh_start, plan.mesh_made, plan.into
    child_start, children = plan.child_start, plan.children
    count = mesh_start.size
    for s in range(count + 1):
        width = firsts[s + 1] - firsts[s]
        below = row_start[s + 1] - row_start[s]
        height = width + below
        front = panel[panel_start[s]:panel_start[s + 1]]
        made = mesh_made[s]
        own = mesh[made:made + below * below]
        for i in range(below * below):
            own[i] = 0.0
        for k in range(child_start[s], child_start[s + 1]):
            child = children[k]
            places_in = into[row_start[child]:row_start[child + 1]]
            size = places_in.size
            start = mesh_start[child]
            _take_over(mesh[start:start + size * size], places_in, front, width, own, below)
        if s == count:
            break  # the terminals stay
        _eliminate(front, width, height)
        _fill(front, width, own, below)
        for k in range(width):
            front[k * (height + 1)] = 1.0 / front[k * (height + 1)]
        if made != mesh_start[s]:
            start = mesh_start[s]
            for i in range(below * below):
                mesh[start + i] = own[i]


@kernel
def _take_over(
    given: Array, into: Indices, front: Array, width: int, own: Array, below: int,
) -> None:
    """Add a child's mesh to its parent's first columns, `front`, and to its own mesh, `own`."""
    size = into.size
    for j in range(size):
        column = into[j]
        source = given[j * size:(j + 1) * size]
        if column < width:
            target = front[column * (width + below):(column + 1) * (width + below)]
            for i in range(j + 1, size):
                target[into[i]] += source[i]
        else:
            target = own[(column - width) * below:(column - width + 1) * below]
            for i in range(j + 1, size):
                target[into[i] - width] += source[i]


@summing
def _eliminate(front: Array, width: int, height: int) -> None:
    """Eliminate the columns of one panel, in place."""
    for p in range(width):
        column = front[p * height:(p + 1) * height]
        pivot = 0.0
        for i in range(p + 1, height):
            pivot += column[i]
        column[p] = pivot
        for i in range(p + 1, height):
            column[i] /= pivot
        for q in range(p + 1, width):
            star = column[q] * pivot
            other = front[q * height:(q + 1) * height]
            for i in range(q + 1, height):
                other[i] += star * column[i]


@summing
def _fill(front: Array, width: int, own: Array, below: int) -> None:
    """Add to the mesh between the later neighbours what the panel's stars leave there."""
    height = width + below
    p = 0
    # Four columns at a time: the mesh is read and written a quarter as often.
    while p + 4 <= width:
        a = front[p * height + width:(p + 1) * height]
        b = front[(p + 1) * height + width:(p + 2) * height]
        c = front[(p + 2) * height + width:(p + 3) * height]
        d = front[(p + 3) * height + width:(p + 4) * height]
        da, db = front[p * height + p], front[(p + 1) * height + p + 1]
        dc, dd = front[(p + 2) * height + p + 2], front[(p + 3) * height + p + 3]
        for j in range(below):
            wa, wb, wc, wd = a[j] * da, b[j] * db, c[j] * dc, d[j] * dd
            target = own[j * below:(j + 1) * below]
            for i in range(j + 1, below):
                target[i] += wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i]
        p += 4
    while p < width:
        a = front[p * height + width:(p + 1) * height]
        da = front[p * height + p]
        for j in range(below):
            wa = a[j] * da
            target = own[j * below:(j + 1) * below]
            for i in range(j + 1, below):
                target[i] += wa * a[i]
        p += 1


@kernel
def admittance(plan: Plan, panel: Array, matrix: Array) -> None:
    """Fill `matrix` (S, (k, k)), the terminals' admittance, from the mesh left between them."""
    outer = plan.outer
    ends = plan.panel_start[plan.mesh_start.size]
    for a in range(outer):
        matrix[a, a] = 0.0
    for a in range(outer):
        for b in range(a + 1, outer):
            between = panel[ends + a * outer + b]
            matrix[a, b] = matrix[b, a] = -between
            matrix[a, a] += between
            matrix[b, b] += between


def workspace(plan: Plan) -> tuple[Array, Array]:
    """Room for the panels, their spare place last, and for `factorise` to work in."""
    return np.zeros(int(plan.panel_start[-1]) + 1), np.zeros(max(plan.stack, 1))
