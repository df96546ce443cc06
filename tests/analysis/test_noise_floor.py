"""The instrument's own noise: the level of a record, and the law W + G² S_V of several."""

import numpy as np
import pytest
from exact_noise import noise

from ginsen.analysis.noise_floor import instrument_noise, white_level
from ginsen.types import InstrumentNoise, Record, Samples, Span

DT, SIGMA = 0.01, 9e-11
DENSITY = 2 * DT * SIGMA**2


def standard(current, level=0.1):
    time = DT * np.arange(current.size)
    samples = Samples.of(time, np.full(current.size, level), current)
    span = Span("standard", level, time[0], time[-1], 0, current.size)
    return Record(samples, (span,)), span


def white(count, rng, mean=1e-6):
    return mean + rng.normal(0, SIGMA, count)


def test_the_level_of_white_noise_and_what_it_is_worth(rng):
    found = [white_level(*standard(white(2000, rng))) for _ in range(200)]
    z = [(each.density / DENSITY - 1) / np.sqrt(2 / each.count) for each in found]
    assert abs(np.mean(z)) < 0.25
    assert 0.8 < np.std(z) < 1.15
    assert np.median([each.count for each in found]) == pytest.approx(1200, rel=0.15)
    assert np.mean([each.corner > 0 for each in found]) < 0.03
    assert found[0].conductance == pytest.approx(1e-5, rel=1e-3)


def test_where_the_meter_is_not_white_the_corner_says_so(rng):
    slow = noise(8000, 2.0, rng)
    step = SIGMA / np.diff(slow).std()
    # A walk of steps s rises above white noise of σ at f = s / (2π σ dt).
    for share, corner in ((0.01, 0.16), (0.2, 3.2)):
        found = white_level(*standard(white(8000, rng) + share * step * slow))
        assert corner / 3 < found.corner < 3 * corner  # to an octave, and by what chance adds
    assert white_level(*standard(white(8000, rng))).density == pytest.approx(DENSITY, rel=0.1)


def test_a_mains_line_makes_it_worth_less(rng):
    quiet = white(4000, rng)
    line = SIGMA * np.sin(2 * np.pi * 23.7 * DT * np.arange(4000))
    alone, with_line = (white_level(*standard(x)) for x in (quiet, quiet + line))
    assert with_line.count < 0.3 * alone.count


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda x: x[:100], "has 100 readings; a noise floor takes 256"),
    (lambda x: np.full(x.size, 1e-6), "does not move by one digit"),
    (lambda x: np.where(np.arange(x.size) == 7, np.nan, x), "in compliance or beyond the range"),
])
def test_what_tells_no_floor(rng, change, sentence):
    with pytest.raises(ValueError, match=sentence):
        white_level(*standard(change(white(1000, rng))))


def test_an_open_and_resistors_tell_meter_and_source_apart(rng):
    G, level, count = np.array([0.0, 4e-6, 1e-5, 2e-5]), 0.1, 2000.0
    W, source = 1.6e-22, 2e-12
    truth = W + G**2 * source
    z, near = [], []
    for _ in range(400):
        densities = truth * rng.chisquare(count, G.size) / count
        known = instrument_noise(G, densities, np.full(G.size, count), level=level)
        floor = known.at(1.4e-5)
        expected = (W + 1.4e-5**2 * source) / level**2
        z.append((floor.density / expected - 1) / np.sqrt(2 / floor.count))
        near.append(known.meter * level**2 / W)
    # Three standards more than unknowns widen the uncertainty where they happen not to agree.
    assert abs(np.mean(z)) < 0.15
    assert 0.75 < np.std(z) < 1.1
    assert np.mean(near) == pytest.approx(1, rel=5e-3)


@pytest.mark.parametrize("standards", [(), (0.0,), (1e-5,), (1e-5, 2e-5)])
def test_without_an_open_or_a_resistor_nothing_is_known(standards):
    n = len(standards)
    assert instrument_noise(standards, [1e-22] * n, [1000.0] * n, level=0.1) is None


def test_a_floor_holds_near_a_resistor_and_where_it_is_told_well_enough():
    known = InstrumentNoise(1.0, 1e12, 0.01, 1e10, -0.5, (1e-6,))
    assert known.at(1e-6).density == pytest.approx(2.0)
    assert known.at(-1e-6) == known.at(1e-6)
    variance = 0.01**2 + 0.01**2 - 2 * 0.5 * 0.01**2
    assert known.at(1e-6).count == pytest.approx(2 * 2.0**2 / variance)
    assert known.at(3.1e-6) is None
    assert known.at(0.32e-6) is None
    assert InstrumentNoise(1.0, 1e12, 0.5, 1e10, 0.0, (1e-6,)).at(1e-6) is None
