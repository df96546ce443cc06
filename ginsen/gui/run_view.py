"""A run as it goes: five diagrams, redrawn from what the news brought."""

from __future__ import annotations

from PyQt5.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ginsen.gui.beta_plot import BetaPlot
from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.run_plots import ConductancePlot, CurrentPlot, VoltagePlot
from ginsen.gui.spectrum_plot import SpectrumPlot
from ginsen.gui.theme import Theme


class RunView(QWidget):
    """Conductance, voltage and β over one another; beside them the spectrum and the current."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.conductance = ConductancePlot(theme)
        self.voltage, self.current = VoltagePlot(theme), CurrentPlot(theme)
        self.spectrum = SpectrumPlot(theme)
        self.beta = BetaPlot(theme)
        self._drawn: tuple[LiveRun, int] | None = None
        self._fit: object = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for width, column in ((3, ((self.conductance, 5), (self.voltage, 3), (self.beta, 4))),
                              (2, ((self.spectrum, 1), (self.current, 1)))):
            stack = QVBoxLayout()
            stack.setSpacing(4)
            for plot, height in column:
                stack.addWidget(plot, height)
            layout.addLayout(stack, width)
        for plot in (self.voltage, self.beta, self.current):
            plot.share_x(self.conductance)
        for plot in (self.conductance, self.voltage):
            plot.unlabel_x()
        self.conductance.say(tr("Choose a protocol and press Start"))

    def refresh(self, live: LiveRun) -> None:
        """Draw what has come since the last time; nothing, where nothing has."""
        if self._drawn == (live, live.changes):
            return
        if self._drawn is None or self._drawn[0] is not live:
            for plot in (self.conductance, self.voltage, self.current, self.beta):
                plot.follow()
        self._drawn = (live, live.changes)
        self.conductance.say("")
        self.conductance.refresh(live)
        self.voltage.refresh(live)
        self.current.refresh(live)
        self.beta.refresh(live)
        # A spectrum changes only when its window has moved on.
        if live.fit is not self._fit or live.fit is None:
            self._fit = live.fit
            self.spectrum.show_spectrum(live.spectrum(), tr("no spectrum yet"),
                                        level=live.level)
