"""The engine against dense algebra, closed forms, and itself in its other mode."""

import time

import numpy as np
import pytest
from scipy.integrate import quad

from ginsen.physics.electrodes import contacted
from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel, rates
from ginsen.physics.fluctuators import BOLTZMANN, FluctuatorModel
from ginsen.physics.junction import JunctionModel, conductance
from ginsen.physics.kirchhoff import circuit, reduce
from ginsen.physics.law import FELT, SINCE
from ginsen.physics.network import network_of_wires, random_network
from ginsen.physics.stochastic_junction import ATOMS, stochastic_junctions
from ginsen.physics.threshold_junction import FILAMENT, threshold_junctions

MODEL = JunctionModel()
GROUND = (0.0, 0.0, np.inf, 1.0)
OPEN = (0.0, 0.0, np.inf, 0.0)


def held(volts, resistance=0.0, limit=np.inf):
    return (volts, resistance, limit, 1.0)


def thrown(seed=1, count=60, terminals=0):
    """A random network, its circuit with the farthest pair and more terminals, and its path."""
    network = random_network(count, 2.84e-6 * np.sqrt(count), 10e-6, 1e-6, seed)
    pair = network.farthest_pair()
    cluster = np.flatnonzero(network.clusters == network.clusters[pair[0]])
    more = [wire for wire in cluster if wire not in pair][:terminals]
    return circuit(count, network.junctions, [*pair, *more]), network.distance(*pair)


def deterministic(built, **options):
    return Engine(built, threshold_junctions(MODEL, len(built.edges)), **options)


def fluctuating(built, chance=3, temperature=300.0, **options):
    law = stochastic_junctions(len(built.edges), FilamentModel(), FluctuatorModel(), temperature,
                               sample=1, chance=chance)
    return Engine(built, law, **options)


@pytest.fixture(scope="module")
def compiled():
    """Compiling is not what is timed."""
    deterministic(thrown()[0]).advance(0.1, [held(0.1), GROUND])


# --- Kirchhoff.


@pytest.mark.parametrize("kind", [deterministic, fluctuating])
def test_exact_mode_obeys_kirchhoff_at_every_node(kind):
    built, path = thrown()
    engine = kind(built, exact=True)
    for volts in (0.03 * path, 0.3 * path):
        fared = engine.advance(0.01, [held(volts, 500.0), GROUND])
        first, second = built.edges.T
        potentials = engine.potentials()
        flow = engine.conductances() * (potentials[first] - potentials[second])
        balance = np.bincount(first, flow, built.nodes) - np.bincount(second, flow, built.nodes)
        through = fared.final_current[0]
        np.testing.assert_allclose(balance[built.terminals], through, rtol=1e-9)
        balance[built.terminals] = 0
        assert np.abs(balance).max() < 1e-9 * abs(through[0])
        dense = reduce(built, engine.conductances())
        np.testing.assert_allclose(potentials, dense.potentials @ fared.final_voltage[0], rtol=0,
                                   atol=1e-9 * volts)


@pytest.mark.parametrize(("kind", "level"), [(deterministic, 0.015), (fluctuating, 0.6)])
def test_fast_mode_carries_the_current_of_its_junctions(kind, level):
    built, path = thrown(2)
    engine = kind(built)
    volts = level * path
    greatest = 0.0
    for _ in range(1500):
        fared = engine.advance(2e-3, [held(volts), GROUND])
        truth = volts * reduce(built, engine.conductances()).admittance[0, 0]
        # What the slopes leave out is bounded by the same accuracy, in sum.
        greatest = max(greatest, abs(fared.final_current[0, 0] / truth - 1))
    assert greatest < 1e-6
    assert truth / volts > 1e-5
    assert engine.work.solutions < 2500
    assert engine.work.factorisations < 0.3 * engine.work.solutions


