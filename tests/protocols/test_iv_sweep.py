"""The I-V staircase."""

import numpy as np
import pytest

from ginsen.protocols import IVSweep, ParameterError
from ginsen.protocols.run import run
from ginsen.protocols.staircase import staircase


def test_the_staircase_ends_at_or_below_its_maximum():
    assert staircase(0.3, 0.1) == [0.0, 0.1, 0.2, 0.3]
    assert staircase(3.0, 0.014)[-1] == 2.996
    assert len(staircase(3.0, 0.014)) == 215


@pytest.mark.parametrize(("maximum", "step", "made"), [(0.1, 0.2, "0 up to"),
                                                       (5.0, 1e-5, "500000 up to")])
def test_a_staircase_without_a_step_or_of_too_many_is_refused(maximum, step, made):
    with pytest.raises(ParameterError, match=made):
        IVSweep(maximum=maximum, step=step).phases()


def test_a_sweep_goes_both_ways_through_zero():
    levels = [phase.level for phase in IVSweep(maximum=0.2, step=0.1).phases()]
    assert levels == [0, 0.1, 0.2, 0.1, 0, -0.1, -0.2, -0.1, 0]


def test_a_resistor_gives_a_straight_line(bench, tmp_path):
    station = bench(device='kind = "resistor"\nresistance_ohm = 1e5')
    result = run(IVSweep(folder=str(tmp_path), station=str(station), maximum=1.0, step=0.25,
                         dwell=0.2))
    points = result.summary.finding.points
    V = np.array([point.voltage for point in points])
    I = np.array([point.current for point in points])  # noqa: E741
    np.testing.assert_allclose(V[[4, 12]], [1, -1], rtol=2e-3)
    np.testing.assert_allclose(I, 1e-5 * V, atol=3e-7)
    # The meter's 60 nA of offset over 1 V.
    assert abs(result.summary.finding.positive_area) < 6e-8


def test_the_network_opens_a_loop(network, tmp_path):
    result = run(IVSweep(folder=str(tmp_path), maximum=5.0, step=0.5, dwell=1.0), network)
    found = result.summary.finding
    assert len(found.points) == len(result.record.spans) == 41
    assert found.positive_area > 1e-5
    assert np.allclose(result.record.samples.voltage[:5], 0, atol=1e-3)
