"""The source meters with more than one channel by their sheets, as tables."""

from itertools import pairwise

import pytest

from ginsen.datasheets.keithley2600 import KEITHLEY_2602B, KEITHLEY_2636B
from ginsen.datasheets.keithley4200 import HIGH_VOLTAGE, KEITHLEY_4200_SMU
from ginsen.datasheets.keysight_b2900 import KEYSIGHT_B2912A

SHEETS = [KEITHLEY_2602B, KEITHLEY_2636B, KEITHLEY_4200_SMU, KEYSIGHT_B2912A]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.model)
@pytest.mark.parametrize("name", ["source_voltage", "source_current", "measure_voltage",
                                  "measure_current"])
def test_ranges_rise_and_so_does_what_they_are_off_by(sheet, name):
    ranges = getattr(sheet, name).ranges
    for smaller, larger in pairwise(ranges):
        assert smaller.full_scale < larger.full_scale
        assert smaller.resolution <= larger.resolution
        assert smaller.offset_accuracy <= larger.offset_accuracy
        assert smaller.noise <= larger.noise


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.model)
def test_every_source_range_can_be_read_back(sheet):
    for source in sheet.source_voltage.ranges:
        assert sheet.measure_voltage.at_full_scale(source.full_scale).full_scale


def test_the_reach_of_both():
    assert KEITHLEY_2602B.source_voltage.maximum == pytest.approx(40.4)
    assert KEITHLEY_2602B.source_current.maximum == pytest.approx(3.03)
    assert KEITHLEY_2636B.source_voltage.maximum == pytest.approx(202)
    assert KEITHLEY_2636B.measure_current.ranges[0].full_scale == 100e-12
    assert KEYSIGHT_B2912A.source_voltage.maximum == pytest.approx(210)
    assert KEITHLEY_4200_SMU.source_voltage.maximum == pytest.approx(210)
    assert KEITHLEY_4200_SMU.source_current.maximum == pytest.approx(0.105)
    assert pytest.approx(20 * 1.05) == HIGH_VOLTAGE
    assert KEYSIGHT_B2912A.measure_current.holding(10.5e-9).full_scale == 10e-9


def test_a_4200_smu_measures_one_after_the_other():
    timing = KEITHLEY_4200_SMU.timing
    assert timing.reading_time(1.0, 50.0, readback=True) == pytest.approx(0.04)


def test_voltage_and_current_are_one_integration():
    timing = KEITHLEY_2636B.timing
    assert timing.reading_time(1.0, 50.0, readback=True) == timing.reading_time(1.0, 50.0)
    assert timing.reading_time(1.0, 50.0, readback=True, autozero=True) == pytest.approx(
        3 * 0.02, abs=1e-4)
    assert timing.reading_time(0.001, 50.0) == pytest.approx(50e-6)  # 20 000 readings/s
