"""Fields for the terms on which recordings are analysed again."""

from __future__ import annotations

from dataclasses import replace

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from ginsen.gui.analysis_terms import Terms, band_of_texts, windows_of_text
from ginsen.gui.language import tr
from ginsen.gui.theme import restyle


class TermsBar(QWidget):
    """Emits `changed` with new terms when the button is pressed, `wrong` with a sentence."""

    changed = pyqtSignal(object)
    wrong = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.terms = Terms()
        self.low, self.high, self.windows = QLineEdit(), QLineEdit(), QLineEdit()
        for field, example in ((self.low, "0.1 Hz"), (self.high, "5 Hz"),
                               (self.windows, "256, 1024")):
            field.setPlaceholderText(example)
            field.returnPressed.connect(self._ask)
        self.button = QPushButton(tr("Analyse again"))
        self.button.setToolTip(tr("β in this band and in these windows; empty fields are as usual"))
        self.button.clicked.connect(self._ask)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 2, 6, 4)
        for widget, share in ((QLabel(tr("Band")), 0), (self.low, 1), (QLabel("–"), 0),
                              (self.high, 1), (QLabel(tr("Windows")), 0), (self.windows, 2),
                              (self.button, 0)):
            layout.addWidget(widget, share)

    def start_with(self, unstable_above: float) -> None:
        """The β from which on a sample is called unstable, before anything was analysed."""
        self.terms = replace(self.terms, unstable_above=unstable_above)

    def set_threshold(self, unstable_above: float) -> None:
        """Another β from which on a sample is called unstable."""
        self.terms = replace(self.terms, unstable_above=unstable_above)
        self.changed.emit(self.terms)

    def _ask(self) -> None:
        problems = {}
        try:
            band = band_of_texts(self.low.text(), self.high.text())
        except ValueError as problem:
            problems[self.low] = problems[self.high] = str(problem)
        try:
            windows = windows_of_text(self.windows.text())
        except ValueError as problem:
            problems[self.windows] = str(problem)
        for field in (self.low, self.high, self.windows):
            field.setProperty("wrong", field in problems)
            restyle(field)
        if problems:
            self.wrong.emit(next(iter(problems.values())))
        else:
            self.terms = replace(self.terms, band=band, windows=windows)
            self.changed.emit(self.terms)
