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
from ginsen.physics.kernel import Indices, inner, inner_summing, kernel, summing
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
            begin = row_start[child]
            _take_over(mesh, mesh_start[child], into, begin, row_start[child + 1] - begin, front,
                       width, own, below)
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


@inner
def _take_over(
    mesh: Array, start: int, into: Indices, begin: int, size: int, front: Array, width: int,
    own: Array, below: int,
) -> None:
    """Add a child's mesh to its parent's first columns, `front`, and to its own mesh, `own`."""
    for j in range(size):
        column = into[begin + j]
        source = start + j * size
        if column < width:
            at = column * (width + below)
            for i in range(j + 1, size):
                front[at + into[begin + i]] += mesh[source + i]
        else:
            at = (column - width) * below - width
            for i in range(j + 1, size):
                own[at + into[begin + i]] += mesh[source + i]


@inner_summing
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


@inner_summing
def _fill(front: Array, width: int, own: Array, below: int) -> None:
    """Add to the mesh between the later neighbours what the panel's stars leave there."""
    height = width + below
    for j in range(below):
        target = own[j * below:(j + 1) * below]
        p = 0
        # Four stars at a time: the mesh is read and written a quarter as often.
        while p + 4 <= width:
            a = front[p * height:(p + 1) * height]
            b = front[(p + 1) * height:(p + 2) * height]
            c = front[(p + 2) * height:(p + 3) * height]
            d = front[(p + 3) * height:(p + 4) * height]
            wa, wb = a[width + j] * a[p], b[width + j] * b[p + 1]
            wc, wd = c[width + j] * c[p + 2], d[width + j] * d[p + 3]
            for i in range(j + 1, below):
                k = width + i
                target[i] += wa * a[k] + wb * b[k] + wc * c[k] + wd * d[k]
            p += 4
        while p < width:
            a = front[p * height:(p + 1) * height]
            wa = a[width + j] * a[p]
            for i in range(j + 1, below):
                target[i] += wa * a[width + i]
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
