import numpy as np
import pytest

from ginsen.analysis import find_phases


def found(*levels, noise=0.0, dt=0.1):
    v = np.concatenate([np.full(n, level) for level, n in levels])
    v = v + np.random.default_rng(1).normal(0, noise, v.size) if noise else v
    return find_phases(dt * np.arange(v.size), v)


def told(*levels, **options):
    spans, _ = found(*levels, **options)
    return [(s.name, round(s.level, 3), s.first, s.stop_index) for s in spans]


def test_a_memory_run():
    assert told((0.01, 50), (5.0, 100), (0.01, 500), noise=1e-5) == [
        ("before", 0.01, 0, 50), ("pulse", 5.0, 50, 150), ("read", 0.01, 150, 650)]


def test_a_negative_pulse():
    assert [name for name, *_ in told((-5.0, 100), (0.01, 500))] == ["pulse", "read"]


def test_several_pulses_are_numbered():
    assert [name for name, *_ in told((5, 9), (0.1, 9), (4, 9), (0.1, 9), (1.5, 9))] == [
        "pulse 1", "read 1", "pulse 2", "read 2", "phase 1"]


def test_one_level_is_a_bias():
    assert told((7.0, 1000), noise=1e-3) == [("bias", 7.0, 0, 1000)]


def test_levels_of_one_kind_are_phases():
    assert [name for name, *_ in told((1.0, 20), (2.0, 20))] == ["phase 1", "phase 2"]
    assert [name for name, *_ in told((0.1, 20), (2.0, 20))] == ["phase 1", "phase 2"]


def test_a_lone_point_is_told():
    spans, notes = found((0.01, 1), (2.0, 50), (1.1, 1), (0.01, 50))
    assert [s.name for s in spans] == ["pulse", "read"]
    assert notes == ("a lone point before the first level: 0.01 V at 0 s, part of no phase",
                     "a lone point between two levels: 1.1 V at 5.1 s, part of no phase")
    assert spans[0].dead_time == pytest.approx(0.1)
    assert np.isnan(found((1.0, 50))[0][0].dead_time)


def test_a_ramp_is_a_sweep():
    t = np.arange(400) * 0.1
    for v in (np.linspace(0, 5, 400), 3 * np.sin(t), np.abs(np.linspace(-5, 5, 400))):
        spans, _ = find_phases(t, v)
        assert [(s.name, s.first, s.stop_index) for s in spans] == [("sweep", 0, 400)]


def test_zero_volts_within_its_noise_is_one_level():
    assert [name for name, *_ in told((2.0, 300), (0.0, 300), noise=1e-6)] == ["pulse", "read"]


def test_arrays_must_fit():
    with pytest.raises(ValueError, match="shape"):
        find_phases([0, 1], [1])
    with pytest.raises(ValueError, match="not finite"):
        find_phases([0, 1], [1, np.nan])
    with pytest.raises(ValueError, match="shape"):
        find_phases([], [])
