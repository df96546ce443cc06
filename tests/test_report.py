"""The summary for programs and for people."""

import json
import math
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ginsen.analysis import PhaseSummary, Retention, Summary, summarise
from ginsen.analysis.retention_intervals import Interval
from ginsen.report import as_json, as_sentences, as_table, beta_text, measured, quantity
from ginsen.types import Outcome, Record, Samples, Span, SpectralFit

FIT = SpectralFit(1.234, 1.1, 1.36, amplitude=2e-12, floor=1e-16, band=(0.05, 8.0), start=100.0,
                  stop=200.0)
NONE = SpectralFit(None, None, None, reason="drift: 9 σ")


def record(**changes):
    told = {"samples": Samples.of(np.arange(30.0), np.ones(30), np.full(30, 1e-6)), "spans": (),
            "origin": datetime(2026, 11, 20, 11, 5, tzinfo=timezone.utc), "notes": ("a note",)}
    return Record(**{**told, **changes})


SUMMARY = Summary(
    (PhaseSummary(Span("pulse", 5.0, 90.0, 99.5, 0, 10), 10, math.nan, math.nan, 1.0, NONE),
     PhaseSummary(Span("read", 0.01, 100.0, 200.0, 10, 30, 0.5), 20, 1.5e-4, 2e-6, 0.0, FIT)),
    Retention(0.5, 2e-4, 1e-6, {1.0: 0.98, 10.0: 0.85, 100.0: None}, None,
              "half of the first read was never reached", "exponential",
              {"tau_s": 60.0, "amplitude_S": 2e-4}, {"tau_s": math.nan}),
    99.5)


def test_json_has_the_keys_of_the_contract_and_counts_from_the_end_of_the_pulse():
    told = json.loads(json.dumps(as_json(SUMMARY, record(), recording="run.h5", figure="run.png"),
                                 allow_nan=False))
    assert told["recording"] == "run.h5"
    assert told["figure"] == "run.png"
    assert told["outcome"] == "finished"
    assert told["samples"] == 30
    pulse, read = told["phases"]
    assert pulse["start_s"] == -9.5
    assert pulse["stop_s"] == 0.0
    assert pulse["voltage_V"] == 5.0
    assert pulse["conductance_S"] is None
    assert pulse["beta"] is pulse["beta_low"] is pulse["beta_high"] is None
    assert pulse["beta_reason"] == "drift: 9 σ"
    assert read["name"] == "read"
    assert read["start_s"] == 0.5
    assert read["conductance_S"] == 1.5e-4
    assert (read["beta"], read["beta_low"], read["beta_high"]) == (1.234, 1.1, 1.36)
    assert read["beta_reason"] is None
    assert read["beta_stop_s"] == 100.5
    retention = told["retention"]
    assert retention["half_life_s"] is None
    assert retention["half_life_reason"]
    assert retention["conductance_over_first"] == {"1": 0.98, "10": 0.85, "100": None}
    assert retention["law"]["name"] == "exponential"
    assert retention["law"]["parameters"] == {"tau_s": 60.0, "amplitude_S": 2e-4}


def test_what_the_law_says_comes_with_its_interval():
    kept = replace(SUMMARY.retention, by_law={1.0: Interval(0.97, 0.96, 0.985)},
                   half_life_by_law=Interval(61.2, 55.0, 70.4))
    summary = replace(SUMMARY, retention=kept)
    _, first, half, *_ = as_sentences(summary, record())
    assert "0.98 at 1 s (law 0.960 to 0.985), 0.85 at 10 s" in first
    assert half.endswith("; by the law 61.2 s (55 to 70.4)")
    told = as_json(summary, record())["retention"]
    assert told["half_life_by_law_s"] == {"value": 61.2, "low": 55.0, "high": 70.4}
    assert told["conductance_over_first_by_law"] == {
        "1": {"value": 0.97, "low": 0.96, "high": 0.985}}
    assert as_json(SUMMARY, record())["retention"]["half_life_by_law_s"] is None


def test_json_of_a_real_summary_is_strict():
    random = np.random.default_rng(5)
    t = 0.1 * np.arange(400)
    broken = Samples.of(t, np.ones(400), random.normal(1e-6, 1e-8, 400))
    broken.current[7] = np.nan
    spans = (Span("pulse", 1.0, t[0], t[199], 0, 200), Span("read", 1.0, t[200], t[399], 200, 400))
    whole = record(samples=broken, spans=spans, outcome=Outcome("failed", "cable"))
    told = as_json(summarise(whole), whole)
    assert told["outcome"] == "failed: cable"
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_without_a_pulse_there_is_no_retention():
    summary = Summary(SUMMARY.phases, None, 0.0)
    assert as_json(summary, record())["retention"] is None
    assert as_sentences(summary, record()) == ("pulse: no β: drift: 9 σ", "a note")


def test_the_table_says_what_a_person_asks():
    console = Console(width=120)
    with console.capture() as capture:
        console.print(as_table(SUMMARY, record()))
    text = capture.get()
    for part in ("-9.5 to 0.0", "10.0 mV", "(150.0 ± 2.0) µS", "1.23 (1.10 to 1.36)",
                 "none: drift", "100% in compliance"):
        assert part in text


def test_the_sentences_say_what_was_remembered():
    reason, first, half, law, note = as_sentences(SUMMARY, record())
    assert first == ("First read 0.50 s after the pulse: (200.0 ± 1.0) µS; of it 0.98 at 1 s, "
                     "0.85 at 10 s")
    assert half == "No half-life: half of the first read was never reached"
    assert reason == "pulse: no β: drift: 9 σ"
    assert law == "Law: exponential, τ = 60.0 s, amplitude = 200 µS"
    assert note == "a note"


@pytest.mark.parametrize(("value", "text"), [
    (1.2345e-3, "1.23 mS"), (-0.01, "-10.0 mS"), (0.0, "0 S"), (123456.0, "123 kS"),
    (0.9999e-3, "1.00 mS"), (999.4e-6, "999 µS"), (float("nan"), "unknown"), (1e-18, "0.00100 fS"),
    (3.0, "3.00 S"), (99.96, "100 S"),
])
def test_quantities(value, text):
    assert quantity(value, "S") == text


@given(st.floats(1e-14, 1e13), st.sampled_from([1, -1]))
def test_a_quantity_reads_back_to_three_digits(size, sign):
    number, unit = quantity(sign * size, "S").split()
    scale = dict(zip("fpnµmkMGT", 10.0 ** np.array([-15, -12, -9, -6, -3, 3, 6, 9, 12]),
                     strict=True)).get(unit[0], 1.0) if unit != "S" else 1.0
    assert float(number) * scale == pytest.approx(sign * size, rel=5.1e-3)
    assert len(number.strip("-").replace(".", "")) == 3


def test_measured_rounds_to_two_digits_of_the_uncertainty():
    assert measured(1.23456e-3, 5.6e-6, "S") == "(1.2346 ± 0.0056) mS"
    assert measured(1e-9, 2e-7, "S") == "(1 ± 200) nS"
    assert measured(1.5, math.nan, "V") == "1.50 V"


def test_beta_is_said_with_its_interval_or_its_reason():
    assert beta_text(FIT) == "1.23 (1.10 to 1.36)"
    assert beta_text(NONE) == "none: drift: 9 σ"
