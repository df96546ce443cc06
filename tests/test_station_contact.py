"""What a recording keeps of the contact it was made with."""

import h5py
import pytest

from ginsen import Station, run
from ginsen.instruments.probe_station import Die
from ginsen.protocols import Noise
from ginsen.protocols.run import RunFailed
from ginsen.station_file import StationError, read_station

BENCH = """
[instruments.smu]
model = "keithley2636b"
address = "GPIB0::26::INSTR"
[instruments.prober]
model = "velox"
address = "GPIB0::28::INSTR"
dies = [[0, 0], [1, 0]]
contacts = ["smu.hi_a", "smu.lo_a"]
[device]
kind = "resistor"
resistance_ohm = 1e5
[wiring]
"smu.hi_a" = { terminal = "A" }
"smu.lo_a" = { terminal = "B" }
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2636b"
address = "GPIB0::26::INSTR"
limits = { voltage = "1 V", current = "1 mA" }
contact_limit = "20 Ω"
[prober]
driver = "velox"
address = "GPIB0::28::INSTR"
"""


@pytest.fixture
def station(tmp_path):
    """A function that writes a station file, by default one whose meter can judge contact."""
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")

    def written(text=STATION):
        (tmp_path / "station.toml").write_text(text, encoding="utf-8")
        return tmp_path / "station.toml"

    return written


def noise(folder):
    return Noise(time=1.0, interval=0.05, compliance=1e-4, folder=str(folder))


def kept(result):
    with h5py.File(result.recording) as file:
        table = file["station"]
        return dict(zip(table["name"].asstr()[:], table["value"].asstr()[:], strict=True))


def test_contact_and_the_marks_on_the_die_are_kept(station, tmp_path):
    with Station.open(station()) as lab:
        for die in (Die(0, 0), Die(1, 0), Die(0, 0)):
            lab.contact(die)
        assert (lab.prober.touchdowns, lab.prober.marks) == (3, {Die(0, 0): 2, Die(1, 0): 1})
        told = kept(run(noise(tmp_path), lab))
    assert told["contact"] == ("contact verified: force to sense HI 0.5 Ω and LO 0.5 Ω, where "
                               "20 Ω are allowed")
    assert told["touchdowns"] == "2 on C0R0 since the station was opened"


def test_where_nothing_can_judge_it_that_is_kept(station, tmp_path):
    with Station.open(station(STATION.replace('contact_limit = "20 Ω"', ""))) as lab:
        lab.contact()
        told = kept(run(noise(tmp_path), lab))
    assert told["contact"] == "contact not verified"
    assert told["touchdowns"] == "1 since the station was opened"


def test_without_contact_nothing_is_applied(station, tmp_path):
    with Station.open(station()) as lab:
        with pytest.raises(RunFailed, match="no contact: force to sense HI open and LO open"):
            run(noise(tmp_path), lab)
        seen = lab._manager.visalib.bench.witness.seen
        assert max(abs(seen.highest_voltage)) == 0.0
    assert not list(tmp_path.glob("*.h5"))


@pytest.mark.parametrize(("text", "said"), [
    (STATION.replace("20 Ω", "2 kΩ"), "contact can be judged up to 1000 Ω."),
    (STATION.replace("20 Ω", "1 Ω").replace("keithley2636b", "keithley2400"),
     "contact can be judged from 2 Ω up to 50 Ω."),
    (STATION.replace("keithley2636b", "keithley2450"), "'contact_limit' is not known here")])
def test_a_limit_that_no_meter_can_judge_is_refused(station, text, said):
    with pytest.raises(StationError, match=said):
        read_station(station(text))
