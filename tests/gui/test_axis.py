import numpy as np
import pytest

from ginsen.gui.axis import logarithmic_ticks, power_text


@pytest.mark.parametrize(("low", "high", "numbers"), [
    (-9.2, -4.1, ["1n", "10n", "100n", "1µ", "10µ"]),
    (-6.1, -4.9, ["1µ", "2µ", "5µ", "10µ"]),
    (np.log10(18e-6), np.log10(32e-6), ["20µ", "25µ", "30µ"]),
    (np.log10(1.001e-6), np.log10(1.002e-6), ["1.001µ", "1.002µ"])])
def test_every_logarithmic_axis_has_numbers(low, high, numbers):
    texts = [power_text(value, prefixed=True) for value in logarithmic_ticks(low, high)]
    assert [number for number in numbers if number not in texts] == []
    assert len(texts) <= 8


def test_powers_of_ten():
    assert power_text(-16.0, prefixed=False) == "10⁻¹⁶"
    assert power_text(np.log10(2e-16), prefixed=False) == "2·10⁻¹⁶"
    assert power_text(-2.0, prefixed=False) == "0.01"
