"""What comes out of the default twin that was not put in, each over several chances."""

import numpy as np
import pytest
from scipy.fft import dct

from ginsen.analysis.avalanche_study import study_avalanches
from ginsen.analysis.surrogates import shuffled
from ginsen.calibration import TwinModel
from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.stochastic_junction import stochastic_junctions


def sources(volts):
    return [(volts, 0.0, np.inf, 1.0), (0.0, 0.0, np.inf, 1.0)]


def held(engine, volts, seconds, dt):
    """G over each `dt`."""
    return engine.advance(dt, sources(volts), round(seconds / dt)).current[:, 0] / volts


def latency(seed, volts, seconds):
    G = held(TwinModel().engine(seed), volts, seconds, 0.05)
    assert G.max() > 1e-6
    return 0.05 * np.argmax(G > 1e-6)


def test_latency_scatters_and_shortens_with_the_bias():
    """Ten runs each: medians near 16 and 1.5 s within 40 %, both with a scatter of 10 to 50 %."""
    for volts, middle, longest in ((3.5, 15.8, 60), (4.5, 1.45, 6)):
        waited = np.array([latency(seed, volts, longest) for seed in range(10)])
        assert np.median(waited) == pytest.approx(middle, rel=0.4)
        assert 0.1 < waited.std(ddof=1) / waited.mean() < 0.5


def test_the_loop_is_pinched_and_open():
    """At 0 V nothing flows; between the branches lies more than a third of the current."""
    quarter = np.linspace(0, 5, 50, endpoint=False)
    for seed in range(3):
        engine = TwinModel().engine(seed)
        up, down = (np.array([engine.advance(0.2, sources(v)).current[0, 0] for v in volts])
                    for volts in (quarter, 5 - quarter))
        back = engine.advance(0.2, sources(0.0)).current[0, 0]
        assert abs(up[0]) < 1e-12 > abs(back)
        assert np.max(down[1:][::-1] - up[1:]) > 0.33 * down.max()
        assert np.all(down[:-1] > 0)


def test_pulses_form_paths_faster_and_are_kept_longer():
    """Ten runs: the second reaches half of its last G at least five times sooner than the first,
    and of the third at least 0.15 more of G is left after 50 s (medians)."""
    reached, kept = [], []
    for seed in range(10):
        engine = TwinModel().engine(seed)
        pulses, reads = zip(*((held(engine, 4.0, 5.0, 0.02), held(engine, 0.01, 50.0, 0.5))
                              for _ in range(3)), strict=True)
        reached.append([0.02 * (1 + np.argmax(G[-1] / 2 < G)) for G in pulses])
        kept.append([G[-1] / G[0] for G in reads])
    first, second = np.median(reached, axis=0)[:2]
    assert first > 5 * second
    before, *_, after = np.median(kept, axis=0)
    assert after > before + 0.15


def test_a_network_lowers_the_exponent_of_its_junctions():
    """β of the mean spectrum at 4 V, five octaves from 0.2 Hz: lower than alone by 0 to 0.9."""
    def spectrum(engine, forming, volts):
        held(engine, forming, 10, 1.0)
        held(engine, volts, 10, 1.0)
        G = held(engine, volts, 60, 0.04)
        time = np.linspace(-1, 1, G.size)
        power = dct((G - np.polyval(np.polyfit(time, G, 1), time)) / G.mean(), norm="ortho")[1:]**2
        octave = np.digitize(np.arange(1, G.size) / 120, 0.2 * 2.0 ** np.arange(6))
        return [power[octave == k].mean() for k in range(1, 6)]

    def slope(spectra):
        return -np.polyfit(np.arange(5) * np.log(2), np.log(np.mean(spectra, axis=0)), 1)[0]

    path = TwinModel().path()[0]
    one = circuit(2, [[0, 1]], [0, 1])
    alone = [spectrum(Engine(one, stochastic_junctions(
        1, FilamentModel(), FluctuatorModel(), 300.0, sample=seed, chance=seed)),
        5.0 / path, 4.0 / path) for seed in range(40)]
    network = [spectrum(TwinModel(seed=11 + seed).engine(seed), 5.0, 4.0) for seed in range(6)]
    assert 0 < slope(alone) - slope(network) < 0.9


def test_avalanches_below_threshold_cluster_and_above_come_at_random():
    """At half of the threshold three times as many as shuffled have 20 events; at one and a half of
    it mean sizes are those of the shuffled record within a quarter. Neither is called critical."""
    for volts in (1.35, 4.05):
        large, mean = np.zeros(2), np.zeros(2)
        for seed in range(2):
            engine = TwinModel().engine(seed)
            held(engine, 5.0, 10.0, 1.0)
            held(engine, volts, 60.0, 1.0)
            G = held(engine, volts, 400.0, 0.02)
            studies = [study_avalanches(G, 0.02), study_avalanches(shuffled(G), 0.02)]
            large += [np.mean(study.found.size >= 20) for study in studies]
            mean += [study.found.size.mean() for study in studies]
            assert "critical" not in studies[0].reading
        if volts < 2:
            assert large[0] > 3 * large[1]
        else:
            assert mean[0] == pytest.approx(mean[1], rel=0.25)
