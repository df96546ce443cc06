"""The menus: everything that can be done, with its key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QAction, QActionGroup, QMenu

from ginsen.gui.appearance import CHOICES
from ginsen.gui.asking import ask_remark, ask_save, ask_sequence
from ginsen.gui.language import LANGUAGES, tr

if TYPE_CHECKING:
    from ginsen.gui.window import BenchWindow


def add_menus(window: BenchWindow) -> None:
    """Give a window its menu bar."""
    bar = window.menuBar()
    assert bar is not None
    bench, run, view = (bar.addMenu(tr(title)) for title in ("&Bench", "&Run", "&View"))
    assert bench is not None
    assert run is not None
    assert view is not None
    records, setup = window.views.records, window.setup
    _add(bench, tr("Open station file …"), "Ctrl+B", window.stations.ask_file)
    _add(bench, tr("Open recordings …"), "Ctrl+O", records.ask_files)
    _add(bench, tr("Report …"), "Ctrl+R", records.ask_report)
    _add(bench, tr("Save this view …"), "Ctrl+S", partial(ask_save, window))
    bench.addSeparator()
    _add(bench, tr("Quit, outputs off"), "Ctrl+Q", window.close)
    _add(run, tr("Start"), "Ctrl+Return", setup.start_button.click)
    _add(run, tr("Add to queue"), "Ctrl+Shift+Return", setup.queue_button.click)
    _add(run, tr("Sequence over a parameter"), "Ctrl+Shift+S",
         partial(ask_sequence, window))
    _add(run, tr("Pause before the next run"), "Ctrl+P", window.queue_panel.hold.toggle)
    _add(run, tr("Pause where this phase ends, or go on"), "F9", window.strip.pause_button.click)
    _add(run, tr("Read longer"), "Ctrl+L", window.views.forgetting.reads.longer_button.click)
    _add(run, tr("Sparse reads from now on"), "Ctrl+Shift+L",
         window.views.forgetting.reads.sparser_button.click)
    _add(run, tr("Note at this moment …"), "Ctrl+M", partial(ask_remark, window))
    run.addSeparator()
    _add(run, tr("OUTPUT OFF"), "F12", window.off)
    for at in range(window.views.count()):
        _add(view, window.views.tabText(at), f"Ctrl+{at + 1}", _shower(window, at))
    view.addSeparator()
    _add(view, tr("Calm and unstable …"), "Ctrl+T", window.analysis.ask_threshold)
    for name, title in (("open", tr("Floor of an open input …")),
                        ("resistor", tr("Floor of a resistor …"))):
        _add(view, title, "", partial(window.analysis.ask_floor, name))
    view.addSeparator()
    for name, title in (("theme", tr("Colours")), ("language", "Language · 言語"),
                        ("size", tr("Size of type"))):
        submenu = view.addMenu(title)
        assert submenu is not None
        _add_choices(window, submenu, name)


def _add(menu: QMenu, text: str, key: str, action: Callable[[], object]) -> QAction:
    entry = QAction(text, menu)
    entry.setShortcut(QKeySequence(key))
    entry.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)

    def act() -> None:
        action()

    entry.triggered.connect(act)
    menu.addAction(entry)
    return entry


def _shower(window: BenchWindow, at: int) -> Callable[[], None]:
    return lambda: window.views.setCurrentIndex(at)


def _add_choices(window: BenchWindow, menu: QMenu, name: str) -> None:
    group = QActionGroup(menu)
    for value in CHOICES[name]:
        entry = QAction(LANGUAGES[value] if name == "language" else tr(value), menu)
        entry.setCheckable(True)
        entry.setChecked(getattr(window.appearance, name) == value)
        entry.triggered.connect(
            lambda _, value=value: window.restyled.emit(window.appearance.having(name, value)))
        group.addAction(entry)
        menu.addAction(entry)
