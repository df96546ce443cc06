"""A line of text that ends with … where it has no room."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """Never makes the window any wider; all of it is under the pointer, and `whole`."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show this, as far as there is room."""
        self.whole = text
        self._elide()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Another width has room for more, or for less."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight,
                                              self.contentsRect().width())
        self.setText(shown)
        self.setToolTip(self.whole if shown != self.whole else "")
