"""In which order the nodes of a circuit are eliminated, and what that joins: done once a circuit.

Eliminating a node turns its star of conductances into a mesh between its neighbours. Which meshes
arise does not depend on the conductances, so order, elimination tree, supernodes and every index
are laid down here and used by each numeric factorisation. Notions as in T. A. Davis, Direct Methods
for Sparse Linear Systems (SIAM 2006), chapter 4, and J. W. H. Liu, SIAM Review 34, 82 (1992), for
the multifrontal storage.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

from ginsen.physics.kernel import Indices, kernel


class Plan(NamedTuple):
    """Where everything goes when `inner` nodes are eliminated and `outer` terminals are kept.

    Nodes are named by their place in the order; the terminals come last, as one supernode of which
    nothing is eliminated. Supernode s eliminates the nodes `first[s]` to `first[s + 1]`, which
    share the later neighbours `rows[row_start[s]:row_start[s + 1]]`; node p is one of supernode
    `home[p]`. Its panel holds, column by
    column, these nodes' conductances to each other and to the neighbours, from `panel_start[s]` on.
    `parent[s]` takes over the mesh between the neighbours, which has the places `into` (aligned
    with `rows`) in the parent's front; the mesh waits at `mesh_start[s]` of a stack, after being
    formed at `mesh_made[s]`. The supernodes whose parent is s are
    `children[child_start[s]:child_start[s + 1]]`.
    """

    inner: int
    outer: int
    first: Indices
    home: Indices
    row_start: Indices
    rows: Indices
    into: Indices
    parent: Indices
    panel_start: Indices
    mesh_start: Indices
    mesh_made: Indices
    child_start: Indices
    children: Indices
    stack: int


def elimination_order(inner: int, edges: Indices) -> Indices:
    """Which node, 0 to `inner` - 1, goes first, second, …: least degree first, shape (inner,).

    SuperLU's multiple minimum degree on the pattern of `edges` (m, 2); those that leave the inner
    nodes don't count.
    """
    if inner == 0:
        return np.zeros(0, dtype=np.int64)
    a, b = edges[np.all(edges < inner, axis=1)].T
    nodes = np.arange(inner)
    entries = np.concatenate((np.full(2 * a.size, -1.0), np.full(inner, 2.0 * a.size + 1.0)))
    matrix = csc_array((entries, (np.concatenate((a, b, nodes)), np.concatenate((b, a, nodes)))),
                       shape=(inner, inner))
    ordered = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0,
                   options={"SymmetricMode": True})
    return np.argsort(ordered.perm_c).astype(np.int64)


def postordered(inner: int, edges: Indices) -> Indices:
    """The same elimination with every subtree in one piece: which node goes when, shape (inner,).

    `edges` (m, 2) join nodes named by their place in an order.
    """
    return _postorder(_tree(inner, *_neighbours(inner, edges, earlier=True)))


def plan(inner: int, outer: int, edges: Indices) -> Plan:
    """Lay down the elimination of a circuit whose nodes are named by their place in a postorder."""
    start, later = _neighbours(inner, edges, earlier=False)
    parent = _tree(inner, *_neighbours(inner, edges, earlier=True))
    column_start, column = _columns(inner, parent, start, later)
    first = _supernodes(parent, np.diff(column_start))
    count = first.size - 1
    # The terminals are a supernode too; everything without an inner parent leads into it.
    of_node = np.append(np.repeat(np.arange(count), np.diff(first)), np.full(outer, count))
    last = first[1:] - 1
    heads = [np.sort(column[column_start[node]:column_start[node + 1]]) for node in last]
    row_start = np.concatenate(([0], np.cumsum([head.size for head in heads], dtype=np.int64)))
    rows = np.concatenate([*heads, np.zeros(0, dtype=np.int64)])
    up = np.array([of_node[head[0]] if head.size else count for head in heads], dtype=np.int64)
    into = _places(first, row_start, rows, up, inner, count)

    width = np.diff(first)
    neighbours = np.diff(row_start)
    panel = np.append(width * (width + neighbours), outer * outer)
    child_start = np.concatenate(([0], np.cumsum(np.bincount(up, minlength=count + 1))))
    children = np.argsort(up, kind="stable")
    mesh_start, mesh_made, stack = _stack(neighbours, child_start, children)
    return Plan(inner, outer, np.append(first, inner + outer), of_node[:inner].copy(),
                np.append(row_start, row_start[-1]), rows, into, up,
                np.concatenate(([0], np.cumsum(panel))), mesh_start, np.append(mesh_made, 0),
                child_start.astype(np.int64), children.astype(np.int64), int(stack))


def places(plan: Plan, edges: Indices) -> Indices:
    """Where in the panels the conductance of each edge (m, 2) belongs, shape (m,).

    What joins a node to itself, or is out of reach (numbered past the terminals), belongs in one
    spare place past the end.
    """
    low, high = np.sort(edges, axis=1).T
    spare = plan.panel_start[-1]
    found = np.full(low.size, spare)
    use = np.flatnonzero((low != high) & (high < plan.inner + plan.outer))
    low, high = low[use], high[use]
    s = np.searchsorted(plan.first, low, side="right") - 1
    # A circuit without inner nodes has the terminals' supernode only.
    begin, width = plan.first[s], plan.first[s + 1] - plan.first[s]
    rows = plan.row_start[s + 1] - plan.row_start[s]
    # Rows rise within a supernode, so one search over (supernode, row) pairs finds them all.
    span = plan.inner + plan.outer + 1
    keys = np.repeat(np.arange(plan.first.size - 1), np.diff(plan.row_start)) * span + plan.rows
    below = np.searchsorted(keys, s * span + high) - plan.row_start[s]
    row = np.where(high < plan.first[s + 1], high - begin, width + below)
    found[use] = plan.panel_start[s] + (low - begin) * (width + rows) + row
    return found


def _neighbours(inner: int, edges: Indices, *, earlier: bool) -> tuple[Indices, Indices]:
    """For each inner node its earlier neighbours, or its later ones, as start and list."""
    low, high = np.unique(np.sort(edges, axis=1), axis=0).T
    use = (low != high) & (low < inner)
    low, high = low[use], high[use]
    node, other = (high, low) if earlier else (low, high)
    inside = node < inner
    node, other = node[inside], other[inside]
    order = np.argsort(node, kind="stable")
    start = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=inner))))
    return start.astype(np.int64), np.ascontiguousarray(other[order])


@kernel
def _tree(inner: int, start: Indices, earlier: Indices) -> Indices:
    """The elimination tree: each node's parent, or -1 (Liu 1986, with path compression)."""
    parent = np.full(inner, -1, dtype=np.int64)
    ancestor = parent.copy()
    for node in range(inner):
        for k in range(start[node], start[node + 1]):
            at = earlier[k]
            while at != -1 and at < node:
                above = ancestor[at]
                ancestor[at] = node
                if above == -1:
                    parent[at] = node
                at = above
    return parent


