"""The figure of a run: drawn for any record, saying in words what it cannot draw."""

import math
import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ginsen import figures
from ginsen.analysis import summarise
from ginsen.figures import run_figure
from ginsen.figures.style import extremes
from ginsen.types import Outcome, Record, Samples, Span


def record_of(*parts, **about):
    """A record of phases (name, level, conductances), sampled every 50 ms, clamped at 1 mA."""
    pieces, spans, start, first = [], [], 0.0, 0
    for name, level, G in parts:
        t = start + 0.05 * np.arange(G.size)
        current = G * level
        pieces.append(Samples(t, np.full(G.size, level), np.minimum(current, 1e-3), current > 1e-3,
                              np.full(G.size, 1e-6), np.full(G.size, 1e-9)))
        spans.append(Span(name, level, t[0], t[-1], first, first + G.size))
        start, first = t[-1] + 0.2, first + G.size
    return Record(Samples.joined(pieces), tuple(spans), about=about)


def noise(count, seed=0):
    return np.cumsum(np.random.default_rng(seed).normal(0, 1e-7, count))


MEMORY = record_of(("before", 0.01, 1e-8 + np.abs(noise(100)) * 1e-3),
                   ("pulse", 5.0, np.linspace(1e-6, 4e-4, 100)),
                   ("read", 0.01, 2e-4 * np.exp(-np.arange(600) / 400) + noise(600)),
                   sample="W3 $5 and _x_", protocol="memory")

FEW = record_of(("read", 0.1, np.full(5, 1e-4)))

RECORDS = {
    "memory": MEMORY,
    "one phase": record_of(("bias", 0.1, 2e-4 + noise(600))),
    "five samples": FEW,
    "one sample": record_of(("read", 0.1, np.full(1, 1e-4))),
    "all in compliance": record_of(("pulse", 5.0, np.full(50, 1e-2))),
    "at 0 V": record_of(("read", 0.0, np.full(50, 1e-4))),
    "no phases": replace(MEMORY, spans=()),
    "many phases": record_of(*((f"step {k}", 0.1, 1e-4 + noise(60, k)) for k in range(9))),
    "failed": replace(FEW, outcome=Outcome("failed", "a long story " * 30)),
    "nothing read": replace(MEMORY, samples=replace(
        MEMORY.samples, current=np.full(len(MEMORY.samples), np.nan))),
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_gets_a_figure(tmp_path, name):
    path = tmp_path / "run.png"
    run_figure(RECORDS[name], summarise(RECORDS[name]), path, name="run.h5")
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", header[16:24])
    assert width > 1000
    assert height > 700


class Drawn:
    """The four panels of the last figure."""

    def __init__(self, monkeypatch, record, path):
        kept = []

        class Keeping(figures.Figure):
            def savefig(self, *args, **options):
                kept.append(self)
                super().savefig(*args, **options)

        monkeypatch.setattr(figures, "Figure", Keeping)
        self.summary = summarise(record)
        run_figure(record, self.summary, path)
        self.title = kept[0].get_suptitle()
        self.panels = kept[0].axes


def test_panels_show_what_the_summary_says(monkeypatch, tmp_path):
    drawn = Drawn(monkeypatch, MEMORY, tmp_path / "run.png")
    G, spectrum, beta, retention = drawn.panels
    assert drawn.title.startswith("W3 $5 and _x_ · memory · finished")
    assert G.get_yscale() == "log"
    assert G.get_ylabel() == "G (µS)"
    labels = [text.get_text() for text in G.get_legend().get_texts()]
    assert "read, 10.0 mV" in labels
    assert "in compliance" in labels
    limited = next(line for line in G.lines if line.get_label() == "in compliance")
    np.testing.assert_allclose(
        limited.get_xdata(), MEMORY.samples.time[MEMORY.samples.compliance] - drawn.summary.zero)
    assert spectrum.get_ylabel() == "S_G (S²/Hz)"
    assert beta.get_xlim() == pytest.approx(G.get_xlim())
    ratios = next(line for line in retention.lines if line.get_marker() == "D")
    known = {age: r for age, r in drawn.summary.retention.ratios.items() if r is not None}
    np.testing.assert_allclose(ratios.get_ydata(), list(known.values()))


def test_the_fitted_law_is_the_one_the_summary_tells(monkeypatch, tmp_path):
    t = 0.05 * np.arange(1, 2001)
    forgetting = 1e-4 + 1e-4 * np.exp(-t / 20)
    forgetting *= 1 + 1e-4 * np.random.default_rng(1).normal(size=t.size)
    record = record_of(("pulse", 1.0, np.full(100, 2e-4)), ("read", 0.01, forgetting))
    drawn = Drawn(monkeypatch, record, tmp_path / "run.png")
    retention = drawn.panels[3]
    law = next(line for line in retention.lines if line.get_label() == drawn.summary.retention.law)
    x, y = np.asarray(law.get_xdata()), np.asarray(law.get_ydata())
    # Sample k of the read stands 0.2 s + k 50 ms after the pulse.
    np.testing.assert_allclose(y, (1e-4 + 1e-4 * np.exp(-(x - 0.15) / 20)) / forgetting[0],
                               rtol=2e-3)


def test_the_spectrum_of_white_noise_has_its_density(monkeypatch, tmp_path):
    sigma, dt = 1e-6, 0.05
    G = 1e-4 + np.random.default_rng(2).normal(0, sigma, 2000)
    drawn = Drawn(monkeypatch, record_of(("read", 0.1, G)), tmp_path / "run.png")
    points = next(line for line in drawn.panels[1].lines if line.get_marker() == "o")
    f, density = np.asarray(points.get_xdata()), np.asarray(points.get_ydata())
    assert f.max() <= 0.4 / dt
    # One-sided white noise of variance σ²: S = 2 σ² dt; bins above 1 Hz average hundreds of lines.
    assert np.mean(density[f > 1]) == pytest.approx(2 * sigma**2 * dt, rel=0.15)


@pytest.mark.parametrize(("name", "sentences"), [
    ("five samples", {1: "too short", 2: "too short", 3: "no pulse"}),
    ("all in compliance", {0: "in compliance", 1: "in compliance", 2: "in compliance"}),
    ("no phases", {1: "no phase was found", 2: "no phase was found", 3: "no pulse"}),
])
def test_an_empty_panel_says_why(monkeypatch, tmp_path, name, sentences):
    drawn = Drawn(monkeypatch, RECORDS[name], tmp_path / "run.png")
    for at, sentence in sentences.items():
        assert sentence in " ".join(
            text.get_text() for text in drawn.panels[at].texts).replace("\n", " ")


def test_thinning_keeps_every_extreme():
    y = np.random.default_rng(3).normal(size=50_000)
    y[31_415], y[100:200] = 99.0, math.nan
    t, thin = extremes(np.arange(50_000.0), y)
    assert t.size == thin.size < 7000
    assert np.nanmax(thin) == 99.0
    assert np.nanmin(thin) == np.nanmin(y)


def test_no_window_system_is_touched():
    told = subprocess.run(
        [sys.executable, "-c", "import sys, ginsen.figures; print(*sys.modules)"],
        check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})
    assert not {"PyQt5", "matplotlib.pyplot", "tkinter"} & set(told.stdout.split())
