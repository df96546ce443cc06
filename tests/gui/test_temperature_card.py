"""A temperature controller of the station, as its card tells it."""

import pytest

from ginsen.gui.instrument_state import look, worst
from ginsen.station import Station

BENCH = """
[bench]
mode = "virtual"
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.cryostat]
model = "lakeshore335"
address = "GPIB0::12::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[cryostat]
driver = "lakeshore335"
address = "GPIB0::12::INSTR"
limits = { lowest = "280 K", highest = "350 K" }
"""


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    with Station.open(tmp_path / "station.toml") as opened:
        yield opened


def test_the_temperature_is_told_as_it_was_read(lab, monkeypatch):
    meter, cryostat = look(lab)
    assert cryostat.kind == "temperature controller"
    assert cryostat.state == f"{lab.temperature.temperature:.0f} K"
    assert worst((meter, cryostat)) == "off"

    def silent(self):
        raise OSError("VI_ERROR_TMO")

    monkeypatch.setattr(type(lab.temperature), "temperature", property(silent))
    _, cryostat = look(lab)
    assert cryostat.state == ""
    assert "VI_ERROR_TMO" in cryostat.problem
