"""The sliced I-V curve."""

import pytest

from ginsen.protocols import SlicedIV
from ginsen.protocols.run import run


def test_the_default_is_the_papers():
    phases = SlicedIV().phases()
    assert len(phases) == 429
    assert sum(phase.duration for phase in phases) == 8580  # 2 h 23 min
    assert max(phase.level for phase in phases) == 2.996
    assert phases[1].level == 0.014
    assert all(1 / phase.interval >= 400 for phase in phases)
    assert phases[214].name == "up 215"
    assert phases[215].name == "down 1"
    assert phases[-1].level == 0.0


def test_a_short_one_runs_and_each_step_has_its_windows(network, tmp_path):
    protocol = SlicedIV(folder=str(tmp_path), maximum=6.0, step=3.0, dwell=2.5)
    result = run(protocol, network)
    assert [span.level for span in result.record.spans] == [0, 3, 6, 3, 0]
    assert all(phase.samples == 1001 for phase in result.summary.phases)
    slices = result.summary.finding.slices
    assert [each.windows for each in slices] == [2] * 5
    assert [each.upward for each in slices] == [True, True, True, False, False]
    assert slices[3].conductance > 5 * slices[1].conductance
    assert slices[1].voltage == pytest.approx(3.0, rel=1e-3)
