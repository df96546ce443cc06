"""The virtual Lake Shore 335 on the wire."""

import pytest
import pyvisa

BENCH = """
[instruments.cryostat]
model = "lakeshore335"
address = "GPIB0::12::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e3
"""


@pytest.fixture
def cryostat(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@ginsen")
    resource = manager.open_resource("GPIB0::12::INSTR")
    resource.read_termination = resource.write_termination = "\r\n"
    resource.clock = manager.visalib.clock
    yield resource
    manager.close()


def numbers(text):
    return [float(each) for each in text.split(",")]


def test_it_says_who_it_is(cryostat):
    # The manual's example, page 108: LSCI,MODEL335,1234567/1234567,1.0
    assert cryostat.query("*IDN?") == "LSCI,MODEL335,335A001/#######,1.0"
    assert cryostat.query("*ESR?") == "128"


@pytest.mark.parametrize(("command", "told"), [
    ("INTYPE A,1,1,0,0,2", [1, 1, 0, 0, 2]), ("OUTMODE 1,3,2,1", [3, 2, 1]),
    ("HTRSET 1,0,1,2,0.5,1", [0, 1, 2, 0.5, 1]), ("PID 2,10.5,30,1", [10.5, 30, 1]),
    ("RAMP 1,1,10.5", [1, 10.5]), ("RANGE 2,3", [3]), ("MOUT 1,12.5", [12.5]),
    ("TLIMIT B,350", [350]), ("FILTER A,1,10,2", [1, 10, 2]), ("INCRV B,21", [21]),
])
def test_what_is_set_is_told(cryostat, command, told):
    cryostat.query("*ESR?")
    cryostat.write(command)
    name, parameters = command.split(" ")
    assert numbers(cryostat.query(f"{name}? {parameters.split(',')[0]}")) == told
    assert cryostat.query("*ESR?") == "0"


def test_a_sensor_has_a_name_of_fifteen_letters(cryostat):
    cryostat.write('INNAME A,"sample"')
    assert cryostat.query("INNAME? A") == "sample         "
    assert cryostat.query("INNAME? B") == " " * 15


def test_commands_and_queries_in_one_line(cryostat):
    cryostat.query("*ESR?")
    assert cryostat.query("SETP 1,300;:SETP? 1;*ESR?") == "+300.000;0"
    assert cryostat.query("SETP 3,300;SETP? 1;*ESR?") == "+300.000;16"
    assert cryostat.query("NONSENSE?;*ESR?") == "32"
    assert cryostat.query('INNAME A,"a;b";INNAME? A') == "a;b            "


def test_open_loop_gives_a_share_of_the_range_and_off_gives_none(cryostat):
    for line in ("SETP 1,310", "OUTMODE 1,3,1,0", "MOUT 1,50", "RANGE 1,1"):
        cryostat.write(line)
    assert float(cryostat.query("HTR? 1")) == 50
    cryostat.clock.sleep(600)
    assert float(cryostat.query("KRDG? A")) == pytest.approx(305, abs=0.01)
    cryostat.write("OUTMODE 1,0,1,0")
    assert float(cryostat.query("HTR? 1")) == 0
    cryostat.clock.sleep(600)
    assert float(cryostat.query("KRDG? A")) == pytest.approx(295, abs=0.01)


def test_a_setpoint_ramps(cryostat):
    # The manual's example, page 122: to the target at 10.5 K/minute.
    for line in ("RAMP 1,1,10.5", "RANGE 1,3", "SETP 1,316"):
        cryostat.write(line)
    assert cryostat.query("RAMPST? 1") == "1"
    cryostat.clock.sleep(60)
    assert float(cryostat.query("SETP? 1")) == pytest.approx(305.5, abs=0.05)
    # A stage of first order lags behind a ramp by rate times time constant: 0.175 K/s, 30 s.
    lag = 305.5 - float(cryostat.query("KRDG? A"))
    assert lag == pytest.approx(0.175 * 30 * (1 - 2.718281828 ** -2), abs=0.2)
    cryostat.clock.sleep(600)
    assert cryostat.query("RAMPST? 1") == "0"
    assert float(cryostat.query("KRDG? A")) == pytest.approx(316, abs=0.01)


def test_a_limit_switches_the_heater_off_however_late_someone_looks(cryostat):
    for line in ("TLIMIT A,300", "SETP 1,320", "RANGE 1,3"):
        cryostat.write(line)
    cryostat.clock.sleep(30)
    # 295 K to 320 K in 30 s constants: the limit is passed after 6.7 s; since then it cools.
    reached = float(cryostat.query("KRDG? A"))
    assert reached == pytest.approx(295 + 5 * 2.718281828 ** (-(30 - 6.694) / 30), abs=0.02)
    assert cryostat.query("RANGE? 1") == "0"
    assert cryostat.query("HTR? 1") == "+000.000"


def test_extremes_are_kept_until_they_are_forgotten(cryostat):
    cryostat.write("SETP 1,310;:RANGE 1,3")
    cryostat.query("KRDG? A")
    cryostat.clock.sleep(600)
    assert numbers(cryostat.query("MDAT? A")) == pytest.approx([295, 310], abs=0.1)
    cryostat.write("MNMXRST")
    assert numbers(cryostat.query("MDAT? A")) == pytest.approx([310, 310], abs=0.1)
