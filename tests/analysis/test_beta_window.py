"""What must hold for every single window, whatever it contains."""

import numpy as np
import pytest
from exact_noise import noise
from scipy.interpolate import RectBivariateSpline

from ginsen.analysis import estimate_beta
from ginsen.analysis.diagnostics import half_split, largest_step, misfit, roots_of
from ginsen.analysis.drift import response_of, without_drift
from ginsen.analysis.floor_posterior import LEAST, NO_FLOOR, ROWS, free_floor, table_of
from ginsen.analysis.posterior import BETAS, TILT, known_floor, remaining_of, rows_of
from ginsen.analysis.spectrum import band_of, bins_of, coefficients


def pooled(x):
    """The band of a record, its response, and the mean power of its bins."""
    band = band_of(x.size, 1.0, None, None)
    response = response_of(band)
    return band, response, response.mean(without_drift(coefficients(x), band))


def test_the_unit_of_the_values_is_free(rng):
    x = noise(1000, 1.2, rng)
    a, b = estimate_beta(x, dt=1.0), estimate_beta(1e-12 * x + 5e-9, dt=1.0)
    assert b.beta == pytest.approx(a.beta, abs=1e-5)
    assert b.amplitude == pytest.approx(1e-24 * a.amplitude, rel=1e-4)
    assert b.floor == pytest.approx(1e-24 * a.floor, rel=1e-4)


def test_the_unit_of_time_is_free(rng):
    x = noise(1000, 1.2, rng)
    a, b = estimate_beta(x, dt=1.0), estimate_beta(x, dt=1e-3)
    assert b.beta == pytest.approx(a.beta, abs=1e-12)
    assert b.band == pytest.approx((a.band[0] * 1e3, a.band[1] * 1e3))
    f = 0.1
    assert (b.amplitude * (f * 1e3) ** -b.beta
            == pytest.approx(1e-3 * a.amplitude * f**-a.beta, rel=1e-9))


def test_time_may_run_backwards(rng):
    x = noise(1000, 1.2, rng)
    a, b = estimate_beta(x, dt=1.0), estimate_beta(x[::-1], dt=1.0)
    assert b.beta == pytest.approx(a.beta, abs=1e-9)
    assert b.half_split_power == pytest.approx(-a.half_split_power, abs=1e-9)


def test_times_that_hardly_jitter_are_even(rng):
    x, t = noise(1000, 1.2, rng), 7 + 0.05 * np.arange(1000)
    a = estimate_beta(x, dt=0.05)
    b = estimate_beta(x, times=t + rng.uniform(-1e-4, 1e-4, 1000))
    assert b.beta == pytest.approx(a.beta, abs=1e-6)
    assert b.interval == pytest.approx(0.05, rel=1e-3)
    assert (b.start, b.stop) == (pytest.approx(7, abs=1e-3), pytest.approx(56.95, abs=1e-3))
    assert np.isnan(a.start)


def test_every_diagnostic_is_told(rng):
    fit = estimate_beta(noise(1000, 1.2, rng), dt=0.5)
    assert fit.count == 1000
    assert fit.effective_count == pytest.approx(797, abs=3)  # two curves are fitted too
    assert fit.band == pytest.approx((0.004, 0.8))
    assert len(fit.sub_bands) == 3
    for low, high, beta, sigma in fit.sub_bands:
        assert low < high
        assert abs(beta - 1.2) < 4 * sigma
    assert (fit.detrend, fit.curves, fit.model) == (1, 1, "power law")
    assert 0 < fit.drift <= 1
    assert 0 < fit.goodness < 1
    assert 0 < fit.jump <= 1
    assert abs(fit.half_split_beta) < 4
    assert abs(fit.half_split_power) < 4


def test_a_band_is_kept(rng):
    fit = estimate_beta(noise(4000, 1.2, rng), dt=0.1, band=(0.1, 2.0))
    assert fit.band == pytest.approx((0.1, 2.0))


@pytest.mark.parametrize("floor", [0.0, 0.3])
def test_the_known_floor_posterior_is_that_of_plain_quadrature(floor, rng):
    band, response, power = pooled(noise(400, 1.0, rng))
    power = power + floor
    fit = known_floor(remaining_of(band, None), response.count, power, floor)
    betas, log_a = np.linspace(-0.5, 4, 451), np.linspace(-16, 8, 2401)
    shape, n = rows_of(remaining_of(band, None), betas), response.count
    slope = np.gradient(shape, betas, axis=0)
    table = np.empty(betas.size)
    for i in range(betas.size):
        signal = np.exp(log_a[:, None] + shape[i])
        S = signal + floor
        likelihood = -0.5 * (np.log(S) + power / S) @ n
        best = np.argmax(likelihood)
        weight = n * (signal[best] / S[best]) ** 2
        spread = weight @ slope[i] ** 2 - (weight @ slope[i]) ** 2 / weight.sum()
        table[i] = likelihood[best] + 0.5 * np.log(spread) - TILT * betas[i]
    assert_same(fit, betas, np.exp(table - table.max()))


