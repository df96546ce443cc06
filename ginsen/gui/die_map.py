"""The wafer under the probes: its dies, coloured by a result; a click goes there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ginsen.analysis.measures import known_measures, label
from ginsen.gui.die_results import DieResults, read_results, shares
from ginsen.gui.language import said, tr
from ginsen.gui.pens import pen
from ginsen.gui.theme import Theme
from ginsen.instruments.probe_station import Die
from ginsen.report import quantity

_SIZE = 0.92
"""Of a die's place, how much of it is drawn."""
MOST_NAMED = 150


class DieMap(QWidget):
    """Emits `wanted` with the die that was clicked, `touch` and `lift` for the chuck.

    Whoever does it switches the outputs off first. Dies are squares, columns from left to right and
    rows from top to bottom; a cross is a run that failed, a frame the die under the probes.
    """

    wanted = pyqtSignal(object)
    touch = pyqtSignal()
    lift = pyqtSignal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.dies: tuple[Die, ...] = ()
        self.results = DieResults({}, {})
        self.here: Die | None = None
        self.plot = pg.PlotWidget(background=theme.ground)
        self.item = self.plot.getPlotItem()
        self.item.setAspectLocked(True)
        self.item.invertY(True)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys choose a die from the list
        self.item.hideButtons()
        self.item.setMenuEnabled(False)
        for side, name in (("left", tr("row")), ("bottom", tr("column"))):
            self.item.getAxis(side).setPen(theme.faint)
            self.item.getAxis(side).setTextPen(theme.text)
            self.item.setLabel(side, name)
            self.item.getAxis(side).setTickSpacing(1, 1)
        self.squares, self._frame = (pg.ScatterPlotItem(pxMode=False, symbol="s", size=_SIZE)
                                     for _ in range(2))
        self._crosses = pg.ScatterPlotItem(symbol="x", size=18, pen=pg.mkPen(theme.alarm, width=3))
        for each in (self.squares, self._frame, self._crosses):
            self.item.addItem(each)
        self.squares.sigClicked.connect(self._clicked)
        self._names: list[Any] = []
        self.measure = QComboBox()
        self.measure.setAccessibleName(tr("Result"))
        self.open_button = QPushButton(tr("Results …"))
        self.open_button.setToolTip(tr("The runs.csv of a wafer map"))
        self.place = QComboBox()
        self.place.setAccessibleName(tr("Die"))
        self.go_button = QPushButton(tr("Go there"))
        self.touch_button, self.lift_button = QPushButton(tr("Contact")), QPushButton(tr("Lift"))
        self.told = QLabel(tr("This station has no probe station with a wafer map."))
        self.told.setWordWrap(True)
        self._lay_out()
        self.measure.currentIndexChanged.connect(self.draw)
        self.open_button.clicked.connect(self._ask_results)
        self.go_button.clicked.connect(lambda: self.wanted.emit(self.place.currentData()))
        self.touch_button.clicked.connect(self.touch)
        self.lift_button.clicked.connect(self.lift)
        self.set_free(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.measure, 1)
        for each in (self.open_button, self.place, self.go_button, self.touch_button,
                     self.lift_button):
            row.addWidget(each)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addLayout(row)
        layout.addWidget(self.told)
        layout.addWidget(self.plot, 1)

    def show_dies(self, dies: Sequence[Die]) -> None:
        """The dies that are selected for probing; none where there is no probe station."""
        self.dies, self.here = tuple(dies), None
        self.place.clear()
        for die in dies:
            self.place.addItem(str(die), die)
        self.told.setText(tr("Click a die to go there: outputs off, chuck down, then sideways.")
                          if dies else tr("This station has no probe station with a wafer map."))
        self.draw()
        self.item.autoRange()

    def show_results(self, path: Path) -> None:
        """Colour the dies by what a series found; say so where its table can't be read."""
        try:
            self.results = read_results(path)
        except (OSError, ValueError) as problem:
            self.told.setText(said(str(problem)))
            return
        self.measure.blockSignals(True)
        self.measure.clear()
        for key in sorted(self.results.measures):
            self.measure.addItem(label(key), key)
        self.measure.setCurrentIndex(max(0, self.measure.findData("first_read_S")))
        self.measure.blockSignals(False)
        self.draw()
        self.item.autoRange()

    def arrive(self, die: Die) -> None:
        """The probes are over this die."""
        self.here = die
        self.told.setText(tr("{die} is under the probes.").format(die=die))
        self.draw()

    def set_free(self, free: bool) -> None:
        """Whether the chuck may be moved from here: no run has it."""
        self._free = free
        for button in (self.go_button, self.touch_button, self.lift_button):
            button.setEnabled(free and bool(self.dies))

    def draw(self) -> None:
        """Draw the dies as they are known."""
        dies = sorted({*self.dies, *self.results.outcomes})
        values = self.results.measures.get(str(self.measure.currentData()), {})
        share = shares(np.array([values.get(die, math.nan) for die in dies]))
        colours = pg.colormap.get("viridis")
        place = {die: _place(die) for die in dies}
        self.squares.setData([{
            "pos": place[die], "data": die, "pen": pen(self.theme.faint),
            "brush": pg.mkBrush(colours.map(each, "qcolor") if math.isfinite(each)
                                else self.theme.panel)}
            for die, each in zip(dies, share.tolist(), strict=True)])
        failed = [place[die] for die, outcome in self.results.outcomes.items()
                  if outcome.startswith("failed")]
        self._crosses.setData(pos=np.array(failed).reshape(-1, 2))
        self._frame.setData([] if self.here is None else [{
            "pos": _place(self.here), "pen": pen(self.theme.on, 4),
            "brush": pg.mkBrush(None)}])
        self._name(dies, values, share.tolist())

    def _name(self, dies: Sequence[Die], values: Any, share: Sequence[float]) -> None:
        """The name of each die, and its value under it."""
        for each in self._names:
            self.item.removeItem(each)
        self._names = []
        key = str(self.measure.currentData())
        unit = known_measures()[key].unit if key in known_measures() else ""
        for die, at in zip(dies[:MOST_NAMED], share, strict=False):
            value = values.get(die)
            text = str(die) if value is None else f"{die}\n{_told(value, unit)}"
            colour = self.theme.text if value is None else "white" if at < 0.6 else "black"
            name = pg.TextItem(text, color=colour, anchor=(0.5, 0.5))
            name.setPos(*_place(die))
            name.setAcceptedMouseButtons(pg.QtCore.Qt.MouseButton.NoButton)
            self.item.addItem(name)
            self._names.append(name)

    def _clicked(self, _: object, points: Any) -> None:
        if self._free and len(points) and points[0].data() in self.dies:
            self.wanted.emit(points[0].data())

    def _ask_results(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Results …"), "", "*.csv")
        if path:
            self.show_results(Path(path))


def _place(die: Die) -> tuple[float, float]:
    """Subdies stand beside one another in the place of their die."""
    return die.column + 0.25 * die.subdie, float(die.row)


def _told(value: float, unit: str) -> str:
    return quantity(value, unit) if unit.isalpha() else f"{value:.3g}"
