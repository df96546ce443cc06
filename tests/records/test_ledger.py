"""The past of an electrode pair: charge to the coulomb, cycles, the last stimulus."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from ginsen.records import RecordError, Recording
from ginsen.records.ledger import PairLedger, ledger
from ginsen.types import Outcome, Phase, Samples, Span

ORIGIN = datetime(2026, 11, 20, 11, 5, tzinfo=timezone.utc)
PULSE = Phase("pulse", 5.0, 10.0, 0.1, 1e-3)
READ = Phase("read", 0.01, 20.0, 0.5, 1e-5)


def write(path, *phases, origin=ORIGIN, sample="W3", pair="1-2", outcome="finished"):
    """A recording of phases, each with its current: a number or one a sample; 0.5 s between."""
    recording = Recording.create(path, protocol="memory", origin=origin,
                                 about={"sample": sample, "electrode_pair": pair})
    start, first = 0.0, 0
    for phase, current in phases:
        time = start + phase.interval * np.arange(phase.count)
        samples = Samples.of(time, np.full(time.size, phase.level),
                             np.broadcast_to(current, time.shape))
        recording.begin_phase(phase)
        recording.append(samples, samples.current, samples.current)
        recording.end_phase(Span(phase.name, phase.level, time[0], time[-1], first,
                                 first + time.size))
        start, first = time[-1] + 0.5, first + time.size
    recording.close(Outcome(outcome))
    return path


def test_charge_is_the_integral_over_the_phases_and_not_over_the_gaps(tmp_path):
    path = write(tmp_path / "a.h5", (PULSE, 1e-3), (READ, np.linspace(0, 4e-6, READ.count)))
    entry, = ledger([path])
    assert entry.charge == pytest.approx(10.0 * 1e-3 + 20.0 * 2e-6, rel=1e-12)
    assert entry.net_charge == pytest.approx(entry.charge, rel=1e-12)
    assert (entry.runs, entry.cycles) == (1, 1)
    assert entry.last_stimulus == ORIGIN + timedelta(seconds=10.0)


def test_the_other_polarity_adds_charge_and_takes_from_the_net(tmp_path):
    back = PULSE.scaled(-1.0)
    path = write(tmp_path / "a.h5", (PULSE, 1e-3), (back, -0.4e-3))
    entry, = ledger([path])
    assert entry.charge == pytest.approx(14e-3)
    assert entry.net_charge == pytest.approx(6e-3)
    assert entry.last_stimulus == ORIGIN + timedelta(seconds=20.5)


@pytest.mark.parametrize(("rest", "duty", "share"), [
    ("hold", 1.0, 1.0), ("hold", 0.01, 1.0), ("open", 0.01, 0.01), ("zero", 0.25, 0.25)])
def test_a_sample_that_rests_between_reads_carries_current_for_the_duty(tmp_path, rest, duty,
                                                                        share):
    read = Phase("read", 0.01, 20.0, 0.5, 1e-5, rest=rest, duty=duty)
    entry, = ledger([write(tmp_path / "a.h5", (read, 1e-6))])
    assert entry.charge == pytest.approx(20e-6 * share)


def test_a_reading_that_is_no_number_brings_no_charge_and_spoils_none(tmp_path):
    current = np.full(PULSE.count, 1e-3)
    current[50] = np.nan
    entry, = ledger([write(tmp_path / "a.h5", (PULSE, current))])
    assert entry.charge == pytest.approx((10.0 - 2 * 0.1) * 1e-3)


@pytest.mark.parametrize(("phase", "cycles"), [
    (READ, 0), (READ.named("bias").scaled(9.9), 0), (READ.named("bias").scaled(10.0), 1),
    (READ.named("bias").scaled(-10.0), 1), (READ.named("pulse 2"), 1)])
def test_what_counts_as_a_stimulus(tmp_path, phase, cycles):
    entry, = ledger([write(tmp_path / "a.h5", (phase, 1e-6))])
    assert entry.cycles == cycles
    assert (entry.last_stimulus is None) == (cycles == 0)


def test_a_folder_is_added_up_pair_by_pair(tmp_path):
    day = timedelta(days=1)
    write(tmp_path / "1.h5", (PULSE, 1e-3), origin=ORIGIN + day)
    write(tmp_path / "2.h5", (PULSE, 2e-3))
    write(tmp_path / "3.h5", (READ, 1e-6), origin=ORIGIN + 2 * day)
    write(tmp_path / "4.h5", (PULSE, 1e-3), pair="0-7", outcome="aborted")
    write(tmp_path / "5.h5", (PULSE, 1e-3), sample=" ")
    (tmp_path / "notes.txt").write_text("not a recording")
    first, second, unknown = ledger([tmp_path])
    assert (first.sample, first.electrode_pair, first.runs) == ("W3", "0-7", 1)
    assert second == PairLedger("W3", "1-2", 3, 2, pytest.approx(30e-3 + 20e-6),
                                pytest.approx(30e-3 + 20e-6),
                                ORIGIN + day + timedelta(seconds=10.0))
    assert (unknown.sample, unknown.electrode_pair) == ("unknown", "1-2")


def test_a_file_named_twice_counts_once(tmp_path, monkeypatch):
    path = write(tmp_path / "1.h5", (PULSE, 1e-3))
    monkeypatch.chdir(tmp_path)
    assert ledger([path, tmp_path, "1.h5"]) == ledger([path])


def test_a_run_that_never_measured_is_a_run_without_a_charge(tmp_path):
    entry, = ledger([write(tmp_path / "1.h5")])
    assert (entry.runs, entry.cycles, entry.charge, entry.last_stimulus) == (1, 0, 0.0, None)


def test_what_is_no_recording_is_told(tmp_path):
    (tmp_path / "old.txt").write_text("0 1 1e-6\n1 1 1e-6\n")
    with pytest.raises(RecordError, match=r"old.txt is no Ginsen run file"):
        ledger([tmp_path / "old.txt"])
    assert ledger([]) == ()
