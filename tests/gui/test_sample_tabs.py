"""The wafer under the probes and the picture of the sample."""

import math

import numpy as np
import pytest
from PyQt5.QtGui import QImage

from ginsen.gui.asking import ask_sequence
from ginsen.gui.die_results import read_results, shares
from ginsen.gui.sequence_dialog import SequenceDialog
from ginsen.instruments.probe_station import Die
from ginsen.records import read_record

TABLE = """number,condition,die,outcome,first_read_S,beta
1,memory,C1R0,finished,1e-05,1.1
2,memory,C0R1,failed: no contact,,
3,memory,C1R0,finished,2e-05,
4,memory,C1R1S2,finished,nan,0.9
"""


def test_the_results_of_a_map_by_die(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text(TABLE, encoding="utf-8")
    found = read_results(path)
    assert found.outcomes[Die(0, 1)].startswith("failed")
    assert found.measures["first_read_S"] == {Die(1, 0): 2e-5}
    assert found.measures["beta"] == {Die(1, 0): 1.1, Die(1, 1, 2): 0.9}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "die,outcome\nhere,finished\n"])
def test_what_is_no_table_of_a_series_is_refused(tmp_path, text):
    path = tmp_path / "runs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"no table of a series|is none"):
        read_results(path)


def test_shares_go_by_decades_where_there_are_some():
    assert shares(np.array([1.0, 2.0, 3.0])).tolist() == [0.0, 0.5, 1.0]
    assert shares(np.array([1.0, 100.0, 1e4])).tolist() == pytest.approx([0.0, 0.5, 1.0])
    one = shares(np.array([math.nan, 7.0]))
    assert math.isnan(one[0])
    assert one[1] == 0.5


def test_a_click_goes_to_a_die_with_the_output_off_first(window, until, tmp_path):
    window.open_station("wafer")
    dies = window.views.sample.dies
    until(lambda: window.opened is not None and window.opened.name == "wafer" and dies._free)
    assert Die(2, 1) in dies.dies
    lab = window.bench._lab
    outputs, move = [], lab.prober.move_to

    def watched(die):
        outputs.append(lab.smu.source_enabled)
        move(die)

    lab.prober.move_to = watched
    window.bench._jobs.put(lambda: lab.smu.write(":OUTP ON"))
    point = next(p for p in dies.squares.points() if p.data() == Die(2, 1))
    dies.squares.sigClicked.emit(dies.squares, [point], None)
    until(lambda: dies.here == Die(2, 1))
    assert outputs == [False]
    assert "C2R1 is under the probes" in dies.told.text()
    dies.touch_button.click()
    until(lambda: "in contact" in window.stations.cards["prober"].state.text())
    dies.lift_button.click()
    until(lambda: "separated" in window.stations.cards["prober"].state.text())
    (tmp_path / "runs.csv").write_text(TABLE, encoding="utf-8")
    dies.show_results(tmp_path / "runs.csv")
    assert dies.measure.currentData() == "first_read_S"
    dies.set_free(False)
    dies.squares.sigClicked.emit(dies.squares, [dies.squares.points()[0]], None)
    assert not dies.touch_button.isEnabled()
    assert dies.here == Die(2, 1)


def test_a_micrograph_and_the_mark_on_it_are_kept_for_their_station(window, until, tmp_path):
    window.open_station("simulated")
    until(window.setup.start_button.isEnabled)
    view = window.views.sample.micrograph
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    assert picture.save(str(tmp_path / "chip.png"))
    (tmp_path / "text.png").write_text("no picture")
    view.show_picture(tmp_path / "text.png")
    assert "no picture that can be read" in view.told.text()
    view.show_picture(tmp_path / "chip.png")
    view.probe.setPos(10.0, 20.0)
    view._moved()
    view.show_station("another")
    assert not view.has_picture
    view.show_station("simulated")
    assert view.has_picture
    assert (view.probe.pos().x(), view.probe.pos().y()) == (10.0, 20.0)


def test_what_is_set_up_is_run_on_several_dies(window, until, tmp_path, monkeypatch):
    window.open_station("wafer")
    until(lambda: window.opened is not None and window.opened.name == "wafer"
          and window.setup.start_button.isEnabled())
    window.setup.parameters.set_texts({"pulse_voltage": "1500 mV", "read_time": "2 s"})
    until(window.setup.start_button.isEnabled)
    asked = []

    def answered(dialog):
        dialog.choice.setCurrentIndex(dialog.choice.findText("Dies"))
        for text in ("C9R9", "here", "C2R1 C1R0"):
            dialog.line.setText(text)
            asked.append(dialog.told.text())
        return dialog.DialogCode.Accepted

    monkeypatch.setattr(SequenceDialog, "exec_", answered)
    ask_sequence(window)
    assert "C9R9 is not selected for probing" in asked[0]
    assert "'here' is none" in asked[1]
    assert asked[2] == "2 runs: C2R1, C1R0"
    until(lambda: window.queue and window.queue[-1].state not in ("waiting", "running"))
    entry = window.queue[-1]
    assert (entry.protocol, entry.state) == ("wafer-map", "finished"), entry.why
    # By when they were written: of two begun within a second the later one's name sorts first.
    runs = sorted(entry.recording.with_suffix("").glob("*.h5"),
                  key=lambda each: each.stat().st_mtime_ns)
    records = [read_record(each) for each in runs]
    assert [record.about["sample"] for record in records] == ["W3-C2R1", "W3-C1R0"]
    assert all(record.spans[1].level == 1.5 for record in records)
    assert set(window.views.sample.dies.results.outcomes) == {Die(2, 1), Die(1, 0)}
    window.open_station("simulated")
    until(lambda: window.opened is not None and window.opened.name == "simulated")
    assert SequenceDialog("memory", window).choice.findText("Dies") < 0