def test_both_modes_meet_the_same_chance():
    built, path = thrown(3)
    fast, exact = fluctuating(built), fluctuating(built, exact=True)
    drive = [held(0.6 * path), GROUND]
    seen, expected = (engine.advance(1e-3, drive, 2000).final_current[:, 0]
                      for engine in (fast, exact))
    # Sample by sample, until the voltages' accuracy has moved an event across a sample.
    together = np.argmax(np.append(np.abs(seen / expected - 1) > 1e-4, True))
    assert together > 300
    assert np.ptp(expected[:together]) > 0.1 * expected[0]


def test_modes_agree_on_deterministic_junctions():
    built, path = thrown(1)
    drive = [held(0.02 * path), GROUND]
    fast, exact = (deterministic(built, **mode).advance(0.01, drive, 130).final_current[:, 0]
                   for mode in ({"voltage_accuracy": 1e-3}, {"exact": True}))
    np.testing.assert_allclose(fast, exact, rtol=1e-2)
    assert exact[-1] > 100 * exact[0]


def test_no_junction_goes_on_for_long_under_a_voltage_that_is_gone():
    built, path = thrown(2)
    engine = fluctuating(built)
    rows = stochastic_junctions(len(built.edges), FilamentModel(), FluctuatorModel(), 300.0,
                                sample=1, chance=3).parameters[:, 1:9]
    late = 0
    for _ in range(300):
        engine.advance(3e-3, [held(0.6 * path), GROUND])
        state, potentials = engine.state()["junctions"], engine.potentials()
        out = np.abs(potentials[built.edges[:, 0]] - potentials[built.edges[:, 1]]
                     - state[:, FELT])
        speed = np.array([sum(rates(atoms, felt, row)) for atoms, felt, row
                          in zip(state[:, ATOMS], state[:, FELT], rows, strict=True)])
        assert out.max() < 0.26 * 2 * BOLTZMANN * 300
        assert np.all(out[engine.now - state[:, SINCE] > 0.051 / speed] < 5.1e-3 * 0.0505)
        late += np.count_nonzero(out > 5.1e-3 * 0.0505)
    assert late > 100


def test_junctions_at_rest_are_left_alone():
    built, path = thrown(1)
    engine = deterministic(built)
    engine.advance(0.1, [held(1e-4 * path), GROUND])
    for volts in np.linspace(0, 0.009, 10):
        engine.advance(0.1, [held(volts), GROUND])
    assert not engine.state()["junctions"][:, SINCE].any()


# --- Time.


def test_lone_junction_carries_the_charge_of_the_closed_form():
    volts = 0.03
    engine = deterministic(circuit(2, [[0, 1]], [0, 1]))

    def current(t):
        return volts * conductance(np.array([min((volts - 0.01) * t, 0.015)]), MODEL)[0]

    for start in np.arange(0.0, 0.9, 0.1):
        fared = engine.advance(0.1, [held(volts), GROUND])
        exact, _ = quad(current, start, start + 0.1, epsabs=0, epsrel=1e-9, limit=500)
        assert fared.current[0, 0] == pytest.approx(exact / 0.1, rel=3e-6)
        assert fared.final_current[0, 0] == pytest.approx(current(start + 0.1), rel=1e-6)
        assert fared.current[0, 1] == -fared.current[0, 0]
    assert engine.state()["junctions"][0, FILAMENT] == MODEL.greatest_flux
    assert engine.now == pytest.approx(0.9)


def test_lone_junction_lets_go_when_its_filament_is_gone():
    law = threshold_junctions(MODEL, 1, [0.015])
    engine = Engine(circuit(2, [[0, 1]], [0, 1]), law)
    seen = engine.advance(1e-3, [held(1e-3), GROUND], 400).final_current[:, 0]
    lets_go = (0.015 - 0.01) / (10 * (MODEL.reset_voltage - 1e-3))
    assert np.argmax(seen < 0.99 * seen[0]) * 1e-3 == pytest.approx(lets_go, abs=2e-3)
    assert engine.state()["junctions"][0, FILAMENT] == 0


