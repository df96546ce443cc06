"""What is on the wire, whatever is asked for: nothing beyond the limits, protection first, off."""

import re
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ginsen.protocols import PROTOCOLS
from ginsen.protocols.conduct import conduct
from ginsen.sim_backend.library import GinsenVisaLibrary

BENCH = """
[instruments.smu]
model = "{model}"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""

STATION = """
[station]
visa = "bench.toml@ginsen"
safe_state = "{safe}"
[smu]
driver = "{model}"
address = "GPIB0::18::INSTR"
limits = {{ voltage = "{volts:.6f} V", current = "{amperes:.9f} A" }}
series_resistance = "1 kΩ"
"""

QUICK = {
    "activation": {"time": 2, "after": 0.5}, "bias-steps": {"dwell": 1, "count": 3},
    "forgetting": {"read_time": 2}, "forming": {"dwell": 0.5, "read_time": 1, "step": 0.5},
    "iv-sweep": {"dwell": 0.2, "step": 0.5},
    "learning": {"pause": 1, "pulses": 3, "cycles": 2},
    "memory": {"before_time": 1, "pulse_time": 1, "read_time": 2}, "noise": {"time": 2},
    "sliced-iv": {"dwell": 1, "step": 0.5},
}

LEVEL = re.compile(r":SOUR:VOLT(?::LEV)? (\S+)")
CURRENT_LIMIT = {"keithley2450": ":SOUR:VOLT:ILIM", "keithley2400": ":SENS:CURR:PROT"}
PROTECTION = ":SOUR:VOLT:PROT"


@pytest.fixture
def wire(monkeypatch):
    """Every message of every session, as it leaves for its instrument."""
    messages = []
    write = GinsenVisaLibrary.write

    def noting(library, session, data):
        messages.extend(data.decode("ascii").strip().split(";"))
        return write(library, session, data)

    monkeypatch.setattr(GinsenVisaLibrary, "write", noting)
    return messages


def parameters(name):
    """Levels, compliances and signs of a protocol, sensible or not."""
    protocol = PROTOCOLS[name]()
    ranges = {"V": st.floats(-12, 12), "A": st.floats(1e-7, 3e-3)}
    return st.fixed_dictionaries(
        {"polarity": st.sampled_from("+-")},
        optional={key: ranges[parameter.units].map(lambda value: float(f"{value:.4g}"))
                  for key, parameter in protocol.parameter_objects().items()
                  if getattr(parameter, "units", None) in ranges})


@pytest.mark.parametrize("name", sorted(QUICK))
@settings(max_examples=12, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_beyond_the_limits_is_ever_sent(name, data, wire, tmp_path):
    model = data.draw(st.sampled_from(["keithley2450", "keithley2400"]))
    volts = data.draw(st.floats(0.5, 11))
    amperes = data.draw(st.floats(2e-6, 2e-3))
    safe = data.draw(st.sampled_from(["open", "zero", "ramp"]))
    (tmp_path / "bench.toml").write_text(BENCH.format(model=model), encoding="utf-8")
    station = tmp_path / "station.toml"
    station.write_text(STATION.format(model=model, volts=volts, amperes=amperes, safe=safe),
                       encoding="utf-8")
    wire.clear()
    protocol = PROTOCOLS[name](station=str(station), folder=str(tmp_path / "runs"), **QUICK[name])
    try:
        for key, value in data.draw(parameters(name)).items():
            protocol.set(key, value)
    except ValueError:
        return  # refused before a station is opened
    stop = threading.Event()
    looks = iter(range(data.draw(st.integers(0, 20)), -1, -1))

    def show(news):
        if next(looks, 0) == 0:
            stop.set()

    outcome = conduct(protocol, show=show, stop=stop)

    protected = limited = False
    on = False
    for message in wire:
        if message == "*RST":
            protected = limited = False
        elif message == PROTECTION + "?":
            protected = True
        elif message == CURRENT_LIMIT[model] + "?":
            limited = True
        elif message.startswith(CURRENT_LIMIT[model] + " "):
            assert float(message.split()[1]) <= amperes * (1 + 1e-6)
        elif level := LEVEL.fullmatch(message):
            assert abs(float(level[1])) <= volts * (1 + 1e-6)
            assert protected, "a level before the voltage protection was read back"
            assert limited, "a level before the current limit was read back"
        elif message in (":OUTP ON", ":INIT"):
            assert protected
            assert limited
            on = True
        elif message == ":OUTP OFF":
            on = False
    assert not on, outcome
