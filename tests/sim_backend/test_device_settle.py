import numpy as np
import pytest

from ginsen.sim_backend.devices.device import GROUND, OPEN, Source
from ginsen.sim_backend.devices.settle import check_drive, settle


def passive(random, count):
    """The admittance of a random complete graph of `count` terminals."""
    g = np.triu(10 ** random.uniform(-7, -3, (count, count)), 1)
    g = g + g.T
    return np.diag(g.sum(1)) - g


@pytest.mark.parametrize("seed", range(60))
def test_every_source_keeps_its_own_law(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 5))
    admittance = passive(random, count)
    sources = tuple(
        Source(voltage=random.uniform(-5, 5), resistance=random.choice([0.0, 1e3, 1e6]),
               current_limit=random.choice([1e-6, 1e-4, np.inf]), connected=random.random() < 0.8)
        for _ in range(count))
    at = settle(admittance, sources)
    np.testing.assert_allclose(admittance @ at.voltage, at.current, rtol=0, atol=2e-14)
    for k, source in enumerate(sources):
        if not source.connected:
            assert at.current[k] == 0
            assert not at.clamped[k]
        elif at.clamped[k]:
            assert abs(at.current[k]) == source.current_limit
            wanted = source.voltage - source.resistance * at.current[k] - at.voltage[k]
            assert wanted * at.current[k] >= 0
        else:
            assert abs(at.current[k]) <= source.current_limit * (1 + 1e-9)
            assert at.voltage[k] + source.resistance * at.current[k] == pytest.approx(
                source.voltage, abs=1e-9)


def test_equal_limits_at_both_ends():
    at = settle(np.array([[1.0, -1.0], [-1.0, 1.0]]) * 1e-3,
                (Source(5.0, current_limit=1e-3), Source(0.0, current_limit=1e-3)))
    np.testing.assert_allclose(at.current, [1e-3, -1e-3])
    assert at.voltage[0] - at.voltage[1] == pytest.approx(1.0)
    assert at.clamped.any()


def test_nothing_connected_rests_at_zero():
    at = settle(passive(np.random.default_rng(0), 3), (OPEN,) * 3)
    np.testing.assert_array_equal(at.voltage, 0)
    np.testing.assert_array_equal(at.current, 0)


def test_open_terminal_takes_the_potential_of_the_device():
    at = settle(np.array([[2.0, -2.0, 0.0], [-2.0, 3.0, -1.0], [0.0, -1.0, 1.0]]),
                (Source(3.0), OPEN, GROUND))
    assert at.voltage[1] == pytest.approx(2.0)
    assert at.current.tolist() == pytest.approx([2.0, 0.0, -2.0])


def test_a_terminal_joined_to_nothing():
    at = settle(np.zeros((2, 2)), (Source(3.0, 50.0), OPEN))
    assert at.voltage.tolist() == [3.0, 0.0]
    assert at.current.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("dt", "sources", "sentence"), [
    (-1.0, (GROUND, GROUND), "dt"), (np.nan, (GROUND, GROUND), "dt"), (1.0, (GROUND,), "2 term"),
    (1.0, (GROUND, Source(np.nan)), "voltage"), (1.0, (GROUND, Source(0.0, -1.0)), "resistance"),
    (1.0, (GROUND, Source(0.0, 0.0, -1e-3)), "current_limit"),
])
def test_drive_that_makes_no_sense(dt, sources, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_drive(dt, sources, 2)