@pytest.mark.parametrize("kind", [deterministic, fluctuating])
def test_charge_does_not_depend_on_how_time_is_cut(kind):
    built, path = thrown(1)
    volts = path * (0.02 if kind is deterministic else 0.2)
    once = kind(built).advance(1.0, [held(volts), GROUND])
    parts = kind(built).advance(0.01, [held(volts), GROUND], 100)
    np.testing.assert_allclose(once.current[0], parts.current.mean(axis=0), rtol=2e-3)
    np.testing.assert_allclose(once.final_current[0], parts.final_current[-1], rtol=2e-3)


def test_nothing_happens_in_no_time():
    engine = deterministic(thrown(1)[0])
    engine.advance(0.3, [held(0.3), GROUND])
    before = engine.conductances()
    fared = engine.advance(0.0, [held(0.2), GROUND])
    np.testing.assert_allclose(engine.conductances(), before, rtol=1e-5)
    assert np.array_equal(fared.current, fared.final_current)


def test_restored_state_goes_on_as_before():
    built, path = thrown(2)
    drive = [held(0.2 * path), GROUND]
    one, other = fluctuating(built), fluctuating(built)
    one.advance(0.5, drive)
    other.restore(one.state())
    assert other.now == one.now
    np.testing.assert_allclose(other.advance(1e-3, drive, 50).final_current,
                               one.advance(1e-3, drive, 50).final_current, rtol=1e-5)


# --- Terminals.


def test_a_clamp_is_never_passed():
    built, path = thrown(1)
    limit = 2e-6
    fared = deterministic(built).advance(0.01, [held(0.03 * path, 0.0, limit), GROUND], 300)
    assert np.abs(fared.final_current).max() <= limit * (1 + 1e-9)
    assert fared.clamped[0, 0] == 0
    assert fared.clamped[-1, 0] == pytest.approx(0.01)
    assert fared.final_voltage[-1, 0] < 0.03 * path


def test_current_sources_and_open_terminals():
    built, _ = thrown(1, terminals=2)
    # A current source is a clamped voltage source that asks for more.
    fared = deterministic(built).advance(1e-3, [held(1e6, 0.0, 1e-9), GROUND, OPEN, OPEN])
    np.testing.assert_allclose(fared.final_current[0], [1e-9, -1e-9, 0, 0], rtol=1e-9, atol=1e-18)
    volts = fared.final_voltage[0]
    assert np.all((volts[2:] >= 0) & (volts[2:] <= volts[0]))


def test_eight_terminals_obey_kirchhoff_in_either_mode():
    built, path = thrown(3, count=100, terminals=6)
    drive = [held(0.02 * path, 1e3), GROUND, held(0.01 * path), held(-0.01 * path, 1e4),
             OPEN, held(0.02 * path, 0.0, 1e-8), OPEN, held(0.0, 1e6)]
    for mode in (False, True):
        engine = deterministic(built, exact=mode)
        fared = engine.advance(0.02, drive, 4)
        scale = np.abs(fared.final_current).max()
        assert np.abs(fared.final_current.sum(axis=1)).max() < 1e-9 * scale
        truth = reduce(built, engine.conductances()).admittance @ fared.final_voltage[-1]
        np.testing.assert_allclose(fared.final_current[-1], truth, rtol=0, atol=3e-6 * scale)


def test_open_network_forgets_and_carries_nothing():
    built, path = thrown(1)
    engine = deterministic(built)
    engine.advance(3.0, [held(0.03 * path), GROUND])
    fared = engine.advance(1.0, [held(0.03 * path), OPEN])
    assert np.abs(fared.current).max() < 1e-12
    assert not engine.state()["junctions"][:, FILAMENT].any()


def test_separate_clusters_do_not_feel_each_other():
    # Terminals 0-1 and 2-3 on two junctions, terminal 6 alone, junction 4-5 floating.
    built = circuit(7, [[0, 1], [2, 3], [4, 5]], [0, 1, 2, 3, 6])
    engine = deterministic(built)
    fared = engine.advance(1.0, [held(0.03), GROUND, held(0.002), GROUND, held(5.0)])
    bridged, virgin, floating = engine.state()["junctions"][:, FILAMENT]
    assert bridged == MODEL.greatest_flux
    assert virgin == floating == 0
    assert fared.final_current[0, 4] == 0
    np.testing.assert_allclose(engine.potentials()[[0, 1, 2, 3, 6]], [0.03, 0, 0.002, 0, 5.0],
                               atol=1e-15)


