import time

import numpy as np
import pytest

from ginsen.physics.kirchhoff import circuit, reduce
from ginsen.physics.network import random_network


def modified_nodal_analysis(nodes, edges, conductance, terminals, voltages):
    """Potentials and terminal currents by one dense LU of the full system, sources included."""
    incidence = np.zeros((len(edges), nodes))
    rows = np.arange(len(edges))
    incidence[rows, edges[:, 0]] = 1
    incidence[rows, edges[:, 1]] = -1
    fixed = np.eye(nodes)[terminals]
    system = np.block([[incidence.T @ np.diag(conductance) @ incidence, -fixed.T],
                       [fixed, np.zeros((len(terminals),) * 2)]])
    answer = np.linalg.solve(system, np.concatenate((np.zeros(nodes), voltages)))
    return answer[:nodes], answer[nodes:]


def one_cluster(count, seed, **size):
    """Edges of the largest cluster of a random network, its wires numbered anew."""
    network = random_network(count, seed=seed, mean_length=10e-6, sd_length=1e-6, **size)
    labels = network.clusters
    keep = labels == np.argmax(np.bincount(labels))
    number = np.cumsum(keep) - 1
    return int(keep.sum()), number[network.junctions[keep[network.junctions[:, 0]]]]


@pytest.mark.parametrize("span", [0.1, 3.0])
@pytest.mark.parametrize("terminals", [[0, 17], [3, 20, 41], [5]])
def test_agrees_with_dense_modified_nodal_analysis(span, terminals):
    nodes, edges = one_cluster(100, 7, box=30e-6)
    random = np.random.default_rng(0)
    conductance = 1e-6 * 10 ** random.uniform(-span, span, len(edges))
    voltages = random.uniform(-5, 5, len(terminals))
    reduction = reduce(circuit(nodes, edges, terminals), conductance)
    potentials, currents = modified_nodal_analysis(nodes, edges, conductance, terminals, voltages)
    scale = np.abs(voltages).max()
    np.testing.assert_allclose(reduction.potentials @ voltages, potentials, rtol=0,
                               atol=1e-9 * scale)
    if len(terminals) > 1:
        np.testing.assert_allclose(reduction.admittance @ voltages, currents, rtol=1e-9)


def test_current_in_is_current_out_at_every_node():
    nodes, edges = one_cluster(100, 8, box=30e-6)
    conductance = 1e-6 * 10 ** np.random.default_rng(1).uniform(-2, 2, len(edges))
    reduction = reduce(circuit(nodes, edges, [2, 30, 50]), conductance)
    voltages = np.array([3.0, -1.0, 0.5])
    flow = conductance * (reduction.drops @ voltages)
    balance = np.bincount(edges[:, 0], flow, nodes) - np.bincount(edges[:, 1], flow, nodes)
    currents = reduction.admittance @ voltages
    np.testing.assert_allclose(balance[[2, 30, 50]], currents, rtol=1e-9)
    balance[[2, 30, 50]] = 0
    assert np.abs(balance).max() < 1e-9 * np.abs(currents).max()
    assert abs(currents.sum()) < 1e-12 * np.abs(currents).max()
    np.testing.assert_allclose(reduction.admittance, reduction.admittance.T, rtol=1e-12)


def test_series_and_parallel():
    chain = circuit(4, [[0, 1], [1, 2], [2, 3]], [0, 3])
    g = np.array([1.0, 2.0, 4.0])
    assert reduce(chain, g).admittance[0, 0] == pytest.approx(1 / np.sum(1 / g), rel=1e-14)
    np.testing.assert_allclose(reduce(chain, g).potentials[:, 0], [1, 3 / 7, 1 / 7, 0], atol=1e-15)
    both = circuit(2, [[0, 1], [1, 0]], [0, 1])
    assert reduce(both, np.array([1.0, 2.0])).admittance[0, 1] == pytest.approx(-3.0)


def test_balanced_wheatstone_bridge_carries_nothing_across():
    bridge = circuit(4, [[0, 1], [0, 2], [1, 3], [2, 3], [1, 2]], [0, 3])
    reduction = reduce(bridge, np.array([1.0, 2.0, 3.0, 6.0, 5.0]))
    assert abs(reduction.drops[4, 0]) < 1e-15
    assert reduction.admittance[0, 0] == pytest.approx(1 / (1 + 1 / 3) + 1 / (1 / 2 + 1 / 6))


def test_what_no_terminal_reaches_floats_and_carries_nothing():
    parts = circuit(7, [[0, 1], [1, 2], [3, 4], [4, 5]], [0, 2])
    reduction = reduce(parts, np.ones(4))
    assert reduction.admittance[0, 0] == pytest.approx(0.5)
    np.testing.assert_array_equal(reduction.potentials[3:], 0.0)
    np.testing.assert_array_equal(reduction.drops[2:], 0.0)


def test_terminals_of_separate_clusters_do_not_feel_each_other():
    parts = circuit(4, [[0, 1], [2, 3]], [0, 1, 2])
    np.testing.assert_allclose(reduce(parts, np.array([2.0, 3.0])).admittance,
                               [[2, -2, 0], [-2, 2, 0], [0, 0, 0]], atol=1e-15)


def test_no_edges_at_all():
    assert reduce(circuit(3, [], [0, 2]), np.zeros(0)).admittance.tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(("nodes", "edges", "terminals", "sentence"), [
    (2, [[0, 2]], [0], "edges"), (2, [[0, 1]], [2], "terminals"), (2, [[0, 1]], [], "at least one"),
    (2, [[0, 1]], [1, 1], "none twice"),
])
def test_circuit_refuses(nodes, edges, terminals, sentence):
    with pytest.raises(ValueError, match=sentence):
        circuit(nodes, edges, terminals)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_reduce_refuses(bad):
    with pytest.raises(ValueError, match="greater than 0"):
        reduce(circuit(2, [[0, 1]], [0, 1]), np.array([bad]))


def test_a_hundred_wires_take_well_below_a_millisecond():
    nodes, edges = one_cluster(100, 7, box=30e-6)
    built, conductance = circuit(nodes, edges, [0, 17]), np.full(len(edges), 1e-6)
    start = time.process_time()
    for _ in range(200):
        reduce(built, conductance)
    assert (time.process_time() - start) / 200 < 1e-3
