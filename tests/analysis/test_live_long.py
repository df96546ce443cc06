"""Windows too long to be kept whole are kept at a quarter of the rate, and again."""

import numpy as np
import pytest
from exact_noise import integrated, noise

from ginsen.analysis import FrontEnd, LiveBeta, estimate_beta, live
from ginsen.analysis.decimation import FACTOR, TAPS, Decimator


def test_a_slow_wave_passes_and_a_fast_one_does_not():
    t = np.arange(4000.0)
    for f, passes in ((0.01, 1), (0.09, 1), (0.16, 0), (0.24, 0), (0.4, 0)):
        values, times = Decimator(0.0).feed(np.sin(2 * np.pi * f * t), t)
        assert np.diff(times) == pytest.approx(FACTOR)
        # The middle of the first output is the middle of the filter.
        assert times[0] == TAPS // 2
        assert np.abs(values - passes * np.sin(2 * np.pi * f * times)).max() < 2e-3


def test_what_a_meter_averaged_away_is_given_back():
    t, f = np.arange(4000.0), 0.08
    values, times = Decimator(1.0).feed(np.sinc(f) * np.sin(2 * np.pi * f * t), t)
    assert np.abs(values - np.sin(2 * np.pi * f * times)).max() < 2e-3


def test_pieces_come_out_as_the_whole_does(rng):
    x, t = rng.normal(size=5000), np.arange(5000.0)
    whole = Decimator(0.5).feed(x, t)
    pieces, piecewise, first = [], Decimator(0.5), 0
    while first < x.size:
        stop = first + int(rng.integers(1, 300))
        pieces.append(piecewise.feed(x[first:stop], t[first:stop]))
        first = stop
    for k in (0, 1):
        assert np.concatenate([piece[k] for piece in pieces]) == pytest.approx(whole[k])


@pytest.mark.parametrize("duty", [None, 1.0])
def test_beta_of_a_long_window_is_that_of_its_slow_part(duty, monkeypatch, rng):
    monkeypatch.setattr(live, "LONGEST_WHOLE", 2000)
    front_end = None if duty is None else FrontEnd(duty)
    betas = []
    for _ in range(12):
        x = noise(33_000, 1.3, rng) if duty is None else integrated(33_000, 1.3, rng, duty, 8)
        (fit,) = LiveBeta((32_000,), dt=1.0, floor=0.0, front_end=front_end).feed(x)
        assert fit.count == 32_000
        assert fit.interval == 16
        assert fit.band[1] == pytest.approx(0.4 / 16)
        betas.append(fit.beta)
    sigma = 1.7 / np.sqrt(2000)
    assert abs(np.mean(betas) - 1.3) < 3.5 * sigma / np.sqrt(12)
    assert np.std(betas) < 1.8 * sigma


def test_short_windows_beside_long_ones_are_as_ever(monkeypatch, rng):
    monkeypatch.setattr(live, "LONGEST_WHOLE", 1000)
    x, both = noise(6000, 1.0, rng), LiveBeta((512, 4000), dt=0.1)
    for first in range(0, 6000, 50):
        short, _ = both.feed(x[first:first + 50])
        if short is not None:
            last = first + 50 - (first + 50) % 64
            assert short == estimate_beta(x[last - 512:last], dt=0.1, widest=0.3) or (
                np.isnan(short.start))
