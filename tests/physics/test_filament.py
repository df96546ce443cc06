import math

import numpy as np
import pytest

from ginsen.physics.filament import (
    BRIDGE,
    CONDUCTANCE_QUANTUM,
    EXCHANGE,
    LOSS,
    SUPPLY,
    FilamentModel,
    filaments,
    formed,
    rates,
)
from ginsen.physics.fluctuators import ATTEMPT_FREQUENCY, BOLTZMANN

MODEL = FilamentModel(growth_spread=0, loss_spread=0)
ROW = filaments(1, MODEL, 300, sample=0)[0]
THERMAL = BOLTZMANN * 300
BRIDGED = MODEL.bridge


def test_a_gap_of_five_nanometres_takes_eighteen_atoms():
    assert ROW[BRIDGE] == MODEL.bridge == 18


def test_the_threshold_is_where_growth_balances_loss():
    # exchange exp(V / 2kT) = loss, with barriers 0.15 V apart: 0.30 V.
    comes, goes = rates(5.0, 2 * (MODEL.growth_barrier - MODEL.loss_barrier), ROW)
    assert comes == pytest.approx(goes, rel=0.01)


def test_growth_is_exponential_in_the_voltage_until_the_supply_ends_it():
    slow, fast = (rates(5.0, volts, ROW)[0] for volts in (0.1, 0.2))
    assert fast / slow == pytest.approx(math.exp(0.1 / (2 * THERMAL)), rel=1e-3)
    assert rates(5.0, 5.0, ROW)[0] == pytest.approx(ROW[SUPPLY], rel=1e-3)
    assert rates(5.0, 500.0, ROW)[0] == pytest.approx(ROW[SUPPLY], rel=1e-3)


def test_polarity_is_kept():
    assert rates(5.0, 0.2, ROW) == rates(-5.0, -0.2, ROW)
    assert rates(5.0, -0.2, ROW) == rates(-5.0, 0.2, ROW)
    assert rates(5.0, -0.2, ROW)[0] < ROW[EXCHANGE] < rates(5.0, 0.2, ROW)[0]
    assert rates(5.0, -0.9, ROW)[1] > 10 * rates(5.0, 0.0, ROW)[1]


def test_a_virgin_junction_grows_either_way_and_loses_nothing():
    assert rates(0.0, 0.3, ROW) == rates(0.0, -0.3, ROW)
    assert rates(0.0, 0.3, ROW)[1] == 0


def test_a_wide_neck_lasts_longer_and_fills_its_room():
    lost = [rates(BRIDGED + n - 1.0, 0.0, ROW)[1] - ROW[EXCHANGE] for n in (1, 2, 4)]
    np.testing.assert_allclose(lost, ROW[LOSS] / np.array([1, 2, 4]), rtol=1e-3)
    assert rates(BRIDGED + MODEL.widest - 1.0, 1.0, ROW)[0] == 0
    assert rates(BRIDGED + MODEL.widest - 2.0, 1.0, ROW)[0] > 0


def test_conductance_goes_in_quanta_once_bridged():
    ballistic = [formed(BRIDGED + n, ROW) for n in range(4)]
    assert ballistic == [(pytest.approx(CONDUCTANCE_QUANTUM * n), n) for n in (1, 2, 3, 4)]


def test_an_atom_less_tunnels_by_the_decay_of_the_barrier():
    # 2 κ = 2 √(2 m φ) / ħ for 0.81 eV, over the 5 nm / 18 an atom spans.
    mass, electron, planck = 9.1093837e-31, 1.602176634e-19, 1.054571817e-34
    decay = 2 * math.sqrt(2 * mass * 0.81 * electron) / planck * 5e-9 / 18
    bridged, one, two = (formed(BRIDGED - k, ROW)[0] for k in range(3))
    assert bridged / one == pytest.approx(math.exp(decay), rel=1e-4)
    assert one / two == pytest.approx(math.exp(decay), rel=1e-4)
    assert formed(-(BRIDGED - 1.0), ROW)[0] == one


def test_barriers_differ_by_their_spreads_and_are_the_same_at_every_temperature():
    model = FilamentModel(growth_spread=0.02, loss_spread=0.06)
    cold, hot = (filaments(4000, model, T, sample=3) for T in (280, 330))
    for column, mean, spread in ((EXCHANGE, 1.03, 0.02), (LOSS, 0.88, 0.06)):
        barriers = [-BOLTZMANN * T * np.log(rows[:, column] / ATTEMPT_FREQUENCY)
                    for T, rows in ((280, cold), (330, hot))]
        np.testing.assert_allclose(*barriers, rtol=1e-9)
        assert barriers[0].mean() == pytest.approx(mean, abs=4 * spread / 60)
        assert barriers[0].std() == pytest.approx(spread, rel=0.05)


@pytest.mark.parametrize(("change", "sentence"), [
    ({"gap": 0.0}, "gap is 0.0"), ({"loss_spread": -0.1}, "loss_spread is -0.1"),
    ({"widest": 0}, "widest is 0"), ({"supply": math.inf}, "supply is inf"),
])
def test_model_refuses_filaments(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        FilamentModel(**change)
