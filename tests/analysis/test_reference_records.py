"""Real records, where the project's folder of them is at hand."""

import numpy as np
import pytest

from ginsen.analysis import estimate_beta, find_phases, summarise
from ginsen.types import Record, Samples


@pytest.fixture
def pulse(reference):
    time, current, voltage = np.loadtxt(reference("agnw_pulse_2V.txt"), usecols=(0, 1, 2)).T
    spans, notes = find_phases(time, voltage)
    return Record(Samples.of(time, voltage, current), spans, notes=notes)


def test_two_phases_and_a_lone_point(pulse):
    a, b = pulse.spans
    assert (a.name, b.name) == ("pulse", "read")
    assert (a.level, b.level) == (pytest.approx(2, rel=1e-3), pytest.approx(0.01, rel=1e-2))
    assert a.stop - a.start == pytest.approx(102, abs=0.5)
    assert b.stop - b.start == pytest.approx(249, abs=0.5)
    assert b.dead_time == pytest.approx(0.60, abs=0.01)
    assert len(pulse.notes) == 1
    assert "lone point before the first level" in pulse.notes[0]


def test_what_it_remembers(pulse):
    kept = summarise(pulse).retention
    assert kept.ratios[10.0] == pytest.approx(0.85, abs=0.005)
    assert kept.ratios[100.0] == pytest.approx(0.69, abs=0.005)
    assert kept.half_life is None
    assert kept.law is not None


def test_the_whole_pulse_has_no_beta_and_its_end_has(pulse):
    samples = pulse.samples[pulse.spans[0].part]
    whole = estimate_beta(samples.current, times=samples.time)
    assert whole.beta is None
    end = samples[-588:]  # its last 30 s
    fit = estimate_beta(end.current, times=end.time)
    assert fit.beta == pytest.approx(1.5, abs=0.15)
    assert fit.beta_low < 1.5 < fit.beta_high


def test_every_phase_has_a_beta_or_a_reason(pulse):
    for phase in summarise(pulse).phases:
        assert (phase.fit.beta is None) == (phase.fit.reason is not None)


def test_a_constant_bias_is_one_phase(reference):
    time, voltage, _ = np.loadtxt(reference("nwn_7V_run2.csv"), delimiter=",", skiprows=1).T
    spans, notes = find_phases(time, voltage)
    assert [(s.name, s.stop_index) for s in spans] == [("bias", 6670)]
    assert notes == ()
