"""A record through the replay device, the virtual 2450 and `ginsen run memory`, and back."""

import os
from pathlib import Path

import numpy as np
import pytest

from ginsen.analysis import FrontEnd, conductance, estimate_beta, with_phases
from ginsen.cli import main
from ginsen.records import read_record, read_text

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
[device]
kind = "replay"
record_file = '{record}'
from_s = {begin}
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
limits = { voltage = "3 V", current = "10 mA" }
"""
CLOSING = 0.06
"""Seconds from output on to the pulse: the relay closes, and one read goes before."""
MIDDLE = 0.03
"""Seconds from the stamp of a reading to the middle of its current, the source read back first."""
INTEGRATION = 0.02
LAST = 25.0
BAND = (0.06, 4.0)
"""Hz: from about two periods in the last 25 s of the pulse to well below 1 / 20 ms."""


def measured_record():
    folder = os.environ.get("GINSEN_REFERENCE_DATA")
    if not folder:
        pytest.skip("GINSEN_REFERENCE_DATA is not set: the measured records are not at hand")
    return Path(folder) / "agnw_pulse_2V.txt"


def made_up_record(folder):
    """One read, a pulse in which the conductance wanders, a gap, reads in which it falls."""
    random = np.random.default_rng(20190722)
    pulse = 5.0 + 0.05 * np.arange(600)
    read = pulse[-1] + 0.6 + 0.25 * np.arange(120)
    t = np.concatenate([[pulse[0] - 0.2], pulse, read])
    G = np.concatenate([[8e-4], 2e-3 + 2e-6 * np.cumsum(random.standard_normal(600)),
                        1e-3 + 6e-4 * np.exp(-(read - read[0]) / 9.0)])
    v = np.concatenate([[0.01], np.full(600, 2.0), np.full(120, 0.01)])
    np.savetxt(folder / "made_up.txt", np.column_stack([t, v, G * v]))
    return folder / "made_up.txt"


@pytest.fixture(params=["made up", "measured"])
def replayed(request, tmp_path):
    """A record with a pulse and a read, and the record of a run that replays it at its times."""
    path = made_up_record(tmp_path) if request.param == "made up" else measured_record()
    record = with_phases(read_text(path))
    begin = record.spans[0].start - CLOSING
    (tmp_path / "bench.toml").write_text(BENCH.format(record=path, begin=begin), "utf-8")
    (tmp_path / "station.toml").write_text(STATION, "utf-8")
    asked = {"pulse_voltage": 2, "before_time": 0, "pulse_nplc": 1, "read_nplc": 1,
             "pulse_compliance": 0.01, "read_compliance": 1e-4}
    for span in record.spans:
        asked[f"{span.name}_time"] = span.stop - span.start
        asked[f"{span.name}_interval"] = ((span.stop - span.start)
                                          / (span.stop_index - span.first - 1))
    told = [word for name, value in asked.items() for word in ("--set", f"{name}={value!r}")]
    assert main(["run", "memory", "--station", str(tmp_path / "station.toml"),
                 "--out", str(tmp_path / "runs"), "--seed", "5", *told]) == 0
    return record, read_record(next((tmp_path / "runs").glob("*.h5")))


def test_a_replayed_record_comes_back_within_the_accuracy_of_the_meter(replayed):
    record, run = replayed
    assert [span.name for span in record.spans] == ["pulse", "read"]
    assert [span.name for span in run.spans] == ["before", "pulse", "read"]
    assert not run.samples.compliance.any()
    assert "replayed record" in run.notes[0]

    recorded, _ = conductance(record.samples)
    moment = record.spans[0].start + run.samples.time - run.spans[1].start + MIDDLE
    held = recorded[np.searchsorted(record.samples.time, moment, side="right") - 1]
    np.testing.assert_array_equal(held[run.spans[1].part], recorded[record.spans[0].part])

    G, u_G = conductance(run.samples)
    # Two rectangular errors at their bounds make √2 √3 standard uncertainties; noise the rest.
    assert np.all(np.abs(G - held) <= 3 * u_G)
    for span in run.spans[1:]:
        # A gain that errs errs the same all the time: what varies is noise, far below u(G).
        assert np.std((G / held)[span.part]) < 3e-4

    def beta(whose, phase, front_end):
        samples = whose.samples[phase.part]
        samples = samples[int(np.searchsorted(samples.time, phase.stop - LAST)):]
        return estimate_beta(samples.current, times=samples.time, band=BAND, front_end=front_end)

    before = beta(record, record.spans[0], None)
    after = beta(run, run.spans[1], FrontEnd(INTEGRATION))
    assert before.beta_low < after.beta < before.beta_high
    assert after.beta_low < before.beta < after.beta_high
