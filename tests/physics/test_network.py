import os
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from ginsen.physics.network import Network, network_of_wires, random_network

SMALL = {"count": 60, "box": 20e-6, "mean_length": 10e-6, "sd_length": 1e-6}


def turn(a, b, c):
    return np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def test_crossings_agree_with_orientation_test_of_every_pair():
    network = random_network(**SMALL, seed=3)
    ends = network.wires.reshape(-1, 2, 2)
    expected = [
        (i, j) for i, j in combinations(range(len(ends)), 2)
        if turn(*ends[i], ends[j][0]) != turn(*ends[i], ends[j][1])
        and turn(*ends[j], ends[i][0]) != turn(*ends[j], ends[i][1])
    ]
    assert len(expected) > 50
    assert [tuple(pair) for pair in network.junctions] == expected


def test_positions_lie_on_both_wires():
    network = random_network(**SMALL, seed=4)
    for side in (0, 1):
        wires = network.wires[network.junctions[:, side]]
        to_ends = (np.linalg.norm(network.positions - wires[:, :2], axis=1)
                   + np.linalg.norm(network.positions - wires[:, 2:], axis=1))
        length = np.linalg.norm(wires[:, 2:] - wires[:, :2], axis=1)
        np.testing.assert_allclose(to_ends, length, rtol=1e-9)


def test_number_of_crossings_is_buffons():
    # Two wires of length L in an area A cross with probability 2 L² / (π A), less at the edges.
    count, box, length = 2000, 200e-6, 10e-6
    network = random_network(count, box, length, 0.0, seed=1)
    expected = count * (count - 1) / 2 * 2 / np.pi * (length / box) ** 2
    assert 0.9 * expected < len(network.junctions) < 1.04 * expected


def test_lengths_are_gamma_distributed():
    wires = random_network(4000, 1e-3, 10e-6, 2e-6, seed=2).wires
    lengths = np.hypot(*(wires[:, 2:] - wires[:, :2]).T)
    assert lengths.mean() == pytest.approx(10e-6, rel=0.02)
    assert lengths.std() == pytest.approx(2e-6, rel=0.05)
    skewness = np.mean((lengths - lengths.mean()) ** 3) / lengths.std() ** 3
    assert skewness == pytest.approx(2 * 2 / 10, abs=0.15)  # 2 sd / mean for a gamma


def test_same_seed_same_network():
    first, again, other = (random_network(**SMALL, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first.wires, again.wires)
    assert not np.array_equal(first.wires, other.wires)


def test_chain_distance_cluster_and_farthest_pair():
    network = network_of_wires([[0, 0, 1, 0], [0.9, -0.5, 0.9, 0.5], [0.8, 0.4, 2, 0.4],
                                [1.9, 0, 1.9, 1], [5, 5, 6, 6]])
    assert network.junctions.tolist() == [[0, 1], [1, 2], [2, 3]]
    np.testing.assert_allclose(network.positions, [[0.9, 0], [0.9, 0.4], [1.9, 0.4]])
    assert network.distance(0, 3) == network.distance(3, 0) == 3
    assert network.clusters[4] != network.clusters[0]
    assert network.farthest_pair() == (0, 3)
    with pytest.raises(ValueError, match="no path"):
        network.distance(0, 4)
    with pytest.raises(ValueError, match="numbered from 0 to 4"):
        network.distance(0, 5)


def test_parallel_wires_do_not_cross():
    assert len(network_of_wires([[0, 0, 1, 0], [0.5, 0, 1.5, 0], [0, 1, 1, 1]]).junctions) == 0


@pytest.mark.parametrize(("change", "sentence"), [
    ({"count": 1}, "at least 2"), ({"box": 0.0}, "box"),
    ({"mean_length": float("nan")}, "mean_length"), ({"sd_length": -1.0}, "sd_length"),
])
def test_random_network_refuses(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        random_network(**{**SMALL, "seed": 0, **change})


def test_network_refuses():
    wires = np.zeros((2, 4))
    spot = np.zeros((1, 2))
    with pytest.raises(ValueError, match="four finite"):
        network_of_wires([[0, 0, 1]])
    with pytest.raises(ValueError, match="numbered from 0 to 1"):
        Network(wires, np.array([[0, 2]]), spot)
    with pytest.raises(ValueError, match="two different wires"):
        Network(wires, np.array([[1, 1]]), spot)
    with pytest.raises(ValueError, match="same number of rows"):
        Network(wires, np.array([[0, 1]]), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="no two wires"):
        network_of_wires([[0, 0, 1, 0], [0, 1, 1, 1]]).farthest_pair()


def test_reference_network_is_reproduced_from_its_wire_ends():
    folder = os.environ.get("GINSEN_REFERENCE_DATA")
    if not folder:
        pytest.skip("GINSEN_REFERENCE_DATA is not set: the reference network is not at hand")
    wires, listed = (
        np.genfromtxt(Path(folder) / f"network_100w_261j_{name}.csv", delimiter=",", skip_header=1)
        for name in ("wires", "junctions"))
    network = network_of_wires(wires * 1e-6)
    assert len(network.junctions) == 261
    assert np.array_equal(network.junctions, listed[:, :2])
    np.testing.assert_allclose(network.positions * 1e6, listed[:, 2:], atol=1e-5)
    assert network.farthest_pair() == (29, 72)
    assert network.distance(29, 72) == 9


def test_ten_thousand_wires_in_less_than_a_second():
    start = time.process_time()
    network = random_network(10_000, 300e-6, 10e-6, 1e-6, seed=1)
    pair = network.farthest_pair()
    assert time.process_time() - start < 1
    assert 34_000 < len(network.junctions) < 36_000
    apart = np.linalg.norm(np.subtract(*network.centres[list(pair)]))
    assert apart > 0.97 * np.sqrt(2) * 300e-6


def test_work_grows_hardly_faster_than_the_network():
    def cost(count):
        start = time.process_time()
        random_network(count, 3e-6 * np.sqrt(count), 10e-6, 1e-6, seed=1)
        return time.process_time() - start

    small = min(cost(3000) for _ in range(3))
    assert cost(24_000) < 25 * small  # eight times the wires; every pair would be 64


@pytest.mark.parametrize("seed", range(5))
def test_farthest_pair_is_that_of_all_pairs(seed):
    network = random_network(**SMALL, seed=seed)
    members = np.flatnonzero(network.clusters == np.argmax(np.bincount(network.clusters)))
    centres = network.centres[members]
    apart = np.linalg.norm(centres[:, None] - centres, axis=2)
    first, second = np.unravel_index(np.argmax(apart), apart.shape)
    assert network.farthest_pair() == (members[first], members[second])


def test_farthest_pair_on_a_line():
    steps = [[[j - 0.2, j, j + 1.2, j], [j + 1, j - 0.2, j + 1, j + 1.2]] for j in range(3)]
    assert network_of_wires(np.reshape(steps, (6, 4))).farthest_pair() == (0, 5)
