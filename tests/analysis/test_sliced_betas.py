import numpy as np
import pytest
from exact_noise import noise
from staged import staged

from ginsen.analysis import sliced_betas

RATE = 400
STEP = 5 * RATE


def step(name, level, beta, rng, G=1e-5):
    """5 s: half a second of settling, then noise."""
    x = G * (1 + 1e-3 * noise(STEP, beta, rng))
    x[:STEP // 10] += G * np.exp(-np.arange(STEP // 10) / 30)
    return name, level, x


@pytest.fixture
def record(rng):
    return staged(step("up 1", 1.0, 1.0, rng, 1e-7), step("up 2", 2.0, 1.0, rng, 2e-7),
                  step("up 3", 3.0, 1.0, rng, 3e-5), step("down 1", 2.0, 2.0, rng, 4e-5),
                  step("down 2", 1.0, 2.0, rng), dt=1 / RATE)


def test_windows_of_a_second_after_the_settling(record):
    found = sliced_betas(record)
    assert [each.windows for each in found.slices] == [4] * 5
    assert [each.upward for each in found.slices] == [True, True, True, False, False]
    assert [each.voltage for each in found.slices] == [1, 2, 3, 2, 1]
    assert [each.conductance for each in found.slices] == pytest.approx(
        [1e-7, 2e-7, 3e-5, 4e-5, 1e-5], rel=0.1)


def test_beta_of_both_ways(record):
    found = sliced_betas(record)
    # σ(β) of one window of 400 samples is 0.1 at least, of a median of ten 0.04.
    assert found.beta_up == pytest.approx(1.0, abs=0.15)
    assert found.beta_down == pytest.approx(2.0, abs=0.2)
    for each in found.slices:
        assert each.beta_low <= each.beta <= each.beta_high
        assert each.beta == np.median(each.betas)


def test_settling_costs_no_window_for_drifts_are_taken_out(record):
    for settling in (0.1, 0.0):
        found = sliced_betas(record, settling=settling)
        assert sum(len(each.betas) for each in found.slices) >= 18


def test_windows_in_compliance_have_no_beta(rng):
    record = staged(step("up 1", 1.0, 1.0, rng), step("up 2", 2.0, 1.0, rng), dt=1 / RATE,
                    limit=1.5e-5)
    low, high = sliced_betas(record).slices
    assert low.betas
    assert high.betas == ()
    assert high.reason == "in compliance"
    assert np.isnan(high.beta)


def test_a_step_shorter_than_a_window_has_none(rng):
    found = sliced_betas(staged(("up 1", 1.0, 1e-6 + 1e-9 * rng.normal(size=300)), dt=1 / RATE))
    assert found.slices[0].windows == 0
    assert np.isnan(found.beta_up)
    assert sliced_betas(staged()) is None
