"""The virtual AMI 430 on the wire."""

import pytest
import pyvisa

SOCKET = "TCPIP0::magnet::7180::SOCKET"
BENCH = f"""
[instruments.magnet]
model = "ami430"
address = "{SOCKET}"
[device]
kind = "resistor"
resistance_ohm = 1e3
"""


@pytest.fixture
def magnet(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    resource = manager.open_resource(SOCKET, read_termination="\r\n", write_termination="\r\n")
    resource.clear()  # as QCoDeS does, before the greeting has come
    assert "American Magnetics" in resource.read()
    assert resource.read() == "Hello."
    resource.clock = manager.visalib.clock
    yield resource
    manager.close()


def number(magnet, question):
    return float(magnet.query(question).split(",")[0])


def test_a_later_clear_drops_what_was_received(magnet):
    magnet.clock.sleep(1)
    magnet.write("*IDN?")
    magnet.clock.sleep(1)
    magnet.clear()
    assert magnet.query("STATE?") == "3"


@pytest.mark.parametrize(("command", "question", "told"), [
    ("CONF:COIL 2", "COIL?", 2), ("CONFIGURE:COILCONST 2", "COILconst?", 2),
    ("CONF:CURR:LIMIT 40", "CURR:LIMIT?", 40), ("CONF:CURR:TARG 1.5", "CURR:TARG?", 1.5),
    ("CONF:PS 0", "PS:INST?", 0), ("CONF:PS:CURR 40", "PS:CURR?", 40),
    ("CONF:PS:HTIME 10", "PS:HTIME?", 10), ("CONF:PSwitch:CoolTIME 60", "PSwitch:CoolTIME?", 60),
    ("CONF:RAMP:RATE:UNITS 1", "RAMP:RATE:UNITS?", 1), ("CONF:FIELD:UNITS 1", "FIELD:UNITS?", 1),
    ("CONF:RAMP:RATE:CURR 1,0.05,50", "RAMP:RATE:CURR:1?", 0.05), ("CONF:VOLT:LIM 1.5",
                                                                   "VOLT:LIM?", 1.5),
])
def test_what_is_set_is_told(magnet, command, question, told):
    magnet.write(command)
    assert number(magnet, question) == told
    assert magnet.query("SYST:ERR?").startswith("0,")


def test_units_change_what_is_told_and_nothing_else(magnet):
    for line in ("CONF:COIL 1.2", "CONF:RAMP:RATE:FIELD 1,0.06,0", "CONF:FIELD:TARG 12"):
        magnet.write(line)
    for line in ("CONF:FIELD:UNITS 1", "CONF:RAMP:RATE:UNITS 1"):
        magnet.write(line)
    assert number(magnet, "COIL?") == pytest.approx(0.12)  # T/A
    assert number(magnet, "FIELD:TARG?") == pytest.approx(1.2)
    assert number(magnet, "RAMP:RATE:FIELD:1?") == pytest.approx(0.36)  # T/min
    assert number(magnet, "CURR:TARG?") == pytest.approx(10)
    magnet.write("CONF:RAMP:RATE:FIELD 1,0.72,0")
    assert number(magnet, "RAMP:RATE:CURR:1?") == pytest.approx(6)  # A/min


def test_without_a_switch_the_magnet_follows_the_supply(magnet):
    for line in ("CONF:PS 0", "CONF:RAMP:RATE:CURR 1,0.1,50", "CONF:CURR:TARG 1", "RAMP"):
        magnet.write(line)
    assert magnet.query("STATE?") == "1"
    magnet.clock.sleep(5)
    assert number(magnet, "CURR:MAG?") == pytest.approx(0.5, abs=0.01)
    magnet.write("PS 1")
    assert magnet.query("SYST:ERR?").startswith("-221")


def test_a_closed_switch_keeps_the_current(magnet):
    for line in ("CONF:RAMP:RATE:CURR 1,0.1,50", "PS 1"):
        magnet.write(line)
    assert magnet.query("STATE?") == "9"
    magnet.clock.sleep(21)
    for line in ("CONF:CURR:TARG 1", "RAMP"):
        magnet.write(line)
    magnet.clock.sleep(11)
    assert (magnet.query("STATE?"), magnet.query("PERS?")) == ("2", "0")
    magnet.write("PS 0")
    assert magnet.query("STATE?") == "10"
    magnet.clock.sleep(21)
    magnet.write("ZERO")
    magnet.clock.sleep(11)
    assert magnet.query("STATE?") == "8"
    assert number(magnet, "CURR:MAG?") == pytest.approx(1)
    assert number(magnet, "CURR:SUPP?") == 0
    assert magnet.query("PERS?") == "1"


def test_after_a_quench_nothing_ramps_until_it_is_cleared(magnet):
    for line in ("CONF:PS 0", "CONF:CURR:TARG 1", "RAMP", "QU 1"):
        magnet.write(line)
    assert (magnet.query("QU?"), magnet.query("STATE?"), magnet.query("QU:COUNT?")) == (
        "1", "7", "1")
    assert number(magnet, "CURR:MAG?") == 0
    magnet.write("RAMP")
    assert magnet.query("SYST:ERR?").startswith("-221")
    magnet.write("QU 0")
    assert magnet.query("STATE?") == "3"


def test_the_limit_holds_the_target(magnet):
    magnet.write("CONF:CURR:LIM 5")
    magnet.write("CONF:CURR:TARG 6")
    assert magnet.query("SYST:ERR?").startswith("-222")
    assert number(magnet, "CURR:TARG?") == 0
