"""The sizes of avalanches, with their law and beside two surrogates."""

from __future__ import annotations

from PyQt5.QtWidgets import QLabel, QSizePolicy

from ginsen.gui.avalanche_curves import AvalancheCurves
from ginsen.gui.language import said, tr
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.theme import Theme

_SIGNS = {"shuffled": "t", "phase-randomised": "s", "measured": "o"}


class AvalanchePlot(PlotFrame):
    """The share of avalanches at least so large, against their size; both logarithmic."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Avalanches"), (tr("events in an avalanche"), ""),
                         (tr("share ≥ size"), ""), theme, log_x=True, log_y=True)
        self._colours = {"shuffled": theme.series[3], "phase-randomised": theme.series[2],
                         "measured": theme.series[0]}
        for name, sign in _SIGNS.items():
            self.line(name, self._colours[name], symbol=sign)
        self.line("law", theme.fit, width=2)
        self.reading = QLabel()
        # A line that wraps, or is long, would move every plot of the view.
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.reading.setObjectName("faint")
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.reading)

    def show_curves(self, curves: AvalancheCurves) -> None:
        """Draw them, and say what may be said of them."""
        self.clear()
        self.say("")
        for name, sizes in curves.sizes.items():
            self.give(name, sizes.size, sizes.share)
        self.give("law", curves.line.size, curves.line.share)
        law = curves.law
        self.entitle(*(f"<span style='color:{self._colours[name]}'>{sign}</span>&nbsp;{tr(name)}"
                       for name, sign in (("measured", "●"), ("shuffled", "▼"),
                                          ("phase-randomised", "■"))))
        told = "" if law is None else (f"τ = {law.exponent:.2f} ({law.exponent_low:.2f} – "
                                       f"{law.exponent_high:.2f}): ")
        self.reading.setText(told + said(curves.reading))
        self.reading.setToolTip(self.reading.text())
        self.fit()

    def show_problem(self, sentence: str) -> None:
        """Draw nothing, and say why."""
        self.clear()
        self.entitle(tr("Avalanches"))
        self.reading.setText("")
        self.say(said(sentence))
