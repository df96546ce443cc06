"""How the window was arranged: remembered from day to day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt5.QtCore import QSettings
from PyQt5.QtWidgets import QSplitter

if TYPE_CHECKING:
    from ginsen.gui.window import BenchWindow

WIDTH, HEIGHT = 1280, 800


def arrange(window: BenchWindow, settings: QSettings) -> None:
    """Look as it did when it was closed."""
    window.resize(WIDTH, HEIGHT)
    geometry = settings.value("geometry")
    if geometry is not None:
        window.restoreGeometry(geometry)
    for name, splitter in _splitters(window).items():
        state = settings.value(name)
        if state is not None:
            splitter.restoreState(state)


def remember(window: BenchWindow, settings: QSettings) -> None:
    """Look the same next time, with the same station."""
    settings.setValue("geometry", window.saveGeometry())
    settings.setValue("station", window.setup.station)
    for name, splitter in _splitters(window).items():
        settings.setValue(name, splitter.saveState())


def _splitters(window: BenchWindow) -> dict[str, QSplitter]:
    return {"splitter": window.splitter, "setup": window.setup.splitter,
            "records": window.views.records.splitter}
