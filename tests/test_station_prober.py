"""A station with a probe station: outputs off before the chuck moves, whoever moves it."""

import pytest

from ginsen.instruments import Die, InstrumentError, OutputNotOff
from ginsen.sim_backend.library import GinsenVisaLibrary
from ginsen.station import Station
from ginsen.station_file import StationError, read_station
from ginsen.types import Phase

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.second]
model = "keithley2450"
address = "GPIB0::19::INSTR"
[instruments.prober]
model = "velox"
address = "GPIB0::28::INSTR"
contacts = ["smu.hi"]
dies = [[0, 0], [1, 0]]
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
[second]
driver = "keithley2450"
address = "GPIB0::19::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
[prober]
driver = "velox"
address = "GPIB0::28::INSTR"
"""

HOLD = Phase("hold", 1.0, 1000.0, 0.1, 1e-3)


@pytest.fixture
def path(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    path = tmp_path / "station.toml"
    path.write_text(STATION, encoding="utf-8")
    return path


@pytest.fixture
def motions(monkeypatch):
    """Every motion sent to the prober, with how many meters had their output on when it was."""
    seen = []
    send = GinsenVisaLibrary.write

    def write(library, session, data):
        if data.startswith((b"Move", b"Step")):
            meters = [each for each in library.bench.addresses.values() if hasattr(each, "unit")]
            seen.append((data.decode().split()[0], sum(m.unit.settings.output for m in meters)))
        return send(library, session, data)

    monkeypatch.setattr(GinsenVisaLibrary, "write", write)
    return seen


def switch_on(lab):
    for meter in lab.source_meters.values():
        meter.start([HOLD])
        lab.clock.sleep(0.5)
        assert meter.source_enabled


MOVES = {
    "lab.contact(die)": lambda lab: lab.contact(Die(1, 0)),
    "lab.contact()": lambda lab: lab.contact(),
    "lab.release()": lambda lab: lab.release(),
    "lab.prober.contact(die)": lambda lab: lab.prober.contact(Die(1, 0)),
    "lab.prober.contact()": lambda lab: lab.prober.contact(),
    "lab.prober.release()": lambda lab: lab.prober.release(),
    "lab.prober.move_to(die)": lambda lab: lab.prober.move_to(Die(1, 0)),
    "by PyMeasure's names": lambda lab: lab.prober.chuck.move_contact(),
    "stepping": lambda lab: lab.prober.wafermap.step_next_die(),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
def test_every_output_is_off_before_the_chuck_moves(path, motions, move):
    with Station.open(path) as lab:
        switch_on(lab)
        move(lab)
        assert motions
        assert [on for _, on in motions] == [0] * len(motions)


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES.keys())
def test_nothing_moves_while_an_output_is_not_proved_off(path, motions, monkeypatch, move):
    lab = Station.open(path)

    def off():
        raise OutputNotOff("look at the second meter")

    monkeypatch.setattr(lab.source_meters["second"], "off", off)
    with pytest.raises(OutputNotOff, match="look at the second meter"):
        move(lab)
    assert not motions
    with pytest.raises(OutputNotOff, match="look at the second meter"):
        lab.close()
    assert not motions


def test_current_is_measured_in_contact_only(path):
    with Station.open(path) as lab:
        currents = []
        for act in (lambda: None, lab.contact, lab.release):
            act()
            lab.smu.start([Phase("read", 1.0, 1.0, 0.1, 1e-3)])
            lab.clock.sleep(2.0)
            currents.append(lab.smu.fetch().current.mean())
    assert currents == pytest.approx([0, 1e-4, 0], abs=1e-6)


def test_leaving_the_station_outputs_go_off_and_then_the_chuck_down(path, motions):
    with Station.open(path) as lab:
        prober = lab.prober
        prober.contact(Die(1, 0))
        switch_on(lab)
        motions.clear()
    assert motions == [("MoveChuckSeparation", 0)]
    assert prober.in_contact is False


@pytest.mark.parametrize("use", [lambda lab: None, lambda lab: lab.prober.dies(),
                                 lambda lab: lab.prober.move_to(Die(1, 0)),
                                 lambda lab: (lab.contact(), lab.release())])
def test_what_was_not_left_in_contact_is_not_moved_on_leaving(path, motions, use):
    with Station.open(path) as lab:
        use(lab)
        motions.clear()
    assert not motions


def test_a_chuck_that_cannot_be_lowered_is_said_and_all_sessions_end(path, monkeypatch):
    lab = Station.open(path)
    lab.contact()
    ended = []
    for instrument in (*lab.source_meters.values(), lab.prober):
        monkeypatch.setattr(instrument, "close",
                            lambda close=instrument.close: (ended.append(1), close()))

    def fail():
        raise OSError("the bus is gone")

    monkeypatch.setattr(lab.prober.chuck, "move_separation", fail)
    with pytest.raises(InstrumentError, match="could not be lowered: the bus is gone"):
        lab.close()
    assert len(ended) == 3


def test_the_identity_of_the_prober_is_known(path):
    with Station.open(path) as lab:
        assert list(lab.identities) == ["smu", "second", "prober"]
        assert "Velox" in lab.identities["prober"]


def test_a_station_without_a_prober_says_so(path):
    path.write_text(STATION[:STATION.index("[prober]")], encoding="utf-8")
    with Station.open(path) as lab:
        for use in (lambda: lab.prober, lab.contact, lab.release):
            with pytest.raises(StationError, match=r"add a table such as \[prober\]"):
                use()


@pytest.mark.parametrize("name", ["simulated", "wafer"])
def test_the_bundled_stations_have_one(name):
    with Station.open(name) as lab:
        assert len(lab.prober.dies()) == {"simulated": 4, "wafer": 5}[name]
        lab.prober.contact(lab.prober.dies()[-1])


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ('driver = "velox"', 'driver = "velocity"', "there is no driver 'velocity'; there is "),
    ('driver = "velox"', "", "station.toml, [prober]: driver is missing."),
    ('address = "GPIB0::28::INSTR"', "", "station.toml, [prober]: address is missing."),
    ('address = "GPIB0::28::INSTR"', "address = 28", "[prober]: address is 28; it must be a text"),
    ('driver = "velox"', 'driver = "velox"\nspeed = 1', "'speed' is not known here; known are "
     "driver, address."),
    ("[prober]", '[other]\ndriver = "velox"\naddress = "GPIB0::1::INSTR"\n[prober]',
     "names 2 probe stations, [other] and [prober]; there can be one."),
    (STATION[STATION.index("[smu]"):STATION.index("[prober]")], "", "names no source meter"),
])
def test_what_is_wrong_is_said(path, old, new, sentence):
    assert old in STATION
    path.write_text(STATION.replace(old, new), encoding="utf-8")
    with pytest.raises(StationError) as caught:
        read_station(path)
    assert sentence in str(caught.value)


def test_another_instrument_at_the_probers_address_is_said(path):
    path.write_text(STATION.replace("GPIB0::28", "GPIB0::19"), encoding="utf-8")
    with pytest.raises(StationError, match="expects a FormFactor Velox"):
        Station.open(path)
