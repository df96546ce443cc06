"""The generalised covariance against its integral and against known processes."""

import numpy as np
import pytest
from scipy.integrate import quad

from ginsen.analysis.uneven_covariance import (
    CUT,
    REACH,
    filtered,
    integrated,
    off_poles,
    shifted,
    unfiltered,
)

F0 = 0.05


def exponent(beta):
    return off_poles(np.array([beta]))[:, None]


def integral(beta, lag, passed, top):
    """∫ f^-β H [cos 2πfτ - (1 - (2πfτ)²/2)(f < F0)] df, from where its integrand is nothing."""
    beta = exponent(beta)[0, 0]
    x = 2 * np.pi * lag

    def low(f):
        small = (x * f) ** 4 / 24 - (x * f) ** 6 / 720
        return f**-beta * (small if x * f < 0.05 else np.cos(x * f) - 1 + (x * f) ** 2 / 2)

    high = quad(lambda f: f**-beta * passed(f) * np.cos(x * f), F0, top, limit=2000)[0]
    return quad(low, 0, F0, limit=200)[0] + high


@pytest.mark.parametrize("beta", [-0.3, 0.0, 0.5, 1.0, 2.0, 3.0, 3.8])
@pytest.mark.parametrize("lag", [0.0, 0.7, 4.2, 15.3, 23.4])
def test_a_sharp_filter_is_the_integral_up_to_the_cut(beta, lag):
    expected = integral(beta, lag, lambda f: 1.0, CUT)
    assert filtered(np.array([lag]), exponent(beta), F0)[0, 0] == pytest.approx(
        expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0, 3.0])
def test_a_meter_is_the_integral_of_sinc_squared(beta):
    """Second differences in lag: there the two sides' ways of leaving terms out don't matter."""
    integration, lags = 0.5, np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    found = integrated(lags, integration, exponent(beta), F0)[0]
    expected = [integral(beta, lag, lambda f: np.sinc(f * integration) ** 2, 40.0) for lag in lags]
    # Below F0 the integral above has no sinc²: it is 1 there but for (πfT)²/3 < 0.002.
    assert np.diff(found, 4) == pytest.approx(np.diff(expected, 4), rel=3e-3, abs=1e-4)


def test_white_noise_through_a_meter():
    lag = np.array([0.0, 0.2, 0.5, 1.0, 30.0])
    found = integrated(lag, 0.5, np.array([[0.0]]), 1e-9)[0]
    assert found == pytest.approx([1.0, 0.6, 0.0, 0.0, 0.0], abs=1e-6)


def test_a_random_walk_read_by_a_meter():
    """Means over T of a random walk differ at lag τ > T by a variance of τ - T/3, times 2π²."""
    lag = np.array([0.0, 1.0, 7.0])
    C = integrated(lag, 0.5, np.array([[2.0]]), 1e-7)[0]
    assert 2 * (C[0] - C[1:]) == pytest.approx(2 * np.pi**2 * (lag[1:] - 0.5 / 3), rel=1e-5)


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.3, 3.0, 3.9])
def test_nothing_jumps_where_the_series_begins(beta):
    lag = REACH + np.array([-1e-9, 1e-9])
    for values in (filtered(lag, exponent(beta), F0), integrated(lag, 0.5, exponent(beta), F0)):
        assert values[0, 0] == pytest.approx(values[0, 1], rel=1e-6)


@pytest.mark.parametrize("pole", [1.0, 3.0])
def test_nothing_happens_at_the_poles(pole):
    betas = pole + np.array([-1e-4, 0.0, 1e-4])
    values = integrated(np.array([0.0, 1.0, 9.0, 50.0]), 0.5, off_poles(betas)[:, None], F0)
    assert values[1] == pytest.approx((values[0] + values[2]) / 2, rel=1e-4)


def test_another_frequency_to_leave_terms_out_below():
    lag, beta = np.array([3.0, 8.0]), np.array([[1.7]])
    moved = shifted(unfiltered(lag, 0.0, beta, 0.1), lag**2, beta, 0.1, 0.01)
    assert moved == pytest.approx(unfiltered(lag, 0.0, beta, 0.01), rel=1e-10)


def test_averages_far_apart():
    beta, f0 = np.array([[0.5], [2.5]]), 0.05
    u = (np.arange(200) + 0.5) / 200 - 0.5  # within an interval: variance 1/12
    lag = 6 + u[:, None] - u
    exact = unfiltered(lag.ravel(), 0.0, beta, f0).mean(axis=1)
    assert unfiltered(np.array([6.0]), 1 / 6, beta, f0)[:, 0] == pytest.approx(exact, rel=1e-4)
