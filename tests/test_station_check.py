"""`ginsen station check`: every instrument is asked who it is, and nothing else happens."""

import pytest

from ginsen.cli import main
from ginsen.sim_backend.library import GinsenVisaLibrary
from ginsen.station import Station
from ginsen.station_check import check_station
from ginsen.station_file import StationError
from ginsen.types import Phase

STATION = """
[station]
visa = "wafer@ginsen"
[smu]
driver = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[second]
driver = "keithley2450"
address = "GPIB0::28::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[third]
driver = "keithley2450"
address = "GPIB0::5::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[prober]
driver = "velox"
address = "GPIB0::28::INSTR"
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    return path


@pytest.fixture
def sent(monkeypatch):
    """Everything written over VISA, device clears included."""
    seen = []
    write, clear = GinsenVisaLibrary.write, GinsenVisaLibrary.clear
    monkeypatch.setattr(GinsenVisaLibrary, "write", lambda library, session, data: (
        seen.append(bytes(data).strip()), write(library, session, data))[1])
    monkeypatch.setattr(GinsenVisaLibrary, "clear", lambda library, session: (
        seen.append(b"<clear>"), clear(library, session))[1])
    return seen


@pytest.mark.parametrize("name", ["simulated", "wafer"])
def test_a_good_station_answers_and_the_code_is_0(capsys, sent, name):
    assert main(["station", "check", name]) == 0
    head, smu, prober = capsys.readouterr().out.splitlines()
    assert head.split() == ["instrument", "driver", "address", "answer"]
    assert smu.split()[:3] == ["smu", "keithley2450", "TCPIP0::ginsen-2450::inst0::INSTR"]
    assert smu.endswith("KEITHLEY INSTRUMENTS,MODEL 2450,04400001,1.7.12b")
    assert prober.endswith("Cascade Microtech,Velox,0,3.4")
    assert set(sent) == {b"*IDN?", b"*LANG?"}


def test_one_that_fails_does_not_hide_the_next(capsys, sent, path):
    assert main(["station", "check", str(path)]) == 1
    _, smu, second, third, prober = capsys.readouterr().out.splitlines()
    assert "MODEL 2450" in smu
    assert "the station expects a Keithley 2450. Nothing was set or switched." in second
    assert "nothing answers at GPIB0::5::INSTR" in third
    assert prober.endswith("Velox,0,3.4")
    assert set(sent) == {b"*IDN?", b"*LANG?"}


def test_whatever_goes_wrong_with_one_the_next_is_asked(monkeypatch, path):
    from ginsen.instruments import Keithley2450

    def fail(meter):
        raise ZeroDivisionError("a bug in a driver")

    monkeypatch.setattr(Keithley2450, "identify", fail)
    first, *_, last = check_station(path)
    assert first.problem == "a bug in a driver"
    assert "Velox" in last.identity


def test_an_output_that_is_on_stays_on():
    with Station.open("wafer") as lab:
        lab.contact()
        lab.smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
        lab.clock.sleep(0.5)
        assert not any(answer.problem for answer in check_station("wafer"))
        assert lab.smu.source_enabled
        assert lab.smu.busy()
        assert lab.prober.ask("ReadChuckStatus").split()[6] == "C"


def test_a_wrong_file_or_library_is_one_sentence(capsys, tmp_path, path):
    assert main(["station", "check", str(tmp_path / "none.toml")]) == 2
    assert "there is no station file" in capsys.readouterr().err
    path.write_text(STATION.replace("wafer@ginsen", "@nothing"), encoding="utf-8")
    with pytest.raises(StationError, match="the VISA library '@nothing' cannot be opened"):
        check_station(path)
