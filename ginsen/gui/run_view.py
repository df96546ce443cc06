"""A run as it goes: four diagrams, redrawn from what the news brought."""

from __future__ import annotations

from PyQt5.QtWidgets import QGridLayout, QWidget

from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.run_plots import BetaPlot, ConductancePlot, CurrentPlot
from ginsen.gui.spectrum_plot import SpectrumPlot
from ginsen.gui.theme import Theme


class RunView(QWidget):
    """Conductance, spectrum, current and β of a run."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.conductance = ConductancePlot(theme)
        self.current = CurrentPlot(theme)
        self.spectrum = SpectrumPlot(theme)
        self.beta = BetaPlot(theme)
        self._drawn: tuple[LiveRun, int] | None = None
        self._fit: object = None
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for at, plot in enumerate((self.conductance, self.spectrum, self.beta, self.current)):
            layout.addWidget(plot, at // 2, at % 2)
            layout.setColumnStretch(at % 2, 3 - at % 2)
        for plot in (self.beta, self.current):
            plot.share_x(self.conductance)
        self.conductance.say(tr("Choose a protocol and press Start"))

    def refresh(self, live: LiveRun) -> None:
        """Draw what has come since the last time; nothing, where nothing has."""
        if self._drawn == (live, live.changes):
            return
        if self._drawn is None or self._drawn[0] is not live:
            for plot in (self.conductance, self.current, self.beta):
                plot.follow()
        self._drawn = (live, live.changes)
        self.conductance.say("")
        self.conductance.refresh(live)
        self.current.refresh(live)
        self.beta.refresh(live)
        # A spectrum changes only when its window has moved on.
        if live.fit is not self._fit or live.fit is None:
            self._fit = live.fit
            self.spectrum.show_spectrum(live.spectrum(), tr("no spectrum yet"))
