import numpy as np
import pytest
from exact_noise import amplitude, noise

from ginsen.analysis.change_points import Past, where_noise_changed


def p_values(x, window, hop):
    past = Past()
    return np.array([past.take(x[first:first + window], float(first), float(first + window))
                     for first in range(0, x.size - window + 1, hop)])


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.0])
def test_in_one_state_p_values_are_uniform(beta, rng):
    p = p_values(noise(256 * 60, beta, rng), 256, 128)
    # -2 ln p is χ² with two degrees.
    assert np.mean(-2 * np.log(p)) == pytest.approx(2, abs=0.6)
    assert p.min() > 1e-5


def joined(a, b):
    """b after a, without a step, of the same density in the middle of the band if β 1 and 2."""
    b = b * np.sqrt(amplitude(1.0) * 0.15**-1 / (amplitude(2.0) * 0.15**-2))
    return np.concatenate([a, a[-1] + b - b[0]])


def test_a_change_of_power_or_of_beta(rng):
    a, b = noise(2048, 1.0, rng), noise(512, 2.0, rng)
    assert p_values(np.concatenate([a[:1536], a[1536:] * 2]), 512, 64).min() < 1e-6
    p = p_values(joined(a, b), 512, 64)
    changed = (2048 - 512) // 64
    assert p[:changed + 1].min() > 1e-5
    assert p[changed:changed + 6].min() < 1e-6  # within 3/4 of a window


def test_what_came_before_helps():
    with_past, without = [], []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        x = joined(noise(1920, 1.0, rng), noise(128, 2.0, rng))
        with_past.append(p_values(x, 256, 32)[-1])
        without.append(Past().take(x[-256:], 0.0, 256.0))
    assert np.mean(np.log(with_past)) < np.mean(np.log(without)) - 2


def test_a_smooth_drift_is_no_change_of_the_noise(rng):
    a = noise(1024, 1.0, rng)
    a += 20 * np.std(a) * np.exp(-np.arange(1024) / 300)
    assert p_values(a, 512, 64).min() > 1e-4


def test_the_past_does_not_grow(rng):
    past, x = Past(), noise(64 * 200, 1.0, rng)
    for first in range(0, x.size - 127, 16):
        past.take(x[first:first + 128], float(first), float(first + 128))
    assert len(past._pieces) <= 8 * 9 + 2
    assert Past().take(np.ones(128), 0.0, 128.0) == 1.0
    with pytest.raises(ValueError, match="64 or more"):
        past.take(np.ones(63), 0.0, 63.0)


def test_a_larger_part_tells_more_once_all_of_it_is_new(rng):
    halves, larger = [], []
    for _ in range(20):
        x = np.concatenate([noise(1024, 1.0, rng), noise(200, 2.0, rng)])
        for new, found in ((0.5, halves), (0.75, larger)):
            past = Past(new)
            for last in range(x.size % 32 + 256, x.size + 1, 32):
                p = past.take(x[last - 256:last], float(last - 256), float(last))
            found.append(np.log(p))
    assert np.mean(larger) < np.mean(halves) - 1


@pytest.mark.parametrize(("first", "second"), [(1.0, 2.0), (2.0, 1.0)])
def test_where_beta_changed(first, second, rng):
    a, b = noise(600, first, rng), noise(424, second, rng)
    b *= np.sqrt(amplitude(first) * 0.15**-first / (amplitude(second) * 0.15**-second))
    at, earliest, latest = where_noise_changed(np.concatenate([a, a[-1] + b - b[0]]))
    assert earliest <= 600 <= latest
    assert abs(at - 600) <= 128


def test_too_few_samples_to_place_a_change():
    with pytest.raises(ValueError, match="64 or more"):
        where_noise_changed(np.ones(63))


def test_powers_that_differ_beyond_all_arithmetic_are_a_change():
    noise = np.random.default_rng(3).standard_normal(512)
    past = Past()
    past.take(1e-12 * noise, 0.0, 1.0)
    assert past.take(np.concatenate([1e-12 * noise[256:], 1e6 * noise[:256]]), 0.5, 1.5) < 1e-6
