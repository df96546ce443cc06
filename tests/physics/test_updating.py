"""A factor brought up to date, against one made anew; Kirchhoff's law after many such updates."""

import numpy as np
import pytest

from ginsen.physics.factor import factorise, workspace
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.network import random_network
from ginsen.physics.substitution import precondition, response
from ginsen.physics.updating import update


@pytest.fixture(params=[(40, 18e-6, 1), (150, 22e-6, 4), (300, 52e-6, 3)])
def factored(request):
    """A circuit of one random network, conductances over five decades, and their factor."""
    count, box, seed = request.param
    network = random_network(count, box, 10e-6, 1e-6, seed)
    built = circuit(count, network.junctions, [*network.farthest_pair(), 7])
    conductance = 10 ** np.random.default_rng(seed).uniform(-8, -3, len(network.junctions))
    panel, mesh = workspace(built.plan)
    factorise(built.plan, built.entries, conductance, panel, mesh)
    return built, conductance, panel, mesh


def updated(built, panel, e, change):
    w, room = np.zeros((2, built.plan.inner + built.plan.outer + 1))
    kept = update(built.plan, panel, *built.ends[e], change, w, room)
    assert not w.any()
    return kept


def solved(built, panel):
    """What the factor makes of 1 V at each terminal, and of a current into every inner node."""
    size = built.plan.inner + built.plan.outer + 1
    current = np.random.default_rng(0).standard_normal(size)
    marked, room = np.zeros(built.plan.mesh_start.size, dtype=np.bool_), np.empty(size)
    found = np.empty((built.plan.outer + 1, size))
    for terminal in range(built.plan.outer):
        response(built.plan, panel, terminal, found[terminal], room)
    precondition(built.plan, panel, current, found[-1], marked, room)
    return found


def test_three_hundred_updates_are_one_new_factor(factored):
    built, conductance, panel, mesh = factored
    random = np.random.default_rng(9)
    for e in random.integers(0, len(conductance), 300):
        new = 10 ** random.uniform(-8, -3)
        assert updated(built, panel, e, new - conductance[e])
        conductance[e] = new
    fresh = np.zeros_like(panel)
    factorise(built.plan, built.entries, conductance, fresh, mesh)
    for found, expected in zip(solved(built, panel), solved(built, fresh), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7 * np.abs(expected).max())


def test_what_does_not_touch_the_inner_nodes_changes_nothing():
    square = circuit(6, [[0, 1], [0, 2], [1, 2], [2, 2], [3, 4]], [0, 1])
    panel, mesh = workspace(square.plan)
    factorise(square.plan, square.entries, np.ones(5), panel, mesh)
    before = panel.copy()
    for e in (0, 3, 4):
        assert updated(square, panel, e, 0.5)
    assert np.array_equal(panel, before)


def test_a_factor_without_digits_is_refused():
    # Node 1 hangs on one link that all but vanishes: what is left of its pivot is rounding.
    chain = circuit(3, [[0, 1], [1, 2]], [0, 2])
    panel, mesh = workspace(chain.plan)
    factorise(chain.plan, chain.entries, np.array([1.0, 1e-16]), panel, mesh)
    assert not updated(chain, panel, 0, -1.0)
