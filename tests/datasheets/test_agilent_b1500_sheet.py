"""The modules of the B1500A by their sheets, as tables."""

from itertools import pairwise

import pytest

from ginsen.datasheets.agilent_b1500 import (
    B1511B,
    B1517A,
    CURRENT_CODES,
    MODULES,
    MOST_CURRENT,
    OLD_VOLTAGE_CODES,
    VOLTAGE_CODES,
)


@pytest.mark.parametrize("sheet", MODULES.values(), ids=lambda sheet: sheet.model)
@pytest.mark.parametrize("name", ["source_voltage", "source_current", "measure_voltage",
                                  "measure_current"])
def test_ranges_rise_and_so_does_what_they_are_off_by(sheet, name):
    for smaller, larger in pairwise(getattr(sheet, name).ranges):
        assert smaller.full_scale < larger.full_scale
        assert smaller.resolution <= larger.resolution
        assert smaller.offset_accuracy < larger.offset_accuracy
        assert smaller.noise <= larger.noise


def test_every_range_has_its_number():
    assert list(VOLTAGE_CODES.values()) == [
        each.full_scale for each in B1517A.source_voltage.ranges]
    assert list(CURRENT_CODES.values()) == pytest.approx([
        each.full_scale for each in B1517A.source_current.ranges])
    assert set(OLD_VOLTAGE_CODES.values()) < set(VOLTAGE_CODES)


def test_the_reach_of_both():
    assert (B1517A.source_voltage.maximum, B1517A.source_current.maximum) == (100.0, 0.1)
    assert B1517A.measure_current.ranges[0].full_scale == 10e-12
    assert B1511B.measure_current.ranges[0].full_scale == 1e-9
    assert [most for _, most in MOST_CURRENT] == [0.1, 0.05, 0.02]
    assert B1517A.source_voltage.at_full_scale(2.0).accuracy(1.0) == pytest.approx(580e-6)
    assert B1517A.measure_current.at_full_scale(1e-3).accuracy(1e-3) == pytest.approx(360e-9)
