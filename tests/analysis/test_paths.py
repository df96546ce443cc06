import numpy as np
import pytest
from exact_noise import noise

from ginsen.analysis.paths import QUANTUM, conductance_histogram, path_statistics


def telegraph(n, mean_dwell, rng, dt=0.05):
    """Two levels, exponential dwells (s), a little 1/f noise; and the times of its switches."""
    switches = np.cumsum(rng.exponential(mean_dwell, size=n))
    t = dt * np.arange(n)
    state = np.searchsorted(switches, t) % 2
    G = 1e-4 + 2e-5 * state + 4e-7 * noise(n, 1.0, rng)
    return t, G, switches[switches < t[-1]]


def test_a_telegraph_signal(rng):
    t, G, switches = telegraph(5000, 4.0, rng)
    found = path_statistics(t, G)
    assert len(found.steps) == pytest.approx(len(switches), abs=4)
    assert found.rate.low <= 1 / 4.0 <= found.rate.high
    assert found.rate.count == found.rate_up.count + found.rate_down.count
    assert abs(found.rate_up.count - found.rate_down.count) <= 1
    assert found.mean_dwell.low <= 4.0 <= found.mean_dwell.high
    assert len(found.dwells) == len(found.steps) - 1
    heights = np.array([abs(step.height) for step in found.steps])
    np.testing.assert_allclose(heights, 2e-5, rtol=0.25)
    held = np.mean([step.low <= np.sign(step.height) * 2e-5 <= step.high for step in found.steps])
    assert held >= 0.8
    np.testing.assert_allclose(sorted({round(level, 5) for level in found.levels}), [1e-4, 1.2e-4])


def test_stretches_find_what_the_whole_does(rng):
    G = 1 + 0.01 * rng.normal(size=10_000)
    places = [500, 2047, 2048, 4096, 5000, 9990]
    for k, place in enumerate(places):
        G[place:] += 1.0 if k % 2 == 0 else -1.0
    found = path_statistics(np.arange(10_000.0), G)
    assert [step.index for step in found.steps] == places
    assert found.times == tuple(float(place) for place in places)


def test_nothing_happens(rng):
    found = path_statistics(0.1 * np.arange(1000), 1 + 0.01 * noise(1000, 1.0, rng))
    assert found.steps == found.dwells == ()
    assert found.mean_dwell is None
    assert len(found.levels) == 1
    assert (found.rate.value, found.rate.low) == (0, 0)
    assert found.rate.high == pytest.approx(3.69 / 99.9, rel=0.01)


def test_a_histogram_in_siemens_or_quanta(rng):
    G = np.append(QUANTUM * rng.choice([1.0, 2.0], size=500), np.nan)
    density, edges = conductance_histogram(G, 20, unit=QUANTUM)
    assert edges[[0, -1]] == pytest.approx([1, 2])
    assert density @ np.diff(edges) == pytest.approx(1)
    density, edges = conductance_histogram(G, 20)
    assert edges[[0, -1]] == pytest.approx([QUANTUM, 2 * QUANTUM])


def test_arguments():
    t = np.arange(100.0)
    with pytest.raises(ValueError, match="shape"):
        path_statistics(t, t[:50])
    with pytest.raises(ValueError, match="gap"):
        path_statistics(np.where(t > 50, t + 3, t), t)
    with pytest.raises(ValueError, match="histogram"):
        conductance_histogram([np.nan])
    with pytest.raises(ValueError, match="histogram"):
        conductance_histogram([1.0], unit=0)
