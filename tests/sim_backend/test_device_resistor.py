import pytest

from ginsen.sim_backend.devices.device import GROUND, OPEN, Source
from ginsen.sim_backend.devices.resistor import Resistor


def test_thevenin_divider():
    fared = Resistor(900.0).advance(0.02, (Source(1.0, 100.0), GROUND))
    assert fared.current.tolist() == pytest.approx([1e-3, -1e-3], rel=1e-12)
    assert fared.voltage.tolist() == pytest.approx([0.9, 0.0], rel=1e-12)
    assert fared.final_current.tolist() == fared.current.tolist()
    assert fared.clamped.tolist() == [0, 0]


@pytest.mark.parametrize("sign", [1, -1])
def test_clamp_holds_the_current_and_lets_the_voltage_go(sign):
    fared = Resistor(1e3).advance(0.02, (Source(sign * 5.0, current_limit=1e-3), GROUND))
    assert fared.current[0] == sign * 1e-3
    assert fared.voltage[0] == pytest.approx(sign * 1.0)
    assert fared.clamped.tolist() == [0.02, 0]


def test_just_below_the_limit_it_does_not_clamp():
    fared = Resistor(1e3).advance(0.02, (Source(0.999, current_limit=1e-3), GROUND))
    assert fared.voltage[0] == pytest.approx(0.999)
    assert fared.clamped[0] == 0


def test_open_end_carries_nothing_and_follows():
    fared = Resistor(1e3).advance(1.0, (Source(2.0), OPEN))
    assert fared.voltage[1] == pytest.approx(2.0)
    assert abs(fared.current[0]) < 1e-14
    assert fared.current[1] == 0


@pytest.mark.parametrize("resistance", [0.0, -1.0, float("nan"), float("inf")])
def test_refuses(resistance):
    with pytest.raises(ValueError, match="greater than 0"):
        Resistor(resistance)
