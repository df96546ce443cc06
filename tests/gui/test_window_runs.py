"""Clicked through as a person would: choose, preview, start, watch β, stop, open again, report."""

import h5py
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QImage
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QFileDialog

from ginsen.gui.asking import ask_save
from ginsen.gui.live_run import LiveRun
from ginsen.protocols import Memory
from ginsen.protocols.conduct import conduct
from ginsen.records import read_record
from ginsen.types import Outcome


def ended(window):
    return bool(window.queue) and window.queue[-1].state not in ("waiting", "running")


def test_nothing_can_be_started_before_a_station_is_open_and_the_stimulus_drawn(desk, until):
    window = desk.window
    assert not window.setup.start_button.isEnabled()
    window.open_station("simulated")
    until(window.setup.start_button.isEnabled)
    assert "max 5.00 V" in window.setup.preview.told.text()
    window.setup.parameters.set_texts({"pulse_voltage": "7 V"})
    until(lambda: "refused" in window.setup.preview.sentences.text())
    assert not window.setup.start_button.isEnabled()
    window.setup.parameters.set_texts({"pulse_voltage": "seven"})
    until(lambda: "is no number in V" in window.setup.preview.sentences.text())
    assert not window.setup.start_button.isEnabled()


def test_a_run_is_started_watched_and_recorded(window, until):
    QTest.mouseClick(window.setup.start_button, Qt.MouseButton.LeftButton)
    until(lambda: ended(window))
    entry = window.queue[-1]
    assert entry.state == "finished", entry.why
    record = read_record(entry.recording)
    assert record.outcome == Outcome("finished")
    assert record.about["sample"] == "W3"
    # Everything that was recorded was shown.
    assert window.live.count == len(record.samples)
    assert [band.name for band in window.live.bands] == ["before", "pulse", "read"]
    assert window.live.betas[256].newest is not None
    assert window.views.run.spectrum.drawn("S_G")[0].size > 10
    assert "OUTPUT OFF" in window.strip.lamp.word.text()
    # Afterwards it is the one that is shown, without a click more.
    records = window.views.records
    window.views.setCurrentWidget(records)
    until(lambda: records.conductance.drawn("G")[0].size > 0)
    assert records.chosen == [entry.recording]
    window.views.setCurrentWidget(window.views.run)


def test_a_view_is_saved_as_a_picture(window, tmp_path, monkeypatch):
    wanted = [str(tmp_path / "view"), str(tmp_path / "nowhere" / "view.png")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (wanted.pop(0), ""))
    ask_save(window)
    assert not QImage(str(tmp_path / "view.png")).isNull()
    assert "view.png" in window.message.text()
    ask_save(window)
    assert "could not be written" in window.message.text()


def test_a_run_is_the_command_lines_run(window, until, tmp_path):
    window.setup.parameters.set_texts({"read_time": "2 s"})
    until(window.setup.start_button.isEnabled)
    window.setup.start_button.click()
    until(lambda: ended(window))
    memory = Memory(before_time=1, pulse_time=0.5, read_time=2, folder=str(tmp_path), sample="W3")
    assert conduct(memory) == Outcome("finished")
    ours = read_record(window.queue[-1].recording)
    theirs = read_record(memory.recording_path)
    assert [span.name for span in ours.spans] == [span.name for span in theirs.spans]
    assert len(ours.samples) == len(theirs.samples)


def test_a_run_is_aborted_with_the_key(window, until):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)
    until(lambda: window.strip.lamp.word.text().endswith("OUTPUT ON"))
    QTest.keyClick(window, Qt.Key.Key_F12)
    until(lambda: ended(window))
    assert window.queue[-1].state == "aborted"
    assert read_record(window.queue[-1].recording).outcome.state == "aborted"
    until(lambda: window.strip.lamp.word.text().endswith("OUTPUT OFF"))
    assert "read back after" in window.message.text()


def test_a_recording_is_opened_compared_and_reported(window, until, tmp_path):
    window.setup.parameters.set_texts({"pulse_time": "2 s", "read_time": "8 s"})
    until(window.setup.start_button.isEnabled)
    for _ in range(2):
        window.setup.queue_button.click()
    until(lambda: ended(window))
    records = window.views.records
    first, second = (entry.recording for entry in window.queue)
    # Both are cycles that a later run is drawn over; nobody reads them for one that is over.
    look_back = window.views.forgetting._look_back
    where = tmp_path / "runs", "W3", window.setup.texts()["electrode_pair"]
    assert len(look_back(window.live, *where)) == 2
    assert look_back(LiveRun(), *where) == ()
    window.open_recording(str(first))
    until(lambda: "First read" in records.sentences.text())
    records.list.selectAll()
    until(lambda: len(records._opened) == 2)
    assert records.conductance.drawn("earlier 1")[0].size > 100
    records.behind_button.setChecked(True)
    assert window.views.run.conductance.drawn("earlier 2")[0].size > 100
    window.open_recording(str(second))
    records.report(tmp_path / "report.html")
    until(lambda: (tmp_path / "report.html").exists()
          and "</html>" in (tmp_path / "report.html").read_text("utf-8"))
    assert str(second.name) in (tmp_path / "report.html").read_text("utf-8")


def test_the_queue_runs_a_sequence_and_can_be_held(window, until):
    from ginsen.gui.run_queue import sequence

    window.setup.parameters.set_texts({"read_time": "2 s"})
    window.queue_panel.hold.setChecked(True)
    window.queue_panel.edited.emit(
        sequence((), "memory", window.setup.texts(), "pulse_voltage", ("1 V", "2 V")))
    until(lambda: window.queue[0].state == "finished")
    assert window.queue[1].state == "waiting"
    window.queue_panel.hold.setChecked(False)
    until(lambda: window.queue[1].state == "finished")
    levels = [read_record(entry.recording).spans[1].level for entry in window.queue]
    assert levels == [1.0, 2.0]


def test_a_note_stands_in_the_recording(window, until):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)
    window.bench.remark("somebody opened the door")
    window.bench.speed = float("inf")
    until(lambda: ended(window))
    with h5py.File(window.queue[-1].recording) as file:
        notes = [text.decode() for text in file["events/text"][:]]
    assert "somebody opened the door" in notes


def test_another_appearance_while_something_runs(desk, window, until):
    window.bench.speed = 1.0
    window.setup.start_button.click()
    until(lambda: window.live.count > 3)
    before = window.appearance
    window.restyled.emit(before.having("theme", "dark").having("language", "ja"))
    other = desk.window
    assert other is not window
    assert other.appearance.theme == "dark"
    assert other.setup.start_button.text() == "開始"
    other.bench.speed = float("inf")
    until(lambda: ended(other))
    assert other.queue[-1].state == "finished"
    assert other.strip.phase.text() == "終了"
    records = other.views.records
    other.open_recording(str(other.queue[-1].recording))
    until(lambda: "before: β なし: 短すぎる" in records.sentences.text())
    assert "no β" not in records.sentences.text()
    other.setup.parameters.set_texts({"pulse_voltage": "seven"})
    until(lambda: "V の数ではありません" in other.setup.preview.sentences.text())
    assert other.live.count == len(read_record(other.queue[-1].recording).samples)
    other.restyled.emit(before)
