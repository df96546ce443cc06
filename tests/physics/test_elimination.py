"""Ordering, factor and substitution against dense algebra and closed forms."""

import numpy as np
import pytest

from ginsen.physics.factor import admittance, factorise, workspace
from ginsen.physics.kirchhoff import circuit, reduce
from ginsen.physics.network import random_network
from ginsen.physics.substitution import precondition


def laplacian(count, ends, conductance):
    matrix = np.zeros((count, count))
    np.add.at(matrix, (ends[:, 0], ends[:, 1]), -conductance)
    matrix += matrix.T
    return matrix - np.diag(matrix.sum(axis=1))


@pytest.fixture(params=[(30, 15e-6, 1), (100, 30e-6, 2), (300, 52e-6, 3), (150, 22e-6, 4)])
def thrown(request):
    """A circuit of one random network, its conductances over six decades."""
    count, box, seed = request.param
    network = random_network(count, box, 10e-6, 1e-6, seed)
    built = circuit(count, network.junctions, [*network.farthest_pair(), 7])
    random = np.random.default_rng(seed)
    return built, 10 ** random.uniform(-9, -3, len(network.junctions))


def test_every_node_has_one_place_and_children_come_before_parents(thrown):
    plan = thrown[0].plan
    assert sorted(thrown[0].place[thrown[0].place < plan.inner]) == list(range(plan.inner))
    assert plan.first[0] == 0
    assert plan.first[-2] == plan.inner
    assert np.all(np.diff(plan.first) > 0)
    assert np.all(plan.parent > np.arange(plan.parent.size))
    for s in range(plan.parent.size):
        rows = plan.rows[plan.row_start[s]:plan.row_start[s + 1]]
        assert np.all(np.diff(rows) > 0)
        assert rows[0] >= plan.first[s + 1]


def test_least_degree_keeps_the_factor_sparse():
    network = random_network(2000, 134e-6, 10e-6, 1e-6, 1)
    plan = circuit(2000, network.junctions, network.farthest_pair()).plan
    assert plan.panel_start[-1] < 6 * len(network.junctions)


def test_factor_is_that_of_the_laplacian(thrown):
    built, conductance = thrown
    plan = built.plan
    panel, mesh = workspace(plan)
    factorise(plan, built.entries, conductance, panel, mesh)
    reached = np.all(built.ends < plan.inner + plan.outer, axis=1)
    whole = laplacian(plan.inner + plan.outer, built.ends[reached], conductance[reached])
    inside = slice(0, plan.inner)
    given = np.random.default_rng(0).standard_normal(plan.inner + plan.outer + 1)
    x, room = np.empty_like(given), np.empty_like(given)
    marked = np.zeros(plan.mesh_start.size, dtype=np.bool_)
    precondition(plan, panel, given, x, marked, room)
    assert not marked.any()
    expected = np.linalg.solve(whole[inside, inside], given[inside])
    np.testing.assert_allclose(x[inside], expected, rtol=0, atol=1e-9 * np.abs(expected).max())
    assert not x[plan.inner:].any()
    matrix = np.empty((plan.outer, plan.outer))
    admittance(plan, panel, matrix)
    out = slice(plan.inner, None)
    schur = whole[out, out] - whole[out, inside] @ np.linalg.solve(whole[inside, inside],
                                                                   whole[inside, out])
    np.testing.assert_allclose(matrix, schur, rtol=1e-9, atol=1e-12 * whole.max())


def test_twenty_decades_cost_no_digits():
    # A dense solver loses them all: the strongly joined nodes hang on by a part in 10^20.
    links = 10.0 ** np.array([-20, 0, 0, -20, 0, -10, 0])
    chain = circuit(8, np.column_stack((np.arange(7), np.arange(1, 8))), [0, 7])
    reduction = reduce(chain, links)
    assert reduction.admittance[0, 0] == pytest.approx(1 / np.sum(1 / links), rel=1e-14)
    resistances = 1 / links
    expected = np.append(np.cumsum(resistances[::-1])[::-1], 0.0) / np.sum(resistances)
    np.testing.assert_allclose(reduction.potentials[:, 0], expected, rtol=1e-13)


def test_a_mesh_of_a_star_is_rosens():
    arms = np.array([1.0, 2.0, 3.0, 4.0])
    star = circuit(5, [[4, 0], [4, 1], [4, 2], [4, 3]], [0, 1, 2, 3])
    expected = np.diag(arms) - np.outer(arms, arms) / arms.sum()
    np.testing.assert_allclose(reduce(star, arms).admittance, expected, rtol=1e-15)


def test_junctions_side_by_side_and_wires_that_touch_themselves():
    loop = circuit(3, [[0, 1], [1, 0], [1, 2], [1, 1]], [0, 2])
    assert reduce(loop, np.array([1.0, 2.0, 3.0, 9.0])).admittance[0, 0] == pytest.approx(1.5)


def test_wrong_number_of_conductances():
    with pytest.raises(ValueError, match="2 edges"):
        reduce(circuit(3, [[0, 1], [1, 2]], [0, 2]), np.ones(3))
