"""Everything can be done without a mouse."""

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAction,
    QApplication,
    QComboBox,
    QLineEdit,
    QListWidget,
    QMenu,
)

from ginsen.gui.sequence_dialog import SequenceDialog


def menus(menu):
    for action in menu.actions():
        if action.menu() is not None:
            yield from menus(action.menu())
        elif not action.isSeparator():
            yield action


def test_every_entry_of_a_menu_has_a_key_or_stands_in_a_menu_that_has(window):
    bar = window.menuBar()
    for top in bar.actions():
        assert "&" in top.text(), f"{top.text()} cannot be opened with Alt and a letter"
        for action in menus(top.menu()):
            assert isinstance(action, QAction)
            assert action.isEnabled(), action.text()
    keys = [action.shortcut().toString() for top in bar.actions() for action in menus(top.menu())]
    used = [key for key in keys if key]
    assert len(used) == len(set(used)), "two entries have one key"
    assert {"F12", "F9", "Ctrl+Return", "Ctrl+O", "Ctrl+Q"} <= set(used)


def reached(page, until=None):
    """The widgets that Tab comes to, beginning anywhere, until it comes round."""
    first = page.nextInFocusChain()
    found, each = [], first
    while True:
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(each)
        each = each.nextInFocusChain()
        if each is first:
            return found


def test_tab_comes_to_everything_that_can_be_pressed_or_filled_in(window):
    found = set(map(id, reached(window)))
    wanted = [each for kind in (QAbstractButton, QComboBox, QLineEdit, QListWidget)
              for each in window.findChildren(kind)
              if not isinstance(each.parent(), (QComboBox, QLineEdit, QMenu))
              and not each.objectName().startswith("qt_")
              and type(each).__name__ != "CloseButton"
              # The arrows of a row of tabs appear where it has no room; the keys do the same.
              and type(each.parent()).__name__ != "QTabBar"]
    assert len(wanted) > 60
    missed = [(type(each).__name__, getattr(each, "text", str)() or each.accessibleName()
               or each.toolTip()) for each in wanted if id(each) not in found]
    assert missed == []


def test_what_has_no_text_has_a_name(window):
    for each in window.findChildren(QAbstractButton):
        if each.objectName().startswith("qt_") or type(each.parent()).__name__ == "QTabBar":
            continue
        assert any(letter.isalnum() for letter in each.text()) or each.accessibleName() \
            or each.toolTip(), f"a button {each.text()!r} says nothing to a screen reader"


def test_the_order_of_tab_is_the_order_of_reading(window):
    fields = list(window.setup.parameters.fields.values())
    places = {id(each): at for at, each in enumerate(reached(window))}
    order = [places[id(field)] for field in fields]
    assert order == sorted(order)
    assert places[id(window.setup.choice)] < order[0]
    assert order[-1] < places[id(window.setup.start_button)]
    assert places[id(window.setup.start_button)] < places[id(window.setup.queue_button)]


@pytest.mark.parametrize("key", range(1, 6))
def test_a_key_for_each_view(window, key):
    window.activateWindow()
    QTest.keyClick(window, getattr(Qt.Key, f"Key_{key}"), Qt.KeyboardModifier.ControlModifier)
    assert window.views.currentIndex() == key - 1


def test_a_die_is_chosen_and_gone_to_without_a_mouse(window, until):
    window.open_station("wafer")
    dies = window.views.sample.dies
    until(lambda: window.opened is not None and window.opened.name == "wafer" and dies._free)
    dies.place.setCurrentIndex(dies.place.findText("C1R2"))
    QTest.keyClick(dies.go_button, Qt.Key.Key_Space)
    until(lambda: str(dies.here) == "C1R2")
    dies.set_free(False)
    assert not dies.go_button.isEnabled()


def test_keys_move_the_mark_on_a_micrograph(window, until, tmp_path):
    from PyQt5.QtGui import QImage

    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    assert picture.save(str(tmp_path / "chip.png"))
    view = window.views.sample.micrograph
    QTest.keyClick(view.plot, Qt.Key.Key_Right)  # without a picture there is nothing to move
    view.show_picture(tmp_path / "chip.png")
    view.probe.setPos(10.0, 20.0)
    QTest.keyClick(view.plot, Qt.Key.Key_Right)
    QTest.keyClick(view.plot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (view.probe.pos().x(), view.probe.pos().y()) == (11.0, 30.0)
    view.show_station("another")
    view.show_station(window.opened.path)
    assert (view.probe.pos().x(), view.probe.pos().y()) == (11.0, 30.0)


def test_a_sequence_is_asked_for_with_the_keyboard(window):
    dialog = SequenceDialog("memory", window)
    dialog.show()
    dialog.line.setFocus()
    QTest.keyClicks(dialog.line, "1 V, 2 V")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert dialog.result() == dialog.DialogCode.Accepted
    assert dialog.values == ("1 V", "2 V")
    dialog.deleteLater()
