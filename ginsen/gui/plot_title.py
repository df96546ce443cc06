"""The title of a plot, and what is told beside it."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QLabel, QSizePolicy


class PlotTitle(QLabel):
    """As high as its text needs at its width; never makes the window any wider."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setObjectName("plot")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def entitle(self, name: str, *told: str) -> None:
        """The name of the plot, and what is told beside it; all of it also under the pointer."""
        text = "&nbsp;&nbsp; ".join((name, *(f"<span style='font-weight:normal'>{part}</span>"
                                             for part in told)))
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)
            self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Another width may break the text into other lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # Asked for, not laid out by: a plot must not share its height with those beside it.
        self.setMinimumHeight(0)  # which would count as needed
        needed = self.heightForWidth(self.width())
        if needed > 0:
            self.setFixedHeight(needed)
