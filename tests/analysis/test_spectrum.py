import numpy as np
import pytest
from scipy.special import zeta

from ginsen.analysis.spectrum import (
    Band,
    FrontEnd,
    band_of,
    bins_of,
    coefficients,
    log_shape,
)


def test_a_cosine_of_the_transform_is_one_ordinate():
    n, k = 256, 37
    x = np.sqrt(2 / n) * np.cos(np.pi * k * (np.arange(n) + 0.5) / n)
    c = coefficients(x)
    assert c[k] == pytest.approx(1, abs=2e-3)
    assert np.max(np.abs(np.delete(c, k))) < 2e-2  # an odd cosine has a little slope


def test_a_line_has_no_spectrum():
    x = 3.0 + 0.25 * np.arange(100)
    assert np.max(np.abs(coefficients(x))) < 1e-10


def test_white_noise_has_its_variance_at_every_ordinate(rng):
    power = np.mean([coefficients(rng.normal(0, 2, 128)) ** 2 for _ in range(4000)], axis=0)
    assert np.abs(power[4:] / 4 - 1).max() < 5 * np.sqrt(2 / 4000)


def test_a_meter_without_dead_time_folds_as_the_zeta_function_says():
    # Σ_k |f+k|^-β sinc²(f+k) = sin²(πf)/π² (ζ(β+2, f) + ζ(β+2, 1-f))
    f, betas = np.array([0.003, 0.05, 0.2, 0.4]), np.linspace(-0.4, 3.6, 81)
    exact = np.sin(np.pi * f) ** 2 / np.pi**2 * (
        zeta(betas[:, None] + 2, f) + zeta(betas[:, None] + 2, 1 - f))
    assert np.abs(log_shape(f, betas, 1.0) - np.log(exact)).max() < 2e-3


def test_a_meter_with_dead_time_folds_as_the_long_sum_says():
    f, duty, k = np.array([0.01, 0.1, 0.37]), 0.37, np.arange(-200_000, 200_001)
    x = np.abs(f[:, None] + k)
    got = log_shape(f, np.array([0.5, 1.5]), duty)
    for row, beta in zip(got, (0.5, 1.5), strict=True):
        exact = np.sum(x**-beta * np.sinc(duty * x) ** 2, axis=1)
        assert np.abs(row - np.log(exact)).max() < 2e-3


def test_white_noise_stays_white_in_any_meter_that_never_rests():
    shape = log_shape(np.linspace(0.01, 0.4, 20), np.array([0.0, 0.1]), 1.0)
    assert np.abs(shape[0]).max() < 1e-3


def test_bins_hold_every_ordinate_once_and_an_eighth_of_an_octave():
    bins = bins_of(band_of(5000, 0.1, None, None))
    assert bins.ordinates[0] == 4
    assert bins.ordinates[-1] == 4000
    assert bins.count.sum() == bins.ordinates.size == 3997
    edges = np.append(bins.ordinates[bins.starts], 4001)
    assert np.all(edges[1:] / edges[:-1] <= 2 ** (1 / 8) + 1 / edges[:-1] + 1e-9)
    power = np.arange(5000.0)
    assert bins.mean(power) @ bins.count == pytest.approx(bins.ordinates.sum())


def test_a_mains_line_is_left_out_where_it_folds_to():
    # 50 Hz sampled at 19.6 Hz appears at 50 - 3 · 19.6 = -8.8 Hz, that is ordinate 2 n f / fs.
    n, fs = 2000, 19.6
    kept = bins_of(band_of(n, 1 / fs, (0.01, 9.7), 50.0)).ordinates
    at = round(2 * n * 8.8 / fs)
    assert not np.isin(np.arange(at - 4, at + 5), kept).any()
    assert np.isin([at - 5, at + 5], kept).all()


def test_least_sigma_is_the_bound_of_a_dense_band():
    # σ → 1/√(B T) √(1/V), V(r) = 1 - r ln² r / (1 - r)², for a band of ratio r
    n, r = 200_000, 0.03
    top = int(0.8 * n)
    bins = bins_of(Band(n, int(r * top), top))
    K, V = 0.5 * (1 - r) * top, 1 - r * np.log(r) ** 2 / (1 - r) ** 2
    assert bins.least_sigma() == pytest.approx(1 / np.sqrt(K * V), rel=5e-3)


def test_a_front_end_integrates_for_some_time():
    with pytest.raises(ValueError, match="above 0 s"):
        FrontEnd(0.0)
