"""Kirchhoff's laws on a graph of conductances, reduced to its terminals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dposv
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ginsen.types import Array

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Circuit:
    """A graph of `nodes` joined by `edges`, shape (m, 2), and its `terminals`, shape (k,).

    `driven` are the other nodes that some terminal reaches; what no terminal reaches floats, and
    carries nothing. `places` says where each conductance goes in the reduced equations.
    """

    nodes: int
    edges: Indices
    terminals: Indices
    driven: Indices
    places: Indices


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
    ends = np.array(terminals, dtype=np.int64)
    for name, numbers in (("edges", joined), ("terminals", ends)):
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < nodes):
            raise ValueError(f"{name}: nodes are numbered from 0 to {nodes - 1}")
    if ends.ndim != 1 or ends.size == 0 or np.unique(ends).size != ends.size:
        raise ValueError("terminals: name at least one node, and none twice")
    graph = csr_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    reached = np.isin(labels, labels[ends])
    reached[ends] = False
    driven = np.flatnonzero(reached)

    # Rows: the driven nodes. Columns: the driven nodes, then the terminals.
    width = driven.size + ends.size
    row = np.full(nodes, -1)
    row[driven] = np.arange(driven.size)
    column = row.copy()
    column[ends] = np.arange(driven.size, width)
    first, second = joined[:, 0], joined[:, 1]
    # What has no row goes to one spare place past the end.
    places = [np.where(row[a] >= 0, row[a] * width + column[b], driven.size * width)
              for a, b in ((first, first), (second, second), (first, second), (second, first))]
    return Circuit(nodes, joined, ends, driven, np.concatenate(places))


def reduce(circuit: Circuit, conductance: Array) -> Reduction:
    """Solve the circuit for its terminals; `conductance` (S, greater than 0) has shape (m,).

    One Cholesky factorisation of the driven nodes' equations with one right-hand side per
    terminal. The admittance is the power form Y_ab = Σ G_e ΔV_ea ΔV_eb (Tellegen's theorem),
    which is symmetric and free of the cancellation of the Schur complement.
    Raises ValueError where a conductance is not greater than 0 and finite.
    """
    if not np.all(conductance > 0) or not np.isfinite(conductance).all():
        raise ValueError("conductance: every one must be greater than 0 and finite")
    inner, outer = circuit.driven.size, circuit.terminals.size
    width = inner + outer
    entries = np.concatenate((conductance, conductance, -conductance, -conductance))
    flat = np.bincount(circuit.places, entries, inner * width + 1)
    equations = flat[:-1].reshape(inner, width)
    potentials = np.zeros((circuit.nodes, outer))
    potentials[circuit.terminals, np.arange(outer)] = 1.0
    if inner:
        _, solution, failed = dposv(equations[:, :inner].T, -equations[:, inner:], lower=1)
        if failed:
            raise ValueError("conductance: the values span more than double precision can resolve")
        potentials[circuit.driven] = solution
    drops = potentials[circuit.edges[:, 0]] - potentials[circuit.edges[:, 1]]
    return Reduction(drops.T @ (conductance[:, None] * drops), potentials, drops)
