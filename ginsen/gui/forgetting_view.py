"""The forgetting view: what is left of G against the logarithm of time, before earlier cycles."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PyQt5.QtCore import QRectF, Qt
from PyQt5.QtGui import QColor
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ginsen.gui.background import Background
from ginsen.gui.beta_plot import BetaPlot
from ginsen.gui.forgetting_curves import (
    MOST_CYCLES,
    FittedLaw,
    ForgettingCurve,
    earlier_cycles,
    fitted_law,
    median_of,
)
from ginsen.gui.instrument_state import InstrumentState
from ginsen.gui.language import in_short, tr
from ginsen.gui.live_run import LiveRun, is_pulse
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.reads_panel import ReadsPanel
from ginsen.gui.spectrum_plot import SpectrumPlot
from ginsen.gui.theme import Theme
from ginsen.report import quantity
from ginsen.types import Array

FIT_EVERY = 3.0
"""Seconds of the wall between two fits of the law while reads come in."""
_CELL = "<td style='white-space:nowrap'>{}</td>"
_TICK = 0.08
"""Of the height of the plot, how long the tick of a step is."""
_FAR = 10.0
"""Beyond what is ever seen, in decades of age and in parts of the first read."""


class ForgettingView(QWidget):
    """Left what the sample keeps, its law and what is left over; right spectrum, β and numbers."""

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__()
        self._background = background
        self._live: LiveRun | None = None
        self._fitted, self._fitting = 0.0, False
        self._steps = np.empty(0)
        self._spectrum_of: object = None
        self._temperature = ""
        age = (tr("Time since the pulse"), "s")
        self.kept = PlotFrame(tr("What is left"), age, (tr("G / first read"), ""), theme,
                              log_x=True)
        for at in range(MOST_CYCLES):
            self.kept.line(f"cycle -{at + 1}", theme.faint, width=0.7)
        self.kept.line("median", theme.faint, width=2, style="dash")
        band = pg.mkColor(theme.series[0])
        band.setAlpha(60)
        for bound in ("-u", "+u"):
            self.kept.line(bound, theme.series[0], width=0.4)
        self.kept.shade_between("-u", "+u", band)
        self.kept.line("G", theme.series[0], width=2)
        self.kept.line("law", theme.fit, width=2)
        self.kept.line("bound", theme.series[0], symbol="t")
        self._followed = self.kept.curves
        self.kept.bars("steps", theme.text, width=2, opaque=True)
        self.left_over = PlotFrame(tr("Left over of the law"), age, (tr("left over"), ""), theme,
                                   log_x=True)
        self.left_over.line("residual", theme.series[0])
        self.left_over.share_x(self.kept)
        self.spectrum = SpectrumPlot(theme)
        self.beta = BetaPlot(theme)
        self.numbers = QLabel()
        self.numbers.setWordWrap(True)
        self.numbers.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reads = ReadsPanel()
        # The time before the first read, of which nothing is known.
        self._dead = self.kept.hatching(QColor(theme.faint))
        self._lay_out()

    def _lay_out(self) -> None:
        below = QVBoxLayout()
        below.setContentsMargins(6, 0, 6, 6)
        below.addWidget(self.numbers)
        below.addWidget(self.reads)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, parts in ((left, ((self.kept, 5), (self.left_over, 2))),
                              (right, ((self.spectrum, 4), (self.beta, 3)))):
            column.setSpacing(4)
            for part, height in parts:
                column.addWidget(part, height)
        right.addLayout(below)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(left, 5)
        layout.addLayout(right, 3)

    def begin(self, live: LiveRun, folder: Path, sample: str, pair: str) -> None:
        """A run begins; the last cycles of its electrode pair are looked for."""
        self._live, self._fitted, self._steps = live, 0.0, np.empty(0)
        self.kept.clear()
        self.left_over.clear()
        self.beta.follow()
        self.numbers.setText("")
        self._dead.setRect(QRectF())
        self._background.ask(partial(self._look_back, live, folder, sample, pair),
                             partial(self._earlier, live))

    def _look_back(self, live: LiveRun, folder: Path, sample: str,
                   pair: str) -> tuple[ForgettingCurve, ...]:
        """The last cycles, off the window's thread; none for a run that another has followed."""
        return earlier_cycles(folder, sample, pair) if live is self._live else ()

    def _earlier(self, live: LiveRun, curves: tuple[ForgettingCurve, ...]) -> None:
        if live is not self._live:
            return
        for at, curve in enumerate(reversed(curves)):
            self.kept.give(f"cycle -{at + 1}", curve.age, curve.ratio)
        middle = median_of(curves)
        if middle is not None:
            self.kept.give("median", middle.age, middle.ratio)
        self.kept.fit()

    def show_states(self, states: tuple[InstrumentState, ...]) -> None:
        """What the instruments were last heard to say: the temperature is told with the reads."""
        self._temperature = next((state.state or tr("not known") for state in states
                                  if state.kind == "temperature controller"), "")

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is."""
        if live is not self._live:
            self._live = live
            self.kept.clear()
            self.left_over.clear()
        self.beta.refresh(live)
        age, G = live.reads.curve()
        known = np.flatnonzero(np.isfinite(G))
        if not known.size or not live.pulse:
            self.kept.say(tr("no pulse with a read after it yet"))
            return
        self.kept.say("")
        first = G[known[0]]
        self.kept.give("G", age, G / first)
        low, high = live.reads_low.curve()[1], live.reads_high.curve()[1]
        for name, values in (("-u", low), ("+u", high)):
            self.kept.give(name, age, values / first)
        self._bounds(age, G, (high - low) / 2, float(first))
        begins = float(np.log10(age[known[0]]))
        self._dead.setRect(QRectF(begins - _FAR, -_FAR, _FAR, 2 * _FAR))
        self.kept.fit(self._followed, from_x=float(age[known[0]]) / 2)
        self._tick_steps(age[known], G[known] / first)
        if live.fit is not self._spectrum_of or live.fit is None:
            self._spectrum_of = live.fit
            self.spectrum.show_spectrum(live.spectrum(), tr("no spectrum yet"),
                                        level=live.level)
        self._tell(live, float(age[known[-1]]), float(G[known[-1]] / first))
        self._fit_law(live)

    def _tick_steps(self, age: Array, ratio: Array) -> None:
        """A tick across the curve where the conductance jumped."""
        low, high = self.kept.item.vb.viewRange()[1]
        half = _TICK * (high - low) / 2
        at = np.interp(self._steps, age, ratio)
        self.kept.give("steps", np.repeat(self._steps, 2),
                       np.column_stack([at - half, at + half]).ravel())

    def _bounds(self, age: Array, G: Array, u: Array, first: float) -> None:
        """Below three standard uncertainties a read is a bound: an arrow, not a point."""
        below = np.abs(G) < 3 * u
        self.kept.give("bound", age[below][-200:], (3 * u / first)[below][-200:])

    def _fit_law(self, live: LiveRun) -> None:
        now = time.monotonic()
        latest = live.latest
        if self._fitting or now - self._fitted < FIT_EVERY or latest is None or is_pulse(
                latest.phase.name):
            return
        self._fitting, self._fitted = True, now
        newest = live.newest_reads
        G, age = (each.copy() for each in newest.window(len(newest)))
        self._background.ask(partial(_law_or_none, *live.reads.curve(), (age, G)),
                             partial(self._law, live))

    def _law(self, live: LiveRun, law: FittedLaw | None) -> None:
        self._fitting = False
        if law is None or live is not self._live:
            return
        self.kept.give("law", law.age, law.ratio)
        self.left_over.give("residual", law.residual_age, law.residual)
        self.left_over.fit()
        found, self._steps = law.retention, law.steps
        self.kept.entitle(tr("What is left"), (
            tr("law: {law}").format(law=tr(found.law)) if found.law else
            tr("no law: {why}").format(why=in_short(found.law_reason))),
            tr("{n} steps").format(n=self._steps.size) if self._steps.size else "")

    def _tell(self, live: LiveRun, age: float, ratio: float) -> None:
        """Numbers of the moment: raw readings, what is used of the range, the margin."""
        latest = live.latest
        if latest is None:
            return
        phase, samples = latest.phase, latest.samples
        current = abs(float(samples.current[-1]))
        used = (f"{current / phase.measure_range:.0%}" if phase.measure_range else "–")
        rows = [(tr("age"), quantity(age, "s")), (tr("left"), f"{ratio:.3f}"),
                ("V", quantity(float(samples.voltage[-1]), "V")),
                ("I", quantity(float(samples.current[-1]), "A")),
                (tr("range used"), used),
                (tr("compliance margin"), f"{1 - current / phase.compliance:.0%}"),
                ("NPLC", f"{phase.nplc:g}")]
        if self._temperature:
            rows.append((tr("temperature"), self._temperature))
        cells = [_CELL.format(f"{name}&nbsp;") + _CELL.format(f"<b>{text}</b>&nbsp;&nbsp;&nbsp;")
                 for name, text in rows]
        self.numbers.setText("<table cellspacing='2'>" + "".join(
            f"<tr>{''.join(cells[at:at + 2])}</tr>" for at in range(0, len(cells), 2))
            + "</table>")


def _law_or_none(age: Array, G: Array, newest: tuple[Array, Array]) -> FittedLaw | None:
    try:
        return fitted_law(age, G, newest)
    except ValueError:  # no read that a curve could begin with
        return None
