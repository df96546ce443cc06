import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ginsen.physics.junction import (
    CONDUCTANCE_QUANTUM,
    JunctionModel,
    conductance,
    filament_after,
    filament_rate,
)

MODEL = JunctionModel()


@pytest.mark.parametrize(("filament", "voltage", "rate"), [
    (0.004, 0.03, 0.02), (0.004, -0.03, -0.02), (-0.004, 0.03, 0.02),  # grows with the voltage
    (0.004, 0.007, 0.0), (-0.004, -0.009, 0.0),                        # rests between thresholds
    (0.004, 0.001, -0.04), (0.004, -0.001, -0.04), (-0.004, 0.001, 0.04),  # shrinks towards 0
    (0.0, 0.001, 0.0),
])
def test_rate_in_each_regime(filament, voltage, rate):
    got = filament_rate(np.array([filament]), np.array([voltage]), MODEL)
    np.testing.assert_allclose(got, [rate], atol=1e-15)


def test_rate_is_continuous_at_both_thresholds():
    voltage = np.array([MODEL.set_voltage, MODEL.reset_voltage])
    filament = np.full(2, 0.004)
    for nudge in (-1e-12, 1e-12):
        np.testing.assert_allclose(filament_rate(filament, voltage + nudge, MODEL), 0, atol=1e-10)


def test_filament_stops_at_its_bounds_and_at_nothing():
    filament = np.array([0.014, -0.014, 0.001, -0.001])
    rate = np.array([1.0, -1.0, -1.0, 1.0])
    np.testing.assert_array_equal(filament_after(1.0, filament, rate, MODEL),
                                  [0.015, -0.015, 0.0, 0.0])


def test_conductance_bridged_and_empty():
    bridged, over, empty = conductance(np.array([0.01, -0.013, 0.0]), MODEL)
    assert bridged == over == pytest.approx(CONDUCTANCE_QUANTUM * 1.001, rel=1e-12)
    assert empty == pytest.approx(MODEL.off_conductance, rel=1e-6)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97, 0.999])
def test_conductance_while_tunnelling_in_the_units_of_the_published_code(share):
    # There: nm, nm², eV, C0 = 10.19, J1 = 4.71307e-5.
    s = 5.0 * (1 - share)
    tunnel = 2 / 0.17 * s / math.sqrt(0.81) * math.exp(10.19 * 0.81**2 * s) / 4.71307e-5
    expected = 1 / (tunnel + 1 / 7.77e-5) + 7.77e-8
    got = conductance(np.array([share * 0.01, -share * 0.01]), MODEL)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_tunnelling_constants_are_simmons():
    # J1 = 3/2 √(2 m e) (e/h)² and C0 = 4π √(2 m e) / h, within the rounding of the published code;
    # its exponent has φ² where Simmons has √φ.
    from ginsen.physics.junction import TUNNEL_CONDUCTANCE, TUNNEL_DECAY
    electron, mass, planck = 1.602177e-19, 9.109384e-31, 6.626070e-34
    momentum = math.sqrt(2 * mass * electron)
    assert pytest.approx(1.5 * momentum * (electron / planck) ** 2, rel=0.01) == TUNNEL_CONDUCTANCE
    assert pytest.approx(4 * math.pi * momentum / planck, rel=0.01) == TUNNEL_DECAY


def test_conductance_never_falls_as_the_filament_grows():
    assert np.all(np.diff(conductance(np.linspace(0, 0.015, 500), MODEL)) >= 0)


def test_parameters_may_differ_between_junctions():
    mixed = JunctionModel(set_voltage=np.array([0.01, 0.02]), boost=np.array([1.0, 10.0]))
    up = filament_rate(np.zeros(2), np.full(2, 0.03), mixed)
    down = filament_rate(np.full(2, 0.01), np.zeros(2), mixed)
    np.testing.assert_allclose(up, [0.02, 0.01])
    np.testing.assert_allclose(down, [-0.005, -0.05])


def test_euler_steps_approach_the_solution_of_the_equation():
    # A divider: the junction in series with one twice as conductive as its bridge.
    def voltage(filament):
        return 0.05 / (1 + conductance(filament, MODEL) / (2 * CONDUCTANCE_QUANTUM))

    exact = solve_ivp(lambda _, x: filament_rate(x, voltage(x), MODEL), (0, 0.2), [0.0],
                      rtol=1e-10, atol=1e-14, max_step=1e-3).y[0, -1]
    filament = np.zeros(1)
    for _ in range(20000):
        filament = filament_after(1e-5, filament, filament_rate(filament, voltage(filament), MODEL),
                                  MODEL)
    assert 0.005 < exact < 0.01
    assert filament[0] == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize(("change", "sentence"), [
    ({"gap": 0.0}, "gap"), ({"boost": np.array([1.0, -1.0])}, "boost"),
    ({"reset_voltage": 0.02}, "reset_voltage"), ({"greatest_flux": 0.001}, "greatest_flux"),
    ({"area": float("inf")}, "area"),
])
def test_model_refuses(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        JunctionModel(**change)
