"""Lone junctions: what the kernels give without any network."""

import numpy as np
import pytest
from scipy.stats import linregress

from ginsen.physics.filament import (
    CONDUCTANCE_QUANTUM,
    DOUBLE_THERMAL,
    LEAK,
    LOSS,
    FilamentModel,
    formed,
    rates,
)
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.law import FELT
from ginsen.physics.stochastic_junction import ATOMS, SHIFT, stochastic_junctions, with_chance

ALIKE = FilamentModel(growth_spread=0, loss_spread=0)
QUIET = FluctuatorModel(count=0)
FILAMENT = slice(1, 9)


class Lone:
    """Many junctions, each alone under the same voltage."""

    def __init__(self, count, filament=ALIKE, fluctuating=QUIET, temperature=300.0, chance=1,
                 sample=2):
        self.law = stochastic_junctions(count, filament, fluctuating, temperature,
                                        sample=sample, chance=chance)
        self.conductance, self.slope, self.due, self.slack, self.patience = np.zeros((5, count))
        self.now = 0.0

    @property
    def atoms(self):
        return self.law.state[:, ATOMS]

    def at(self, time, voltage, reach=0.0):
        count = len(self.conductance)
        if time >= self.now:
            self.law.evolve(np.arange(count), count, time, np.full(count, voltage),
                            np.full(count, reach), self.law.parameters, self.law.state,
                            self.conductance, self.slope, self.due, self.slack, self.patience)
            self.now = time
        return self.conductance.copy()

    def hold(self, seconds, voltage, steps=1):
        start = self.now
        self.at(start, voltage)
        return np.array([self.at(start + seconds * (k + 1) / steps, voltage)
                         for k in range(steps)])


def first_passage(row, voltage, atoms):
    """Mean time (s) from nothing to so many atoms of a birth and death process."""
    total = inner = 0.0
    for k in range(atoms):
        comes, goes = rates(float(k), voltage, row)
        inner = (1 + goes * inner) / comes
        total += inner
    return total


def test_mean_latency_is_that_of_the_process():
    lone = Lone(400)
    row = lone.law.parameters[0, FILAMENT]
    for voltage in (0.45, 0.6):
        lone = Lone(400)
        expected = first_passage(row, voltage, ALIKE.bridge)
        states = lone.hold(4 * expected, voltage, 400) > 0.9 * CONDUCTANCE_QUANTUM
        latency = np.argmax(states, axis=0) * expected / 100
        assert states.any(axis=0).all()
        assert latency.mean() == pytest.approx(expected, rel=0.05)
        assert 0.1 < latency.std() / latency.mean() < 0.6


def test_below_threshold_nothing_bridges():
    assert np.all(Lone(200).hold(600, 0.2) < 1e-6)


def test_necks_settle_where_the_balance_of_rates_puts_them():
    lone = Lone(1500)
    row, voltage = lone.law.parameters[0, FILAMENT], 0.31
    odds = [1.0]
    for atoms in range(ALIKE.bridge + ALIKE.widest - 1):
        odds.append(odds[-1] * rates(atoms, voltage, row)[0] / rates(atoms + 1.0, voltage, row)[1])
    lone.hold(2e5, voltage)
    found = np.bincount(lone.atoms.astype(int), minlength=len(odds)) / 1500
    expected = np.array(odds) / np.sum(odds)
    np.testing.assert_allclose(found, expected, atol=4 * np.sqrt(0.25 / 1500))
    assert np.count_nonzero(expected > 0.02) > 4


def test_retention_follows_arrhenius():
    """Contacts let go at a rate whose slope against 1/kT is the barrier of loss."""
    rate, inverse = [], []
    for temperature in (280, 300, 320):
        lone = Lone(400, temperature=temperature)
        thermal = lone.law.parameters[0, FILAMENT][DOUBLE_THERMAL] / 2
        lone.law.state[:, ATOMS] = ALIKE.bridge
        one = 1 / lone.law.parameters[0, FILAMENT][LOSS]
        gone = lone.hold(6 * one, 0.01, 600) < 0.5 * CONDUCTANCE_QUANTUM
        rate.append(1 / (np.argmax(gone, axis=0).mean() * one / 100))
        inverse.append(1 / thermal)
    slope = -linregress(inverse, np.log(rate)).slope
    assert slope == pytest.approx(ALIKE.loss_barrier, abs=0.03)


