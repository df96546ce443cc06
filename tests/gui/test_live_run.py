import math
from dataclasses import replace

import numpy as np
import pytest
from PyQt5 import sip
from PyQt5.QtWidgets import QApplication

from ginsen.gui.band_betas import betas_by_band
from ginsen.gui.beta_plot import BetaPlot
from ginsen.gui.beta_track import BetaTrack
from ginsen.gui.forgetting_curves import fitted_law, steps_beside
from ginsen.gui.iv_view import IVView, beta_by_conductance, level_and_current
from ginsen.gui.live_run import NEWEST_READS, LiveRun, is_pulse
from ginsen.gui.mains import mains_stretches
from ginsen.gui.spectrum_curves import spectrum_curves
from ginsen.gui.theme import THEMES
from ginsen.protocols.acquisition import News
from ginsen.types import Phase, Samples, SpectralFit


def news(name, number, time, G=1e-5, level=0.01, fits=(), limited=False):
    samples = Samples.of(time, np.full(time.shape, level), G * np.full(time.shape, level))
    if limited:
        samples.compliance[:] = True
    phase = Phase(name, level, 100.0, 0.05, 1e-5)
    values = np.full(time.shape, np.nan if limited else 1.0) * G
    return News(phase, number, samples, values, fits, float(time[-1]), 100.0)


def fit(beta=1.0, count=256, stop=1.0, reason=None):
    if beta is None:
        return SpectralFit(None, None, None, reason or "drift: why", count=count, stop=stop)
    return SpectralFit(beta, beta - 0.1, beta + 0.1, amplitude=1e-18, floor=0.0,
                       band=(0.1, 5.0), count=count, stop=stop)


def test_phases_and_reads_after_the_pulse():
    run = LiveRun()
    run.feed(news("before", 0, np.arange(0, 5, 0.05)))
    assert run.pulse is None
    run.feed(news("pulse", 1, np.arange(5, 6, 0.05), level=5.0))
    run.feed(news("read", 2, np.arange(6.5, 16, 0.05)))
    assert [(band.name, band.start) for band in run.bands] == [
        ("before", 0), ("pulse", 5), ("read", 6.5)]
    age, G = run.reads.curve()
    assert age[0] == np.float64(6.5) - run.bands[1].stop
    assert np.allclose(G, 1e-5)
    assert run.count == 100 + 20 + 190


def test_a_series_numbers_its_phases():
    assert is_pulse("3/20 pulse")
    assert is_pulse("pulse 7")
    assert not is_pulse("3/20 read")


def test_compliance_is_marked_and_has_no_conductance():
    run = LiveRun()
    run.feed(news("pulse", 0, np.arange(0, 1, 0.05), limited=True))
    assert np.isfinite(run.limited.curve()[1]).all()
    assert not np.isfinite(run.conductance.curve()[1]).any()


def test_the_spectrum_is_that_of_the_longest_window_that_is_full():
    rng = np.random.default_rng(1)
    run = LiveRun((256, 1024))
    time = np.arange(2048) * 0.05
    for first in range(0, 2048, 256):
        part = time[first:first + 256]
        told = news("read", 0, part, fits=(fit(stop=part[-1]), fit(None, 1024, stop=part[-1])
                                               if first >= 768 else None))
        told.samples.current[:] *= 1 + 0.01 * rng.normal(size=256)
        run.feed(told, 0.02)
    assert run.fit is not None
    curves = run.spectrum()
    assert curves is not None
    assert (curves.density > 0).all()
    assert (curves.fit.count, curves.fit.beta, curves.line.size) == (1024, None, 0)


def test_the_bounds_of_a_fit_lie_around_it():
    values = 1e-5 * (1 + 0.01 * np.random.default_rng(1).normal(size=256))
    curves = spectrum_curves(values, 0.05, fit(0.5))
    assert curves is not None
    assert (curves.line_low <= curves.line).all()
    assert (curves.line <= curves.line_high).all()
    assert spectrum_curves(np.ones(256), 0.05, fit()) is None


def test_the_mains_are_shaded_where_sampling_folds_them_to():
    # 50 Hz in samples every 47 ms: the harmonics fold to below half of 21.3 Hz.
    stretches = mains_stretches(256, 0.047, 50.0)
    middle = stretches.mean(axis=1)
    for harmonic in (50.0, 100.0):
        folded = abs(harmonic - round(harmonic * 0.047) / 0.047)
        assert np.abs(middle - folded).min() < 0.05
    assert np.allclose(np.diff(stretches, axis=1)[middle < 10], 4 / (256 * 0.047))
    assert (stretches > 0).all()
    # What folds to zero is an offset; a mains that nobody told is not shaded.
    assert mains_stretches(256, 0.02, 50.0).size == 0
    assert mains_stretches(256, 0.047, float("nan")).size == 0


def test_the_live_spectrum_knows_the_mains_from_the_integration():
    rng = np.random.default_rng(2)
    run = LiveRun((256,))
    told = news("read", 0, np.arange(256) * 0.05, fits=(fit(stop=12.75),))
    told.samples.current[:] *= 1 + 0.01 * rng.normal(size=256)
    run.feed(told, 1 / 47.0)  # one cycle of a mains that is off its frequency
    curves = run.spectrum()
    assert curves is not None
    assert np.abs(curves.mains.mean(axis=1) - 7.0).min() < 0.05  # 47 Hz at 20 samples a second


def test_a_new_phase_has_no_spectrum_yet():
    run = LiveRun((256,))
    run.feed(news("a", 0, np.arange(300) * 0.05, fits=(fit(stop=14.95),)))
    assert run.fit is not None
    run.feed(news("b", 1, 20 + np.arange(10) * 0.05, fits=(None,)))
    assert run.fit is None
    assert run.spectrum() is None


