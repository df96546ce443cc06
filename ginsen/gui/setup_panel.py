"""Choose what to do: protocol, parameters, the stimulus as it will be applied, Start."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import Qt, QTimer, pyqtBoundSignal, pyqtSignal
from PyQt5.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.language import tr
from ginsen.gui.parameter_panel import ParameterPanel
from ginsen.gui.parameter_rows import protocol_of, sentence_of
from ginsen.gui.preset_bar import PresetBar
from ginsen.gui.preview import preview
from ginsen.gui.preview_plot import PreviewPlot
from ginsen.gui.theme import Theme
from ginsen.protocols import PROTOCOLS

QUIET = 150
"""Milliseconds after a key in which no other comes before the stimulus is drawn anew."""


class SetupPanel(QWidget):
    """Emits `start` or `enqueue` with the protocol's name and what its fields say.

    Neither is possible before the stimulus could be drawn, and while the station would refuse it.
    """

    start = pyqtSignal(str, dict)
    enqueue = pyqtSignal(str, dict)

    def __init__(self, theme: Theme, presets: Path) -> None:
        super().__init__()
        self.station = ""
        self._ready = False
        self._previewed = False
        self.choice = QComboBox()
        for name in sorted(PROTOCOLS):
            self.choice.addItem(name, name)
            self.choice.setItemData(self.choice.count() - 1, tr(sentence_of(PROTOCOLS[name])),
                                    Qt.ItemDataRole.ToolTipRole)
        self.choice.setAccessibleName(tr("Protocol"))
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setObjectName("faint")
        self.parameters = ParameterPanel()
        self.presets = PresetBar(self.parameters, presets)
        self.preview = PreviewPlot(theme)
        self.start_button = QPushButton(tr("Start"))
        self.start_button.setObjectName("start")
        self.queue_button = QPushButton(tr("Add to queue"))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.draw_preview)
        self._lay_out()
        self.choice.setCurrentText("memory")
        self.choice.currentIndexChanged.connect(self._chosen)
        self.parameters.changed.connect(self._changed)
        self.start_button.clicked.connect(lambda: self._ask(self.start))
        self.queue_button.clicked.connect(lambda: self._ask(self.enqueue))
        self._chosen()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.start_button, 2)
        buttons.addWidget(self.queue_button, 1)
        upper, lower = QWidget(), QWidget()
        top = QVBoxLayout(upper)
        top.setContentsMargins(6, 6, 6, 0)
        for widget in (self.choice, self.sentence, self.presets):
            top.addWidget(widget)
        top.addWidget(self.parameters, 1)
        bottom = QVBoxLayout(lower)
        bottom.setContentsMargins(6, 0, 6, 6)
        bottom.addWidget(self.preview, 1)
        bottom.addLayout(buttons)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(upper)
        self.splitter.addWidget(lower)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.splitter)

    def choose(self, name: str) -> None:
        """Choose a protocol by its name."""
        self.choice.setCurrentText(name)

    def set_station(self, path: str, *, ready: bool) -> None:
        """Preview on this station; `ready` says that its instruments answered."""
        self.station, self._ready = path, ready
        self._changed()

    def texts(self) -> dict[str, str]:
        """What the fields say, and the station chosen beside them."""
        return {**self.parameters.texts(), "station": self.station}

    def draw_preview(self) -> None:
        """Draw the stimulus now, or say why there is none."""
        self._later.stop()
        self._previewed = False
        if self.parameters.problem:
            self.preview.show_problem(self.parameters.problem)
        else:
            try:
                shown = preview(protocol_of(self.choice.currentText(), self.texts()))
            except (ValueError, OSError) as problem:
                self.preview.show_problem(str(problem))
            else:
                self.preview.show_preview(shown)
                self._previewed = not shown.refused
        self._enable()

    def _chosen(self) -> None:
        name = self.choice.currentText()
        self.sentence.setText(tr(sentence_of(PROTOCOLS[name])))
        self.parameters.show_protocol(name)
        self.presets.show_protocol(name)

    def _changed(self) -> None:
        self._previewed = False
        self._enable()
        if self.station:
            self._later.start(QUIET)

    def _enable(self) -> None:
        for button in (self.start_button, self.queue_button):
            button.setEnabled(self._previewed and self._ready)
            button.setToolTip("" if self._ready else tr("Open a station first"))

    def _ask(self, signal: pyqtBoundSignal) -> None:
        signal.emit(self.choice.currentText(), self.texts())
