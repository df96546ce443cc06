"""Each protocol has the panels that its question asks for."""

from dataclasses import replace

import numpy as np
import pytest
from test_figures import Drawn, record_of

T = 0.05 * np.arange(400)
STEPS = [("up 1", 0.0, 1e-7), ("up 2", 1.0, 1e-7), ("up 3", 2.0, 1e-5), ("down 1", 1.0, 9e-6),
         ("down 2", 0.0, 8e-6)]


def flicker(G, count=400, seed=0):
    """G with white noise of a tenth of a percent."""
    return G * (1 + 1e-3 * np.random.default_rng(seed).normal(size=count))


def activated(rise=0.5):
    return 1e-8 + 1e-5 / (1 + np.exp(-(T - 10) / rise))


def learned(pulses, tau):
    cycle = len(pulses)
    return [row for number, (count, half) in enumerate(zip(pulses, tau, strict=True), start=1)
            for row in (*((f"train {number}.{k}", 5.0, flicker(1e-6, 20))
                          for k in range(1, count + 1)),
                        (f"check {number}.{count}", 0.01, flicker(1e-5, 5)),
                        (f"forget {number}", 0.01, 1e-5 * np.exp(-T / half)))][:10 * cycle]


RECORDS = {
    "activation": [("activation", 3.0, activated()), ("after", 3.0, flicker(1e-5))],
    "bias-steps": [(name, level + 0.5, flicker(G)) for name, level, G in STEPS],
    "forming": [("before", 0.01, flicker(1e-9)), ("level 1", 0.1, flicker(1e-9)),
                ("level 2", 0.2, flicker(1e-6)), ("formed", 0.01, flicker(1e-6))],
    "iv-sweep": [(name, level, flicker(G, 20)) for name, level, G in STEPS],
    "learning": learned((3, 1), (5.0, 40.0)),
    "noise": [("bias", 0.1, flicker(1e-5, 2000))],
    "sliced-iv": [(name, level, flicker(G, 1200)) for name, level, G in STEPS],
    "forgetting": [("forgetting", 0.01, 1e-5 * np.exp(-T / 5))],
}


def drawn(monkeypatch, tmp_path, protocol, rows=None):
    record = record_of(*(RECORDS[protocol] if rows is None else rows), protocol=protocol)
    if protocol == "sliced-iv":
        record = faster(record, 20)
    return Drawn(monkeypatch, record, tmp_path / "run.png")


def faster(record, times):
    """The same values at so many times the rate."""
    spans = tuple(replace(span, start=span.start / times, stop=span.stop / times)
                  for span in record.spans)
    samples = replace(record.samples, time=record.samples.time / times)
    return replace(record, samples=samples, spans=spans)


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def said(axes):
    return " ".join(text.get_text() for text in axes.texts).replace("\n", " ")


@pytest.mark.parametrize("protocol", RECORDS)
def test_four_panels_that_each_show_something(monkeypatch, tmp_path, protocol):
    panels = drawn(monkeypatch, tmp_path, protocol).panels
    assert len(panels) == 4
    for axes in panels:
        assert axes.get_title(loc="left")
        assert axes.lines or axes.patches or axes.collections or said(axes)


@pytest.mark.parametrize("protocol", RECORDS)
def test_a_run_stopped_in_its_first_phase_is_drawn_too(monkeypatch, tmp_path, protocol):
    name, level, G = RECORDS[protocol][0]
    assert drawn(monkeypatch, tmp_path, protocol, [(name, level, G[:3])]).title


@pytest.mark.parametrize("protocol", RECORDS)
def test_a_run_all_in_compliance_is_drawn_too(monkeypatch, tmp_path, protocol):
    rows = [(name, level or 0.1, np.full(40, 1.0)) for name, level, _ in RECORDS[protocol]]
    assert drawn(monkeypatch, tmp_path, protocol, rows).title


def test_activation_marks_latency_and_rise_on_the_curve(monkeypatch, tmp_path):
    run = drawn(monkeypatch, tmp_path, "activation")
    current, formation = run.panels[:2]
    assert current.get_ylabel() == "|I| (µA)"
    found = run.summary.finding
    begun, halfway = (line for line in formation.lines if line.get_marker() == "D")
    assert begun.get_xdata()[0] == pytest.approx(found.latency)
    assert halfway.get_xdata()[0] == pytest.approx(found.latency + found.rise)
    assert halfway.get_ydata()[0] == pytest.approx(found.plateau / 2 * 1e6)


