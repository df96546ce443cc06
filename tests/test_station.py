"""Stations: opened, proved to be what the file says, off on the way out."""

import pytest

from ginsen.instruments import OutputNotOff
from ginsen.protocols import Noise
from ginsen.protocols.conduct import conduct
from ginsen.records.reading import read_tables
from ginsen.records.tables import pairs_of
from ginsen.station import Station
from ginsen.station_file import StationError
from ginsen.types import Phase

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
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
address = "TCPIP0::ginsen-2450::inst0::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
"""


@pytest.fixture
def station(tmp_path):
    def station(text=STATION):
        (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
        path = tmp_path / "station.toml"
        path.write_text(text, encoding="utf-8")
        return path
    return station


def test_instruments_are_identified(station):
    with Station.open(station()) as lab:
        assert lab.identities["smu"].startswith("KEITHLEY INSTRUMENTS,MODEL 2450")


def test_left_by_an_exception_the_output_is_off(station, monkeypatch):
    answers = []

    def fail_while_on():
        with Station.open(station()) as lab:
            smu, close = lab.smu, lab.smu.close
            smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
            lab.clock.sleep(0.5)
            answers.append(smu.ask(":OUTP?").strip())
            monkeypatch.setattr(
                smu, "close", lambda: (answers.append(smu.ask(":OUTP?").strip()), close()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_while_on()
    assert answers == ["1", "0"]


class Meter:
    """A source meter that can or cannot be switched off."""

    def __init__(self, tried, name, works):
        self.tried, self.name, self.works = tried, name, works

    def off(self):
        self.tried.append(self.name)
        if not self.works:
            raise OutputNotOff("look at it")

    def close(self):
        if not self.works:
            raise OSError("gone")


def test_every_instrument_is_tried_and_the_failure_is_said(station):
    tried = []
    lab = Station.open(station())
    lab.source_meters.update(dead=Meter(tried, "dead", works=False),
                             alive=Meter(tried, "alive", works=True))
    with pytest.raises(OutputNotOff, match="look at it"):
        lab.close()
    assert tried == ["dead", "alive"]


def test_two_stations_on_one_library_do_not_close_each_other(station):
    path = station()
    with Station.open(path) as lab:
        with Station.open(path):
            pass
        assert lab.smu.identify()


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("ginsen-2450::", "ginsen-9999::", "nothing answers at TCPIP0::ginsen-9999::inst0::INSTR"),
    ("TCPIP0::ginsen-2450::inst0::INSTR", "not an address", "nothing answers at not an address"),
    ("TCPIP0::ginsen-2450", "TCPIP0::bench", "the station expects a Keithley 2450. Nothing was"),
    ("bench.toml@", "missing.toml@", "missing.toml"),
    ("@ginsen", "@nothing", "the VISA library"),
])
def test_what_is_not_there_is_said(station, old, new, sentence):
    with pytest.raises(StationError) as caught:
        Station.open(station(STATION.replace(old, new)))
    assert sentence in str(caught.value)


def test_what_an_instrument_says_of_its_calibration_is_recorded(tmp_path):
    bench, station = tmp_path / "bench.toml", tmp_path / "station.toml"
    bench.write_text("""\
[instruments.smu]
model = "keithley2400"
address = "GPIB0::24::INSTR"
calibrated = "2026-03-09"
[instruments.other]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
""", encoding="utf-8")
    entry = ('[{0}]\ndriver = "{1}"\naddress = "{2}"\n'
             'limits = {{ voltage = "6 V", current = "1 mA" }}\n')
    station.write_text(f'[station]\nvisa = "{bench.as_posix()}@ginsen"\n'
                       + entry.format("smu", "keithley2400", "GPIB0::24::INSTR")
                       + entry.format("other", "keithley2450", "GPIB0::18::INSTR"),
                       encoding="utf-8")
    with Station.open(station) as lab:
        assert lab.calibrations == {"smu": "2026-03-09", "other": "not told"}
        noise = Noise(lab=lab, time=1, folder=str(tmp_path))
        assert conduct(noise).state == "finished"
    told = pairs_of(read_tables(noise.recording_path)["station"])
    assert told["calibration of smu"] == "2026-03-09"
    assert told["calibration of other"] == "not told"
