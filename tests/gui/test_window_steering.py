"""Pause, longer reads, sparse reads: clicked in the window, done by the run, kept in its file."""

import h5py
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest

from ginsen.gui.instrument_state import InstrumentState
from ginsen.records import read_record


def ended(window):
    return bool(window.queue) and window.queue[-1].state not in ("waiting", "running")


def events(window):
    with h5py.File(window.queue[-1].recording) as file:
        return dict(zip(file["events/kind"].asstr()[:], file["events/text"].asstr()[:],
                        strict=True))


def test_a_run_is_paused_with_the_output_off_and_goes_on(window, until):
    assert not window.strip.pause_button.isEnabled()
    window.setup.parameters.set_texts({"before_time": "3 s"})
    until(window.setup.start_button.isEnabled)
    window.bench.speed = 10.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 5)
    QTest.keyClick(window, Qt.Key.Key_F9)
    window.bench.speed = float("inf")
    until(lambda: "paused before pulse, output off" in window.message.text())
    until(lambda: window.strip.lamp.word.text().endswith("OUTPUT OFF"))
    assert window.strip.pause_button.text().startswith("Go on")
    assert not ended(window)
    QTest.keyClick(window, Qt.Key.Key_F9)
    until(lambda: ended(window))
    assert window.queue[-1].state == "finished"
    assert not window.strip.pause_button.isEnabled()
    told = events(window)
    assert (told["pause"], told["resumed"]) == ("paused before pulse, output off",
                                                "going on with pulse")


def test_a_paused_run_is_ended_by_output_off(window, until):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)
    window.strip.pause_button.click()
    until(lambda: "output off" in window.message.text() and "paused" in window.message.text())
    window.strip.off_button.click()
    until(lambda: ended(window))
    assert window.queue[-1].state == "aborted"


def test_reads_are_made_longer_and_then_sparse(window, until):
    forgetting = window.views.forgetting
    reads = forgetting.reads
    window.views.setCurrentWidget(forgetting)
    window.bench.speed = 10.0
    window.setup.start_button.click()
    until(lambda: window.live.bands and window.live.bands[-1].name == "read")
    reads.more.setCurrentText("4 s")
    reads.longer_button.click()
    until(lambda: "lasts 18 s in place of 14 s" in window.message.text())
    reads.every.setCurrentText("soon")
    reads.sparser_button.click()
    assert "'soon' is no number in s" in window.message.text()
    reads.every.setCurrentText("2 s")
    reads.sparser_button.click()
    window.bench.speed = float("inf")
    until(lambda: ended(window))
    told = events(window)
    assert "extended" in told
    assert told["sparse"].startswith("read: from now on a read every 2 s, rest open")
    spans = read_record(window.queue[-1].recording).spans
    assert [span.name for span in spans] == ["before", "pulse", "read", "read sparse"]
    assert window.live.bands[-1].name == "read sparse"
    # Of a station with a temperature controller the numbers tell the temperature, too.
    assert "temperature" not in forgetting.numbers.text()
    for state, told in (("295 K", "295 K"), ("", "not known")):
        forgetting.show_states((InstrumentState("cryostat", "LSCI,335", "GPIB0::12::INSTR",
                                                "temperature controller", "none", 0.0, state),))
        forgetting.refresh(window.live)
        assert f"<b>{told}</b>" in forgetting.numbers.text()
