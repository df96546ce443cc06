import numpy as np
import pytest

from ginsen.analysis.power_law import fit_power_law, widest_power_law


def drawn(exponent, high, n, seed):
    x = np.arange(1, high + 1)
    p = x**-exponent
    return np.random.default_rng(seed).choice(x, size=n, p=p / p.sum())


@pytest.mark.parametrize("exponent", [1.5, 2.0])
def test_the_interval_holds_the_exponent(exponent):
    # Without the upper cut-off it never does at 1.5, and the bias is 0.05.
    fits = [fit_power_law(drawn(exponent, 1000, 2000, seed), 1, 1000) for seed in range(30)]
    assert sum(fit.exponent_low <= exponent <= fit.exponent_high for fit in fits) >= 26
    assert np.mean([fit.exponent for fit in fits]) == pytest.approx(exponent, abs=0.01)
    assert sum(fit.best == "power law" for fit in fits) >= 26
    assert 0 <= sum(fit.p < 0.1 for fit in fits) <= 9


def test_a_range_within_the_values():
    x = np.concatenate([drawn(1.5, 1000, 3000, 1), np.full(500, 1), np.full(200, 1000)])
    fit = fit_power_law(x, 2, 500)
    assert fit.exponent_low <= 1.5 <= fit.exponent_high
    assert (fit.low, fit.high) == (2, 500)


def test_the_widest_range_that_holds():
    x = drawn(1.6, 400, 3000, 2)
    fit = widest_power_law(x)
    assert fit.low <= 3
    assert fit.high >= 100
    assert fit.exponent_low <= 1.6 <= fit.exponent_high


def test_an_exponential_is_no_power_law():
    x = np.random.default_rng(0).geometric(0.1, size=3000)
    assert widest_power_law(x) is None
    assert fit_power_law(x).best == "exponential"


def test_a_lognormal_is_told():
    x = np.random.default_rng(0).lognormal(2.5, 0.6, size=3000).astype(int) + 1
    assert fit_power_law(x).best == "lognormal"


def test_a_power_law_with_a_cut_off_is_told():
    support = np.arange(1, 2001)
    p = support**-1.5 * np.exp(-support / 30)
    x = np.random.default_rng(0).choice(support, size=4000, p=p / p.sum())
    fit = fit_power_law(x)
    assert fit.best == "power law with exponential cut-off"
    assert fit.p < 0.1


def test_arguments():
    with pytest.raises(ValueError, match="counts"):
        fit_power_law([0.5] * 60)
    with pytest.raises(ValueError, match="counts"):
        widest_power_law([])
    with pytest.raises(ValueError, match="low is 5, high 5"):
        fit_power_law([5] * 60, 5)
    with pytest.raises(ValueError, match="50"):
        fit_power_law([1, 2, 3], 1, 10)
