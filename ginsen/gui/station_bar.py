"""The station: which one, opened or not, and a card for each of its instruments."""

from __future__ import annotations

from importlib import resources
from textwrap import shorten

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.instrument_state import InstrumentState
from ginsen.gui.language import said, tr
from ginsen.gui.pacing import SPEEDS


def bundled_stations() -> list[str]:
    """The names of the stations that come with Ginsen."""
    folder = resources.files("ginsen") / "stations"
    return sorted(each.name[:-5] for each in folder.iterdir() if each.name.endswith(".toml"))

_MOST = 60
"""Letters of a problem on a card; all of it is under the pointer, and at the foot of the window."""


class InstrumentCard(QFrame):
    """One instrument: who it is, where, its state or its output as read back, its last reading."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name, self.state, self.reading = QLabel(), QLabel(), QLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 3, 10, 3)
        layout.setSpacing(0)
        for label in (self.name, self.state, self.reading):
            layout.addWidget(label)
        self.reading.setObjectName("faint")
        self.setMinimumWidth(250)

    def show_state(self, state: InstrumentState) -> None:
        """What it was last heard to say."""
        maker = state.identity.split(",")
        self.name.setText(f"<b>{state.name}</b>  {' '.join(maker[:2])[:34]}")
        problem = said(state.problem)
        self.setToolTip("\n".join(filter(None, (state.identity, state.address, problem))))
        words = {"on": "● " + tr("output on"), "off": "○ " + tr("output off"),
                 "unknown": "? " + tr("output not known"), "none": ""}
        self.state.setText(shorten(problem, _MOST, placeholder=" …")
                           or f"{words[state.output]} {tr(state.state)}".strip())
        if state.output == "none":
            self.reading.setText(state.address)

    def show_reading(self, text: str) -> None:
        """The newest reading."""
        self.reading.setText(text)


class StationBar(QWidget):
    """Emits `wanted` with the path of a station to open, and `paced` with a speed."""

    wanted = pyqtSignal(str)
    paced = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__()
        self.choice = QComboBox()
        self.choice.setEditable(False)
        self.choice.addItems(bundled_stations())
        self.choice.setCurrentText("simulated")
        self.choice.setAccessibleName(tr("Station"))
        self.choice.setMinimumWidth(150)
        self.file_button = QToolButton()
        self.file_button.setText("…")
        self.file_button.setToolTip(tr("Choose a station file"))
        self.file_button.clicked.connect(self.ask_file)
        self.open_button = QPushButton(tr("Open"))
        self.open_button.clicked.connect(lambda: self.wanted.emit(self.choice.currentText()))
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"× {speed:g}" if speed < float("inf") else tr("as fast as it can"),
                               speed)
        self.speed.setCurrentIndex(1)
        self.speed.setToolTip(tr("How fast the simulated bench runs"))
        self.speed.setAccessibleName(tr("How fast the simulated bench runs"))
        self.speed.currentIndexChanged.connect(
            lambda: self.paced.emit(float(self.speed.currentData())))
        self.speed.setVisible(False)
        self.cards: dict[str, InstrumentCard] = {}
        self._row = QHBoxLayout()
        self._lay_out()

    def _lay_out(self) -> None:
        chooser = QHBoxLayout()
        for widget in (self.choice, self.file_button, self.open_button):
            chooser.addWidget(widget)
        self.told = QLabel("")
        self.told.setObjectName("faint")
        below = QHBoxLayout()
        below.addWidget(self.told)
        below.addWidget(self.speed)
        below.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(2)
        left.addLayout(chooser)
        left.addLayout(below)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 4)
        layout.addLayout(left)
        layout.addLayout(self._row)
        layout.addStretch(1)

    def show_station(self, states: tuple[InstrumentState, ...], *, simulated: bool,
                     virtual: bool) -> None:
        """The instruments of a station that has been opened; none of one that is closed."""
        for card in self.cards.values():
            self._row.removeWidget(card)
            card.deleteLater()
        self.cards = {}
        for state in states:
            self.cards[state.name] = card = InstrumentCard()
            self._row.addWidget(card)
        self.show_states(states)
        self.speed.setVisible(virtual)
        self.told.setText(tr("simulated, at") if virtual else tr("simulated") if simulated else "")

    def show_states(self, states: tuple[InstrumentState, ...]) -> None:
        """What the instruments were last heard to say."""
        for state in states:
            if state.name in self.cards:
                self.cards[state.name].show_state(state)

    def show_reading(self, name: str, text: str) -> None:
        """The newest reading of a source meter, the first if the name is empty."""
        card = self.cards.get(name) or next(iter(self.cards.values()), None)
        if card is not None:
            card.show_reading(text)

    def lock(self, busy: bool) -> None:
        """While something runs, the station stays."""
        for widget in (self.choice, self.file_button, self.open_button):
            widget.setEnabled(not busy)

    def ask_file(self) -> None:
        """Ask for a station file, and for it to be opened."""
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a station file"), "", "*.toml")
        if path:
            self.choose(path)

    def choose(self, path: str) -> None:
        """Have this station chosen, and ask for it to be opened."""
        self.show_choice(path)
        self.wanted.emit(path)

    def show_choice(self, path: str) -> None:
        """The station that is being opened stands in the list, and is the chosen one."""
        if self.choice.findText(path) < 0:
            self.choice.addItem(path)
        self.choice.setCurrentText(path)
