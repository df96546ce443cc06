import numpy as np
import pytest
from scipy.stats import kstest

from ginsen.analysis import estimate_beta
from ginsen.physics.chance import keys
from ginsen.physics.fluctuators import (
    ATTEMPT_FREQUENCY,
    BOLTZMANN,
    IS_UPPER,
    JUMP,
    NEXT,
    FluctuatorModel,
    begin,
    flip,
    fluctuators,
    next_flip,
    shift,
)


class Tips:
    """Tips brought from time to time."""

    def __init__(self, count, model, temperature, chance=2):
        self.parameters, self.state = fluctuators(count, model, temperature, sample=1,
                                                  chance=chance)
        self.keys = keys(count, chance, 3)
        self.shift = shift(self.parameters, self.state)
        for key, parameters, state in zip(self.keys, self.parameters, self.state, strict=True):
            begin(0.0, key, parameters, state)

    def until(self, time):
        stride = self.parameters.shape[1] + 1
        for tip, key in enumerate(self.keys):
            self.shift[tip] += flip(time, key, stride, self.parameters[tip], self.state[tip])
        return self.shift


def test_dwell_times_are_exponential_and_arrhenius():
    thermal = BOLTZMANN * 300
    tips = Tips(1, FluctuatorModel(count=1, barrier=0.72, spread=0, asymmetry=0), 300)
    flips = []
    for _ in range(1500):
        flips.append(tips.state[0, 0, NEXT])
        tips.until(flips[-1])
    mean = np.exp(0.72 / thermal) / ATTEMPT_FREQUENCY
    assert kstest(np.diff(flips), "expon", args=(0, mean)).pvalue > 0.01


def test_each_position_is_as_likely_as_boltzmann_says():
    model = FluctuatorModel(count=400, barrier=0.72, spread=0, asymmetry=0.03)
    tips = Tips(1, model, 300)
    energy = BOLTZMANN * 300 * np.log(tips.parameters[0, :, 0] / tips.parameters[0, :, 1])
    assert np.std(energy) == pytest.approx(0.03, rel=0.1)
    upper = np.zeros(400)
    for k in range(400):
        tips.until(5.0 * k)
        upper += tips.state[0, :, IS_UPPER] / 400
    expected = 1 / (1 + np.exp(energy / (BOLTZMANN * 300)))
    np.testing.assert_allclose(np.mean(upper - expected), 0, atol=4 * 0.5 / 400)
    assert np.corrcoef(upper, expected)[0, 1] > 0.98


def test_the_mean_shift_is_zero_from_the_first_moment():
    tips = Tips(2000, FluctuatorModel(), 300)
    spread = np.std(tips.shift)
    assert abs(np.mean(tips.shift)) < 4 * spread / np.sqrt(2000)
    assert abs(np.mean(tips.until(100.0))) < 4 * spread / np.sqrt(2000)
    assert np.std(tips.shift) == pytest.approx(spread, rel=0.1)


def test_shift_is_the_sum_of_the_positions_however_it_was_stepped_to():
    once, often = Tips(5, FluctuatorModel(), 300), Tips(5, FluctuatorModel(), 300)
    for time in np.linspace(0.1, 10, 97):
        often.until(time)
    np.testing.assert_allclose(once.until(10.0), often.shift, atol=1e-12)
    np.testing.assert_array_equal(once.state, often.state)
    np.testing.assert_allclose(shift(once.parameters, once.state), once.shift, atol=1e-12)
    assert Tips(5, FluctuatorModel(), 300, chance=3).until(10.0)[0] != once.shift[0]


def test_the_same_places_at_another_temperature_only_faster():
    cold, hot = (fluctuators(3, FluctuatorModel(fastest=1e15, asymmetry=0), T, sample=4,
                             chance=1)[0] for T in (280, 320))
    np.testing.assert_array_equal(cold[..., JUMP], hot[..., JUMP])
    barriers = [BOLTZMANN * T * np.log(dwell[..., 0] * ATTEMPT_FREQUENCY)
                for T, dwell in ((280, cold), (320, hot))]
    np.testing.assert_allclose(*barriers)


def test_next_flip_passes_over_small_ones():
    tips = Tips(1, FluctuatorModel(), 300)
    parameters, state = tips.parameters[0], tips.state[0]
    large = np.abs(parameters[:, JUMP]) >= 0.1
    assert 0 < large.sum() < large.size
    jumps = np.abs(parameters[:, JUMP])
    assert next_flip(0.1, parameters, state) == (
        state[large, NEXT].min(), jumps[~large].max(), jumps[large].min())
    assert next_flip(0.0, parameters, state) == (state[:, NEXT].min(), -1.0, jumps.min())
    assert next_flip(1.0, parameters, state) == (np.inf, jumps.max(), np.inf)


def test_a_lone_tip_obeys_dutta_and_horn():
    """β(T) = 1 - (d ln S / d ln T - 1) / ln(ω τ0) (Phys. Rev. Lett. 43, 646, eq. 5).

    What is compared is measured twice: β from the slope of one spectrum in frequency, and from how
    the density at 1 Hz changes with temperature. The spread of barriers is narrow, so that β runs
    over a range that cannot be mistaken for 1, and many rearrangements stand for many tips.
    """
    model = FluctuatorModel(count=1500, barrier=0.8, spread=0.12, asymmetry=0, fastest=600, reach=1)
    temperatures = np.array([255.0, 295.0, 335.0])
    density, slope = [], []
    for temperature in temperatures:
        tip, dt = Tips(1, model, temperature), 0.01
        values = np.array([tip.until(dt * k)[0] for k in range(1, 20001)])
        fit = estimate_beta(values, dt=dt, band=(0.2, 5.0))
        slope.append(fit.beta)
        density.append(fit.amplitude)
    middle = (temperatures[1:] + temperatures[:-1]) / 2
    steep = np.diff(np.log(density)) / np.diff(np.log(temperatures))
    predicted = 1 + (steep - 1) / np.log(ATTEMPT_FREQUENCY / (2 * np.pi))
    np.testing.assert_allclose(np.interp(middle, temperatures, slope), predicted, atol=0.12)
    assert slope[0] - slope[-1] > 0.25


@pytest.mark.parametrize(("change", "sentence"), [
    ({"size": -0.1}, "size is -0.1"), ({"spread": np.nan}, "spread is nan"),
    ({"reach": 0.5}, "reach is 0.5"),
])
def test_model_refuses_fluctuators(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        FluctuatorModel(**change)