@kernel
def _postorder(parent: Indices) -> Indices:
    """The nodes of a forest, children before parents, each subtree in one piece."""
    size = parent.size
    child = np.full(size, -1, dtype=np.int64)
    sibling = child.copy()
    for node in range(size - 1, -1, -1):
        if parent[node] != -1:
            sibling[node] = child[parent[node]]
            child[parent[node]] = node
    order: Indices = child.copy()
    stack, filled = child.copy(), 0
    # Once a node's children are stacked it has none left, and is taken when met again.
    for root in range(size):
        if parent[root] != -1:
            continue
        top = 0
        stack[0] = root
        while top >= 0:
            node = stack[top]
            if child[node] == -1:
                order[filled] = node
                filled += 1
                top -= 1
            else:
                top += 1
                stack[top] = child[node]
                child[node] = sibling[stack[top]]
    return order


@kernel
def _columns(
    inner: int, parent: Indices, start: Indices, later: Indices,
) -> tuple[Indices, Indices]:
    """For each node, in order, the later nodes it is joined to when it is eliminated."""
    column_start = np.zeros(inner + 1, dtype=np.int64)
    column = np.empty(max(16, 4 * later.size), dtype=np.int64)
    highest = 0
    for k in range(later.size):
        highest = max(highest, later[k])
    seen = np.full(max(highest, inner) + 1, -1, dtype=np.int64)
    child = np.full(inner, -1, dtype=np.int64)
    sibling = child.copy()
    filled = 0
    for node in range(inner):
        seen[node] = node
        begin = filled
        if begin + seen.size > column.size:
            grown = np.empty(2 * column.size + seen.size, dtype=np.int64)
            for k in range(begin):
                grown[k] = column[k]
            column = grown
        for k in range(start[node], start[node + 1]):
            if seen[later[k]] != node:
                seen[later[k]] = node
                column[filled] = later[k]
                filled += 1
        below = child[node]
        while below != -1:
            for k in range(column_start[below], column_start[below + 1]):
                if seen[column[k]] != node:
                    seen[column[k]] = node
                    column[filled] = column[k]
                    filled += 1
            below = sibling[below]
        column_start[node + 1] = filled
        if parent[node] != -1:
            sibling[node] = child[parent[node]]
            child[parent[node]] = node
    return column_start, column[:filled].copy()


