"""The spectrum of the conductance: points, fit, band, floor, interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QColor
from PyQt5.QtWidgets import QGraphicsRectItem

from ginsen.gui.band_betas import betas_by_band
from ginsen.gui.current_floor import CurrentFloor
from ginsen.gui.language import in_short, said, tr
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.spectrum_curves import SpectrumCurves
from ginsen.gui.theme import PURPLE, Theme
from ginsen.report import beta_text
from ginsen.types import Array

_OTHERS = 6
_MAINS = PURPLE
_FAR = 1e3
"""Decades, beyond what is ever seen."""


class SpectrumPlot(PlotFrame):
    """S_G against frequency. The fit's interval is shaded, its white floor dashed.

    So is where the mains are seen, directly or folded. Floors that were measured, of an open input
    and of a resistor, are drawn as what they would be at the level of the reads.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Spectrum"), ("f", "Hz"), ("S_G", "S²/Hz"), theme,
                         log_x=True, log_y=True)
        self._floors: dict[str, CurrentFloor] = {}
        self._again: Callable[[], None] = lambda: None
        self._mains: list[QGraphicsRectItem] = []
        for at in range(_OTHERS):
            self.line(f"other {at + 1}", theme.faint)
        for name, floor_colour in (("open", theme.series[2]), ("resistor", theme.series[3])):
            self.line(f"{name} floor", floor_colour, width=1.5, style="dash")
        colour = pg.mkColor(theme.fit)
        for bound in ("low", "high"):
            self.line(f"fit {bound}", theme.fit, width=0.5)
        colour.setAlpha(70)
        self.shade_between("fit low", "fit high", colour)
        self.line("floor", theme.faint, width=1.5, style="dash")
        self.line("fit", theme.fit, width=2)
        self.line("S_G", theme.series[0], symbol="o")

    def set_floor(self, name: str, floor: CurrentFloor | None) -> None:
        """Draw this floor, "open" or "resistor"; None takes it away."""
        self._floors.pop(name, None)
        if floor is not None:
            self._floors[name] = floor
        self._again()

    def show_spectrum(self, curves: SpectrumCurves | None, why: str = "", *,
                      level: float = 0.0, others: Sequence[SpectrumCurves] = ()) -> None:
        """Draw a spectrum, what was fitted to it, and others behind; without one, say why.

        `level` (V) is that of the reads, for the floors.
        """
        self._again = partial(self.show_spectrum, curves, why, level=level, others=others)
        if curves is None:
            self.clear()
            self._shade_mains(np.empty((0, 2)))
            self.say(why)
            self.entitle(tr("Spectrum"))
            return
        fit = curves.fit
        self.say("")
        mains = curves.mains[curves.mains[:, 0] < curves.frequency[-1]]
        self._shade_mains(mains)
        told = [tr("Spectrum"), said(f"β = {beta_text(fit)}") if fit.beta is not None else
                tr("no β: {why}").format(why=in_short(fit.reason))]
        for name, words in (("open", tr("open")), ("resistor", tr("resistor"))):
            floor = self._floors.get(name)
            self.give(f"{name} floor", *((_nothing(), _nothing()) if floor is None else
                                         (floor.frequency, floor.of_conductance(level))))
            if floor is not None:
                colour = self.theme.series[2 if name == "open" else 3]
                told.append(f"<span style='color:{colour}'>┅</span>&nbsp;{words}")
        if mains.size:
            told.append(f"<span style='color:{_MAINS}'>■</span>&nbsp;{tr('mains')}")
        self.entitle(*told)
        parts = [f"{name}: {beta}" for name, beta in betas_by_band(fit)]
        if fit.reason or parts:
            self.title.setToolTip(said(fit.reason) if fit.reason else "\n".join(parts))
        for at in range(_OTHERS):
            self.give(f"other {at + 1}", *((others[at].frequency, others[at].density)
                                           if at < len(others) else (_nothing(), _nothing())))
        f = curves.line_frequency
        self.give("S_G", curves.frequency, curves.density)
        self.give("fit", f, curves.line)
        self.give("fit low", f, curves.line_low)
        self.give("fit high", f, curves.line_high)
        self.give("floor", f, np.full(f.shape, curves.floor or np.nan))
        self.fit(("S_G", "fit", "open floor", "resistor floor"))

    def _shade_mains(self, stretches: Array) -> None:
        """Shade where the mains are seen, from the bottom to the top."""
        colour = QColor(_MAINS)
        colour.setAlpha(90)
        while len(self._mains) < len(stretches):
            self._mains.append(self.area(colour))
        edges = np.log10(stretches)
        for at, area in enumerate(self._mains):
            area.setVisible(at < len(edges))
            if at < len(edges):
                low, high = edges[at]
                area.setRect(QRectF(low, -_FAR, high - low, 2 * _FAR))


def _nothing() -> Array:
    return np.empty(0)
