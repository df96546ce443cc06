"""Exact noise in, β out: bias, spread and coverage against what statistics allows."""

import numpy as np
import pytest
from exact_noise import amplitude, integrated, noise

from ginsen.analysis import FrontEnd, estimate_beta
from ginsen.analysis.spectrum import band_of, bins_of

N = 1000
BOUND = bins_of(band_of(N, 1.0, None, None)).least_sigma()


def test_the_bound_is_the_one_of_the_study():
    assert pytest.approx(0.0534, abs=2e-3) == BOUND


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
def test_clean_records_are_never_refused_and_the_interval_is_honest(beta):
    rng, count = np.random.default_rng(int(10 * beta)), 120
    fits = [estimate_beta(noise(N, beta, rng), dt=1.0) for _ in range(count)]
    assert [fit.reason for fit in fits if fit.beta is None][1:] == []
    fits = [fit for fit in fits if fit.beta is not None]
    held = np.mean([fit.beta_low <= beta <= fit.beta_high for fit in fits])
    # 92 to 98 % in truth; 120 records tell that to 2.5 % (one standard deviation) at 92 %.
    assert 0.92 - 2.5 * 0.025 < held <= 1
    estimates = np.array([fit.beta for fit in fits])
    # A free floor costs some of the precision, most where the signal is flattest.
    assert 0.85 * BOUND < estimates.std() < 2.1 * BOUND
    assert abs(estimates.mean() - beta) < 0.09


@pytest.mark.parametrize("beta", [0.5, 1.5, 2.5])
def test_without_a_floor_the_estimate_is_on_the_bound(beta):
    rng, count = np.random.default_rng(int(10 * beta)), 120
    fits = [estimate_beta(noise(N, beta, rng), dt=1.0, floor=0.0) for _ in range(count)]
    estimates = np.array([fit.beta for fit in fits])
    assert abs(estimates.mean() - beta) < 0.01 + 3 * BOUND / np.sqrt(count)
    assert estimates.std() == pytest.approx(BOUND, rel=3 / np.sqrt(2 * count))


def test_amplitude_is_the_one_sided_density(rng):
    dt, scale, beta = 0.05, 3e-6, 1.3
    fits = [estimate_beta(scale * noise(2000, beta, rng), dt=dt, floor=0.0) for _ in range(30)]
    # Time runs 1/dt faster: S(f) = dt S'(f dt).
    true = scale**2 * dt * amplitude(beta) * dt**-beta
    at = 0.5  # Hz, mid-band: the density there does not hang on β
    density = np.array([fit.amplitude * at**-fit.beta for fit in fits])
    assert np.mean(density) == pytest.approx(true * at**-beta, rel=0.05)


def test_white_noise_has_density_two_variance_dt(rng):
    fits = [estimate_beta(rng.normal(0, 2e-9, 1000), dt=0.1, floor=0.0) for _ in range(30)]
    density = np.mean([fit.amplitude * 1.0**-fit.beta for fit in fits])
    assert density == pytest.approx(2 * 4e-18 * 0.1, rel=0.05)


@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_a_floor_is_found_and_does_not_bend_beta(beta):
    rng = np.random.default_rng(3)
    density = amplitude(beta) * 0.05**-beta
    fits = [estimate_beta(noise(4000, beta, rng) + rng.normal(0, np.sqrt(density / 2), 4000),
                          dt=1.0) for _ in range(40)]
    assert all(fit.beta is not None for fit in fits)
    assert np.mean([fit.beta_low <= beta <= fit.beta_high for fit in fits]) > 0.85
    assert abs(np.mean([fit.beta for fit in fits]) - beta) < 0.06
    assert np.median([fit.floor for fit in fits]) == pytest.approx(density, rel=0.08)
    assert max(fit.p_no_floor for fit in fits) < 0.05


def test_a_known_floor_sharpens_beta():
    beta, rng = 1.0, np.random.default_rng(4)
    density = amplitude(beta) * 0.05**-beta
    records = [noise(N, beta, rng) + rng.normal(0, np.sqrt(density / 2), N) for _ in range(60)]
    known = [estimate_beta(x, dt=1.0, floor=density) for x in records]
    free = [estimate_beta(x, dt=1.0) for x in records]
    assert np.mean([fit.beta_low <= beta <= fit.beta_high for fit in known]) > 0.87
    width = [np.mean([f.beta_high - f.beta_low for f in fits if f.beta is not None])
             for fits in (known, free)]
    assert width[0] < 0.7 * width[1]


@pytest.mark.parametrize("duty", [1.0, 0.5])
def test_an_integrating_meter_is_taken_into_account(duty):
    beta, rng, count = 1.5, np.random.default_rng(5), 60
    records = [integrated(N, beta, rng, duty) for _ in range(count)]
    fits = [estimate_beta(x, dt=1.0, floor=0.0, front_end=FrontEnd(duty)) for x in records]
    modelled = np.mean([fit.beta for fit in fits])
    assert abs(modelled - beta) < 0.01 + 3 * BOUND / np.sqrt(count)
    blind = np.mean([estimate_beta(x, dt=1.0, floor=0.0).beta for x in records])
    assert abs(blind - beta) > 0.04  # the study: +0.09 without dead time, -0.07 at half duty
