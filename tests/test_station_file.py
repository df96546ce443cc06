"""Station files: what they say, and one sentence for each thing that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ginsen.station_file import StationError, read_station
from ginsen.types import Limits

GOOD = """
[station]
name = "probe station B"
visa = "@py"
safe_state = "zero"

[smu]
driver = "keithley2450"
address = "TCPIP0::192.0.2.10::inst0::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
series_resistance = "10 kΩ"
terminals = "rear"
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "station.toml"
        path.write_text(text, encoding="utf-8")
        return path
    return write


def test_a_station_file_is_read_in_si(write):
    file = read_station(write(GOOD))
    smu, = file.source_meters
    assert (file.name, file.visa, file.safe_state) == ("probe station B", "@py", "zero")
    assert smu.limits == Limits(voltage=6.0, current=1e-3)
    assert smu.leads.series_resistance == 10e3
    assert smu.terminals == "rear"


def test_the_bundled_station_is_simulated():
    assert read_station("simulated").visa == "simulated@ginsen"


def test_a_bench_file_is_found_beside_the_station_file(write, tmp_path):
    file = read_station(write(GOOD.replace('"@py"', '"bench.toml@ginsen"')))
    assert file.visa == f"{tmp_path.resolve() / 'bench.toml'}@ginsen"


@pytest.mark.parametrize(("wrong", "sentence"), [
    ('limits = { voltage = "6 V" }', "limits has no current. Say how much"),
    ('limits = { voltage = "6 V", current = "1 V" }', "limits.current is '1 V'"),
    ('limits = { voltage = 6, current = "1 mA" }', "limits.voltage is 6"),
    ('limits = { voltage = "0 V", current = "1 mA" }', "limits.voltage is zero"),
    ('limits = { voltage = "-6 V", current = "1 mA" }', "must be finite and not negative"),
    ('limits = { voltage = "6 V", current = "1 mA", torque = "1 N" }', "'torque' is not known"),
    ('limits = { voltage = "6 V", current = "1 mA", power = "1 V" }', "limits.power is '1 V'"),
    ('limits = { voltage = "6 V", current = "1 mA", slew = "0 V/s" }', "limits.slew is zero"),
    ("", "limits are missing"),
])
def test_limits_must_be_said_and_sound(write, wrong, sentence):
    text = GOOD.replace('limits = { voltage = "6 V", current = "1 mA" }', wrong)
    with pytest.raises(StationError, match=r"station\.toml, \[smu\]") as caught:
        read_station(write(text))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ('driver = "keithley2450"', 'driver = "keithley9999"', "there is no driver 'keithley9999'"),
    ('driver = "keithley2450"', "", "driver is missing"),
    ("[station]", "[stations]", "has no [station] table"),
    ('safe_state = "zero"', 'safe_state = "maybe"', "must be one of open, zero"),
    ('name = "probe', 'nome = "probe', "'nome' is not known here"),
    ('terminals = "rear"', 'terminals = "side"', "must be one of front, rear"),
    ("[station]", "[station", "is not a TOML file"),
    ('address = "TCP', 'adress = "TCP', "'adress' is not known here"),
])
def test_what_is_wrong_is_said(write, old, new, sentence):
    with pytest.raises(StationError) as caught:
        read_station(write(GOOD.replace(old, new)))
    assert sentence in str(caught.value)


def test_a_missing_file_is_said():
    with pytest.raises(StationError, match=r"there is no station file .nowhere\.toml"):
        read_station("nowhere.toml")


@given(st.text())
def test_any_text_is_read_or_refused_in_one_sentence(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "station.toml"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(StationError):
        read_station(path)


@given(st.text(max_size=12))
def test_any_quantity_is_read_or_refused(tmp_path_factory, text):
    escaped = "".join(f"\\U{ord(letter):08x}" for letter in text)
    path = tmp_path_factory.mktemp("any") / "station.toml"
    path.write_text(GOOD.replace('"6 V"', f'"{escaped}"'), encoding="utf-8")
    try:
        limits = read_station(path).source_meters[0].limits
    except StationError:
        return
    assert limits.voltage > 0
