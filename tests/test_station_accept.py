"""`ginsen station accept`: what parts one can trust tell of a source meter."""

import math

import numpy as np
import pytest

from ginsen.cli import main
from ginsen.sim_backend import bench_file
from ginsen.sim_backend.devices.device import Terminals
from ginsen.station import Station
from ginsen.station_accept import Finding, Fixture, _gone_after, accept
from ginsen.types import Phase

BENCH = """
[instruments.smu]
model = "{model}"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = {resistance}
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""

STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "{model}"
address = "GPIB0::18::INSTR"
limits = {{ voltage = "6 V", current = "110 µA" }}
"""


class Capacitor:
    """A resistor in series with a capacitor, exact while no source is at its limit."""

    terminals = ("A", "B")
    caveat = ""

    def __init__(self, resistance, capacitance):
        self.resistance, self.capacitance, self.voltage = resistance, capacitance, 0.0

    def advance(self, dt, sources):
        a, b = sources
        if not (a.connected and b.connected):
            nothing = np.zeros(2)
            return Terminals(nothing, nothing, nothing, nothing, nothing)
        total = self.resistance + a.resistance + b.resistance
        missing = a.voltage - b.voltage - self.voltage
        share = -math.expm1(-dt / (total * self.capacitance))
        charge = self.capacitance * missing * share
        self.voltage += missing * share
        mean = charge / dt if dt else missing / total
        last = (missing - missing * share) / total
        return Terminals(*(np.array(pair) for current in (mean, last) for pair in (
            (current, -current), (a.voltage - current * a.resistance,
                                  b.voltage + current * b.resistance))), np.zeros(2))


@pytest.fixture
def station(tmp_path):
    def write(resistance, model="keithley2450"):
        (tmp_path / "bench.toml").write_text(BENCH.format(model=model, resistance=resistance),
                                             encoding="utf-8")
        path = tmp_path / "station.toml"
        path.write_text(STATION.format(model=model), encoding="utf-8")
        return path

    return write


def findings(path, fixture):
    with Station.open(path) as lab:
        began = lab.clock.now()
        found = list(accept(lab, Fixture.named(fixture)))
        assert lab.clock.now() - began < 600.0  # ten minutes
        assert not lab.off()
    return {(each.what, each.conditions): each for each in found}


@pytest.mark.parametrize("model", ["keithley2400", "keithley2450"])
def test_probes_lifted(station, model):
    found = findings(station(1e15, model), "open")
    assert all(each.passed for each in found.values())
    least = 1e-6 if model == "keithley2400" else 1e-8
    for nplc in (0.01, 0.1, 1, 10):
        assert found["noise (rms)", f"{least:g} A, {nplc:g} NPLC"].found > 0
        assert ("offset", f"0.0001 A, {nplc:g} NPLC") in found
    assert not any("0.001 A" in conditions for _, conditions in found)  # beyond the limits


def test_a_leak_is_found(station):
    found = findings(station(1e10), "open")
    assert found["leakage", "6 V, 1e-08 A"].found == pytest.approx(6e-10, rel=0.02)


def test_a_resistor(station):
    found = findings(station(1e6), "1 MΩ")
    assert all(each.passed for each in found.values())
    assert ("error of the current", "6 V, 1e-05 A") in found


def test_a_range_for_which_the_source_cannot_set_so_little_is_left_out(station):
    path = station(1e6, "agilent_b1500")
    bench = path.with_name("bench.toml")
    bench.write_text(bench.read_text(encoding="utf-8").replace("smu.hi", "smu.force_1").replace(
        "smu.lo", "smu.gndu"), encoding="utf-8")
    found = findings(path, "1 MΩ")
    assert all(each.passed for each in found.values())
    ranges = [at.split(", ")[1] for what, at in found if what == "error of the current"]
    assert (ranges[0], ranges[-1]) == ("1e-10 A", "1e-05 A")  # not 9 µV for 10 pA


@pytest.mark.parametrize("model", ["keithley2400", "keithley2450"])
def test_how_long_a_voltage_outlives_the_order_to_be_off(station, model):
    found = {what: each for (what, at), each in findings(station(1e6, model), "1 MΩ").items()
             if at == "1 V on 1e+06 Ω"}
    for who in ("order", "guard's order"):
        gone = found[f"{who} to less than 0.01 V"]
        assert 0.0 < gone.found < found[f"{who} to proof of off"].found < 0.1
        assert gone.passed


def test_a_voltage_that_stays_is_never_gone(station):
    with Station.open(station(1e6)) as lab:
        began = lab.clock.now()
        assert _gone_after(lab, began) is None  # there was none
        lab.smu.start([Phase("stays", 1.0, 10.0, 0.1, 1e-5)])
        lab.clock.sleep(0.2)
        assert _gone_after(lab, began) == math.inf
        lab.clock.sleep(1.0)
        lab.smu.off()
        assert 1.0 < _gone_after(lab, began) <= lab.clock.now() - began


def test_what_nobody_sees_is_not_measured(station, monkeypatch):
    with Station.open(station(1e6)) as lab:
        monkeypatch.setattr(Station, "simulated", False)
        found = {each.what: each for each in accept(lab, Fixture.named("1 MΩ"))}
    gone = found["order to less than 0.01 V"]
    assert (gone.found, gone.told, gone.passed) == (None, "not measured", True)
    assert not any("guard" in what for what in found)


def test_a_resistor_that_is_another_is_noticed(station):
    found = findings(station(1.01e6), "1 MΩ")
    assert not found["error of the current", "0.9 V, 1e-06 A"].passed


def test_a_capacitor_takes_its_time(station, monkeypatch):
    for capacitance, right in ((1e-6, True), (2e-6, False)):
        monkeypatch.setattr(bench_file, "load_device",
                            lambda table, folder, c=capacitance: Capacitor(1e6, c))
        found = findings(station(1.0), "1 MΩ, 1 µF")
        assert found["error of the time constant", "1 s"].passed is right


@pytest.mark.parametrize(("text", "resistance", "capacitance"), [
    ("open", math.inf, 0.0), ("1 MΩ", 1e6, 0.0), ("470 kohm", 4.7e5, 0.0),
    ("1 MΩ, 10 nF", 1e6, 1e-8)])
def test_fixtures_by_name(text, resistance, capacitance):
    assert Fixture.named(text) == Fixture(pytest.approx(resistance), pytest.approx(capacitance))


@pytest.mark.parametrize("text", ["", "closed", "1 MV", "-1 MΩ", "1 MΩ, 3 s", "0 Ω", "1e999 Ω"])
def test_what_is_no_fixture_is_one_sentence(text):
    with pytest.raises(ValueError, match="a fixture is open, a resistor"):
        Fixture.named(text)


def test_a_finding_nobody_bounds_passes():
    assert Finding("leakage", "6 V", 1.0, "A").passed
    assert not Finding("overshoot", "1 V", -0.2, "", 0.1).passed


def test_the_command_adds_a_dated_section_and_fails_where_something_failed(station, tmp_path):
    report = tmp_path / "report.md"
    assert main(["station", "accept", str(station(1e6)), "1 MΩ", "--to", str(report)]) == 0
    assert main(["station", "accept", str(station(1.01e6)), "1 MΩ", "--to", str(report)]) == 1
    text = report.read_text(encoding="utf-8")
    assert text.count("## 2026-01-01 00:0") == 2
    assert text.count("Simulated: this says nothing of an instrument") == 2
    assert "| **no** |" in text
    assert "| guard's order to less than 0.01 V | 1 V on 1e+06 Ω | 0.0" in text
    assert "MODEL 2450" in text
