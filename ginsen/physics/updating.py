"""A factor brought up to date where a few conductances have changed, without a new elimination.

The change of one conductance adds σ b bᵀ to the Laplacian, with b = 1 and -1 at its two ends. Of
L D Lᵀ only those columns change that lie on the way from the earlier end to the root of the
elimination tree (P. E. Gill, G. H. Golub, W. Murray, M. A. Saunders, Math. Comp. 28, 505 (1974),
method C1; T. A. Davis, W. W. Hager, SIAM J. Matrix Anal. Appl. 20, 606 (1999), for the sparse
case): a few hundred columns of ten thousand, at the cost of a small part of one substitution.
"""

from __future__ import annotations

from ginsen.physics.elimination import Plan
from ginsen.physics.kernel import summing
from ginsen.types import Array

_LEAST = 1e-9
"""A pivot that would fall below this share of itself in one update has lost too many digits."""


@summing
def update(
    plan: Plan, panel: Array, first: int, second: int, change: float, w: Array, room: Array,
) -> bool:
    """Let one conductance between the places `first` and `second` grow by `change` (S).

    False where the factor has lost its digits and has to be made anew. The terminals' mesh is not
    brought up to date. `w` is as long as there are places, full of zeros, and left so; `room` as
    long.
    """
    a, b = min(first, second), max(first, second)
    if a == b or a >= plan.inner:
        return True
    firsts, starts, all_rows = plan.first, plan.row_start, plan.rows
    panels, parent = plan.panel_start, plan.parent
    w[a], w[b] = 1.0, -1.0
    s = plan.home[a]
    p = a - firsts[s]
    root = firsts.size - 2
    kept = True
    while True:
        begin = starts[s]
        below = starts[s + 1] - begin
        width = firsts[s + 1] - firsts[s]
        height = width + below
        own = w[firsts[s]:firsts[s] + width]
        rows = all_rows[begin:begin + below]
        around = room[:below]
        for i in range(below):
            around[i] = w[rows[i]]
        start = panels[s]
        while p < width:
            column = panel[start + p * height:start + (p + 1) * height]
            at = own[p]
            own[p] = 0.0
            if at != 0.0:
                pivot = 1.0 / column[p]
                raised = pivot + change * at * at
                if not raised > _LEAST * pivot:
                    kept = False
                    change = 0.0
                    raised = pivot
                share = change * at / raised
                for q in range(p + 1, width):
                    own[q] += at * column[q]
                    column[q] -= share * own[q]
                later = column[width:height]
                for i in range(below):
                    around[i] += at * later[i]
                    later[i] -= share * around[i]
                change *= pivot / raised
                column[p] = 1.0 / raised
            p += 1
        for i in range(below):
            w[rows[i]] = around[i]
        above = parent[s]
        if above >= root:
            break
        p = rows[0] - firsts[above]
        s = above
    for i in range(plan.inner, w.size):
        w[i] = 0.0
    return kept

