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
def test_a_relaxation_in_white_noise_is_taken_out_or_refused(law, noise_rms, rng):
    fits = [estimate_beta(law(T) + rng.normal(0, noise_rms, N), dt=1.0) for _ in range(6)]
    wrong = [fit for fit in fits if fit.beta is not None and not fit.beta_low < 0.1]
    assert len(wrong) <= 1


@pytest.mark.parametrize(("beta", "tau"), [(0.5, 300), (1.0, 300), (2.0, 300), (1.0, 100)])
def test_a_relaxation_far_above_coloured_noise_does_not_matter(beta, tau, rng):
    records = [noise(N, beta, rng) for _ in range(30)]
    fits = [estimate_beta(x + 20 * np.std(x) * np.exp(-T / tau), dt=1.0) for x in records]
    held = [fit.beta_low <= beta <= fit.beta_high for fit in fits if fit.beta is not None]
    assert len(held) >= 20
    assert np.mean(held) > (0.85 if tau == 300 else 0.75)


@pytest.mark.parametrize(("beta", "height"), [
    (0.0, 3), (1.0, 3), (2.0, 3), (3.0, 3), (0.0, 30), (1.0, 30), (2.0, 30)])
def test_a_smooth_drift_costs_neither_beta_nor_precision(beta, height, rng):
    records = [noise(N, beta, rng) for _ in range(40)]
    drift = height * (np.exp(-T / 300) - T / N)
    clean = np.array([estimate_beta(x, dt=1.0, floor=0.0).beta for x in records])
    drifting = np.array([estimate_beta(x + np.std(x) * drift, dt=1.0, floor=0.0).beta
                         for x in records])
    # σ(β) is 0.053; what the third derivatives of 30 standard deviations leave is less than one.
    assert abs(np.mean(drifting - clean)) < (0.02 if height == 3 else 0.06)


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


def test_what_runs_to_an_end_of_the_search_has_no_beta():
    """Neither white noise, of which β is no more than some value, nor a drift that passes 4."""
    below = above = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        white = estimate_beta(rng.normal(size=128), dt=1.0)
        below += white.reason is not None and "down to where the search ends" in white.reason
        assert white.beta is None or white.beta > -0.2 or white.beta_low > -0.45
        curve = 1e-4 * rng.normal(size=256) + np.abs(np.arange(256) - 128 - 40 * rng.random()) ** 3
        smooth = estimate_beta(curve, dt=1.0)
        above += smooth.beta is None
        assert smooth.beta is None or smooth.beta < 3.5 or smooth.beta_high < 3.95
    assert below > 3
    assert above > 50


def test_one_fluctuator_has_no_beta(rng):
    # A telegraph signal that leaves each level at the rate r has its corner at r/π.
    rate, dt = 0.05, 0.1
    levels = np.cumsum(rng.random(8000) < -0.5 * np.expm1(-2 * rate)) % 2
    fit = refused(levels + 0.02 * rng.normal(size=8000), dt=dt)
    assert "a single fluctuator" in fit.reason
    assert fit.model == "Lorentzian"
    assert fit.corner == pytest.approx(rate / np.pi / dt, rel=0.15)


def test_a_power_law_above_a_knee_is_found_there(rng):
    # Noise of β = 1.5 whose low frequencies were taken away by differencing with memory.
    fits, corner = [], 0.02
    f = np.fft.rfftfreq(64_000)
    for _ in range(10):
        z = rng.normal(size=(2, f.size))
        x = np.fft.irfft((f**2 + corner**2) ** -0.375 * (z[0] + 1j * z[1]))[:8000]
        fits.append(estimate_beta(x, dt=1.0, floor=0.0))
    told = [fit for fit in fits if fit.model == "power law above a knee"]
    assert len(told) >= 8
    assert np.mean([fit.beta_low <= 1.5 <= fit.beta_high for fit in told]) > 0.7
    assert np.median([fit.corner for fit in told]) == pytest.approx(corner, rel=0.2)


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
    assert "not told from the floor" in refused(x, floor=density, widest=0.3).reason


def test_a_smooth_curve_is_not_noise():
    assert refused(np.exp(-T / 200)).beta is None
    assert refused(np.sin(T / 1000)).beta is None


@pytest.mark.parametrize(("options", "words"), [
    ({}, "exactly one"), ({"dt": 1.0, "times": T}, "exactly one"), ({"dt": 0.0}, "above 0"),
    ({"dt": float("nan")}, "above 0"), ({"times": T[:-1]}, r"shape \(999,\)"),
    ({"dt": 1.0, "band": (0.2, 0.1)}, "band"),
    ({"dt": 1.0, "floor": -1.0}, "floor"), ({"dt": 1.0, "line_frequency": 0.0}, "mains"),
    ({"dt": 1.0, "front_end": FrontEnd(1.5)}, "longer than"),
    ({"dt": 1.0, "detrend": 3}, "parabola"),
])
def test_arguments_that_make_no_sense(options, words, rng):
    with pytest.raises(ValueError, match=words):
        estimate_beta(rng.normal(size=N), **options)


def test_values_are_a_window():
    with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
        estimate_beta(np.ones((2, 2)), dt=1.0)
