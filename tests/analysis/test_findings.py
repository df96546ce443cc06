"""Which question is asked of which record, and how the answer is written down."""

import json

import numpy as np
import pytest
from staged import staged

from ginsen.analysis import (
    ActivationTime,
    BiasSteps,
    CurrentVoltage,
    FormingLevel,
    LearningCurve,
    RelativeNoise,
    SlicedBetas,
    forgetting_curve,
    summarise,
)
from ginsen.report import as_json, as_sentences, as_table

G = [1e-6] * 40


@pytest.mark.parametrize(("protocol", "names", "kind"), [
    ("activation", ("activation", "after"), ActivationTime),
    ("bias-steps", ("up 1", "up 2", "down 1"), BiasSteps),
    ("forming", ("before", "level 1", "formed"), FormingLevel),
    ("iv-sweep", ("step 1", "step 2", "step 3"), CurrentVoltage),
    ("learning", ("train 1.1", "check 1.1", "forget 1"), LearningCurve),
    ("noise", ("bias",), RelativeNoise),
    ("sliced-iv", ("up 1", "up 2", "down 1"), SlicedBetas),
    ("memory", ("before", "pulse", "read"), type(None)),
    ("forgetting", ("forgetting",), type(None)),
    ("a protocol of tomorrow", ("bias",), type(None)),
])
def test_the_protocol_decides_what_is_asked(protocol, names, kind):
    record = staged(*((name, 1.0 + k % 2, G) for k, name in enumerate(names)), protocol=protocol)
    summary = summarise(record)
    assert type(summary.finding) is kind
    told = json.loads(json.dumps(as_json(summary, record), allow_nan=False))
    assert (told["result"] is None) == (kind is type(None))


def test_a_result_has_its_units_in_its_names():
    record = staged(("activation", 3.0, [1e-8] * 100 + [1e-5] * 20), ("after", 3.0, [1e-5] * 50),
                    protocol="activation")
    summary = summarise(record)
    told = as_json(summary, record)["result"]
    assert told == {"activated": True, "latency_s": pytest.approx(1.0), "rise_s": 0.0,
                    "waited_s": pytest.approx(1.19), "plateau_S": pytest.approx(1e-5)}
    sentence = next(s for s in as_sentences(summary, record) if s.startswith("Activated"))
    assert sentence == "Activated, latency 1.00 s, rise 0 s, waited 1.19 s, plateau 10.0 µS"


def test_what_is_not_known_is_null_and_left_out_of_the_sentence():
    record = staged(("activation", 3.0, [1e-8] * 100), protocol="activation")
    summary = summarise(record)
    assert as_json(summary, record)["result"]["latency_s"] is None
    assert "Not activated, waited 990 ms" in as_sentences(summary, record)


def test_rows_are_told_with_their_units_too():
    record = staged(("step 1", 1.0, G), ("step 2", 2.0, G), protocol="iv-sweep")
    told = as_json(summarise(record), record)["result"]
    assert told["points"][1] == {"voltage_V": 2.0, "current_A": pytest.approx(2e-6),
                                 "in_compliance": 0.0}


def test_forgetting_counts_from_its_first_read():
    t = 0.01 * np.arange(3000)
    record = staged(("forgetting", 0.01, 2e-5 * np.exp(-t / 8)), protocol="forgetting")
    summary = summarise(record)
    assert summary.zero == 0.0
    assert summary.since == "the first read"
    kept = summary.retention
    assert (kept.first_time, kept.first) == (0.0, pytest.approx(2e-5))
    assert kept.ratios[1.0] == pytest.approx(np.exp(-1 / 8), rel=1e-3)
    assert kept.half_life == pytest.approx(8 * np.log(2), rel=1e-3)
    assert kept.law == "exponential"
    assert kept.parameters["tau_s"] == pytest.approx(8, rel=1e-3)
    assert any(s.startswith("First read: 20.0 µS; of it 0.88 at 1 s")
               for s in as_sentences(summary, record))


def test_a_pulse_is_the_origin_where_there_is_one():
    record = staged(("pulse", 5.0, G), ("read", 0.01, G), ("forgetting", 0.01, G))
    summary = summarise(record)
    assert summary.since == "the pulse's end"
    assert summary.zero == record.spans[0].stop


def test_a_lone_read_at_the_origin_is_the_first_and_the_last():
    kept = forgetting_curve([0.0], [1e-5], origin=0.0)
    assert (kept.first_time, kept.first) == (0.0, 1e-5)
    assert set(kept.ratios.values()) == {None}
    assert kept.law_reason.startswith("too short")


def test_of_very_many_phases_the_table_shows_both_ends():
    record = staged(*((f"up {k}", 1.0, [1e-6] * 3) for k in range(100)))
    table = as_table(summarise(record), record)
    names = list(table.columns[0].cells)
    assert len(names) == 25
    assert names[0] == "up 0"
    assert names[12] == "(76 more)"
    assert names[-1] == "up 99"
