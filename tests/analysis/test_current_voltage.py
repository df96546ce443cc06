import numpy as np
import pytest
from staged import staged

from ginsen.analysis import current_voltage

UP = [0.5 * k for k in range(7)]
LOOP = [*UP, *UP[-2::-1], *(-level for level in UP[1:]), *(-level for level in UP[-2::-1])]


def swept(conductance, levels=LOOP, **options):
    return staged(*((f"step {k}", level, [conductance(k, level)] * 10)
                    for k, level in enumerate(levels)), **options)


def test_an_ohmic_sample_encloses_nothing():
    found = current_voltage(swept(lambda k, level: 1e-5))
    assert [point.voltage for point in found.points] == LOOP
    np.testing.assert_allclose([point.current for point in found.points], 1e-5 * np.array(LOOP))
    assert found.positive_area == pytest.approx(0, abs=1e-18)
    assert found.negative_area == pytest.approx(0, abs=1e-18)


def test_the_area_of_a_loop_is_that_of_its_triangle():
    # From 3 V back and on, 2 µS more: a triangle of 3 V by 6 µA on the positive side only.
    found = current_voltage(swept(lambda k, level: 1e-6 if k < 7 else 3e-6))
    assert found.positive_area == pytest.approx(3 * 6e-6 / 2 - 0.5 * 6e-6 / 2)
    assert found.negative_area == pytest.approx(0, abs=1e-18)


def test_a_loop_of_forgetting_is_negative_on_its_own_side():
    top = len(UP) + len(UP) - 1 + len(UP) - 1
    found = current_voltage(swept(lambda k, level: 3e-6 if k < top else 1e-6))
    assert found.positive_area == pytest.approx(0, abs=1e-18)
    assert found.negative_area < 0


def test_a_level_counts_by_its_second_half():
    record = staged(("step 1", 1.0, [9e-6] * 50 + [1e-6] * 50), ("step 2", 2.0, [1e-6] * 100))
    assert current_voltage(record).points[0].current == pytest.approx(1e-6)


def test_points_in_compliance_keep_their_current():
    found = current_voltage(swept(lambda k, level: 1e-5, limit=2e-5))
    limited = [point for point in found.points if point.in_compliance]
    assert {abs(point.voltage) for point in limited} == {2.5, 3.0}
    assert all(abs(point.current) == pytest.approx(2e-5) for point in limited)


def test_one_level_is_no_curve():
    assert current_voltage(staged(("bias", 1.0, [1e-6] * 10))) is None
