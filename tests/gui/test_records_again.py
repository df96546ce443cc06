"""Afterwards: other terms, what was kept, avalanches, a report as PDF."""

import numpy as np
import pytest

from ginsen.analysis import LiveBeta
from ginsen.analysis.states import UNSTABLE_ABOVE
from ginsen.gui.analysis_terms import band_of_texts, windows_of_text
from ginsen.gui.avalanche_curves import at_least, avalanche_curves
from ginsen.gui.current_floor import CurrentFloor
from ginsen.gui.mains import mains_stretches
from ginsen.gui.opened_record import open_record
from ginsen.gui.spectrum_curves import spectrum_curves
from ginsen.gui.state_track import StateTrack
from ginsen.protocols import Noise
from ginsen.protocols.conduct import conduct
from ginsen.types import Outcome, Record, Samples, Span, SpectralFit

BENCH = """
[bench]
seed = 1
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 2e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
"""


def ended(window):
    return bool(window.queue) and window.queue[-1].state not in ("waiting", "running")


def test_a_recording_is_analysed_again_on_other_terms(window, until, tmp_path):
    window.setup.parameters.set_texts({"pulse_time": "2 s"})  # after which there is some to forget
    until(window.setup.start_button.isEnabled)
    window.setup.start_button.click()
    until(lambda: ended(window))
    path = window.queue[-1].recording
    records = window.views.records
    window.open_recording(str(path))
    until(lambda: path in records._opened)
    first = records._opened[path]
    assert tuple(first.run.betas) == (256,)
    terms = records.terms
    terms.windows.setText("sixty")
    terms.button.click()
    assert "write lengths in samples" in records.sentences.text()
    terms.low.setText("0.5")
    terms.high.setText("4 Hz")
    terms.windows.setText("64, 128")
    terms.button.click()
    until(lambda: records._opened[path] is not first)
    again = records._opened[path]
    assert tuple(again.run.betas) == (64, 128)
    assert again.terms.band == (0.5, 4.0)
    longest = int(np.argmax([phase.samples for phase in again.summary.phases]))
    assert again.fits[longest].band[1] <= 4.0
    kept = records.details.retention.drawn("G")[1]
    assert kept[0] == 1.0
    assert records.details.retention.drawn("law")[0].size == 300 or (
        again.summary.retention.law is None)
    details = records.details
    details.tabs.setCurrentWidget(details.avalanches)
    until(lambda: "looking for avalanches …" not in details._studied.values())
    target = tmp_path / "report.pdf"
    records.report(target)
    until(lambda: f"The report is in {target}" in records.sentences.text())
    pdf = target.read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 50_000  # with its figure
    # Where unstable begins is a choice, and another one is heeded in what is open.
    window.analysis.part(1.2)
    until(lambda: records._opened[path].run.states.unstable_above == 1.2)
    assert float(window.settings.value("unstable_above")) == 1.2
    window.analysis.part(UNSTABLE_ABOVE)


def test_the_mains_are_shaded_in_an_opened_recording_where_it_tells_them(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    run = Noise(station=str(tmp_path / "station.toml"), folder=str(tmp_path), time=15.04,
                interval=0.047, nplc=0.5)
    assert conduct(run) == Outcome("finished")
    opened = open_record(run.recording_path)
    fit, curves = opened.fits[0], opened.spectra[0]
    assert fit.count > 256
    np.testing.assert_allclose(curves.mains, mains_stretches(fit.count, 0.047, 50.0), rtol=1e-4)
    assert curves.mains.size  # 50 Hz at 21.3 samples a second is seen at 7.4 Hz
    assert np.abs(curves.mains.mean(axis=1) - abs(50 - 2 / 0.047)).min() < 0.05
    # A laboratory's text does not say how its meter integrated.
    text = tmp_path / "run.csv"
    samples = opened.record.samples
    np.savetxt(text, np.column_stack([samples.time, samples.voltage, samples.current]),
               delimiter=",", header="Time (s),Voltage (V),Current (A)", comments="")
    assert [each.mains.size for each in open_record(text).spectra if each is not None] == [0]


def test_bands_and_windows_from_texts():
    assert band_of_texts("", " ") is None
    assert band_of_texts("100 mHz", "5") == (0.1, 5.0)
    for low, high in (("", "5"), ("5", "0.1"), ("0", "1"), ("a", "b")):
        with pytest.raises(ValueError, match=r"is no number in Hz|is none"):
            band_of_texts(low, high)
    assert windows_of_text("1024, 256 256") == (256, 1024)
    assert windows_of_text("") == ()
    for text in ("3", "1e3", "-256", "99999999"):
        with pytest.raises(ValueError, match="write lengths in samples from 16"):
            windows_of_text(text)


def test_avalanches_stand_beside_their_surrogates():
    rng = np.random.default_rng(3)
    quiet = np.cumsum(1e-9 * rng.normal(size=4000))
    burst = np.repeat(rng.random(100) < 0.3, 40) * rng.standard_t(1.5, 4000) * 1e-8
    samples = Samples.of(np.arange(4000) * 0.01, np.full(4000, 0.1), 0.1 * (1e-5 + quiet + burst))
    span = Span("bias", 0.1, 0.0, 39.99, 0, 4000)
    curves = avalanche_curves(Record(samples, (span,)), span)
    assert set(curves.sizes) == {"measured", "shuffled", "phase-randomised"}
    for sizes in curves.sizes.values():
        assert (np.diff(sizes.share) < 0).all()
    assert curves.reading
    with pytest.raises(ValueError, match="avalanches are looked for in 64 or more"):
        avalanche_curves(Record(samples, (span,)), Span("bias", 0.1, 0.0, 0.5, 0, 50))


def test_the_share_that_is_at_least_so_large():
    sizes = at_least(np.array([1, 1, 2, 5]))
    assert sizes.size.tolist() == [1, 2, 5]
    assert sizes.share.tolist() == [1.0, 0.5, 0.25]


def test_states_are_told_and_kept_in_bounded_memory():
    rng = np.random.default_rng(5)
    track = StateTrack((256,), unstable_above=0.7, most=20)
    live = LiveBeta((256,))
    track.restart(0.0)
    values = 1e-5 * (1 + 0.01 * rng.normal(size=6000))
    for first in range(0, 6000, 50):
        time = 0.05 * np.arange(first, first + 50)
        samples = Samples.of(time, np.full(50, 0.01), values[first:first + 50])
        track.feed(samples, live.feed(samples))
    assert track.newest is not None
    start, stop = track.stretches("calm")
    assert 5 < start.size <= 21
    assert (stop > start).all()
    assert StateTrack((64,))._live is None


def test_a_floor_is_drawn_as_it_would_be_at_the_level_of_the_reads(desk, tmp_path):
    plot = desk.window.views.run.spectrum
    floor = CurrentFloor(tmp_path, np.array([0.1, 1.0]), np.array([4e-24, 1e-24]))
    assert floor.of_conductance(0.01).tolist() == pytest.approx([4e-20, 1e-20])
    assert np.isnan(floor.of_conductance(0.0)).all()
    curves = spectrum_curves(np.random.default_rng(1).normal(size=256), 0.05,
                             SpectralFit(None, None, None, "drift: why"))
    plot.show_spectrum(curves, level=0.1)
    assert plot.drawn("open floor")[0].size == 0
    plot.set_floor("open", floor)
    assert plot.drawn("open floor")[1].tolist() == pytest.approx([4e-22, 1e-22])
    plot.set_floor("open", None)
    assert plot.drawn("open floor")[0].size == 0
