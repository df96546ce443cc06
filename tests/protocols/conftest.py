import pytest

from ginsen.station import Station

BENCH = """
[bench]
mode = "virtual"
seed = 1
line_frequency_Hz = 50

[instruments.smu]
model = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"

[device]
{device}

[wiring]
"smu.hi" = {{ terminal = "A", series_resistance_ohm = {resistance} }}
"smu.lo" = {{ terminal = "B" }}
"""

STATION = """
[station]
name = "bench"
visa = "bench.toml@ginsen"

[smu]
driver = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
limits = {{ voltage = "6 V", current = "10 mA" }}
series_resistance = "{resistance} Ω"
"""

NETWORK = 'file = "nanowire_network.toml"'


@pytest.fixture
def network():
    """The bundled simulated station: a virgin network."""
    with Station.open("simulated", seed=1) as station:
        yield station


@pytest.fixture
def bench(tmp_path):
    """A function that writes a station of one's own and gives its path."""

    def write(device=NETWORK, resistance=0):
        (tmp_path / "bench.toml").write_text(
            BENCH.format(device=device, resistance=resistance), encoding="utf-8")
        path = tmp_path / "station.toml"
        path.write_text(STATION.format(resistance=resistance), encoding="utf-8")
        return path

    return write
