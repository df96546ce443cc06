"""What every plot over the time of a run has: the phases as shaded stretches with their names."""

from __future__ import annotations

from typing import Any

from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QColor
from PyQt5.QtWidgets import QGraphicsRectItem

from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.theme import Theme, legible, mixed

MOST_SHADED = 24
"""More phases than these are a staircase: shading them says nothing."""
_FAR = 1e6
_SHADE = 0.13
"""How strong the shading of a phase is."""


class TimePlot(PlotFrame):
    """A diagram over the time of a run, in s since it began, with its phases behind the curves.

    A `live` one leaves room for what is to come.
    """

    def __init__(self, title: str, y: tuple[str, str], theme: Theme, *, log_y: bool = False,
                 named: bool = False, live: bool = True) -> None:
        super().__init__(title, (tr("Time"), "s"), y, theme, log_y=log_y, growing_x=live)
        self._named = named
        self._shades: list[tuple[QGraphicsRectItem, Any]] = []

    def shade(self, live: LiveRun) -> None:
        """Shade the phases as far as they have come."""
        bands = live.bands if len(live.bands) <= MOST_SHADED else []
        while len(self._shades) < len(bands):
            self._shades.append(self._shading(len(self._shades)))
        for at, (area, label) in enumerate(self._shades):
            area.setVisible(at < len(bands))
            label.setVisible(self._named and at < len(bands))
            if at < len(bands):
                band = bands[at]
                area.setRect(QRectF(band.start, -_FAR, band.stop - band.start, 2 * _FAR))
                label.setText(band.name)

    @property
    def floor(self) -> float:
        """The lower edge of what is shown, in the unit of the axis."""
        shown = float(self.item.vb.viewRange()[1][0])
        return float(10.0 ** shown) if self.log_y else shown

    def place_names(self, live: LiveRun) -> None:
        """Put the names of the phases below the top, in as many rows as keep them apart."""
        if not self._named:
            return
        (_, right), (_, top) = self.item.vb.viewRange()
        pixel_x, pixel_y = self.item.vb.viewPixelSize()
        ends: list[float] = []
        for band, (_, label) in zip(live.bands, self._shades, strict=False):
            width = label.boundingRect().width() * pixel_x
            row = next((row for row, end in enumerate(ends) if end <= band.start), len(ends))
            ends[row:row + 1] = [band.start + width]
            label.setPos(min(band.start, right - width),
                         top - row * label.boundingRect().height() * 0.8 * pixel_y)

    def _shading(self, at: int) -> tuple[QGraphicsRectItem, Any]:
        theme, colour = self.theme, self.theme.series[at % len(self.theme.series)]
        ground = mixed(theme.ground, colour, _SHADE)
        shade = QColor(colour)
        shade.setAlphaF(_SHADE)
        return self.area(shade), self.text("", legible(colour, ground, theme.text), bold=True)