def test_a_wire_across_both_electrodes_and_an_electrode_on_nothing():
    network = network_of_wires(np.array([[0, 0, 10, 0], [5, -5, 5, 5], [20, 0, 30, 0]]) * 1e-6)
    built, fixed = contacted(network, [[0, 1], [0], []], 5.0)
    engine = Engine(built, threshold_junctions(MODEL, len(network.junctions)), fixed=fixed)
    fared = engine.advance(0.1, [held(1.0), GROUND, held(2.0)])
    # Contact, wire, contact: 10 Ω. The other way leads over the junction, of kilohms.
    np.testing.assert_allclose(fared.final_current[0], [0.1, -0.1, 0], rtol=1e-3)
    assert fared.final_current[0, 2] == 0


def test_electrodes_short_circuited_on_many_wires():
    network = random_network(60, 22e-6, 10e-6, 1e-6, 1)
    cluster = np.flatnonzero(network.clusters == np.argmax(np.bincount(network.clusters)))
    left, right = cluster[:20].tolist(), cluster[-20:].tolist()
    built, fixed = contacted(network, [left, right], 1.0)
    engine = Engine(built, threshold_junctions(MODEL, len(network.junctions)), fixed=fixed)
    fared = engine.advance(0.01, [held(0.1), GROUND], 10)
    whole = np.concatenate((engine.conductances(), fixed))
    assert fared.final_current[-1, 0] == pytest.approx(
        0.1 * reduce(built, whole).admittance[0, 0], rel=1e-6)


def test_a_network_of_nothing():
    engine = Engine(circuit(2, [], [0, 1]), threshold_junctions(MODEL, 0))
    fared = engine.advance(1.0, [held(1.0), GROUND])
    np.testing.assert_array_equal(fared.final_current, 0)
    np.testing.assert_array_equal(fared.final_voltage, [[1.0, 0.0]])


# --- What it costs.


def test_a_plateau_costs_next_to_nothing(compiled):
    built, path = thrown(1)
    engine = deterministic(built)
    engine.advance(20.0, [held(0.02 * path), GROUND])
    before = engine.work.solutions
    start = time.process_time()
    fared = engine.advance(1e-3, [held(0.02 * path), GROUND], 10_000)
    assert time.process_time() - start < 0.5
    assert engine.work.solutions - before < 300
    assert np.ptp(fared.final_current[:, 0]) < 0.02 * fared.final_current[0, 0]


@pytest.mark.parametrize(("options", "sentence"), [
    ({"current_accuracy": 0.0}, "current_accuracy"), ({"voltage_accuracy": 0.2}, "at most 0.1"),
    ({"fixed": [1.0]}, "1 fixed"), ({"fixed": [-1.0]}, "one for each|greater than 0"),
])
def test_refuses_to_begin(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        deterministic(thrown()[0], **options)


@pytest.mark.parametrize(("dt", "sources", "times", "sentence"), [
    (-1.0, [GROUND, GROUND], 1, "dt"), (1.0, [GROUND, GROUND], 0, "at least once"),
    (1.0, [GROUND], 1, "2 terminals"), (1.0, [GROUND, held(np.nan)], 1, "voltages"),
    (1.0, [GROUND, held(0.0, -1.0)], 1, "resistances"),
])
def test_refuses_to_advance(dt, sources, times, sentence):
    with pytest.raises(ValueError, match=sentence):
        deterministic(thrown()[0]).advance(dt, sources, times)


def test_refuses_a_state_of_another_network():
    with pytest.raises(ValueError, match="shape"):
        deterministic(thrown()[0]).restore({"now": 0.0, "junctions": np.zeros((1, 3))})
