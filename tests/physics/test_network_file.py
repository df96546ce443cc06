import numpy as np
import pytest

from ginsen.physics.network import network_of_wires, random_network
from ginsen.physics.network_file import read_network, write_network
from ginsen.sim_backend.devices.loader import load_device


@pytest.fixture
def written(tmp_path):
    network = random_network(60, 20e-6, 10e-6, 1e-6, 2)
    wires, junctions = tmp_path / "wires.csv", tmp_path / "junctions.csv"
    write_network(network, wires, junctions)
    return network, wires, junctions


def test_what_was_written_is_read_back(written):
    network, wires, junctions = written
    for again in (read_network(wires, junctions), read_network(wires)):
        np.testing.assert_allclose(again.wires, network.wires, rtol=0, atol=1e-20)
        assert np.array_equal(again.junctions, network.junctions)
        np.testing.assert_allclose(again.positions, network.positions, rtol=0, atol=1e-18)


def test_a_bench_reads_the_same_files(written):
    network, wires, junctions = written
    device = load_device({"kind": "nanowire_network", "network": {
        "wires_file": wires.name, "junctions_file": junctions.name}}, wires.parent)
    assert np.array_equal(device.network.junctions, network.junctions)


def test_a_network_without_junctions(tmp_path):
    wires, junctions = tmp_path / "w.csv", tmp_path / "j.csv"
    write_network(network_of_wires([[0, 0, 1e-6, 0], [0, 1e-6, 1e-6, 1e-6]]), wires, junctions)
    assert read_network(wires, junctions).junctions.shape == (0, 2)


@pytest.mark.parametrize(("wires", "junctions", "sentence"), [
    ("a,b\n1,2\n", None, "4 columns"), ("h\n1,2,3,x\n", None, "table of numbers"),
    ("h\n0,0,1,nan\n", None, "4 columns"),
    ("h\n0,0,1,0\n0,1,1,1\n", "h\n0,0.5,0,0\n", "whole wire numbers"),
])
def test_refuses(tmp_path, wires, junctions, sentence):
    (tmp_path / "w.csv").write_text(wires, encoding="utf-8")
    if junctions is not None:
        (tmp_path / "j.csv").write_text(junctions, encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_network(tmp_path / "w.csv", tmp_path / "j.csv" if junctions else None)
