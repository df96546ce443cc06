"""Two wishes for the read under way: longer, and sparser from now on."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QComboBox, QGridLayout, QPushButton, QWidget

from ginsen.gui.language import tr
from ginsen.gui.quantity_text import quantity_of
from ginsen.protocols.steering import Change, Longer, Sparser

LONGER = ("100 s", "600 s", "3600 s")
SPARSER = ("1 s", "10 s", "60 s", "600 s")


class ReadsPanel(QWidget):
    """Emits `wanted` with a change of the phase that is being read, `wrong` with a sentence."""

    wanted = pyqtSignal(object)
    wrong = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.more, self.every = _times(LONGER), _times(SPARSER)
        self.longer_button = QPushButton(tr("Read longer by"))
        self.longer_button.setToolTip(tr("At once, within the same limits (Ctrl+L)"))
        self.sparser_button = QPushButton(tr("Sparse reads, every"))
        self.sparser_button.setToolTip(tr("From now on, at once; between reads the sample is open "
                                          "(Ctrl+Shift+L)"))
        self.longer_button.clicked.connect(lambda: self._ask(self.more, Longer))
        self.sparser_button.clicked.connect(lambda: self._ask(self.every, Sparser))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for at, (button, times) in enumerate(((self.longer_button, self.more),
                                              (self.sparser_button, self.every))):
            layout.addWidget(button, at, 0)
            layout.addWidget(times, at, 1)
        self.set_running(False)

    def set_running(self, running: bool) -> None:
        """Only what is running can be changed."""
        for button in (self.longer_button, self.sparser_button):
            button.setEnabled(running)

    def _ask(self, times: QComboBox, change: Callable[[float], Change]) -> None:
        try:
            self.wanted.emit(change(quantity_of(times.currentText(), "s")))
        except ValueError as problem:
            self.wrong.emit(str(problem))


def _times(choices: tuple[str, ...]) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.addItems(choices)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setAccessibleName(tr("Time"))
    return box