@kernel
def _supernodes(parent: Indices, degree: Indices) -> Indices:
    """Where each supernode begins, and the end: chains of nodes that share later neighbours.

    A chain is also joined to the next where that stores few zeros; the dense loops gain more.
    """
    inner = parent.size
    begin = np.empty(inner + 1, dtype=np.int64)
    zeros = np.zeros(inner + 1, dtype=np.int64)
    count = 0
    for node in range(inner):
        begin[count] = node
        zeros[count] = 0
        count += 1
        while count > 1:
            start, middle = begin[count - 2], begin[count - 1]
            if parent[middle - 1] != middle:
                break
            # The earlier chain's columns are filled up to the later one's neighbours.
            width, size = middle - start, node - middle + 1
            more = width * (size + degree[node] - degree[middle - 1])
            wasted = zeros[count - 2] + zeros[count - 1] + more
            total = (width + size) * (width + size + 2 * degree[node]) // 2
            if more > 0 and (wasted > 0.2 * total or node != middle):
                break
            count -= 1
            zeros[count - 1] = wasted
    begin[count] = inner
    starts: Indices = begin[:count + 1].copy()
    return starts


@kernel
def _places(
    first: Indices, row_start: Indices, rows: Indices, up: Indices, inner: int, count: int,
) -> Indices:
    """For each row of each supernode its place in the front of the parent."""
    into = np.empty(rows.size, dtype=np.int64)
    for s in range(count):
        p = up[s]
        if p == count:
            for k in range(row_start[s], row_start[s + 1]):
                into[k] = rows[k] - inner
            continue
        width, at = first[p + 1] - first[p], row_start[p]
        for k in range(row_start[s], row_start[s + 1]):
            if rows[k] < first[p + 1]:
                into[k] = rows[k] - first[p]
            else:
                while rows[at] != rows[k]:
                    at += 1
                into[k] = width + at - row_start[p]
    return into


@kernel
def _stack(
    neighbours: Indices, child_start: Indices, children: Indices,
) -> tuple[Indices, Indices, int]:
    """Where each supernode's mesh waits for its parent, where it is formed, and the room needed."""
    count = neighbours.size
    start = np.zeros(count, dtype=np.int64)
    made = start.copy()
    top = room = 0
    for s in range(count):
        made[s] = top
        for k in range(child_start[s], child_start[s + 1]):
            top -= neighbours[children[k]] ** 2
        start[s] = top
        top += neighbours[s] ** 2
        room = max(room, top, made[s] + neighbours[s] ** 2)
    return start, made, room
