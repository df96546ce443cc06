"""What is drawn of a spectrum is what was fitted: no drift beside the line."""

import numpy as np
import pytest
from exact_noise import amplitude, noise

from ginsen.analysis import FrontEnd, estimate_beta
from ginsen.analysis.fitted_spectrum import fitted_spectrum
from ginsen.types import SpectralFit

DT = 0.05


def scatter(drawn):
    """Mean and spread of point over line, which the points of the lowest octave do not leave."""
    line = np.interp(np.log(drawn.frequency), np.log(drawn.line_frequency), np.log(drawn.line))
    ratio = drawn.density / np.exp(line)
    low = drawn.frequency < 3 * drawn.frequency[0]
    return ratio.mean(), ratio[low].mean(), ratio.std()


def test_a_drift_that_was_taken_out_is_not_drawn(rng):
    t = np.arange(1000) / 1000
    x = rng.normal(size=1000) + 100 * np.exp(-t / 0.5)
    fit = estimate_beta(x, dt=DT)
    assert fit.beta == pytest.approx(0, abs=0.3)
    mean, low, _ = scatter(fitted_spectrum(x, DT, fit))
    assert mean == pytest.approx(1, abs=0.2)
    assert low < 2
    shown = fitted_spectrum(x, DT, SpectralFit(None, None, None, reason="drift"))
    assert shown.density[0] > 5 * shown.density[-1]
    assert shown.line.size == 0


@pytest.mark.parametrize("beta", [0.5, 2.0, 3.0])
def test_points_lie_about_the_line_at_every_frequency(rng, beta):
    ratios = []
    for _ in range(30):
        x = noise(1000, beta, rng)
        fit = estimate_beta(x, dt=DT, floor=0.0)
        drawn = fitted_spectrum(x, DT, fit)
        ratios.append(scatter(drawn)[:2])
    assert np.mean(ratios, axis=0) == pytest.approx([1, 1], abs=0.12)
    density = 2 * DT * amplitude(beta) / 2 * (drawn.frequency * DT) ** -beta
    assert np.median(drawn.density / density) == pytest.approx(1, abs=0.2)


def test_a_spectrum_with_a_corner_is_drawn_with_it(rng):
    fit = SpectralFit(2.0, 1.9, 2.1, amplitude=1.0, corner=0.3, floor=0.0, band=(0.01, 8.0))
    drawn = fitted_spectrum(noise(1000, 2.0, rng), DT, fit)
    assert drawn.line == pytest.approx(1 / (drawn.line_frequency**2 + 0.09))


def test_the_meters_integration_bends_the_line(rng):
    x = noise(500, 1.0, rng)
    fit = estimate_beta(x, dt=DT, front_end=FrontEnd(DT))
    plain, bent = (fitted_spectrum(x, DT, fit, integration=each) for each in (np.nan, DT))
    assert bent.line[-1] != pytest.approx(plain.line[-1], rel=0.05)
    assert bent.line[0] == pytest.approx(plain.line[0], rel=0.02)
