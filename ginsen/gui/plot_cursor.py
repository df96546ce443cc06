"""The cursor of a plot: what stands under the pointer, and how far that is from a mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PyQt5.QtCore import QEvent, QObject, QPointF, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QLabel

from ginsen.gui.pens import pen
from ginsen.gui.theme import Theme

STEP, FAR = 0.01, 0.1
"""Of what is shown: how far a key moves the mark, by itself and with Shift."""

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1),
          Qt.Key.Key_Up: (0, 1)}
"""Which way each points: right, up."""

Tell = Callable[[tuple[float, float], tuple[float, float] | None], str]


class PlotCursor(QObject):
    """A click sets the mark, or an arrow key moves it; Escape takes it away, Home follows the data.

    `tell` puts a place on the axes into words, with another one where there are two: pointer and
    mark. The words stand in a corner of the plot.
    """

    def __init__(self, plot: Any, theme: Theme, tell: Tell, home: Callable[[], None]) -> None:
        super().__init__(plot)
        self._box = plot.getPlotItem().vb
        self._tell, self._home = tell, home
        self._pointer: tuple[float, float] | None = None
        self.mark = pg.TargetItem(size=12, movable=True, pen=pen(theme.text))
        self.mark.setVisible(False)
        plot.getPlotItem().addItem(self.mark, ignoreBounds=True)
        self.words = QLabel(plot)
        self.words.setObjectName("readout")
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words.hide()
        plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        plot.installEventFilter(self)
        plot.scene().sigMouseMoved.connect(self._moved)
        plot.scene().sigMouseClicked.connect(self._clicked)
        self.mark.sigPositionChanged.connect(self._show)

    def set_mark(self, x: float, y: float) -> None:
        """Put the mark somewhere, in what the axes count."""
        self.mark.setPos(x, y)
        self.mark.setVisible(True)
        self._show()

    def clear(self) -> None:
        """Take the mark away."""
        self.mark.setVisible(False)
        self._show()

    def eventFilter(self, plot: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Keys move the mark; whatever else there is goes to the plot."""
        if event is not None and event.type() == QEvent.Type.Leave:
            self._pointer = None
            self._show()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and self.mark.isVisible():
            self.clear()
        elif key == Qt.Key.Key_Home:
            self._home()
        elif key in ARROWS:
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._push(*ARROWS[key], FAR if far else STEP)
        else:
            return False
        return True

    def _push(self, right: int, up: int, share: float) -> None:
        (left, end), (bottom, top) = self._box.viewRange()
        if not self.mark.isVisible():
            self.set_mark((left + end) / 2, (bottom + top) / 2)
            return
        at = self.mark.pos()
        self.set_mark(at.x() + right * share * (end - left), at.y() + up * share * (top - bottom))

    def _moved(self, position: QPointF) -> None:
        inside = self._box.sceneBoundingRect().contains(position)
        point = self._box.mapSceneToView(position)
        self._pointer = (point.x(), point.y()) if inside else None
        self._show()

    def _clicked(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not event.double() \
                and self._box.sceneBoundingRect().contains(event.scenePos()):
            point = self._box.mapSceneToView(event.scenePos())
            self.set_mark(point.x(), point.y())

    def _show(self) -> None:
        mark = (self.mark.pos().x(), self.mark.pos().y()) if self.mark.isVisible() else None
        here = self._pointer or mark
        self.words.setVisible(here is not None)
        if here is not None:
            self.words.setText(self._tell(here, mark if self._pointer is not None else None))
            self.words.adjustSize()
            plot = self.words.parentWidget()
            if plot is not None:
                self.words.move(plot.width() - self.words.width() - 12, 2)
