"""What every diagram can do: be read, be saved, be read from afar."""

import csv

import numpy as np
import pytest
from PyQt5 import sip
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QImage
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

import ginsen.gui.plot_frame as plot_frame_module
from ginsen.gui.plot_export import export
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.theme import THEMES, contrast, legible, mixed, style_sheet


@pytest.fixture
def plot(app):
    made = PlotFrame("What is left", ("Time", "s"), ("G", "S"), THEMES["light"], log_x=True)
    made.line("G", "#0072B2")
    made.resize(400, 300)
    made.show()
    made.give("G", np.array([1.0, 10.0, 100.0]), np.array([1e-5, 2e-5, 3e-5]))
    made.fit()
    QApplication.processEvents()
    yield made
    sip.delete(made)


def test_a_plot_is_saved_as_picture_drawing_and_text(plot, tmp_path):
    data = {"G": plot.drawn("G")}
    for name in ("plot.png", "plot.svg", "plot.csv"):
        assert export(plot.plot, (("Time", "s"), ("G", "S")), data, tmp_path / name)
        assert not export(plot.plot, (("Time", "s"), ("G", "S")), data,
                          tmp_path / "nowhere" / name)
    assert not QImage(str(tmp_path / "plot.png")).isNull()
    assert "<svg" in (tmp_path / "plot.svg").read_text("utf-8")
    head, *rows = csv.reader((tmp_path / "plot.csv").read_text("utf-8").splitlines())
    assert head == ["curve", "Time (s)", "G (S)"]
    assert [(name, float(x), float(y)) for name, x, y in rows] == [
        ("G", 1.0, 1e-5), ("G", 10.0, 2e-5), ("G", 100.0, 3e-5)]


def test_what_came_of_saving_is_told(plot, tmp_path, monkeypatch):
    told, where = [], [tmp_path / "a.csv", tmp_path / "no" / "a.csv", None]
    plot.exported.connect(told.append)
    monkeypatch.setattr(plot_frame_module, "ask_path", lambda button: where.pop(0))
    for _ in range(3):
        plot.export_button.click()
    assert told == [f"Saved as {tmp_path / 'a.csv'}",
                    f"{tmp_path / 'no' / 'a.csv'} could not be written."]


def test_every_plot_of_the_window_tells_it_at_the_foot(window):
    plots = window.views.findChildren(PlotFrame)
    assert len(plots) >= 12
    for plot in plots:
        plot.exported.emit(f"saved {id(plot)}")
        assert f"saved {id(plot)}" in window.message.text()


def test_keys_move_the_mark(plot):
    view, reader = plot.plot, plot.reader
    assert reader.words.isHidden()
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert reader.mark.isVisible()
    (left, right), (bottom, top) = plot.item.vb.viewRange()
    assert reader.mark.pos().x() == pytest.approx((left + right) / 2)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert reader.mark.pos().x() == pytest.approx((left + right) / 2 + 0.01 * (right - left))
    assert reader.mark.pos().y() == pytest.approx((bottom + top) / 2 + 0.1 * (top - bottom))
    x = 10.0 ** reader.mark.pos().x()
    assert reader.words.text().startswith(f"{x:.4g} s, ")
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not reader.mark.isVisible()
    assert reader.words.isHidden()


def test_the_pointer_is_read_from_the_mark(plot):
    reader = plot.reader
    reader.set_mark(0.0, 1e-5)
    place = plot.item.vb.mapViewToScene(plot.item.vb.viewRect().center())
    reader._moved(place)
    here, _, apart = reader.words.text().partition("   Δ ")
    x, y = (float(each.split()[0]) for each in here.split(", "))
    dx, dy = (float(each.split()[0]) for each in apart.split(", "))
    assert dx == pytest.approx(x - 1.0, rel=1e-3)
    assert dy == pytest.approx(y - 1e-5, rel=1e-2)
    plot.set_log(True)  # where the mark would stand elsewhere
    assert not reader.mark.isVisible()


def test_home_lets_the_axes_follow_again(plot):
    plot.item.vb.setXRange(5.0, 6.0)
    plot._taken_over()
    QTest.keyClick(plot.plot, Qt.Key.Key_Home)
    low, high = plot.item.vb.viewRange()[0]
    assert low <= 0.0
    assert high >= 2.0


def test_a_click_sets_the_mark(plot):
    box = plot.item.vb
    place = plot.plot.mapFromScene(box.mapViewToScene(box.viewRect().center()))
    QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert plot.reader.mark.isVisible()
    assert plot.reader.mark.pos().x() == pytest.approx(box.viewRect().center().x(), abs=0.05)


def test_a_title_has_the_lines_that_it_needs(plot):
    one = plot.title.height()
    plot.entitle("What is left", *["a long thing that is told beside it"] * 4)
    QApplication.processEvents()
    assert plot.title.height() >= 2 * one
    assert plot.title.height() == plot.title.heightForWidth(plot.title.width())
    plot.entitle("What is left")
    QApplication.processEvents()
    assert plot.title.height() == one


@pytest.mark.parametrize("name", sorted(THEMES))
def test_what_is_written_can_be_read(name):
    theme = THEMES[name]
    for text in (theme.text, theme.faint):
        for ground in (theme.ground, theme.panel):
            assert contrast(text, ground) >= 4.5
    for colour in (*theme.series, theme.alarm):
        for ground in (theme.ground, theme.panel, mixed(theme.ground, colour, 0.13)):
            assert contrast(legible(colour, ground, theme.text), ground) >= 4.5
    assert style_sheet(theme, 9)


def test_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert legible("#ffffff", "#ffffff", "#000000") == mixed("#ffffff", "#000000", 0.55)


def test_white_on_the_button_that_stops_can_be_read():
    import re

    rule = re.search(r"QPushButton#off {[^}]*}", style_sheet(THEMES["light"], 9))
    ground = re.search(r"background: (#\w{6}); color: white", rule[0])[1]
    assert contrast("#ffffff", ground) >= 4.5
