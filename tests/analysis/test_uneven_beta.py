"""β from uneven times: exact noise in, an interval that holds out, or a reason for none."""

import numpy as np
import pytest
from uneven_noise import DUTY, KINDS, density, read, times

from ginsen.analysis import FrontEnd, estimate_beta
from ginsen.analysis.uneven import estimate_beta_uneven, interval_of
from ginsen.records import read_record

FRONT_END = {"meter": FrontEnd(DUTY)}


def record(kind, n, beta, rng):
    t = times(kind, n, rng)
    return t, read(kind, t, beta, rng)


@pytest.mark.parametrize("kind", KINDS)
def test_the_interval_holds_and_is_no_wider_than_it_must(kind):
    """Few records here; `test_uneven_likelihood` has many, `benchmarks/beta_uneven.py` more."""
    rng, z = np.random.default_rng(KINDS.index(kind)), []
    for beta in (0.5, 1.5, 3.0):
        for _ in range(3):
            t, x = record(kind, 500, beta, rng)
            fit = estimate_beta_uneven(x, t, front_end=FRONT_END.get(kind), floor=0.0)
            assert fit.reason is None
            sigma = (fit.beta_high - fit.beta_low) / 3.92
            # The bound is 0.058 to 0.082; scatter beyond chance widens one interval in twenty.
            assert 0.055 < sigma < (0.1 if fit.goodness > 0.05 else 0.3)
            z.append((fit.beta - beta) / sigma)
    # Nine standard normal numbers: their rms is known to 24 %, their mean to 0.33.
    assert 0.4 < np.sqrt(np.mean(np.square(z))) < 1.7
    assert abs(np.mean(z)) < 1


def test_even_times_give_what_the_even_estimator_gives(rng):
    t = np.arange(1000.0)
    for beta in (0.5, 1.5, 2.5):
        x = read("gaps", t, beta, rng)
        even, uneven = estimate_beta(x, dt=1.0, floor=0.0), estimate_beta_uneven(x, t, floor=0.0)
        # They differ by what lies above 0.4 of the sampling rate, which the one leaves out.
        assert abs(even.beta - uneven.beta) < 0.05
        width = (even.beta_high - even.beta_low) / (uneven.beta_high - uneven.beta_low)
        assert 0.7 < width < 1.5


@pytest.mark.parametrize("beta", [1.0, 2.0])
def test_a_floor_is_found_or_taken_as_told(beta):
    rng = np.random.default_rng(4)
    W = density(beta) * 0.1**-beta
    free, known = [], []
    for _ in range(3):
        t, x = record("gaps", 1000, beta, rng)
        x = x + rng.normal(0, np.sqrt(W / 2), x.size)
        free.append(estimate_beta_uneven(x, t))
        known.append(estimate_beta_uneven(x, t, floor=W))
    assert np.median([fit.floor for fit in free]) == pytest.approx(W, rel=0.15)
    assert [fit.floor for fit in known] == pytest.approx([W] * 3, rel=0.3)
    for fits in (free, known):
        assert sum(fit.beta_low <= beta <= fit.beta_high for fit in fits) >= 2
    width = [np.mean([fit.beta_high - fit.beta_low for fit in fits]) for fits in (known, free)]
    assert width[0] < width[1] < 1.5


def test_units(rng):
    t, x = record("thinned", 1000, 1.3, rng)
    fit = estimate_beta_uneven(x, t)
    dt, scale = 0.05, 3e-9
    other = estimate_beta_uneven(scale * x + 2e-6, 1e4 + dt * t)
    assert other.beta == pytest.approx(fit.beta, abs=1e-4)
    assert other.interval == pytest.approx(dt)
    # Time runs 1/dt faster: S(f) = dt S'(f dt), compared in mid-band.
    at = 3.0
    assert other.amplitude * at**-other.beta == pytest.approx(
        scale**2 * dt * fit.amplitude * (at * dt) ** -fit.beta, rel=1e-3)
    assert fit.amplitude * 0.1**-fit.beta == pytest.approx(density(1.3) * 0.1**-1.3, rel=0.2)
    assert other.band[0] == pytest.approx(fit.band[0] / dt)


def test_a_slow_relaxation_does_not_pass_for_noise(rng):
    t, x = record("thinned", 1000, 1.0, rng)
    calm = estimate_beta_uneven(x, t, floor=0.0)
    drifting = estimate_beta_uneven(x + 20 * x.std() * np.exp(-t / 600), t, floor=0.0)
    assert drifting.beta == pytest.approx(calm.beta, abs=0.03)


