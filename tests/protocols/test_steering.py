"""A person's wishes for a run under way: at the boundary or at once, recorded, within limits."""

import h5py
import numpy as np
import pytest

from ginsen.protocols import Memory
from ginsen.protocols.conduct import carry_out
from ginsen.protocols.steering import Longer, Sparser, Steering
from ginsen.records import read_record
from ginsen.station import Station
from ginsen.types import Phase

READ = Phase("read", 0.01, 20.0, 0.05, 1e-5)
BENCH = """
[bench]
mode = "virtual"
seed = 1
line_frequency_Hz = 50
[instruments.smu]
model = "{model}"
address = "GPIB0::24::INSTR"
[device]
kind = "resistor"
resistance_ohm = 20000
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "{model}"
address = "GPIB0::24::INSTR"
limits = {{ voltage = "6 V", current = "1 mA", charge = "{charge}" }}
"""


@pytest.fixture
def opened(tmp_path):
    """A function that opens a station with a source meter on a resistor."""
    stations = []

    def open_it(model="keithley2450", charge="1 C"):
        (tmp_path / "bench.toml").write_text(BENCH.format(model=model), encoding="utf-8")
        (tmp_path / "station.toml").write_text(STATION.format(model=model, charge=charge),
                                               encoding="utf-8")
        stations.append(Station.open(tmp_path / "station.toml"))
        return stations[-1]

    yield open_it
    for station in stations:
        station.close()


@pytest.fixture(params=["keithley2450", "keithley2400"])
def lab(request, opened):
    return opened(request.param)


def steered(lab, tmp_path, wish, *, phase="read", after=2.0):
    """A memory run of which something is wished `after` s of a phase; the record and its events."""
    memory = Memory(folder=str(tmp_path / "runs"), before_time=4.0, pulse_time=1.0, read_time=20.0)
    memory.attach(lab)
    begun = {}

    def look():
        under_way = getattr(memory._acquisition, "_phase", None)
        if under_way is not None and under_way.name == phase and "over" not in begun:
            since = begun.setdefault("at", lab.clock.now())
            if lab.clock.now() - since >= after:
                begun["over"] = True
                wish(memory.steering)
        return False

    outcome = carry_out(memory, should_stop=look)
    assert outcome.state == "finished", outcome.why
    with h5py.File(memory.recording_path) as file:
        events = list(zip(file["events/kind"].asstr()[:], file["events/text"].asstr()[:],
                          strict=True))
    return (read_record(memory.recording_path),
            [row for row in events if row[0] not in ("note", "compliance", "no floor")])


def counts(record):
    return {span.name: span.stop_index - span.first for span in record.spans}


def test_a_pause_begins_where_the_phase_ends_with_the_output_off(lab, tmp_path):
    outputs = []

    def wish(steering):
        since = lab.clock.now()

        def idle():
            outputs.append(lab.smu.ask(":OUTP?").strip())
            if lab.clock.now() - since > 10:
                steering.go_on()

        steering.idle = idle
        steering.pause()

    record, events = steered(lab, tmp_path, wish, phase="before", after=1.0)
    assert set(outputs) == {"0"}
    assert events == [("pause", "paused before pulse, output off"),
                      ("resumed", "going on with pulse")]
    # What was under way is one phase as long as it was to be, and nothing of the pulse is early.
    assert counts(record) == {"before": 81, "pulse": 101, "read": 401}
    assert record.spans[1].dead_time > 6
    assert record.spans[2].dead_time < 1.5
    levels = record.samples.voltage[record.spans[0].part]
    assert np.allclose(levels, 0.01, atol=1e-3)


def test_a_read_is_made_longer_while_it_lasts(lab, tmp_path):
    record, events = steered(lab, tmp_path, lambda steering: steering.ask(Longer(10.0)))
    assert events == [("extended", "read: lasts 30 s in place of 20 s")]
    assert counts(record) == {"before": 81, "pulse": 101, "read": 601}
    assert np.diff(record.samples[record.spans[2].part].time).max() < 1.0


def test_reads_become_sparse_and_the_sample_rests_in_between(lab, tmp_path):
    record, events = steered(lab, tmp_path, lambda steering: steering.ask(Sparser(2.0, "open")))
    (kind, text), = events
    assert kind == "sparse"
    assert text.startswith("read: from now on a read every 2 s, rest open, for ")
    *_, read, sparse = record.spans
    assert sparse.name == "read sparse"
    assert 401 > read.stop_index - read.first >= 30
    assert sparse.stop_index - sparse.first == 10
    assert np.allclose(np.diff(record.samples[sparse.part].time), 2.0, atol=0.01)
    assert np.allclose(record.samples[sparse.part].current, 0.01 / 20e3, rtol=0.05)


def test_what_is_beyond_a_limit_is_refused_and_the_run_goes_on(opened, tmp_path):
    lab = opened(charge="2 mC")
    record, events = steered(lab, tmp_path, lambda steering: steering.ask(Longer(1e4)))
    (kind, text), = events
    assert kind == "refused"
    assert text.startswith("read stays as it is: phase 'read': at its compliance it could reach")
    assert counts(record)["read"] == 401


def test_a_pulse_is_not_made_longer(opened, tmp_path):
    record, events = steered(opened(), tmp_path, lambda steering: steering.ask(Longer(1.0)),
                             phase="pulse", after=0.1)
    assert events == [("refused", "pulse stays as it is: a pulse is a stimulus; only reads are "
                                  "changed while they last.")]
    assert counts(record)["pulse"] == 101


def test_a_run_that_is_paused_can_be_stopped(opened, tmp_path):
    lab = opened()
    memory = Memory(folder=str(tmp_path / "runs"), before_time=1.0)
    memory.attach(lab)
    memory.steering.pause()
    looks = []
    memory.steering.idle = lambda: looks.append(1)
    outcome = carry_out(memory, should_stop=lambda: len(looks) > 3)
    assert outcome.state == "aborted"
    assert lab.smu.ask(":OUTP?").strip() == "0"


def test_changes_as_phases():
    assert Longer(0.07).changed(READ).duration == pytest.approx(20.1)
    sparse = Sparser(7.0, "zero").changed(READ, 6.0)
    assert (sparse.name, sparse.interval, sparse.duration, sparse.rest) == (
        "read sparse", 7.0, 14.0, "zero")
    assert sparse.duty == pytest.approx(0.1 / 7)
    assert Sparser(1.0, "hold").changed(READ).duty == 1.0


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(seconds):
    with pytest.raises(ValueError, match="no time to read for"):
        Steering().ask(Sparser(seconds))
