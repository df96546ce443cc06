"""What mirroring and taking out a drift leave of exact noise, against the noise itself."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from power_law_noise import noise

from ginsen.analysis.drift import response_of, without_drift
from ginsen.analysis.posterior import remaining_of, row_of, shapes_of
from ginsen.analysis.reflection import covariance, gains, log_gain
from ginsen.analysis.spectrum import band_of, bins_of, coefficients

N, RECORDS = 512, 2000


def test_white_noise_and_random_walks_keep_their_even_ordinates():
    # The random walk's transform is ⟨c_k²⟩ = 1/(4 sin²(πk/2n)): no more and no less than f^-2.
    g = gains((0.0, 2.0), 1)
    assert g[:, ::2] == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("detrend", [0, 1, 2])
def test_the_covariance_has_the_gains_on_its_diagonal(detrend):
    k = np.arange(2, 65)
    for beta in (0.5, 1.5, 2.5):
        diagonal = np.diag(covariance(beta, detrend)) * (k / 2) ** beta
        assert diagonal == pytest.approx(gains((beta,), detrend)[0], rel=2e-3)


def test_gains_go_on_smoothly_beyond_their_table():
    betas = np.array([0.5, 1.0, 2.5, 3.0])
    near, far = np.exp(log_gain(np.array([64.0, 66.0]), betas)).T
    assert far == pytest.approx(near, abs=2e-3)
    assert np.exp(log_gain(np.array([5000.0]), betas)) == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize(("beta", "detrend"), [(0.0, 1), (1.0, 0), (1.0, 1), (2.0, 2), (3.0, 1)])
def test_exact_noise_has_the_power_that_is_expected_of_it(beta, detrend):
    rng = np.random.default_rng(int(10 * beta))
    band = band_of(N, 1.0, None, None, detrend)
    bins, response = bins_of(band), response_of(band)
    spectra = [coefficients(noise(N, beta, rng), detrend) for _ in range(RECORDS)]
    whole = np.mean([bins.mean(c**2) for c in spectra], axis=0)
    rest = np.mean([response.mean(without_drift(c, band)) for c in spectra], axis=0)
    low = bins.frequency * 2 * N < 40
    for power, shape in ((whole, shapes_of(band, None)), (rest, remaining_of(band, None))):
        row, _ = row_of(shape, beta)
        ratio = power * np.exp(-row)
        ratio /= np.average(ratio[~low], weights=bins.count[~low])
        # 2000 records tell a single ordinate to 3.2 %; the largest of thirty is within 3.5 σ.
        assert np.abs(ratio[low] - 1).max() < 3.5 * np.sqrt(2 / RECORDS)


def test_curves_like_those_of_a_drift_leave_nothing():
    band = band_of(1000, 1.0, None, None)
    k = np.arange(1000)
    curve = np.where(k % 2, 3.0, -2.0) / np.maximum(k, 1) ** 2
    assert np.abs(without_drift(curve, band)[2:]).max() < 1e-9 * np.abs(curve).max()
