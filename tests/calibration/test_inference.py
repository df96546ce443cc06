"""The inference on simulators whose posterior is known."""

import numpy as np
import pytest

from ginsen.calibration.determined import directions
from ginsen.calibration.inference import infer

SLOPES = np.array([[1.0, 0.5], [0.0, 2.0], [0.3, -1.0]])
SCATTER = np.array([0.5, 0.4, 0.3])


def linear(point, chance):
    return SLOPES @ point + SCATTER * np.random.default_rng((chance, 1)).standard_normal(3)


def exact(observed):
    precision = np.eye(2) + SLOPES.T @ np.diag(SCATTER**-2) @ SLOPES
    covariance = np.linalg.inv(precision)
    return covariance @ SLOPES.T @ (observed / SCATTER**2), covariance


def test_linear_and_normal_it_gives_the_exact_posterior():
    observed = linear(np.array([0.7, -1.2]), 99)
    mean, covariance = exact(observed)
    found = infer(linear, observed, numbers=2, members=800, tolerance=0, seed=1)
    np.testing.assert_allclose(found.points.mean(axis=0), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(found.points, rowvar=False), covariance, atol=0.03)
    assert found.sound == 1


def test_few_runs_still_cover_the_truth():
    """Rank of the truth among the posterior's points, over truths drawn from what is known."""
    inside = total = 0
    for seed in range(50):
        truth = np.random.default_rng((seed, 2)).standard_normal(2)
        found = infer(linear, linear(truth, 10_000 + seed), numbers=2, members=36, tolerance=0,
                      seed=seed)
        low, high = np.percentile(found.points, (5, 95), axis=0)
        inside += int(np.sum((low <= truth) & (truth <= high)))
        total += 2
    # 90 % of 100, with a standard deviation of 3.
    assert 0.81 <= inside / total <= 0.98


def test_a_bend_is_followed():
    """One number seen through an exponential: the linear adjustment alone would miss."""
    def bent(point, chance):
        return np.exp(point[:1]) + 0.05 * np.random.default_rng((chance, 3)).standard_normal(1)

    found = infer(bent, np.array([np.exp(1.5)]), numbers=1, members=200, tolerance=0, seed=2)
    assert found.points.mean() == pytest.approx(1.5, abs=0.05)


def test_refuted_runs_are_replaced():
    def half(point, chance):
        return linear(point, chance) if point[0] > -0.5 else np.full(3, np.nan)

    found = infer(half, linear(np.array([0.5, 0.0]), 5), numbers=2, members=100, tolerance=0,
                  seed=3)
    assert found.points.shape == (100, 2)
    assert 0.5 < found.sound < 1


def test_hardly_any_run_like_the_record():
    with pytest.raises(ValueError, match="in round 1 only 0 of 10 runs were anything like"):
        infer(lambda point, chance: np.full(2, np.nan), np.zeros(2), numbers=2, members=10,
              tolerance=0, seed=0)


def test_directions_name_what_is_determined():
    """Only a + b is seen: it is determined, a - b and c are not."""
    random = np.random.default_rng(4)
    points = random.standard_normal((4000, 3))
    points[:, 1] = -points[:, 0] + 0.1 * random.standard_normal(4000)
    first, *others = directions(points, ("a", "b", "c"))
    assert first.width < 0.15
    assert {name for name, _ in first.weights} == {"a", "b"}
    assert all(weight == pytest.approx(0.71, abs=0.05) for _, weight in first.weights)
    assert all(other.width > 0.9 for other in others)
    assert str(first).startswith("0.0")
