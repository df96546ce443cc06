import numpy as np
import pytest

from ginsen.analysis import conductance
from ginsen.types import Samples


def test_against_a_resistor_behind_a_resistor():
    R, G = 10e3, np.array([1e-6, 1e-4, 1e-3])
    V = np.array([0.01, -3.0, 5.0])
    got, u = conductance(Samples.of([0, 1, 2], V, V / (R + 1 / G)), R)
    assert got == pytest.approx(G, rel=1e-12)
    assert np.isnan(u).all()


def test_uncertainty_is_that_of_trials(rng):
    V, R, G, u_V, u_I = 2.0, 500.0, 1e-3, 2e-3, 3e-6
    current = V / (R + 1 / G)
    one = np.array([1.0])
    _, u = conductance(Samples(one, V * one, current * one, one < 0, u_V * one, u_I * one), R)
    v, i = rng.normal(V, u_V, 200_000), rng.normal(current, u_I, 200_000)
    assert u[0] == pytest.approx(np.std(i / (v - i * R)), rel=0.01)


def test_no_conductance_in_compliance_or_without_voltage():
    none = np.full(3, np.nan)
    samples = Samples(np.arange(3.0), np.array([1.0, 0.0, 1.0]), np.array([1e-3, 0.0, 1e-3]),
                      np.array([True, False, False]), none, none)
    G, _ = conductance(samples)
    assert np.isnan(G).tolist() == [True, True, False]


def test_a_resistance_is_not_negative():
    with pytest.raises(ValueError, match="0 or more"):
        conductance(Samples.of([0], [1], [1]), -1.0)
