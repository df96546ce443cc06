"""Memory runs through the virtual 2400: every sample, the gaps told, and the conductance right."""

import numpy as np
import pytest

from ginsen import Station, run
from ginsen.analysis import conductance
from ginsen.protocols import Memory

RESISTOR = """
[instruments.smu]
model = "keithley2400"
address = "GPIB0::24::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""
STATION = """
[station]
name = "a resistor"
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2400"
address = "GPIB0::24::INSTR"
limits = { voltage = "6 V", current = "10 mA" }
"""


def measured(folder, station, **parameters):
    with Station.open(station, seed=2) as lab:
        return run(Memory(folder=str(folder), **parameters), lab)


def test_a_phase_longer_than_the_buffer_is_recorded_with_its_gap(tmp_path):
    result = measured(tmp_path, "simulated_2400", before_time=1, read_time=26, read_interval=0.01,
                      read_nplc=0.1)
    record = result.record
    assert str(record.outcome) == "finished"
    assert [(span.name, span.stop_index - span.first) for span in record.spans] == [
        ("before", 101), ("pulse", 1001), ("read", 2601)]
    steps = np.diff(record.samples.time[record.spans[2].part])
    gap = int(np.argmax(steps))
    assert gap == 2499
    assert 0.5 < steps[gap] < 2.0
    assert np.delete(steps, gap) == pytest.approx(np.full(2599, 0.01), abs=1e-6)
    assert all(0.05 < span.dead_time < 1.5 for span in record.spans[1:])
    assert result.retention.first > 100 * result.phases["before"].conductance


def test_the_conductance_is_right_within_its_uncertainty(tmp_path):
    (tmp_path / "bench.toml").write_text(RESISTOR, encoding="utf-8")
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    result = measured(tmp_path, tmp_path / "station.toml", pulse_time=1, read_time=5)
    for span in result.record.spans:
        G, u_G = conductance(result.record.samples[span.part], level=span.level)
        assert np.all(np.abs(G - 1e-4) < 3 * u_G)
        assert np.all(u_G < 0.05 * G)


def test_two_models_of_meter_find_one_network(tmp_path):
    fine = {"before_time": 2, "pulse_time": 0.5, "read_time": 1, "read_compliance": 1e-6,
            "read_voltage": 0.1}
    found = [measured(tmp_path, station, **fine).phases["before"]
             for station in ("simulated", "simulated_2400")]
    u = np.hypot(*(phase.u_conductance for phase in found))
    assert found[0].conductance == pytest.approx(found[1].conductance, abs=3 * u)
    assert u < 0.1 * found[0].conductance
