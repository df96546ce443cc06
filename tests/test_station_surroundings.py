"""Temperature, field and switches in a station: limits held before anything is written."""

import pytest

from ginsen.instruments import InstrumentError, LimitExceeded
from ginsen.station import Station
from ginsen.station_check import check_station
from ginsen.station_file import StationError, read_station
from ginsen.types import Phase

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[instruments.cryostat]
model = "lakeshore335"
address = "GPIB0::12::INSTR"
[instruments.magnet]
model = "ami430"
address = "TCPIP0::magnet::7180::SOCKET"
[instruments.coil]
model = "ips120"
address = "GPIB0::25::INSTR"
[instruments.switches]
model = "keithley2700"
address = "GPIB0::16::INSTR"
contacts = { "101" = "smu.hi" }
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

HEAD = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
"""
CRYOSTAT = """
[cryostat]
driver = "lakeshore335"
address = "GPIB0::12::INSTR"
limits = { lowest = "280 K", highest = "350 K" }
"""
AMI = """
[magnet]
driver = "ami430"
address = "TCPIP0::magnet::7180::SOCKET"
limits = { highest = "0.5 T", fastest = "0.6 T/min" }
"""
IPS = """
[coil]
driver = "ips120"
address = "GPIB0::25::INSTR"
limits = { highest = "500 mT", fastest = "10 mT/s" }
"""
SWITCHES = """
[switches]
driver = "keithley2700"
address = "GPIB0::16::INSTR"
"""


@pytest.fixture
def lab(tmp_path):
    """Open a station with these tables beside its source meter."""
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    opened = []

    def open_(*tables):
        path = tmp_path / "station.toml"
        path.write_text(HEAD + "".join(tables), encoding="utf-8")
        opened.append(Station.open(path))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def test_a_stage_is_brought_to_a_temperature_within_the_limits(lab):
    stage = lab(CRYOSTAT).temperature
    assert stage.reach(310.0)
    assert stage.temperature == pytest.approx(310.0, abs=0.1)
    for forbidden in (279.0, 351.0, float("nan")):
        with pytest.raises(LimitExceeded, match="280 K to 350 K"):
            stage.head_for(forbidden)
    assert stage.output_1.setpoint == 310
    stage.off()
    assert stage.output_1.range == "off"
    assert not stage.reach(300.0, should_stop=lambda: True)
    stage.off()
    with pytest.raises(InstrumentError, match="did not reach 281 K within 100 s"):
        stage.reach(281.0, patience=100.0)


@pytest.mark.parametrize(("fields", "rates"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_an_ami_430_may_speak_of_tesla_and_minutes(lab, fields, rates):
    magnet = lab(AMI).magnet
    magnet.write(f"CONF:FIELD:UNITS {fields}")
    magnet.write(f"CONF:RAMP:RATE:UNITS {rates}")
    magnet.sweep_to(0.2, 5e-3)
    magnet.clock.sleep(20.0)
    assert magnet.field == pytest.approx(0.1, abs=5e-3)
    assert magnet.reach(0.2, 5e-3)
    assert magnet.field == pytest.approx(0.2, abs=1e-4)
    with pytest.raises(LimitExceeded):
        magnet.sweep_to(0.51, 5e-3)


@pytest.mark.parametrize("table", [AMI, IPS])
def test_a_field_is_swept_held_and_brought_back(lab, table):
    station = lab(table)
    magnet = station.magnet
    assert magnet.reach(0.2, 5e-3)
    assert magnet.field == pytest.approx(0.2, abs=1e-4)
    began = station.clock.now()
    assert magnet.reach(-0.1, 10e-3)
    assert station.clock.now() - began == pytest.approx(30.0, abs=2.0)
    assert magnet.field == pytest.approx(-0.1, abs=1e-4)
    magnet.sweep_to(0.0, 1e-3)
    magnet.hold()
    assert not magnet.sweeping
    for field, rate, sentence in ((0.6, 1e-3, "limit is 0.5 T"), (float("nan"), 1e-3, "0.5 T"),
                                  (0.1, 20e-3, "limit is 0.01 T/s"), (0.1, 0.0, "0.01 T/s")):
        with pytest.raises(LimitExceeded, match=sentence):
            magnet.sweep_to(field, rate)
    assert not magnet.sweeping
    assert magnet.reach(0.0, 10e-3)
    assert magnet.field == pytest.approx(0.0, abs=1e-4)


def test_an_ips_in_persistent_mode_is_met_at_its_field(lab):
    magnet = lab(IPS).magnet
    magnet.reach(0.2, 10e-3)
    magnet.switch_heater_enabled = False
    magnet.activity = "to zero"
    while magnet.sweeping:
        magnet.clock.sleep(1.0)
    assert (magnet.demand_field, magnet.field) == (0, pytest.approx(0.2))
    assert magnet.reach(0.3, 10e-3)
    assert magnet.field == pytest.approx(0.3, abs=1e-4)


def test_no_relay_moves_while_an_output_is_on(lab):
    station = lab(SWITCHES)
    matrix = station.matrix
    matrix.connect(101, 102)
    assert matrix.closed == (101, 102)
    station.smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    assert station.smu.busy()
    matrix.connect(103)
    assert matrix.closed == (103,)
    with pytest.raises(InstrumentError, match="aborted"):
        station.smu.busy()
    assert not station.smu.source_enabled

    def stay():
        raise RuntimeError("an output is on")

    matrix.before_switching = stay
    with pytest.raises(RuntimeError, match="an output is on"):
        matrix.connect()
    assert matrix.closed == (103,)


def test_a_station_without_them_says_so(lab):
    station = lab()
    for name, sentence in (("temperature", "no temperature controller"),
                           ("magnet", "no magnet supply"), ("matrix", "no switch matrix")):
        with pytest.raises(StationError, match=sentence):
            getattr(station, name)


def test_every_one_is_asked_who_it_is(lab, tmp_path):
    lab(CRYOSTAT, AMI, IPS, SWITCHES).close()
    answers = check_station(tmp_path / "station.toml")
    assert [answer.problem for answer in answers] == [""] * 5
    assert "MODEL335" in answers[1].identity


@pytest.mark.parametrize(("table", "sentence"), [
    (CRYOSTAT.replace(', highest = "350 K"', ""), 'limits must say how far it may go: { lowest = '
     '"1 K", highest = "1 K" }'),
    (CRYOSTAT.replace("350 K", "350"), "limits.highest is '350'; it must be a text with a number "
     "and a unit"),
    (AMI.replace("highest", "field"), 'highest = "1 T", fastest = "1 T/s"'),
    (SWITCHES + "limits = {}\n", "'limits' is not known here"),
])
def test_a_table_that_makes_no_sense_is_one_sentence(tmp_path, table, sentence):
    path = tmp_path / "station.toml"
    path.write_text(HEAD + table, encoding="utf-8")
    with pytest.raises(StationError) as refusal:
        read_station(path)
    assert sentence in str(refusal.value)
