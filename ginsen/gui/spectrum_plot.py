"""The spectrum of the conductance: points, fit, band, floor, interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyqtgraph as pg

from ginsen.gui.current_floor import CurrentFloor
from ginsen.gui.language import tr
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.spectrum_curves import SpectrumCurves
from ginsen.gui.theme import Theme
from ginsen.report import beta_text
from ginsen.types import Array

_OTHERS = 6


class SpectrumPlot(PlotFrame):
    """S_G against frequency. The fit's interval is shaded, its white floor dashed.

    Floors that were measured, of an open input and of a resistor, are drawn as what they would be
    at the level of the reads.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Spectrum"), ("f", "Hz"), ("S_G", "S²/Hz"), theme,
                         log_x=True, log_y=True)
        self._floors: dict[str, CurrentFloor] = {}
        self._again: Callable[[], None] = lambda: None
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
            self.say(why)
            self.entitle(tr("Spectrum"))
            return
        fit = curves.fit
        self.say("")
        told = [tr("Spectrum"), f"β = {beta_text(fit)}" if fit.beta is not None else
                tr("no β: {why}").format(why=(fit.reason or "").partition(":")[0])]
        for name, words in (("open", tr("open")), ("resistor", tr("resistor"))):
            floor = self._floors.get(name)
            self.give(f"{name} floor", *((_nothing(), _nothing()) if floor is None else
                                         (floor.frequency, floor.of_conductance(level))))
            if floor is not None:
                colour = self.theme.series[2 if name == "open" else 3]
                told.append(f"<span style='color:{colour}'>┅</span> {words}")
        self.entitle(*told)
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


def _nothing() -> Array:
    return np.empty(0)
