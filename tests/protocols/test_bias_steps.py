"""Bias up and down."""

import numpy as np
import pytest

from ginsen.protocols import BiasSteps
from ginsen.protocols.run import run


def test_levels_go_up_and_come_down_again():
    phases = BiasSteps(minimum=0.5, maximum=2.5, count=5).phases()
    assert [phase.level for phase in phases] == [0.5, 1, 1.5, 2, 2.5, 2, 1.5, 1, 0.5]
    assert len({phase.name for phase in phases}) == 9
    assert phases[4].name == "up 5"
    assert phases[5].name == "down 1"


def test_one_level_is_allowed():
    assert [phase.level for phase in BiasSteps(count=1).phases()] == [0.5]


def test_on_the_network_the_way_down_conducts_more(network, tmp_path):
    protocol = BiasSteps(folder=str(tmp_path), minimum=1.0, maximum=4.0, count=3, dwell=6.0)
    result = run(protocol, network)
    spans = result.record.spans
    assert [span.level for span in spans] == [1.0, 2.5, 4.0, 2.5, 1.0]
    assert all(span.stop - span.start == pytest.approx(6.0, abs=0.02) for span in spans)
    found = result.summary.finding
    assert found.highest_ratio > 10
    assert np.all([each.down > each.up for each in found.levels[:2]])