def test_levels_and_betas_by_conductance():
    run = LiveRun((256,))
    for number, level in enumerate((0.0, 1.0, 2.0)):
        run.feed(news(f"up {number}", number, number + np.arange(300) * 1e-3, level=level,
                      G=1e-5 * (number + 1), fits=(fit(1.0 + number),)))
    level, current = level_and_current(run.steps)
    assert level.tolist() == [0, 1, 2]
    assert np.allclose(current, [0, 2e-5, 6e-5])
    G, beta, low, high = beta_by_conductance(run.steps)
    assert np.allclose(G, [1e-5, 2e-5, 3e-5])
    assert beta.tolist() == [1, 2, 3]
    assert np.allclose(high - low, 0.2)


def test_betas_are_bounded_and_blank_where_refused():
    track = BetaTrack(most=100)
    for at in range(1000):
        track.append(fit(1.0, stop=float(at)) if at % 3 else fit(None, stop=float(at)))
    time, beta, _, _ = track.curves()
    assert time.size <= 100
    assert time[-1] > 900
    assert np.isnan(beta).any()
    assert track.newest is not None
    assert track.newest.reason == "drift: why"


def test_a_run_of_a_thousand_phases_stays_small():
    run = LiveRun()
    for number in range(3000):
        run.feed(news(f"step {number}", number, np.array([number * 1.0])))
    assert len(run.bands) == len(run.steps) == 1000
    assert not math.isnan(run.bands[-1].stop)


def test_steps_are_told_beside_the_law_of_forgetting():
    rng = np.random.default_rng(4)
    age = 0.05 * np.arange(1, 1501)
    law = 1e-5 * (0.4 * np.exp(-age / 12.0) + 0.6)
    reads = law + 2e-9 * rng.normal(size=age.size)
    calm = fitted_law(age, reads, (age, reads))
    assert calm is not None
    assert calm.retention.law == "exponential"
    assert calm.steps.size == 0
    jumped = reads - 4e-8 * (age > 40.0)
    found = steps_beside(calm.retention, age, jumped)
    assert found.tolist() == pytest.approx([40.05], abs=0.051)
    # Nothing is told of reads that have no spectrum.
    assert steps_beside(calm.retention, age**1.5, jumped).size == 0
    assert steps_beside(calm.retention, age, np.where(age > 70, np.nan, jumped)).size == 0
    assert steps_beside(calm.retention, age[:20], jumped[:20]).size == 0


def test_the_newest_reads_are_kept_as_they_came():
    run = LiveRun()
    run.feed(news("pulse", 0, np.arange(0, 1, 0.05), level=5.0))
    for first in range(10):
        run.feed(news("read", 1, 1.0 + 0.05 * np.arange(300 * first, 300 * first + 300)))
    values, age = run.newest_reads.window(len(run.newest_reads))
    assert len(run.newest_reads) == NEWEST_READS
    assert np.allclose(np.diff(age), 0.05)
    assert age[-1] == pytest.approx(1.0 + 0.05 * 2999 - run.pulse.stop)
    assert np.allclose(values, 1e-5)
    run.feed(news("pulse", 2, np.arange(200, 201, 0.05), level=5.0))
    run.feed(news("read", 3, np.arange(201, 202, 0.05)))
    assert len(run.newest_reads) == 20


def test_every_state_that_was_told_has_a_row_with_its_name(app):
    run = LiveRun((256,))
    plot = BetaPlot(THEMES["dark"])
    plot.resize(400, 250)
    plot.show()
    run.feed(news("read", 0, np.arange(300) * 0.05, fits=(fit(stop=14.95),)))
    run.states._rows = [(0.0, 5.0, 0), (5.0, 9.0, 3), (9.0, 14.0, 0)]
    for _ in range(2):
        plot.refresh(run)
        QApplication.processEvents()
    shown = {state: name.isVisible() for state, name in plot._names.items()}
    assert shown == {"calm": True, "unstable": False, "forming": False, "forgetting": True}
    calm, forgetting = (plot.drawn(each) for each in ("calm", "forgetting"))
    assert calm[0].tolist() == [0.0, 5.0, 9.0, 14.0]
    assert forgetting[0].tolist() == [5.0, 9.0]
    # One above the other, below every β and its interval.
    low, high = plot.item.vb.viewRange()[1]
    assert low < calm[1][0] < forgetting[1][0] < 0.9 < high
    sip.delete(plot)


def test_levels_in_compliance_are_marked(app):
    run = LiveRun()
    for number, level in enumerate((0.0, 1.0, 2.0, 1.0)):
        run.feed(news(f"step {number}", number, number + np.arange(10) * 0.05, level=level,
                      limited=level == 2.0))
        run.feed(news(f"step {number}", number, number + 0.5 + np.arange(10) * 0.05, level=level))
    assert [step.limited for step in run.steps] == [False, False, True, False]
    view = IVView(THEMES["light"])
    view.refresh(run)
    assert view.loop.drawn("in compliance")[0].tolist() == [2.0]
    assert "in compliance" in view.loop.title.text()
    sip.delete(view)


def test_beta_is_told_for_each_part_of_its_band():
    parts = ((0.1, 0.9, 1.1, 0.1), (0.9, 5.0, 0.9, 0.05))
    told = betas_by_band(replace(fit(), sub_bands=parts))
    assert told == [("β 0.1 – 0.9 Hz", "1.10 ± 0.20"), ("β 0.9 – 5 Hz", "0.90 ± 0.10")]
    assert betas_by_band(replace(fit(None), sub_bands=parts)) == []
    assert betas_by_band(None) == []
