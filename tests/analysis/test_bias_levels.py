import math

import numpy as np
import pytest
from exact_noise import noise
from staged import staged

from ginsen.analysis import bias_steps, summarise


def test_both_ways_of_every_level(rng):
    def level(G, beta):
        return G * (1 + 1e-3 * noise(1500, beta, rng))

    record = staged(("up 1", 1.0, level(1e-6, 1.0)), ("up 2", 2.0, level(2e-6, 1.0)),
                    ("up 3", 3.0, level(5e-6, 2.0)), ("down 1", 2.0, level(4e-6, 2.0)),
                    ("down 2", 1.0, np.full(1500, 3e-6)), protocol="bias-steps")
    found = summarise(record).finding
    assert [each.level for each in found.levels] == [1.0, 2.0, 3.0]
    assert [each.up for each in found.levels] == pytest.approx([1e-6, 2e-6, 5e-6], rel=0.05)
    assert [each.down for each in found.levels] == pytest.approx([3e-6, 4e-6, 5e-6], rel=0.2)
    low, middle, high = found.levels
    assert low.beta_up == pytest.approx(1.0, abs=0.3)
    assert math.isnan(low.beta_down)
    assert middle.beta_down == pytest.approx(2.0, abs=0.3)
    assert high.beta_up == high.beta_down
    assert found.highest_ratio == pytest.approx(3.0, rel=0.05)


def test_levels_of_negative_polarity_meet_too():
    record = staged(("up 1", -1.0, [1e-6] * 50), ("up 2", -2.0, [1e-6] * 50),
                    ("down 1", -1.0, [2e-6] * 50))
    found = bias_steps(summarise(record).phases)
    assert [each.level for each in found.levels] == [-1.0, -2.0]
    assert found.highest_ratio == pytest.approx(2.0)


def test_a_run_cut_on_the_way_up_has_the_level_it_reached():
    found = bias_steps(summarise(staged(("up 1", 1.0, [1e-6] * 50),
                                        ("up 2", 2.0, [1e-6] * 50))).phases)
    assert [each.level for each in found.levels] == [2.0]
    assert bias_steps(()) is None
