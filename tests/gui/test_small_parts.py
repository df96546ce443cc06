import json
import sys
import threading
import time

import numpy as np
import pytest
from PyQt5 import sip
from PyQt5.QtCore import QTimer
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from ginsen.gui.background import Background
from ginsen.gui.elided_label import ElidedLabel
from ginsen.gui.instrument_state import InstrumentState, worst
from ginsen.gui.lamp import lamp_of
from ginsen.gui.pacing import Pace
from ginsen.gui.parameter_panel import ParameterPanel
from ginsen.gui.pens import pen
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.preset_bar import PresetBar
from ginsen.gui.presets import read_presets, with_preset, without_preset, write_presets
from ginsen.gui.ranges import bounds_of, following, growing
from ginsen.gui.run_queue import added, changed, moved, next_waiting, removed, sequence, stopped
from ginsen.gui.sample_picture import picture_of
from ginsen.gui.sample_view import by_current, by_potential
from ginsen.gui.theme import LIGHT
from ginsen.gui.unforeseen import tell_unforeseen


def state(output, heard=0.0):
    return InstrumentState("smu", "A,B", "X", "source meter", output, heard)


def test_the_lamp_is_on_if_anything_is_and_off_only_if_everything_is():
    assert worst((state("off"), state("on"), state("unknown"))) == "on"
    assert worst((state("off"), state("unknown"))) == "unknown"
    assert worst((state("off"), state("none"))) == "off"
    assert worst(()) == "none"


def test_an_answer_of_long_ago_says_nothing_of_now():
    assert lamp_of((state("on", 10.0),), 12.0) == ("on", 2.0)
    assert lamp_of((state("on", 10.0),), 14.0)[0] == "unknown"
    assert lamp_of((state("off", 10.0), state("off", 13.9)), 14.0) == ("unknown", 4.0)


def test_pace():
    pace = Pace(10.0)
    assert pace.wait(100.0, 5.0) == 0
    assert pace.wait(120.0, 5.5) == pytest.approx(1.5)
    assert pace.wait(120.0, 9.0) == 0
    assert Pace(float("inf")).wait(1e9, 0.0) == 0


def test_a_queue_is_changed_without_touching_what_runs():
    queue = sequence((), "memory", {"sample": "W3"}, "pulse_voltage", ("1 V", "2 V", "3 V"))
    assert [entry.texts["pulse_voltage"] for entry in queue] == ["1 V", "2 V", "3 V"]
    assert queue[0].told == "memory · W3"
    queue = changed(queue, 1, "running")
    assert next_waiting(queue) is None
    assert removed(queue, 1) == queue
    assert [entry.number for entry in moved(queue, 3, -5)] == [1, 3, 2]
    assert [entry.number for entry in moved(queue, 1, 1)] == [1, 2, 3]
    queue = changed(queue, 1, "finished")
    following_entry = next_waiting(queue)
    assert following_entry is not None
    assert following_entry.number == 2
    assert [entry.number for entry in stopped(queue)] == [1]
    assert [entry.number for entry in added(removed(queue, 2), "noise", {})] == [1, 3, 4]


def test_presets_are_kept_by_protocol_and_name(tmp_path):
    path = tmp_path / "new" / "presets.json"
    assert read_presets(path) == {}
    presets = with_preset({}, "memory", "弱いパルス", {"pulse_voltage": "1 V"})
    write_presets(presets, path)
    assert read_presets(path) == {"memory": {"弱いパルス": {"pulse_voltage": "1 V"}}}
    assert without_preset(presets, "memory", "弱いパルス") == {"memory": {}}
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no presets"):
        read_presets(path)


def test_an_axis_stays_until_the_data_leaves_it():
    shown = following(None, (0.0, 10.0))
    assert following(shown, (0.0, 10.3)) == shown
    assert following(shown, (0.0, 11.0)) != shown
    assert following(shown, (4.0, 5.0)) != shown
    low, high = growing(None, (0.0, 10.0))
    assert growing((low, high), (0.0, 14.9)) == (low, high)
    assert growing((low, high), (0.0, 16.0))[1] >= 24
    assert bounds_of([np.array([np.nan, 2.0]), np.array([])]) == (2.0, 2.0)
    assert bounds_of([np.array([np.nan])]) is None


