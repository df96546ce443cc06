import math

import numpy as np
import pytest

from ginsen.datasheets.keithley2450 import KEITHLEY_2450, MEASURE_CURRENT, SOURCE_VOLTAGE
from ginsen.datasheets.source_meter import Range, Ranges


def test_accuracy_is_percent_of_reading_plus_offset():
    # SPEC-2450 page 2: 10 µA range, 0.025 % + 700 pA; at -5 µA that is 1.25 nA + 0.7 nA.
    ten_microamps = MEASURE_CURRENT.at_full_scale(10e-6)
    assert ten_microamps.accuracy(-5e-6) == pytest.approx(1.95e-9, rel=1e-12)
    np.testing.assert_allclose(ten_microamps.standard_uncertainty([0.0, 10e-6]),
                               np.array([0.7e-9, 3.2e-9]) / math.sqrt(3))


def test_a_read_at_10_millivolts_is_a_two_percent_source():
    # 20 mV range: 0.1 % + 200 µV, which is what makes read-back worth its time.
    assert SOURCE_VOLTAGE.holding(10e-3).accuracy(10e-3) == pytest.approx(210e-6)


@pytest.mark.parametrize(("value", "full_scale"), [
    (0.0, 10e-9), (10.5e-9, 10e-9), (10.6e-9, 100e-9), (-1.05e-6, 1e-6), (1.051e-6, 10e-6),
    (1.05, 1.0),
])
def test_the_smallest_range_that_holds_a_value(value, full_scale):
    assert MEASURE_CURRENT.holding(value).full_scale == full_scale


def test_beyond_every_range():
    with pytest.raises(ValueError, match=r"1\.06 lies beyond every range; the largest reaches"):
        MEASURE_CURRENT.holding(1.06)
    with pytest.raises(ValueError, match=r"0\.3 is no range; the ranges are 0\.02, 0\.2, 2,"):
        SOURCE_VOLTAGE.at_full_scale(0.3)


@pytest.mark.parametrize("ranges", [
    KEITHLEY_2450.source_voltage, KEITHLEY_2450.source_current, KEITHLEY_2450.measure_voltage,
    KEITHLEY_2450.measure_current, KEITHLEY_2450.measure_resistance,
])
def test_ranges_rise_by_decades_and_get_coarser(ranges):
    scales = np.array([each.full_scale for each in ranges.ranges])
    np.testing.assert_allclose(np.diff(np.log10(scales)), 1.0, rtol=1e-9)
    assert np.all(np.diff([each.resolution for each in ranges.ranges]) > 0)
    assert all(each.accuracy(each.full_scale) > each.resolution for each in ranges.ranges)


def test_white_noise_falls_with_the_root_of_the_integration_time():
    scale = MEASURE_CURRENT.at_full_scale(1e-6)
    assert scale.noise_at(10) == pytest.approx(scale.noise / math.sqrt(10))
    assert scale.noise_at(0.01) == pytest.approx(10 * scale.noise)


def test_reading_time_counts_conversions():
    timing = KEITHLEY_2450.timing
    plain = timing.reading_time(1, 50)
    assert plain == pytest.approx(0.02 + timing.reading)
    assert timing.reading_time(1, 50, readback=True) - plain == pytest.approx(0.02)
    assert timing.reading_time(1, 60, autozero=True, readback=True) == pytest.approx(
        6 / 60 + timing.reading)


def test_over_range_is_a_property_of_the_set():
    tight = Ranges((Range(1.0, 1e-6, 0.0, 0.0, 0.0),), over_range=1.0)
    assert tight.maximum == 1.0
    with pytest.raises(ValueError, match="beyond every range"):
        tight.holding(1.01)
