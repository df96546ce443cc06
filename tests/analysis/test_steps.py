import numpy as np
import pytest
from exact_noise import noise

from ginsen.analysis.colour import coefficients, colours
from ginsen.analysis.steps import find_steps


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.0, 2.5])
def test_noise_of_any_colour_has_no_steps(beta):
    found = [find_steps(noise(1000, beta, np.random.default_rng(seed))) for seed in range(12)]
    assert sum(len(steps) for steps in found) == 0


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.0])
def test_steps_are_found_where_they_are_with_heights_that_hold(beta):
    held, count = 0, 12
    for seed in range(count):
        x = noise(1000, beta, np.random.default_rng(100 + seed))
        height = 8 * np.std(np.diff(x))
        x[300:] += height
        x[640:] -= height
        up, down = find_steps(x)
        assert (up.index, down.index) == (300, 640)
        held += int(up.low <= height <= up.high) + int(down.low <= -height <= down.high)
    assert held >= 0.8 * 2 * count


def test_a_telegraph_keeps_its_levels(rng):
    x = np.where(np.arange(2000) // 100 % 2 == 0, 1.0, 1.5) + 0.02 * noise(2000, 1.0, rng)
    steps = find_steps(x)
    assert [step.index for step in steps] == list(range(100, 2000, 100))
    np.testing.assert_allclose(np.abs([step.height for step in steps]), 0.5, rtol=0.1)


def test_the_colour_of_noise_with_a_floor(rng):
    x = noise(4096, 1.5, rng)
    x = x / np.std(np.diff(x)) + 3 * rng.normal(size=4096)
    found = colours(coefficients(x) ** 2)
    assert found.mean_exponent == pytest.approx(1.5, abs=0.3)
    assert found.density(np.array([3000]))[0] == pytest.approx(9, rel=0.15)


def test_arguments():
    assert find_steps(np.ones(100)) == ()
    with pytest.raises(ValueError, match="32"):
        find_steps(np.ones(31))
    with pytest.raises(ValueError, match="finite"):
        find_steps(np.full(40, np.nan))
    with pytest.raises(ValueError, match="rare"):
        find_steps(np.arange(40.0), rare=0)
    with pytest.raises(ValueError, match="16"):
        colours(np.ones(15))
