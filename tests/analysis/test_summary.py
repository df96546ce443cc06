from dataclasses import replace

import numpy as np
import pytest
from exact_noise import noise

from ginsen.analysis import beta_track, estimate_beta, find_phases, summarise
from ginsen.types import Record, Samples, Span


def memory(rng, drift=0.0):
    """5 V for 400 samples, then 10 mV for 1000, of 1 mS with β = 1.4."""
    t = 0.1 * np.arange(1400) + np.where(np.arange(1400) < 400, 0.0, 0.5)
    v = np.where(np.arange(1400) < 400, 5.0, 0.01)
    G = np.concatenate([1e-3 + 1e-7 * noise(400, 1.4, rng), 1e-3 + 1e-7 * noise(1000, 1.4, rng)])
    G[400:] += drift * np.exp(-np.arange(1000) / 50)
    return Record(Samples.of(t, v, G * v), find_phases(t, v)[0])


def test_phases_of_a_memory_run(rng):
    record = memory(rng)
    found = summarise(record)
    assert [p.span.name for p in found.phases] == ["pulse", "read"]
    assert [p.samples for p in found.phases] == [400, 1000]
    assert found.zero == pytest.approx(39.9)
    for phase in found.phases:
        assert phase.conductance == pytest.approx(1e-3, rel=0.01)
        assert phase.in_compliance == 0
        assert phase.fit.beta_low < 1.4 < phase.fit.beta_high
    read = found.phases[1]
    G = record.samples.current[400:] / 0.01
    assert read.fit == estimate_beta(G, times=record.samples.time[400:])
    assert (read.fit.start, read.fit.stop) == (read.span.start, read.span.stop)
    assert found.retention.first_time == pytest.approx(0.6)
    assert found.retention.first == pytest.approx(G[0])


def test_a_read_that_relaxes_first_has_a_beta_later(rng):
    record = memory(rng, drift=1e-3)
    read = summarise(record).phases[1].fit
    assert read.beta_low < 1.4 < read.beta_high
    assert read.start >= record.samples.time[900]
    assert read.stop == record.samples.time[-1]


def test_all_in_compliance(rng):
    record = memory(rng)
    samples = record.samples
    limited = Samples(samples.time, samples.voltage, samples.current,
                      samples.voltage > 1, samples.u_voltage, samples.u_current)
    pulse = summarise(Record(limited, record.spans)).phases[0]
    assert pulse.fit.reason == "in compliance: 400 of 400 samples"
    assert pulse.in_compliance == 1
    assert np.isnan(pulse.conductance)


def test_no_pulse_no_retention(rng):
    t = np.arange(300) * 0.1
    record = Record(Samples.of(t, np.full(300, 7.0), rng.normal(1, 0.1, 300)),
                    (Span("bias", 7.0, 0.0, 29.9, 0, 300),))
    found = summarise(record)
    assert found.retention is None
    assert found.zero == 0


def test_the_front_end_of_a_phase_is_used(rng):
    record = memory(rng)
    pulse, read = record.spans
    known = replace(record, spans=(pulse, replace(read, integration=0.1)))
    plain, modelled = summarise(record).phases, summarise(known).phases
    assert modelled[0].fit == plain[0].fit
    assert modelled[1].fit.beta != plain[1].fit.beta


def test_a_track_holds_every_estimate_of_every_window(rng):
    record = memory(rng)
    pulse, read = beta_track(record, (128, 512))
    assert [fit.count for fit in pulse] == [128] * 18
    assert sum(fit.count == 512 for fit in read) == 8
    assert sum(fit.count == 128 for fit in read) == 55
    assert [fit.stop for fit in read] == sorted(fit.stop for fit in read)


def test_beta_is_asked_of_the_longest_stretch_without_a_gap(rng):
    t = 0.1 * np.arange(3000) + np.where(np.arange(3000) < 1000, 0.0, 1.4)
    I = 1e-6 + 1e-9 * noise(3000, 1.0, rng)  # noqa: E741
    span = Span("bias", 1.0, t[0], t[-1], 0, 3000)
    record = Record(Samples.of(t, np.full(3000, 1.0), I), (span,))
    fit = summarise(record).phases[0].fit
    assert fit.count == 2000
    assert fit.start == t[1000]
    assert fit.beta_low < 1.0 < fit.beta_high
