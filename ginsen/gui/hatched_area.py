"""A hatched area in a plot: what nothing is known of."""

from __future__ import annotations

from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QBrush, QColor, QPainter, QPen
from PyQt5.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget


class HatchedArea(QGraphicsRectItem):
    """Empty as yet; its rectangle is in what the axes count, its lines are as far apart as ever."""

    def __init__(self, colour: QColor) -> None:
        super().__init__(QRectF())
        self.setPen(QPen(Qt.PenStyle.NoPen))
        self.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        self.setZValue(-10)

    def paint(self, painter: QPainter | None, option: QStyleOptionGraphicsItem | None,
              widget: QWidget | None = None) -> None:
        """Hatch in pixels: a plot stretches its axes, and would the lines with them."""
        if painter is not None:
            brush = self.brush()
            back, _ = painter.worldTransform().inverted()
            brush.setTransform(back)
            painter.setPen(self.pen())
            painter.setBrush(brush)
            painter.drawRect(self.rect())
