"""A floor that was measured is not known exactly, and its interval holds β all the same."""

import numpy as np
import pytest
from exact_noise import amplitude, noise
from scipy.integrate import trapezoid

from ginsen.analysis import LiveBeta, estimate_beta
from ginsen.analysis.drift import response_of
from ginsen.analysis.measured_floor import measured_floor
from ginsen.analysis.posterior import BETAS, TILT, remaining_of
from ginsen.analysis.spectrum import Band
from ginsen.types import Floor, InstrumentNoise, Samples

N, BETA, COUNT, RECORDS = 4000, 1.0, 400, 300
DENSITY = amplitude(BETA) * 0.05**-BETA


@pytest.fixture(scope="module")
def records():
    """Noise over a floor, and what a floor run of COUNT ordinates makes of that."""
    rng = np.random.default_rng(17)
    return [(noise(N, BETA, rng) + rng.normal(0, np.sqrt(DENSITY / 2), N),
             DENSITY * rng.chisquare(COUNT) / COUNT) for _ in range(RECORDS)]


def coverage(fits):
    return np.mean([fit.beta is not None and fit.beta_low <= BETA <= fit.beta_high
                    for fit in fits])


def width(fits):
    return np.median([fit.beta_high - fit.beta_low for fit in fits if fit.beta is not None])


def test_a_measured_floor_narrows_the_interval_and_keeps_its_coverage(records):
    measured = [estimate_beta(x, dt=1.0, floor=Floor(found, COUNT)) for x, found in records]
    assert 0.92 <= coverage(measured) <= 0.98
    free = [estimate_beta(x, dt=1.0) for x, _ in records[:60]]
    assert width(measured) < 0.85 * width(free)


def test_taken_for_exact_the_same_floor_would_not_cover(records):
    exact = [estimate_beta(x, dt=1.0, floor=found) for x, found in records[:100]]
    assert coverage(exact) < 0.85


def test_one_that_is_worth_ever_more_becomes_the_exact_one(records):
    x, _ = records[0]
    exact = estimate_beta(x, dt=1.0, floor=DENSITY)
    nearly = estimate_beta(x, dt=1.0, floor=Floor(DENSITY, 1e8))
    assert nearly.beta == pytest.approx(exact.beta, abs=1e-3)
    assert nearly.beta_low == pytest.approx(exact.beta_low, abs=2e-3)
    assert nearly.beta_high == pytest.approx(exact.beta_high, abs=2e-3)


def test_the_posterior_is_that_of_plain_quadrature():
    rng = np.random.default_rng(5)
    band = Band(1000, 4, 800)
    shape, response = remaining_of(band, None), response_of(band)
    n, known = response.count, Floor(2.0, 60.0)
    S = 0.01 * np.exp(shape[np.searchsorted(BETAS, 1.0)]) + known.density
    power = S * rng.chisquare(n) / n
    fit = measured_floor(shape, n, power, known)

    W = known.density * np.exp(np.linspace(-0.9, 0.9, 61))
    log_a = np.log(0.01) + np.linspace(-16, 4, 401)
    log_l = np.empty((BETAS.size, W.size))
    for row, log_s in enumerate(shape):
        signal = np.exp(log_a[:, None] + log_s)[None]
        model = signal + W[:, None, None]
        each = -0.5 * (np.log(model) + power / model) @ n
        best = each.argmax(axis=1)
        share = (signal[0, best] / model[np.arange(W.size), best]) ** 2 * n
        slope = np.gradient(shape, 0.05, axis=0)[row]
        middle = (share @ slope) / share.sum(axis=1)
        information = np.sum(share * (slope - middle[:, None]) ** 2, axis=1) / 2
        log_l[row] = (each.max(axis=1) + 0.5 * np.log(information) - TILT * BETAS[row]
                      - known.count / 2 * (np.log(W) + known.density / W))
    p = trapezoid(np.exp(log_l - log_l.max()), np.log(W), axis=1)
    below = np.cumsum(p) / p.sum() - p / (2 * p.sum())
    low, median, high = np.interp([0.025, 0.5, 0.975], below, BETAS)
    assert fit.beta == pytest.approx(median, abs=0.02)
    assert (fit.low, fit.high) == (pytest.approx(low, abs=0.03), pytest.approx(high, abs=0.03))


@pytest.mark.parametrize("floor", [-1.0, np.inf, np.nan, Floor(0.0, 10.0), Floor(1.0, 0.0)])
def test_what_is_no_floor(floor):
    with pytest.raises(ValueError, match="a known floor is a finite density"):
        estimate_beta(np.arange(100.0), dt=1.0, floor=floor)


def test_the_noise_of_an_instrument_gives_each_window_its_own_floor(records):
    x, _ = records[0]
    x = x - x.mean() + 1000.0  # what the mean is, noise does not say
    known = InstrumentNoise(0.5 * DENSITY, 0.5e-6 * DENSITY, 0.05 * DENSITY, 0.0, 0.0, (800.0,))
    expected = estimate_beta(x, dt=1.0, floor=Floor(DENSITY, 2 / 0.05**2))
    fit = estimate_beta(x, dt=1.0, floor=known)
    assert fit.beta == pytest.approx(expected.beta, abs=1e-9)
    assert fit.beta_high == pytest.approx(expected.beta_high, abs=1e-9)
    elsewhere = estimate_beta(x + 2000.0, dt=1.0, floor=known)
    assert elsewhere.beta_high == pytest.approx(estimate_beta(x, dt=1.0).beta_high, abs=1e-6)


def test_live_windows_know_it_too(records):
    x = records[0][0][:512]
    t = np.arange(512.0)
    live = LiveBeta((512,), floor=Floor(DENSITY, COUNT), widest=0.5)
    assert live.feed(Samples.of(t, np.ones(512), x)) == (
        estimate_beta(x, times=t, floor=Floor(DENSITY, COUNT)),)
