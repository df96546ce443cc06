import numpy as np
import pytest
from exact_noise import amplitude, noise

from ginsen.analysis import FrontEnd, estimate_beta

N = 1000
T = np.arange(N, dtype=float)


def refused(x, **options):
    fit = estimate_beta(x, **{"dt": 1.0, **options})
    assert fit.beta is None
    assert fit.beta_low is None
    assert fit.beta_high is None
    assert "\n" not in fit.reason
    return fit


def test_too_short(rng):
    assert "too short: 60 samples" in refused(rng.normal(size=60)).reason
    assert "too short: 3 samples" in refused([1.0, 2.0, 4.0]).reason
    assert "too short" in refused([1.0], dt=None, times=[0.0]).reason
    assert "too short" in refused([]).reason


def test_a_narrow_band_is_too_short(rng):
    assert "too short" in refused(rng.normal(size=N), band=(0.10, 0.11)).reason
    assert "too short" in refused(rng.normal(size=N), band=(7.0, 9.0)).reason


def test_constant():
    assert refused(np.full(N, 1e-8)).reason == "constant: all 1000 values are 1e-08"


def test_quantised(rng):
    x = np.round(noise(N, 1.5, rng))
    assert "only 5 different values" in refused(x % 5).reason


def test_not_finite(rng):
    x = rng.normal(size=N)
    x[[3, 70]] = np.nan, np.inf
    assert refused(x).reason == "2 of 1000 values are not finite"


def test_uneven(rng):
    x = rng.normal(size=N)
    assert "jitter by 10 %" in refused(x, dt=None, times=T + rng.normal(0, 0.0707, N)).reason
    assert "runs back after 500 s" in refused(x, dt=None, times=T - 4 * (T > 500)).reason
    assert "not finite" in refused(x, dt=None, times=np.where(T == 9, np.nan, T)).reason
    assert "gap of 5 s after 499 s" in refused(x, dt=None, times=T + 4 * (T >= 500)).reason


@pytest.mark.parametrize("noise_rms", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("law", [
    lambda t: np.exp(-t / 200), lambda t: np.exp(-np.sqrt((t + 1) / 100)),
    lambda t: (t + 1) ** -0.3])
def test_relaxation(law, noise_rms, rng):
    for _ in range(4):
        refused(law(T) + rng.normal(0, noise_rms, N))


@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_relaxation_far_above_coloured_noise(beta, rng):
    law = 30 * np.exp(-np.sqrt((T + 1) / 100))
    records = [noise(N, beta, rng) for _ in range(20)]
    fits = [estimate_beta(x + np.std(x) * law, dt=1.0) for x in records]
    assert sum(fit.beta is None for fit in fits) >= 16


@pytest.mark.parametrize("beta", [1.0, 1.5, 2.0])
def test_a_mild_drift_does_not_matter(beta, rng):
    records = [noise(N, beta, rng) for _ in range(30)]
    drift = 3 * (np.exp(-T / 300) + T / N)
    fits = [estimate_beta(x + np.std(x) * drift, dt=1.0) for x in records]
    assert sum(fit.beta is None for fit in fits) <= 2
    assert np.mean([fit.beta_low <= beta <= fit.beta_high for fit in fits if fit.beta]) > 0.85


def test_the_power_changes(rng):
    fit = refused(noise(N, 1.0, rng) * np.where(T < 500, 1, 2))
    assert "state change" in fit.reason
    assert fit.half_split_power > 6


def test_beta_changes(rng):
    a, b = noise(2000, 0.5, rng), noise(2000, 1.5, rng)
    b *= np.std(np.diff(a)) / np.std(np.diff(b))
    fit = refused(np.concatenate([a, b - b[0] + a[-1]]))
    assert "state change" in fit.reason
    assert fit.half_split_beta > 4


def test_a_step(rng):
    x = noise(N, 0.5, rng)
    fit = refused(x + 6 * np.std(x) * (T >= 400))
    assert "a step at sample 400" in fit.reason
    assert fit.jump < 0.01


def test_a_line(rng):
    x = noise(N, 1.0, rng)
    line = np.std(np.diff(x)) * np.sin(2 * np.pi * 0.2137 * T)
    fit = refused(x + line)
    assert "no power law" in fit.reason
    assert fit.goodness < 1e-5
    assert fit.overdispersion > 2
    masked = estimate_beta(x + line, dt=1.0, line_frequency=2.2137)
    assert masked.beta_low < 1.0 < masked.beta_high


def test_the_floor_dominates(rng):
    density = amplitude(1.0) * 0.004**-1
    x = noise(N, 1.0, rng) + rng.normal(0, np.sqrt(density / 2), N)
    assert "not told from the floor" in refused(x, floor=density).reason


def test_a_smooth_curve_is_not_noise():
    assert refused(np.exp(-T / 200)).beta is None
    assert refused(np.sin(T / 1000)).beta is None


@pytest.mark.parametrize(("options", "words"), [
    ({}, "exactly one"), ({"dt": 1.0, "times": T}, "exactly one"), ({"dt": 0.0}, "above 0"),
    ({"dt": float("nan")}, "above 0"), ({"times": T[:-1]}, r"shape \(999,\)"),
    ({"dt": 1.0, "band": (0.2, 0.1)}, "band"),
    ({"dt": 1.0, "floor": -1.0}, "floor"), ({"dt": 1.0, "line_frequency": 0.0}, "mains"),
    ({"dt": 1.0, "front_end": FrontEnd(1.5)}, "longer than"),
])
def test_arguments_that_make_no_sense(options, words, rng):
    with pytest.raises(ValueError, match=words):
        estimate_beta(rng.normal(size=N), **options)


def test_values_are_a_window():
    with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
        estimate_beta(np.ones((2, 2)), dt=1.0)
