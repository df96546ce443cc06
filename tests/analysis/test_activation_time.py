import numpy as np
import pytest
from staged import staged

from ginsen.analysis import activation_time

LOW, HIGH = 1e-8, 1e-5


def rising(latency, rise, length=10.0, dt=0.01):
    """G that climbs linearly from a tenth to a half of HIGH within `rise`, then jumps to HIGH."""
    t = dt * np.arange(round(length / dt))
    ramp = HIGH * (0.1 + 0.4 * (t - latency) / rise)
    return np.where(t < latency, LOW, np.where(t < latency + rise, ramp, HIGH))


def test_latency_and_rise_of_a_known_curve():
    found = activation_time(staged(("activation", 3, rising(6.0, 0.5)), ("after", 3, [HIGH] * 500)))
    assert found.activated
    assert found.latency == pytest.approx(6.0, abs=0.021)
    assert found.rise == pytest.approx(0.5, abs=0.021)
    assert found.plateau == pytest.approx(HIGH)
    assert found.waited == pytest.approx(9.99)


def test_a_spark_that_goes_out_is_no_activation():
    G = rising(6.0, 0.5)
    G[100:120] = HIGH
    found = activation_time(staged(("activation", 3, G), ("after", 3, [HIGH] * 500)))
    assert found.latency == pytest.approx(6.0, abs=0.021)


def test_the_sign_of_the_bias_changes_nothing():
    phases = [("activation", rising(6.0, 0.5)), ("after", [HIGH] * 500)]
    plus, minus = (activation_time(staged(*((name, level, G) for name, G in phases)))
                   for level in (3, -3))
    assert plus == minus


def test_a_network_that_was_active_has_no_latency():
    found = activation_time(staged(("activation", 3, [HIGH] * 20), ("after", 3, [HIGH] * 20)))
    assert (found.latency, found.rise) == (0.0, 0.0)


def test_what_never_activated_is_censored():
    found = activation_time(staged(("activation", 3, [LOW] * 301)))
    assert not found.activated
    assert found.waited == pytest.approx(3.0)
    assert np.isnan([found.latency, found.rise, found.plateau]).all()


def test_a_path_that_reached_the_compliance_has_no_plateau():
    found = activation_time(staged(("activation", 3, rising(6.0, 0.5)), ("after", 3, [HIGH] * 9),
                                   limit=2e-5))
    assert found.activated
    assert np.isnan([found.latency, found.plateau]).all()


def test_another_record_has_no_activation_time():
    assert activation_time(staged(("read", 0.01, [LOW] * 10))) is None
