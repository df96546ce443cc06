"""Potentials from a factor: currents carried forward, potentials carried back."""

from __future__ import annotations

from ginsen.physics.elimination import Plan
from ginsen.physics.kernel import Flags, inner_summing, kernel
from ginsen.types import Array

# The plan's arrays are taken out before the loops, and nothing is unpacked within: numba counts
# references at both, which would take as long as the arithmetic.


@inner_summing
def collect(plan: Plan, panel: Array, marked: Flags, x: Array, room: Array) -> None:
    """Carry the currents `x` (A) put into the inner nodes on to later ones, in place.

    Only through the supernodes that are `marked`, and no longer are afterwards: the others carry
    none. What arrives at the terminals is added to their entries. `room` is as long as `x`.
    """
    firsts, starts, all_rows, panels = plan.first, plan.row_start, plan.rows, plan.panel_start
    for s in range(firsts.size - 2):
        if not marked[s]:
            continue
        marked[s] = False
        first = firsts[s]
        width = firsts[s + 1] - first
        begin = starts[s]
        below = starts[s + 1] - begin
        rows = all_rows[begin:begin + below]
        height = width + below
        start = panels[s]
        if width == 1:
            shares = panel[start + 1:start + height]
            current = x[first]
            for i in range(below):
                x[rows[i]] += shares[i] * current
        else:
            own = x[first:first + width]
            sums = room[:below]
            for i in range(below):
                sums[i] = 0.0
            for p in range(width):
                shares = panel[start + p * height:start + (p + 1) * height]
                current = own[p]
                for q in range(p + 1, width):
                    own[q] += shares[q] * current
                later = shares[width:height]
                for i in range(below):
                    sums[i] += later[i] * current
            for i in range(below):
                x[rows[i]] += sums[i]


@inner_summing
def spread(plan: Plan, panel: Array, x: Array, room: Array) -> None:
    """From the potentials of the terminals to those of all nodes, in place (V).

    The inner entries of `x` are the currents (A) that `collect` has brought there, or 0.
    """
    firsts, starts, all_rows, panels = plan.first, plan.row_start, plan.rows, plan.panel_start
    for s in range(firsts.size - 3, -1, -1):
        first = firsts[s]
        width = firsts[s + 1] - first
        begin = starts[s]
        below = starts[s + 1] - begin
        rows = all_rows[begin:begin + below]
        height = width + below
        start = panels[s]
        if width == 1:
            shares = panel[start:start + height]
            value = x[first] * shares[0]
            later = shares[1:height]
            for i in range(below):
                value += later[i] * x[rows[i]]
            x[first] = value
        else:
            own = x[first:first + width]
            around = room[:below]
            for i in range(below):
                around[i] = x[rows[i]]
            for p in range(width - 1, -1, -1):
                shares = panel[start + p * height:start + (p + 1) * height]
                value = own[p] * shares[p]
                for q in range(p + 1, width):
                    value += shares[q] * own[q]
                later = shares[width:height]
                for i in range(below):
                    value += later[i] * around[i]
                own[p] = value


@kernel
def precondition(
    plan: Plan, panel: Array, current: Array, x: Array, marked: Flags, room: Array,
) -> None:
    """Fill `x` with what `current` (A), put into the inner nodes, adds to the potentials (V).

    The terminals are held at 0 V. Exact where `panel` is the factor of the present conductances.
    `marked` is room for one flag a supernode, none set.
    """
    home, parent, root = plan.home, plan.parent, marked.size
    for i in range(plan.inner):
        x[i] = current[i]
        if current[i] != 0.0:
            # What is put in here is carried on through all that stands above in the tree.
            s = home[i]
            while s < root and not marked[s]:
                marked[s] = True
                s = parent[s]
    for i in range(plan.inner, x.size):
        x[i] = 0.0
    collect(plan, panel, marked, x, room)
    for i in range(plan.inner, x.size):
        x[i] = 0.0
    spread(plan, panel, x, room)


@kernel
def response(plan: Plan, panel: Array, terminal: int, x: Array, room: Array) -> None:
    """Fill `x` with all potentials for 1 V at one `terminal` (from 0) and 0 V at the others."""
    for i in range(x.size):
        x[i] = 0.0
    x[plan.inner + terminal] = 1.0
    spread(plan, panel, x, room)
