"""The foot of the window: what happened, in words."""

from __future__ import annotations

from PyQt5.QtGui import QFontMetrics
from PyQt5.QtWidgets import QApplication, QLabel

from ginsen.gui.language import said

MOST = 2


class MessageLine(QLabel):
    """The newest sentences beside one another; a line is kept free for them, so nothing moves."""

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[str, ...] = ()
        self.setWordWrap(True)
        self.setContentsMargins(8, 2, 8, 4)
        self.setMinimumHeight(QFontMetrics(QApplication.font()).height() + 6)

    def say(self, sentence: str) -> None:
        """Tell what happened, beside what was told before."""
        self._show((*self._said, said(sentence)))

    def forget(self, *sentences: str) -> None:
        """What is no longer so goes; without a sentence, everything."""
        self._show(tuple(each for each in self._said if sentences and each not in sentences))

    def _show(self, sentences: tuple[str, ...]) -> None:
        self._said = sentences[-MOST:]
        self.setText("  ·  ".join(self._said))