def test_current_in_the_wires_obeys_kirchhoff():
    # Two wires from a source on the left to a drain on the right, one over the other in between.
    told = {"time_s": 1.0, "wires": [[0, 0, 2, 0], [1, 0, 3, 0], [5, 5, 6, 6]],
            "positions": [[1.5, 0.0]], "junctions": [[0, 1]], "potentials": [1.0, 0.0, 0.0],
            "conductances": [1e-3]}
    picture = picture_of(json.dumps(told).encode())
    assert picture is not None
    assert picture.total == pytest.approx(1e-3)
    carrying = np.abs(picture.currents) > 1e-9
    # From the middle of the first wire (x = 1) to the junction (1.5), on to the middle of the
    # second (2): what flows in flows out.
    assert sorted(picture.pieces[carrying][:, [0, 2]].tolist()) == [[1.0, 1.5], [1.5, 2.0]]
    assert np.allclose(np.abs(picture.currents[carrying]), 1e-3)
    assert picture.electrodes.tolist() == [[1.0, 0.0], [2.0, 0.0]]
    assert sum(np.count_nonzero(which) for which in by_potential(picture.potentials)) == len(
        picture.pieces)
    assert np.count_nonzero(by_current(picture.currents, picture.total)[-1]) == 2


def test_a_sample_at_rest_is_drawn_without_current():
    told = {"time_s": 0.0, "wires": [[0, 0, 1, 1]], "positions": [], "junctions": [],
            "potentials": [0.0], "conductances": []}
    picture = picture_of(json.dumps(told | {"positions": [[0, 0]], "junctions": [[0, 0]],
                                            "conductances": [1e-9]}).encode())
    assert picture is not None
    assert picture.total == 0
    assert picture.electrodes.size == 0
    assert picture_of(b'{"time_s": 0.0}') is None


def test_monotonic_is_the_clock_of_the_lamp():
    assert lamp_of((state("off", time.monotonic()),), time.monotonic())[0] == "off"


def test_pens_are_as_wide_on_a_dense_screen(app, monkeypatch):
    assert pen("k", 2.0).widthF() == 2.0
    monkeypatch.setattr(QApplication, "devicePixelRatio", lambda _: 3.0)
    assert pen("k", 2.0, "dash").widthF() == 6.0


def test_what_is_ready_after_the_window_is_gone_is_not_delivered(app, until):
    free, delivered = threading.Event(), []
    background = Background()
    background.ask(lambda: free.wait(10), delivered.append)
    background.ask(lambda: "waiting", delivered.append)
    background.close()
    free.set()
    background._pool.shutdown(wait=True)
    QApplication.processEvents()
    assert delivered == []
    other = Background()
    other.ask(lambda: "ready", delivered.append)
    until(lambda: delivered == ["ready"])
    other.close()


def test_axes_count_nothing_before_there_is_something(app):
    plot = PlotFrame("G", ("Time", "s"), ("G", "S"), LIGHT)
    plot.line("G", "k")
    axis = plot.item.getAxis("left")
    assert not axis.style["showValues"]
    plot.give("G", np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    plot.fit()
    assert axis.style["showValues"]
    sip.delete(plot)  # not by the collector, which may come in any thread


def test_presets_that_cannot_be_read_keep_nobody_from_measuring(app, tmp_path):
    (tmp_path / "presets.json").write_text("[1]", encoding="utf-8")
    panel = ParameterPanel()
    panel.show_protocol("memory")
    bar = PresetBar(panel, tmp_path / "presets.json")
    bar.show_protocol("memory")
    assert "holds no presets" in bar.choice.toolTip()
    assert not bar.save_button.isEnabled()
    (tmp_path / "presets.json").unlink()
    bar.show_protocol("memory")
    assert bar.save_button.isEnabled()
    bar.save("weak")
    assert bar.choice.currentText() == "weak"
    for each in (bar, panel):
        sip.delete(each)


def test_an_error_that_nobody_caught_is_said_and_does_not_end_the_process(app, monkeypatch, caplog):
    told = []
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    tell_unforeseen(told.append)
    QTimer.singleShot(0, lambda: 1 / 0)  # without a hook of one's own Qt aborts here
    QTest.qWait(20)
    assert told == ["ZeroDivisionError: division by zero"]
    assert "nobody caught this" in caplog.text
    tell_unforeseen(lambda sentence: [][1])
    sys.excepthook(ValueError, ValueError("x"), None)
    assert "nor could it be said" in caplog.text


def test_a_title_without_room_ends_in_dots_and_is_whole_under_the_pointer(app):
    label = ElidedLabel("memory · W3-D12 · 1-2 · + · cycle 7")
    label.show()
    label.resize(90, 20)
    QApplication.processEvents()
    assert label.text().endswith("…")
    assert label.toolTip() == label.whole
    label.resize(900, 20)
    QApplication.processEvents()
    assert label.text() == label.whole
    assert label.toolTip() == ""
    sip.delete(label)


def test_the_strip_tells_sample_pair_polarity_and_cycle():
    texts = {"sample": "W3", "electrode_pair": "1-2", "polarity": "-", "cycle_on_this_pair": "7"}
    entry, = added((), "memory", texts)
    assert entry.title == "memory · W3 · 1-2 · - · cycle 7"
    assert added((), "memory", {"sample": "unknown", "electrode_pair": ""})[0].title == "memory"
