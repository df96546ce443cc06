"""The stimulus as it will be applied, drawn before Start is possible."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFontMetrics
from PyQt5.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from ginsen.gui.language import said, tr
from ginsen.gui.pens import pen
from ginsen.gui.preview import Preview, apart, stretched
from ginsen.gui.theme import Theme, restyle
from ginsen.report import quantity


class PreviewPlot(QWidget):
    """Voltage against time, with what it lasts, its maximum and its charge, or why there is none.

    Levels are named on the axis and drawn so that a read of millivolts is seen beside a pulse of
    volts.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plot = pg.PlotWidget(background=theme.ground)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(False, False)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # there is nothing to be done in it
        for side in ("left", "bottom"):
            item.getAxis(side).setPen(theme.faint)
            item.getAxis(side).setTextPen(theme.text)
        item.setLabel("bottom", tr("Time"), units="s")
        self._line = item.plot([], [], pen=pen(theme.series[0], 2), fillLevel=0,
                               brush=pg.mkBrush(theme.series[0] + "30"))
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.sentences = QLabel()
        self.sentences.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        # A splitter does not ask how high a text becomes that is broken into lines.
        line = QFontMetrics(QApplication.font()).height()
        self.plot.setMinimumHeight(8 * line)
        self.told.setMinimumHeight(2 * line)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.told)
        layout.addWidget(self.sentences)

    def show_preview(self, shown: Preview) -> None:
        """Draw a stimulus."""
        by_name = bool(shown.ticks)
        level = stretched(shown.level, shown.smallest) if by_name else shown.level
        time = np.concatenate([shown.time[:1], shown.time, shown.time[-1:]])
        self._line.setData(time, np.concatenate([[0.0], level, [0.0]]))
        axis = self.plot.getPlotItem().getAxis("left")
        ticks = apart(shown.ticks, shown.smallest)
        axis.setTicks([list(zip(stretched(np.array(ticks), shown.smallest).tolist(),
                                (quantity(tick, "V") for tick in ticks), strict=True))]
                      if by_name else None)
        axis.setLabel("" if by_name else tr("Voltage"), units=None if by_name else "V")
        self.plot.getPlotItem().autoRange()
        self.told.setText(shown.told)
        self.told.show()
        self._say("\n".join(map(said, shown.sentences)), wrong=shown.refused)

    def show_problem(self, sentence: str) -> None:
        """Draw nothing, and say why."""
        self._line.setData([], [])
        self.told.hide()
        axis = self.plot.getPlotItem().getAxis("left")
        axis.setTicks([[]])
        axis.setLabel(tr("Voltage"))
        self._say(said(sentence), wrong=True)

    def _say(self, text: str, *, wrong: bool) -> None:
        self.sentences.setText(text)
        self.sentences.setVisible(bool(text))
        self.sentences.setObjectName("wrong" if wrong else "faint")
        restyle(self.sentences)
