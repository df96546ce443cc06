import numpy as np
import pytest

from ginsen.datasheets.keithley2400 import (
    KEITHLEY_2400,
    MEASURE_CURRENT,
    SOURCE_VOLTAGE,
    TEST_CURRENTS,
)


def test_accuracy_is_the_sheets():
    # SPEC-2400 page 2: 1 µA range, 0.029 % + 300 pA; page 1: 20 V range, 0.02 % + 2.4 mV.
    assert MEASURE_CURRENT.at_full_scale(1e-6).accuracy(-0.5e-6) == pytest.approx(445e-12)
    assert SOURCE_VOLTAGE.at_full_scale(20.0).accuracy(10.0) == pytest.approx(4.4e-3)


def test_the_meter_reaches_beyond_the_source():
    assert SOURCE_VOLTAGE.maximum == pytest.approx(210.0)
    assert KEITHLEY_2400.measure_voltage.maximum == pytest.approx(211.0)
    assert MEASURE_CURRENT.holding(1.054e-6).full_scale == 1e-6
    assert KEITHLEY_2400.source_current.holding(1.054e-6).full_scale == 1e-5


@pytest.mark.parametrize("ranges", [
    KEITHLEY_2400.source_voltage, KEITHLEY_2400.source_current, KEITHLEY_2400.measure_voltage,
    KEITHLEY_2400.measure_current, KEITHLEY_2400.measure_resistance,
])
def test_ranges_rise_by_decades_and_get_coarser(ranges):
    scales = np.array([each.full_scale for each in ranges.ranges])
    np.testing.assert_allclose(np.diff(np.log10(scales)), 1.0, rtol=1e-9)
    assert np.all(np.diff([each.resolution for each in ranges.ranges]) > 0)
    assert all(each.accuracy(each.full_scale) > each.resolution for each in ranges.ranges)


def test_automatic_ohms_makes_full_scales_of_its_voltmeter():
    assert list(TEST_CURRENTS) == [each.full_scale
                                   for each in KEITHLEY_2400.measure_resistance.ranges]
    assert {round(ohms * amps, 9) for ohms, amps in TEST_CURRENTS.items()} == {2.0, 20.0}


def test_zero_and_reference_are_measured_once_for_two_functions():
    timing = KEITHLEY_2400.timing
    # Manual, page A-6: 1/60 s times 0.08, and 185 µs.
    assert timing.reading_time(0.08, 60) - timing.reading == pytest.approx(1.5183e-3, rel=1e-4)
    one = timing.reading_time(1, 50) - timing.reading
    for autozero, readback, conversions in ((False, True, 2), (True, False, 3), (True, True, 4)):
        taken = timing.reading_time(1, 50, autozero=autozero, readback=readback)
        assert taken == pytest.approx(timing.reading + conversions * one)