def assert_same(fit, betas, density):
    """A posterior's median, σ and bounds against those of a density on a fine grid."""
    p = density / density.sum()
    below = np.cumsum(p) - p / 2
    mean = p @ betas
    sigma = np.sqrt(p @ (betas - mean) ** 2)
    low, median, high = np.interp([0.025, 0.5, 0.975], below, betas)
    assert fit.beta == pytest.approx(median, abs=0.04 * sigma)
    assert fit.sigma == pytest.approx(sigma, rel=0.03)
    assert fit.low == pytest.approx(low, abs=0.12 * sigma)
    assert fit.high == pytest.approx(high, abs=0.12 * sigma)


@pytest.mark.parametrize(("size", "beta", "floored"), [
    (300, 1.0, 3.0), (1000, 1.5, 3.0), (1000, 0.5, 0.0), (4000, 0.0, 0.0), (4000, 2.0, 30.0)])
def test_the_free_floor_posterior_is_that_of_a_fine_grid(size, beta, floored, rng):
    band, response, power = pooled(noise(size, beta, rng))
    power = power + floored * power[-1]
    fit = free_floor(band, None, power)
    table, n = table_of(band, None), response.count
    betas, columns = np.linspace(-0.5, 4, 451), np.linspace(LEAST, table.columns[-1], 600)
    shape = rows_of(table.shape, betas)
    prior = RectBivariateSpline(ROWS, table.columns, table.log_prior)(betas, columns)
    total, bare = np.empty(prior.shape), np.empty(betas.size)
    for i, row in enumerate(shape):
        s = np.exp(row - row[-1])
        for target, ratio in ((total, np.exp(columns)[:, None]), (bare, np.zeros((1, 1)))):
            G = s + ratio
            found = -0.5 * n.sum() * np.log((power / G) @ n) - 0.5 * np.log(G) @ n
            target[i] = found if target is total else found[0]
    total[columns > np.interp(betas, ROWS, table.most)[:, None]] = -np.inf
    weight = np.exp(total + prior - total.max()) * (columns[1] - columns[0])
    even = np.exp(-TILT * BETAS)
    without = (NO_FLOOR / np.sqrt(n.sum()) * np.exp(bare - total.max() - TILT * betas)
               / (even.mean() * 4.5))
    assert_same(fit, betas, weight.sum(axis=1) + without)
    assert fit.p_no_floor == pytest.approx(without.sum() / (without.sum() + weight.sum()),
                                           rel=0.1, abs=1e-6)


def test_misfit_is_uniform_under_the_model(rng):
    response = response_of(band_of(1000, 1.0, None, None))
    model = np.ones(response.count.size)
    p, over = [], []
    for _ in range(1500):
        power = rng.chisquare(response.count) / response.count
        o, q = misfit(response, power, model, 0)
        p.append(q)
        over.append(o)
    assert np.mean(over) == pytest.approx(1, abs=0.02)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(p) < 0.5) == pytest.approx(0.5, abs=0.05)


def flat(size):
    """The bins of a white record of variance 1, and its posterior."""
    band = band_of(size, 1.0, None, None)
    count = response_of(band).count
    return bins_of(band), known_floor(remaining_of(band, None), count, np.ones(count.size), 0.0)


@pytest.mark.parametrize("size", [777, 10_000])
def test_the_largest_step_is_where_it_was_put(size, rng):
    x = rng.normal(size=size)
    x[size // 3:] += 3.0
    bins, white = flat(size)
    roots = roots_of(bins, white.model)
    step = largest_step(coefficients(x)[bins.part] * roots, size, bins, roots)
    assert abs(step.index - size // 3) <= max(2, size // 1000)
    assert step.height == pytest.approx(3, abs=0.8)
    assert step.p < 1e-6


def test_halves_are_told_apart_as_well_as_by_fitting_both(rng):
    # Power 1 ± ε: of n ordinates the two halves tell ln(second/first) = 2 ε to √(8/n).
    bins, fit = flat(2000)
    roots, scale = roots_of(bins, fit.model), np.where(np.arange(2000) < 1000, 0.95, 1.05)
    found = np.array([half_split(coefficients(scale * rng.normal(size=2000))[bins.part] * roots,
                                 bins, fit) for _ in range(400)])
    expected = np.log(1.05**2 / 0.95**2) / np.sqrt(8 / bins.count.sum())
    assert found[:, 1].mean() == pytest.approx(0.95 * expected, abs=0.15)
    assert found.std(axis=0) == pytest.approx([1, 1], abs=0.12)
    assert abs(found[:, 0].mean()) < 0.15
