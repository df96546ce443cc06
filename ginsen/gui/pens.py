"""Pens as wide on a dense screen as on any other."""

from __future__ import annotations

from typing import Any, Literal

import pyqtgraph as pg
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication

_STYLES = {"line": Qt.PenStyle.SolidLine, "dash": Qt.PenStyle.DashLine}


def pen(colour: Any, width: float = 1.0, style: Literal["line", "dash"] = "line") -> Any:
    """A pen for what is drawn in a plot, `width` in pixels of the window.

    pyqtgraph's own count pixels of the screen, three of which make one of a window at 4K.
    """
    application = QApplication.instance()
    density = application.devicePixelRatio() if isinstance(application, QApplication) else 1.0
    return pg.mkPen(colour, width=width * density, style=_STYLES[style])
