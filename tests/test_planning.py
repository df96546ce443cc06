"""Plans: what a stimulus costs and can tell, against hand calculations; nothing is opened."""

import math

import pytest

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.planning import plan
from ginsen.stimulus import stimulus_figure, stimulus_sentences, stimulus_table
from ginsen.types import Limits, Phase

LIMITS = Limits(voltage=6.0, current=1e-3)
READ = Phase("read", 0.01, 100.0, 0.05, 1e-5)
PULSE = Phase("pulse", 5.0, 10.0, 0.01, 1e-3, nplc=0.1)


def planned(*phases, expected=None):
    return plan(phases, KEITHLEY_2450, LIMITS, expected=expected)


def test_phases_follow_one_another():
    assert [row.start for row in planned(READ, PULSE, READ)] == [0, 100, 110]


def test_compliance_bounds_charge_and_energy():
    row, = planned(PULSE)
    assert row.charge == pytest.approx(1e-3 * 10)
    assert row.energy == pytest.approx(1e-3 * 10 * 5)


def test_an_expected_conductance_makes_them_less():
    row, = planned(PULSE, expected=1e-5)
    assert row.charge == pytest.approx(5e-5 * 10)
    row, = planned(PULSE, expected=1.0)
    assert row.charge == pytest.approx(1e-3 * 10)  # compliance holds
    assert any("in compliance" in text for text in row.doubts)


def test_10_mv_on_10_ns_is_a_bound_on_a_2450():
    # 100 pA, where the 10 nA range is specified to ± 50 pA: 3u = 87 pA and noise
    row, = planned(Phase("read", 0.01, 100.0, 0.05, 1e-8), expected=1e-8)
    assert row.phase.measure_range == 1e-8
    assert row.least_conductance == pytest.approx(3 * 50e-12 / math.sqrt(3) / 0.01, rel=0.01)
    row, = planned(READ, expected=1e-8)
    assert any("not resolved" in text for text in row.doubts)


def test_sigma_of_beta_is_the_bound_of_the_phase():
    row, = planned(READ)
    assert row.sigma_beta == pytest.approx(1.7 / math.sqrt(READ.count), rel=0.1)
    row, = planned(READ.lasting(1.0))
    assert any("too short for β" in text for text in row.doubts)


@pytest.mark.parametrize(("phase", "sentence"), [
    (Phase("far", 7.0, 1, 0.1, 1e-3), "7 V is beyond the station's limit of ± 6 V"),
    (Phase("strong", 1.0, 1, 0.1, 1e-2), "a compliance of 0.01 A is not between 0 and the"),
    (Phase("fast", 1.0, 1, 0.01, 1e-3), "a reading takes 40.1 ms of 10 ms"),
    (Phase("beyond", 500.0, 1, 0.1, 1e-3), "500 lies beyond every range"),
])
def test_what_would_be_refused_is_said(phase, sentence):
    row, = planned(phase)
    assert any(sentence in text for text in row.refusals)


def test_the_table_and_the_figure(tmp_path):
    rows = planned(READ, Phase("far", 7.0, 1, 0.1, 1e-3))
    assert stimulus_table(rows).row_count == 2
    assert stimulus_sentences(rows)[0].startswith("far: refused: 7 V is beyond")
    stimulus_figure(rows, tmp_path / "stimulus.png", name="test")
    assert (tmp_path / "stimulus.png").stat().st_size > 1000
