import numpy as np
import pytest

from ginsen.gui.parameter_rows import protocol_of
from ginsen.gui.preview import preview, stretched
from ginsen.protocols import SINGLE_RUNS

STATION = """
[station]
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "10 mA" }
series_resistance = "10 kΩ"
"""


@pytest.mark.parametrize("name", sorted(SINGLE_RUNS))
def test_every_protocol_can_be_drawn_and_is_taken_by_a_station(name, tmp_path):
    station = tmp_path / "station.toml"
    station.write_text(STATION, encoding="utf-8")
    shown = preview(protocol_of(name, {"station": str(station)}))
    assert not shown.refused, shown.sentences
    stimulus = SINGLE_RUNS[name](station=str(station)).stimulus()
    assert shown.level[::2].tolist() == [phase.level for phase in stimulus]
    assert shown.time[-1] == pytest.approx(sum(phase.duration for phase in stimulus))


def test_what_is_drawn_is_what_will_be_applied():
    shown = preview(protocol_of("memory", {"polarity": "-", "pulse_time": "3 s"}))
    assert shown.level.tolist() == [-0.01, -0.01, -5, -5, -0.01, -0.01]
    assert shown.time.tolist() == [0, 5, 5, 8, 8, 108]
    assert shown.ticks == (-5.0, -0.01, 0.0)
    assert "1 min 48 s" in shown.told
    assert "max 5.00 V" in shown.told


def test_a_refusal_comes_first_and_says_why():
    shown = preview(protocol_of("memory", {"pulse_voltage": "9 V"}))
    assert shown.refused
    assert shown.sentences[0] .startswith("pulse: refused: 9 V is beyond the station's")


def test_what_a_line_does_not_show_is_said():
    shown = preview(protocol_of("memory", {"read_duty": "0.5", "rest": "open",
                                           "read_interval": "1 s"}))
    assert "before: applied 0.5 of the time, else open" in shown.sentences


def test_a_series_needs_its_plan():
    with pytest.raises(ValueError, match="plan"):
        preview(protocol_of("campaign", {}))


def test_millivolts_are_seen_beside_volts():
    low, high = stretched(np.array([0.01, 5.0]), 0.01)
    assert low > 0.1 * high
    assert stretched(np.array([-5.0]), 0.01)[0] == -high
