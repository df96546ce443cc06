"""The strip that is always there: what runs, how far it is, G and β, the output, and its end."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import pyqtSignal
from PyQt5.QtGui import QFontMetrics
from PyQt5.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.elided_label import ElidedLabel
from ginsen.gui.lamp import Lamp
from ginsen.gui.language import in_short, said, tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.quantity_text import duration_text
from ginsen.gui.theme import Theme
from ginsen.report import quantity


class TopStrip(QWidget):
    """Emits `off` when OUTPUT OFF is pressed; that is possible at any time.

    `pause_button` is pressed in while the run waits, or is to wait, at the end of a phase.
    """

    off = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.run = ElidedLabel(tr("nothing is running"))
        self.run.setObjectName("title")
        self.phase = QLabel("")
        self.phase.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for told in (self.run, self.phase):
            told.setMinimumWidth(160)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(10)
        self.conductance, self.beta = _big("888.8 µS"), _big("-0.88 ± 0.88")
        self.lamp = Lamp(theme)
        self.off_button = QPushButton(tr("OUTPUT OFF") + "\nF12")
        self.off_button.setObjectName("off")
        self.off_button.setToolTip(tr("Stop, switch every output off and read that back (F12)"))
        self.off_button.clicked.connect(self.off)
        self.pause_button = QPushButton(tr("Pause"))
        self.pause_button.setObjectName("pause")
        self.pause_button.setCheckable(True)
        self.pause_button.setToolTip(tr("Wait where this phase ends, output off; press again to go "
                                        "on (F9)"))
        self.show_pause(possible=False, wanted=False)
        self._lay_out()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(3)
        for widget in (self.run, self.phase, self.progress):
            left.addWidget(widget)
        numbers = QGridLayout()
        numbers.setVerticalSpacing(0)
        self.beta_name = QLabel(tr("β, 95 %"))
        for at, (name, widget) in enumerate(((QLabel(tr("Conductance")), self.conductance),
                                             (self.beta_name, self.beta))):
            name.setObjectName("faint")
            numbers.addWidget(name, 0, at)
            numbers.addWidget(widget, 1, at)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.setSpacing(12)
        layout.addLayout(left, 1)
        layout.addLayout(numbers)
        layout.addWidget(self.pause_button)
        layout.addWidget(self.lamp)
        layout.addWidget(self.off_button)

    def show_run(self, title: str) -> None:
        """A run has begun, or is over."""
        self.run.show_text(title)

    def refresh(self, live: LiveRun, *, speed: float = 1.0) -> None:
        """Show where the run is; `speed` is bench seconds per second of the wall."""
        news = live.latest
        if news is None:
            return
        left = (news.total - news.done) / speed
        self.phase.setText(tr("{phase} · {level} · {left} left").format(
            phase=news.phase.name, level=quantity(news.phase.level, "V"),
            left=duration_text(left) if news.total > 0 else "?"))
        self.progress.setValue(round(1000 * news.done / news.total) if news.total > 0 else 0)
        known = news.conductance[np.isfinite(news.conductance)]
        self.conductance.setText(quantity(float(known[-1]), "S") if known.size
                                 else tr("in compliance") if news.samples.compliance.any()
                                 else "–")
        fit = live.fit
        half = 0.0 if fit is None else ((fit.beta_high or 0.0) - (fit.beta_low or 0.0)) / 2
        self.beta.setText("–" if fit is None or fit.beta is None else
                          f"{fit.beta:.2f} ± {half:.2f}")
        why = "" if fit is None else fit.reason or ""
        self.beta_name.setText(tr("no β: {why}").format(why=in_short(why)) if why
                               else tr("β, 95 %"))
        self.beta.setToolTip(said(why))

    def show_pause(self, *, possible: bool, wanted: bool) -> None:
        """Whether there is a run to pause, and whether it is to."""
        self.pause_button.setEnabled(possible)
        self.pause_button.setChecked(wanted)
        self.pause_button.setText((tr("Go on") if wanted else tr("Pause")) + "\nF9")

    def show_over(self, sentence: str) -> None:
        """The run is over; this is how it went."""
        self.phase.setText(sentence)


def _big(widest: str) -> QLabel:
    """A number to be read from afar, with room for the widest text from the start."""
    label = QLabel("–")
    label.setObjectName("big")
    font = QApplication.font()
    font.setPointSize(font.pointSize() + 15)  # as in the style sheet
    font.setBold(True)
    label.setMinimumWidth(QFontMetrics(font).horizontalAdvance(widest))
    return label