def test_the_opposite_voltage_dissolves():
    lone, rested = Lone(100), Lone(100)
    for each in (lone, rested):
        each.hold(20, 0.7)
    assert np.all(lone.atoms > ALIKE.bridge)
    rested.hold(0.5, 0.0)
    lone.hold(0.5, -0.7)
    assert np.all(lone.atoms < rested.atoms)
    lone.hold(20, -0.7)
    assert np.all(lone.atoms <= -ALIKE.bridge)


def test_neither_steps_nor_questions_change_what_happens():
    model = FilamentModel()
    once, often = (Lone(60, model, FluctuatorModel()) for _ in range(2))
    once.hold(5, 0.5)
    often.hold(5, 0.5, 173)
    np.testing.assert_allclose(often.law.state, once.law.state, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(often.conductance, once.conductance, rtol=1e-9)
    assert np.any(Lone(60, model, FluctuatorModel(), chance=4).hold(5, 0.5)[0] != once.conductance)


def test_due_is_the_next_event_and_nothing_happens_before():
    lone = Lone(40, FilamentModel(), FluctuatorModel())
    lone.hold(8, 0.6)
    for _ in range(50):
        before, due = lone.conductance.copy(), lone.due.min()
        assert due > lone.now
        np.testing.assert_array_equal(lone.at(np.nextafter(due, 0) - 1e-6, 0.6), before)
        assert np.any(lone.at(due + 1e-6, 0.6) != before)


def test_reach_passes_over_flips_that_matter_less():
    lone = Lone(1, FilamentModel(), FluctuatorModel())
    lone.hold(30, 0.6)
    lone.at(lone.now, 0.6, reach=0.0)
    soonest = lone.due[0]
    lone.at(lone.now, 0.6, reach=1.0)
    assert lone.due[0] > soonest


def test_what_may_be_heard_late_hardly_changes_a_wait():
    lone = Lone(200, FilamentModel(), FluctuatorModel())
    lone.hold(5, 0.5)
    for atoms, row, slack, until in zip(lone.atoms, lone.law.parameters[:, FILAMENT], lone.slack,
                                        lone.patience, strict=True):
        waits = [sum(rates(atoms, 0.5 + off, row)) * (until - lone.now)
                 for off in (-slack, 0.0, slack)]
        assert waits[1] == pytest.approx(0.05)
        assert np.ptp(waits) < 0.03


def test_conductance_of_neck_tip_and_leak():
    lone = Lone(200, FilamentModel(), FluctuatorModel())
    lone.hold(20, 0.6)
    state, parameters = lone.law.state, lone.law.parameters
    bare, neck = np.transpose([formed(atoms, row[FILAMENT])
                               for atoms, row in zip(state[:, ATOMS], parameters, strict=True)])
    expected = bare * np.exp(state[:, SHIFT] * neck**-0.75) + parameters[:, FILAMENT][:, LEAK]
    np.testing.assert_allclose(lone.conductance, expected, rtol=1e-12)
    assert np.all(state[:, FELT] == 0.6)


def test_wide_necks_are_quieter_as_wu_et_al_measure():
    """S_G / G² ∝ R^3/2: the relative variance of n channels is that of one over n^3/2."""
    relative = {}
    for widest in (1, 16):
        lone = Lone(300, FilamentModel(widest=widest, growth_spread=0, loss_spread=0),
                    FluctuatorModel(size=0.05))
        lone.law.state[:, ATOMS] = ALIKE.bridge + widest - 1
        relative[widest] = np.var(np.log(lone.at(0.0, 0.0)))
    assert relative[1] / relative[16] == pytest.approx(16**1.5, rel=0.01)


def test_another_chance_leaves_the_sample_and_where_it_stands():
    lone = Lone(50, FilamentModel(), FluctuatorModel())
    lone.hold(8, 0.5)
    other = with_chance(lone.law, lone.law.state, 99)
    np.testing.assert_array_equal(other.parameters[:, 1:], lone.law.parameters[:, 1:])
    np.testing.assert_array_equal(other.state[:, ATOMS], lone.law.state[:, ATOMS])
    np.testing.assert_array_equal(other.state[:, SHIFT], lone.law.state[:, SHIFT])
    assert np.all(other.parameters[:, 0] != lone.law.parameters[:, 0])


@pytest.mark.parametrize("temperature", [0.0, -3.0, np.nan, np.inf])
def test_a_temperature_that_is_none(temperature):
    with pytest.raises(ValueError, match="must be greater than 0"):
        Lone(1, temperature=temperature)


def test_no_junctions_at_all():
    with pytest.raises(ValueError, match="count is 0: there must be at least one junction"):
        stochastic_junctions(0, FilamentModel(), FluctuatorModel(), 300.0, sample=1, chance=1)
