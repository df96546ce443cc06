"""The spectrum of the conductance: points, fit, band, floor, interval."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from ginsen.gui.language import tr
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.spectrum_curves import SpectrumCurves
from ginsen.gui.theme import Theme
from ginsen.report import beta_text


class SpectrumPlot(PlotFrame):
    """S_G against frequency. The fit's interval is shaded, its white floor dashed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Spectrum"), ("f", "Hz"), ("S_G", "S²/Hz"), theme,
                         log_x=True, log_y=True)
        colour = pg.mkColor(theme.fit)
        for bound in ("low", "high"):
            self.line(f"fit {bound}", theme.fit, width=0.5)
        colour.setAlpha(70)
        self.shade_between("fit low", "fit high", colour)
        self.line("floor", theme.faint, width=1.5, style="dash")
        self.line("fit", theme.fit, width=2)
        self.line("S_G", theme.series[0], symbol="o")

    def show_spectrum(self, curves: SpectrumCurves | None, why: str = "") -> None:
        """Draw a spectrum and what was fitted to it; without one, say why."""
        if curves is None:
            self.clear()
            self.say(why)
            self.title.setText(tr("Spectrum"))
            return
        fit = curves.fit
        self.say("")
        self.title.setText(f"{tr('Spectrum')}   " + (
            f"β = {beta_text(fit)}" if fit.beta is not None else
            tr("no β: {why}").format(why=(fit.reason or "").partition(":")[0])))
        f = curves.line_frequency
        self.give("S_G", curves.frequency, curves.density)
        self.give("fit", f, curves.line)
        self.give("fit low", f, curves.line_low)
        self.give("fit high", f, curves.line_high)
        self.give("floor", f, np.full(f.shape, curves.floor or np.nan))
        self.fit(("S_G", "fit"))
