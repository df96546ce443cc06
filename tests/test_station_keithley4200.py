"""A 4200A in a station: one SMU of it, its power line frequency told by the station."""

import numpy as np
import pytest

from ginsen import Station, run
from ginsen.protocols import Forgetting, Noise
from ginsen.station_check import check_station
from ginsen.station_file import StationError, read_station

ADDRESS = "TCPIP0::k4200::1225::SOCKET"
BENCH = f"""
[bench]
line_frequency_Hz = 60
[instruments.spa]
model = "keithley4200"
address = "{ADDRESS}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"spa.hi_2" = {{ terminal = "A" }}
"spa.lo_2" = {{ terminal = "B" }}
"""
STATION = f"""
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley4200"
channel = "2"
mains = "60 Hz"
address = "{ADDRESS}"
limits = {{ voltage = "6 V", current = "1 mA" }}
"""


@pytest.fixture
def station(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    return tmp_path / "station.toml"


def test_it_answers(station):
    told, = check_station(station)
    assert (told.name, told.identity) == ("smu", "KEITHLEY INSTRUMENTS,KI4200A,1400001,V1.14")


@pytest.mark.parametrize("protocol", [
    Noise(time=5.0, interval=0.05, compliance=1e-4, nplc=0.1),
    Noise(time=1.0, interval=0.01, compliance=1e-4, nplc=0.1)], ids=["sampled", "listed"])
def test_a_protocol_runs_on_it(station, tmp_path, protocol):
    protocol.folder = str(tmp_path)
    with Station.open(station) as lab:
        result = run(protocol, lab, sample="10 kΩ")
        assert not lab._manager.visalib.bench.addresses[ADDRESS].output_on
    samples = result.record.samples
    assert result.record.spans[0].integration == pytest.approx(0.1 / 60)
    assert len(samples) == 101
    assert np.diff(samples.time) == pytest.approx(np.full(100, protocol.interval), abs=1e-3)
    assert samples.current == pytest.approx(np.full(101, 1e-5), rel=5e-2)


def test_a_sparse_protocol_runs_on_it(station, tmp_path):
    with Station.open(station) as lab:
        result = run(Forgetting(
            read_time=10.0, read_interval=1.0, read_duty=0.5, rest="zero",
            folder=str(tmp_path)), lab, sample="10 kΩ")
        assert result.record.outcome.state == "finished"
        assert not lab._manager.visalib.bench.addresses[ADDRESS].output_on


def test_what_the_file_may_say(tmp_path):
    def told(text):
        (tmp_path / "station.toml").write_text(text, encoding="utf-8")
        with pytest.raises(StationError) as problem:
            read_station(tmp_path / "station.toml")
        return str(problem.value)

    assert told(STATION.replace('"2"', '"5"')) == (
        "station.toml, [smu]: channel is '5'; it must be one of 1, 2, 3, 4.")
    assert "mains is '0 Hz'; it must be above zero" in told(STATION.replace("60 Hz", "0 Hz"))
    second = STATION[STATION.index("[smu]"):].replace("[smu]", "[other]").replace('"2"', '"1"')
    assert told(STATION + second) == (
        f"station.toml: [smu] and [other] are both at {ADDRESS}; of a keithley4200 one channel can "
        "be used.")
