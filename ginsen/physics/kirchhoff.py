"""Kirchhoff's laws on a graph of conductances, reduced to its terminals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ginsen.physics.elimination import Plan, elimination_order, places, plan, postordered
from ginsen.physics.factor import admittance, factorise, workspace
from ginsen.physics.kernel import Indices
from ginsen.physics.substitution import response
from ginsen.types import Array


@dataclass(frozen=True, eq=False)
class Circuit:
    """A graph of `nodes` joined by `edges`, shape (m, 2), and its `terminals`, shape (k,).

    `place`, (n,), is where each node stands in the order of elimination: first those that some
    terminal reaches, then the terminals. What no terminal reaches floats and carries nothing; it
    shares the one place after these. `ends`, (m, 2), are the edges in places, `plan` and
    `entries` the elimination. `clusters`, (n,), numbers what hangs together.
    """

    nodes: int
    edges: Indices
    terminals: Indices
    place: Indices
    ends: Indices
    plan: Plan
    entries: Indices
    clusters: Indices


@dataclass(frozen=True, eq=False)
class Reduction:
    """What the terminals see of a circuit, and what it sees of them.

    `admittance` (S), shape (k, k), gives the currents into the terminals for their voltages.
    `potentials`, (n, k), and `drops`, (m, k), give each node's potential and each edge's voltage
    (first node minus second) for 1 V at one terminal and 0 V at the others. Floating nodes are
    put at 0 V.
    """

    admittance: Array
    potentials: Array
    drops: Array


def circuit(nodes: int, edges: npt.ArrayLike, terminals: npt.ArrayLike) -> Circuit:
    """The circuit of `nodes` with `edges` (m, 2) and `terminals` (k,), all numbered from 0.

    Raises ValueError for a node that does not exist, or a terminal named twice or not at all.
    """
    joined = np.array(edges, dtype=np.int64).reshape(-1, 2)
    kept = np.array(terminals, dtype=np.int64)
    for name, numbers in (("edges", joined), ("terminals", kept)):
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < nodes):
            raise ValueError(f"{name}: nodes are numbered from 0 to {nodes - 1}")
    if kept.ndim != 1 or kept.size == 0 or np.unique(kept).size != kept.size:
        raise ValueError("terminals: name at least one node, and none twice")
    graph = csr_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    reached = np.isin(labels, labels[kept])
    reached[kept] = False
    driven = np.flatnonzero(reached)
    for improve in (elimination_order, postordered):
        driven = driven[improve(driven.size, _placed(nodes, driven, kept)[joined])]
    place = _placed(nodes, driven, kept)
    ends = place[joined]
    laid = plan(driven.size, kept.size, ends)
    return Circuit(nodes, joined, kept, place, ends, laid, places(laid, ends),
                   labels.astype(np.int64))


def reduce(circuit: Circuit, conductance: Array) -> Reduction:
    """Solve the circuit for its terminals; `conductance` (S, greater than 0) has shape (m,).

    One elimination of the inner nodes leaves the terminals' admittance; one substitution per
    terminal gives the potentials. Only positive numbers are added, so that conductances may span
    any number of decades. Raises ValueError where one is not greater than 0 and finite.
    """
    if conductance.shape != (len(circuit.edges),):
        raise ValueError(f"conductance has shape {conductance.shape}: give one value for each of "
                         f"{len(circuit.edges)} edges")
    if not np.all(conductance > 0) or not np.isfinite(conductance).all():
        raise ValueError("conductance: every one must be greater than 0 and finite")
    laid = circuit.plan
    panel, mesh = workspace(laid)
    factorise(laid, circuit.entries, conductance, panel, mesh)
    matrix = np.empty((laid.outer, laid.outer))
    admittance(laid, panel, matrix)
    placed = np.empty((laid.outer, laid.inner + laid.outer + 1))
    room = np.empty(placed.shape[1])
    for terminal, potentials in enumerate(placed):
        response(laid, panel, terminal, potentials, room)
    drops = placed[:, circuit.ends[:, 0]] - placed[:, circuit.ends[:, 1]]
    return Reduction(matrix, placed[:, circuit.place].T, drops.T)


def _placed(nodes: int, driven: Indices, terminals: Indices) -> Indices:
    """Each node's place when the driven nodes come first, in this order, then the terminals."""
    place = np.full(nodes, driven.size + terminals.size)
    place[driven] = np.arange(driven.size)
    place[terminals] = np.arange(driven.size, driven.size + terminals.size)
    return place
