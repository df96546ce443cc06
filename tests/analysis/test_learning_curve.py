import numpy as np
import pytest
from staged import staged

from ginsen.analysis import learning_curve

PAUSE = 0.01 * np.arange(6000)


def cycle(number, pulses, tau=None):
    """Training of so many pulses; with `tau` (s) learned, and forgotten at that rate."""
    rows = []
    for pulse in range(1, pulses + 1):
        learned = tau is not None and pulse == pulses
        rows += [(f"train {number}.{pulse}", 5.0, [1e-6] * 101),
                 (f"check {number}.{pulse}", 0.01, [1e-5 if learned else 1e-7] * 5)]
    if tau is not None:
        rows.append((f"forget {number}", 0.01, 1e-5 * np.exp(-PAUSE / tau)))
    return rows


def test_savings_and_half_lives():
    found = learning_curve(staged(*cycle(1, 8, tau=10.0), *cycle(2, 4, tau=20.0),
                                  *cycle(3, 2, tau=40.0)))
    assert [each.pulses for each in found.cycles] == [8, 4, 2]
    assert [each.savings for each in found.cycles] == [0.0, 0.5, 0.75]
    assert [each.stimulus for each in found.cycles] == pytest.approx([8.0, 4.0, 2.0])
    assert all(each.first == pytest.approx(1e-5) for each in found.cycles)
    # The pause begins 0.24 s after the last pulse: a gap, the check, a gap.
    assert [each.half_life for each in found.cycles] == pytest.approx(
        [tau * np.log(2) + 0.24 for tau in (10, 20, 40)], rel=0.01)
    assert [each.kept for each in found.cycles] == pytest.approx(
        [np.exp(-57 / tau) for tau in (10, 20, 40)], rel=0.02)
    assert found.savings == 0.75
    assert found.slowing == pytest.approx(4.0, rel=0.03)


def test_a_cycle_that_met_no_criterion_is_censored_not_dropped():
    found = learning_curve(staged(*cycle(1, 3, tau=10.0), *cycle(2, 20)))
    first, second = found.cycles
    assert first.learned
    assert not second.learned
    assert second.pulses == 20
    assert np.isnan([second.savings, second.half_life, second.kept]).all()
    assert found.savings == 0.0


def test_nothing_learned():
    found = learning_curve(staged(*cycle(1, 20)))
    assert [each.learned for each in found.cycles] == [False]
    assert np.isnan([found.savings, found.slowing]).all()
    assert learning_curve(staged(("read", 0.01, [1e-6] * 5))) is None
