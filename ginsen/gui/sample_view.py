"""The sample: the wires of a simulated network, the conducting path lit up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt5.QtWidgets import QLabel, QVBoxLayout, QWidget

from ginsen.gui.language import tr
from ginsen.gui.pens import pen
from ginsen.gui.sample_picture import SamplePicture
from ginsen.gui.theme import Theme
from ginsen.report import quantity
from ginsen.types import Array

SHADES = 10
WIDTHS = 5
LEAST_SHARE = 0.01
"""Of the sample's current: a piece of wire that carries less is not lit."""
_SHOWN = {"light": (0.05, 0.95), "dark": (0.3, 1.0)}
"""The part of the colour scale that stands out from the ground."""
_ON = 0.1
"""A junction above this share of the greatest conductance is drawn as bridged."""


class SampleView(QWidget):
    """Wires coloured by potential; over them, thicker for more current, what carries it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plot = pg.PlotWidget(background=theme.ground)
        item = self.plot.getPlotItem()
        item.setAspectLocked(True)
        item.hideButtons()
        item.setMenuEnabled(False)
        for side in ("left", "bottom"):
            item.getAxis(side).setPen(theme.faint)
            item.getAxis(side).setTextPen(theme.text)
            item.setLabel(side, "x" if side == "bottom" else "y", units="m")
        colours = pg.colormap.get("cividis").getLookupTable(*_SHOWN[theme.name], SHADES)
        self._ends = [f"<span style='color:{pg.mkColor(colours[at]).name()}'>━</span>"
                      for at in (0, -1)]
        self._wires = [self._pairs(pen(colour, 1.5)) for colour in colours]
        self._path = [self._pairs(pen(theme.alarm, 2 + 1.6 * at)) for at in range(WIDTHS)]
        self._bridged = pg.ScatterPlotItem(size=5, pen=None, brush=theme.text)
        self._electrodes = pg.ScatterPlotItem(size=16, pen=pg.mkPen(theme.text, width=2),
                                              brush=theme.on, symbol="s")
        for each in (self._bridged, self._electrodes):
            item.addItem(each)
        self.told = QLabel(tr("Only a simulated network can be drawn; it appears here while its "
                              "station is open."))
        self.told.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.told)
        layout.addWidget(self.plot, 1)
        self.has_picture = False

    def _pairs(self, drawn_with: Any) -> Any:
        curve = pg.PlotCurveItem(pen=drawn_with, connect="pairs", antialias=True)
        self.plot.getPlotItem().addItem(curve)
        return curve

    def show_picture(self, picture: SamplePicture) -> None:
        """Draw the network as it was at one moment."""
        for curve, which in zip(self._wires, by_potential(picture.potentials), strict=True):
            _give(curve, picture.pieces[which])
        for curve, which in zip(self._path, by_current(picture.currents, picture.total),
                                strict=True):
            _give(curve, picture.pieces[which])
        greatest = picture.conductances.max(initial=0.0)
        bridged = picture.positions[picture.conductances > _ON * greatest]
        self._bridged.setData(bridged[:, 0], bridged[:, 1])
        self._electrodes.setData(picture.electrodes[:, 0], picture.electrodes[:, 1])
        span = np.ptp(picture.potentials)
        self.told.setText(tr("At {time}: {current} through the sample, {voltage} across it; "
                             "{bridged} of {all} junctions bridged. Wires by potential, from "
                             "{low} to {high}; where current flows, the thicker the more.").format(
            time=quantity(picture.time, "s"), current=quantity(picture.total, "A"),
            voltage=quantity(float(span), "V"), bridged=len(bridged),
            all=len(picture.positions),
            low=f"{self._ends[0]} {quantity(float(picture.potentials.min()), 'V')}",
            high=f"{self._ends[1]} {quantity(float(picture.potentials.max()), 'V')}"))
        if not self.has_picture:
            self.has_picture = True
            self.plot.getPlotItem().autoRange()


def by_potential(potentials: Array) -> list[Array]:
    """Which pieces belong to each shade, from the least potential to the greatest."""
    low, span = float(potentials.min()), float(np.ptp(potentials))
    shade = np.floor((potentials - low) / (span or 1.0) * SHADES).clip(0, SHADES - 1)
    return [shade == at for at in range(SHADES)]


def by_current(currents: Array, total: float) -> list[Array]:
    """Which pieces are lit in each width, by their share of the sample's current."""
    share = np.abs(currents) / total if total > 0 else np.zeros(currents.shape)
    width = np.floor(share * WIDTHS).clip(0, WIDTHS - 1)
    return [(share > LEAST_SHARE) & (width == at) for at in range(WIDTHS)]


def _give(curve: Any, pieces: Array) -> None:
    ends = pieces.reshape(-1, 2)
    curve.setData(ends[:, 0], ends[:, 1])