def test_activation_that_did_not_come_is_said(monkeypatch, tmp_path):
    run = drawn(monkeypatch, tmp_path, "activation", [("activation", 3.0, flicker(1e-8))])
    assert said(run.panels[1]) == "no path formed in 19.95 s"


def test_bias_steps_show_the_levels(monkeypatch, tmp_path):
    bias = drawn(monkeypatch, tmp_path, "bias-steps").panels[0]
    assert [line.get_ydata()[0] for line in bias.lines] == [0.5, 1.5, 2.5, 1.5, 0.5]


def test_an_iv_curve_is_drawn_with_its_ways(monkeypatch, tmp_path):
    loop, magnitude, _, chord = drawn(monkeypatch, tmp_path, "iv-sweep").panels
    np.testing.assert_allclose(loop.lines[0].get_xdata(), [0, 1, 2, 1, 0])
    np.testing.assert_allclose(loop.lines[0].get_ydata(), [0, 0.1, 20, 9, 0], rtol=0.01, atol=1e-9)
    assert labels(loop) == ["away from 0 V", "back"]
    assert magnitude.get_yscale() == "log"
    away = next(line for line in chord.lines if line.get_label() == "away from 0 V")
    np.testing.assert_allclose(away.get_xdata(), [1, 2])


def test_forming_shows_the_levels_without_the_reads(monkeypatch, tmp_path):
    rising = drawn(monkeypatch, tmp_path, "forming").panels[3]
    np.testing.assert_allclose(rising.lines[0].get_xdata(), [0.1, 0.2])


def test_learning_shows_pulses_and_half_lives(monkeypatch, tmp_path):
    _, pulses, pauses, half_lives = drawn(monkeypatch, tmp_path, "learning").panels
    assert [bar.get_height() for bar in pulses.patches] == [3, 1]
    assert labels(pauses) == ["cycle 1", "cycle 2"]
    reached = next(line for line in half_lives.lines if line.get_label() == "half forgotten")
    np.testing.assert_allclose(reached.get_ydata(), [5 * np.log(2) + 0.4], rtol=0.2)
    longer = next(line for line in half_lives.lines if line.get_label() == "longer than the pause")
    np.testing.assert_allclose(longer.get_xdata(), [2])


def test_a_cycle_that_did_not_learn_is_an_open_bar(monkeypatch, tmp_path):
    rows = [*learned((2,), (5.0,)), ("train 2.1", 5.0, flicker(1e-6, 20))]
    pulses = drawn(monkeypatch, tmp_path, "learning", rows).panels[1]
    assert labels(pulses) == ["met", "not met in so many"]


def test_the_distribution_of_noise_has_unit_area(monkeypatch, tmp_path):
    bars = drawn(monkeypatch, tmp_path, "noise").panels[3].patches
    assert sum(bar.get_height() * bar.get_width() for bar in bars) == pytest.approx(1)


def test_sliced_betas_stand_against_conductance(monkeypatch, tmp_path):
    run = drawn(monkeypatch, tmp_path, "sliced-iv")
    against, betas = run.panels[1], run.panels[3]
    known = [each for each in run.summary.finding.slices if each.betas and each.conductance > 0]
    points = np.concatenate([line.get_xdata() for line in against.lines])
    np.testing.assert_allclose(sorted(points), sorted(each.conductance for each in known))
    windows = sum(len(each.betas) for each in run.summary.finding.slices)
    assert sum(bar.get_height() for bar in betas.patches) == windows > 0


def test_forgetting_counts_from_the_first_read(monkeypatch, tmp_path):
    run = drawn(monkeypatch, tmp_path, "forgetting")
    assert run.panels[0].get_xlabel() == "t since the first read (s)"
    law = next(line for line in run.panels[3].lines if line.get_label() == "exponential")
    x, y = law.get_data()
    np.testing.assert_allclose(y, np.exp(-np.asarray(x) / 5), rtol=1e-2)


def test_many_phases_are_one_line_that_does_not_bridge_their_gaps(monkeypatch, tmp_path):
    rows = [(f"up {k}", 1.0, flicker(1e-6 * (1 + k), 10)) for k in range(30)]
    G = drawn(monkeypatch, tmp_path, "memory", rows).panels[0]
    line = next(line for line in G.lines if line.get_label() == "30 phases")
    assert np.count_nonzero(np.isnan(line.get_ydata())) == 29
