"""What must hold for every single window, whatever it contains."""

import numpy as np
import pytest
from exact_noise import noise

from ginsen.analysis import estimate_beta
from ginsen.analysis.diagnostics import largest_step, misfit
from ginsen.analysis.posterior import BETAS, free_floor, known_floor, shapes_of
from ginsen.analysis.spectrum import band_of, bins_of, coefficients


def plain_shape(n, f, beta):
    return -beta * np.log(f) + np.log1p(1.1 * max(0, beta - 2) * (2 * n * f) ** (beta - 4))


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
    assert fit.effective_count == 797
    assert fit.band == pytest.approx((0.004, 0.8))
    assert len(fit.sub_bands) == 3
    for low, high, beta, sigma in fit.sub_bands:
        assert low < high
        assert abs(beta - 1.2) < 4 * sigma
    assert 0 < fit.goodness < 1
    assert 0 < fit.jump <= 1
    assert abs(fit.half_split_beta) < 4
    assert abs(fit.half_split_power) < 4


def test_a_band_is_kept(rng):
    fit = estimate_beta(noise(4000, 1.2, rng), dt=0.1, band=(0.1, 2.0))
    assert fit.band == pytest.approx((0.1, 2.0))


@pytest.mark.parametrize("floor", [0.0, 0.3])
def test_the_known_floor_posterior_is_that_of_plain_quadrature(floor, rng):
    band = band_of(400, 1.0, None, None)
    bins = bins_of(band)
    power = bins.mean(coefficients(noise(400, 1.0, rng)) ** 2) + floor
    fit = known_floor(shapes_of(band, None), bins.count, power, floor)
    betas, log_a = np.linspace(-0.5, 4, 451), np.linspace(-16, 8, 2401)
    table = np.empty(betas.size)
    for i, beta in enumerate(betas):
        S = np.exp(log_a[:, None] + plain_shape(400, bins.frequency, beta)) + floor
        table[i] = np.max(-0.5 * (np.log(S) + power / S) @ bins.count)
    p = np.exp(table - table.max())
    mean = p @ betas / p.sum()
    assert fit.beta == pytest.approx(mean, abs=2e-3)
    assert fit.sigma == pytest.approx(np.sqrt(p @ (betas - mean) ** 2 / p.sum()), rel=0.02)


def test_the_free_floor_posterior_is_that_of_a_fine_grid(rng):
    band = band_of(1000, 1.0, None, None)
    bins = bins_of(band)
    power = bins.mean(coefficients(noise(1000, 1.5, rng)) ** 2)
    power += 3 * power[-1]
    fit = free_floor(band, None, power)
    n = bins.count.sum()
    foot = np.searchsorted(bins.frequency, 8 * bins.frequency[0])
    betas, total = np.linspace(-0.5, 4, 226), []
    for beta in betas:
        s = np.exp(plain_shape(1000, bins.frequency, beta))
        s /= s[-1]
        most = max(s[foot], 0.001 * np.exp(0.5))
        ratio = np.append(np.geomspace(0.001, most, 2000), 0.0)
        G = s + ratio[:, None]
        total.append(-0.5 * n * np.log((power / G) @ bins.count) - 0.5 * np.log(G) @ bins.count)
    total = np.array(total)
    weight = np.exp(total - total.max()) * np.append(np.full(2000, 0.9 / 2000), 0.1)
    first = weight.sum(axis=1) / weight.sum()
    mean = first @ betas
    sigma = np.sqrt(first @ (betas - mean) ** 2)
    assert fit.beta == pytest.approx(mean, abs=0.03 * sigma)
    assert fit.sigma == pytest.approx(sigma, rel=0.03)
    assert fit.p_no_floor == pytest.approx(weight[:, -1].sum() / weight.sum(), rel=0.1, abs=1e-6)
    assert BETAS[0] == betas[0]


def test_misfit_is_uniform_under_the_model(rng):
    bins = bins_of(band_of(1000, 1.0, None, None))
    model = np.ones(bins.count.size)
    p, over = [], []
    for _ in range(1500):
        power = rng.chisquare(bins.count) / bins.count
        o, q = misfit(bins, power, model, 0)
        p.append(q)
        over.append(o)
    assert np.mean(over) == pytest.approx(1, abs=0.02)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(p) < 0.5) == pytest.approx(0.5, abs=0.05)


def test_the_largest_step_is_where_it_was_put(rng):
    x = rng.normal(size=777)
    x[300:] += 3.0
    band = band_of(777, 1.0, None, None)
    bins, c = bins_of(band), coefficients(x)
    flat = known_floor(shapes_of(band, None), bins.count, np.ones(bins.count.size), 0.0)
    step = largest_step(c, bins, flat)
    assert abs(step.index - 300) <= 2
    assert step.height == pytest.approx(3, abs=0.8)
    assert step.p < 1e-6