def test_a_mains_line_is_taken_out(rng):
    t, x = record("thinned", 1000, 1.0, rng)
    dt, mains = 0.051, 50.0
    line = x.std() * np.sin(2 * np.pi * mains * dt * t + 1)
    calm = estimate_beta_uneven(x, dt * t)
    blind = estimate_beta_uneven(x + line, dt * t)
    told = estimate_beta_uneven(x + line, dt * t, line_frequency=mains)
    assert told.beta == pytest.approx(calm.beta, abs=0.05)
    assert blind.beta is None or abs(blind.beta - calm.beta) > 2 * abs(told.beta - calm.beta)


def test_a_band_leaves_out_octaves(rng):
    t, x = record("thinned", 2000, 1.0, rng)
    whole, part = estimate_beta_uneven(x, t), estimate_beta_uneven(x, t, band=(0.002, 0.1))
    assert whole.band[0] < 0.002 < part.band[1] < whole.band[1]
    assert part.effective_count < 0.6 * whole.effective_count
    assert part.beta_low < 1.0 < part.beta_high
    assert "of the band" in estimate_beta_uneven(x, t, band=(10.0, 20.0)).reason


def test_thirds_of_the_band_each_have_a_beta(rng):
    t, x = record("jitter", 2000, 1.5, rng)
    thirds = estimate_beta_uneven(x, t).sub_bands
    assert len(thirds) == 3
    for low, high, beta, sigma in thirds:
        assert low < high
        assert abs(beta - 1.5) < 4 * sigma < 2.0


def test_a_state_change_is_refused(rng):
    t, x = record("thinned", 1000, 1.0, rng)
    assert "state change" in estimate_beta_uneven(x * (1 + (t > 900)), t).reason


def test_a_step_is_refused(rng):
    t, x = record("thinned", 1000, 0.5, rng)
    fit = estimate_beta_uneven(x + 4 * x.std() * (t >= t[450]), t, floor=0.0)
    assert fit.reason.startswith("a step at sample 4")
    assert fit.jump < 1e-8


@pytest.mark.parametrize(("change", "reason"), [
    (lambda x, t: (np.where(t == t[7], np.nan, x), t), "not finite"),
    (lambda x, t: (x, np.where(t == t[7], np.nan, t)), "times are not finite"),
    (lambda x, t: (x, np.where(t == t[7], t[6], t)), "stands still or runs back"),
    (lambda x, t: (x[:40], t[:40]), "too short"),
    (lambda x, t: (0 * x, t), "constant"),
    (lambda x, t: (3.0 * t, t), "smoother than noise"),
    (lambda x, t: (t**2, t), "drift"),
    (lambda x, t: (np.where(t < 150, x[0], x), t), "state change"),
    (lambda x, t: (x, t + 1e4 * (t > t[300])), "longer than all the rest"),
    (lambda x, t: (x, np.sort(np.random.default_rng(1).uniform(0, 400, t.size))), "integrates"),
])
def test_what_has_no_beta(change, reason):
    t, x = record("jitter", 400, 0.5, np.random.default_rng(2))
    fit = estimate_beta_uneven(*change(x, t))
    assert fit.beta is fit.beta_low is fit.beta_high is None
    assert reason in fit.reason


@pytest.mark.parametrize(("arguments", "message"), [
    ({"values": np.zeros((2, 2))}, "shape"),
    ({"times": np.arange(99.0)}, "each value has one time"),
    ({"band": (2.0, 1.0)}, "band"),
    ({"floor": -1.0}, "floor"),
    ({"line_frequency": 0.0}, "line_frequency"),
    ({"front_end": FrontEnd(1.5)}, "longer than"),
])
def test_arguments_that_make_no_sense(arguments, message, rng):
    given = {"values": rng.standard_normal(100), "times": np.arange(100.0), **arguments}
    with pytest.raises(ValueError, match=message):
        estimate_beta_uneven(**given)


def test_readings_that_stand_still_at_first_are_a_state_of_their_own(rng):
    t, x = record("jitter", 1000, 1.0, rng)
    assert "state change" in estimate_beta_uneven(np.where(t < 400, x[0], x), t).reason


def test_the_interval_is_that_of_a_lattice_or_the_usual_step(rng):
    assert interval_of(0.05 * times("thinned", 500, rng)) == pytest.approx(0.05)
    assert interval_of(0.05 * times("gaps", 500, rng)) == pytest.approx(0.05)
    assert interval_of(0.05 * times("jitter", 500, rng)) == pytest.approx(0.05, rel=0.01)


def test_a_real_record_with_a_gap_and_jitter(reference):
    samples = read_record(reference("agnw_pulse_2V.txt")).samples
    pulse = samples[1000:2001]
    fit = estimate_beta_uneven(pulse.current, pulse.time)
    assert fit.reason or 0 < fit.beta_low < fit.beta_high < 3
