"""β over time: every window's estimate with its interval, the threshold, and the state told."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt5.QtWidgets import QApplication

from ginsen.gui.language import in_short, said, tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.pens import pen
from ginsen.gui.state_track import STATES
from ginsen.gui.theme import Theme
from ginsen.gui.time_plot import TimePlot

LEAST_SPAN = 1.0
_ROW = 10
"""Pixels from the row of one state to that of the next, at least."""


class BetaPlot(TimePlot):
    """β at each window's end with its 95 % interval, one colour a window; a gap where none is.

    The dashed line parts calm from unstable. At the foot each state that was told has its row,
    with its name, drawn over the time for which it was told.
    """

    def __init__(self, theme: Theme, *, live: bool = True) -> None:
        super().__init__("β", ("β", ""), theme, live=live)
        self._windows: tuple[int, ...] | None = None
        self._parting = pg.InfiniteLine(
            angle=0, movable=False, pen=pen(theme.text, style="dash"),
            label=tr("unstable above {value}"),
            labelOpts={"color": theme.text, "position": 0.98, "anchors": [(1, 0), (1, 1)],
                       "fill": theme.ground + "60"})
        self._parting.setVisible(False)
        self.item.addItem(self._parting, ignoreBounds=True)
        small = QApplication.font()
        small.setPointSizeF(0.75 * small.pointSizeF())
        self._names = {state: self.text(tr(state), theme.text) for state in STATES}
        for name in self._names.values():
            name.setAnchor((0, 0.5))
            name.setFont(small)
            name.setVisible(False)
        self.log_button.hide()  # β is an exponent
        self.item.vb.setYRange(0.0, 2.2, padding=0)

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is, or say why there is none."""
        if tuple(live.betas) != self._windows:
            self._make(tuple(live.betas))
        names = []
        for window, track in live.betas.items():
            time, beta, low, high = track.curves()
            self.give(f"interval {window}", np.repeat(time, 2),
                      np.column_stack([low, high]).ravel())
            self.give(f"β {window}", time, beta)
            names += [f"interval {window}", f"β {window}"]
        self.shade(live)
        above = live.states.unstable_above
        self.give("parting", np.array([live.bands[0].start]) if live.bands else np.empty(0),
                  np.array([above]) if live.bands else np.empty(0))
        self.fit((*names, "parting"), least_y=LEAST_SPAN,
                 footroom=self._footroom(live))
        self._draw_states(live)
        any_beta = any(np.isfinite(track.curves()[1]).any() for track in live.betas.values())
        self.say("" if any_beta else _why_none(live))

    def _draw_states(self, live: LiveRun) -> None:
        """A row for each state, along the foot of what is shown; the newest one in the title."""
        above = live.states.unstable_above
        self._parting.setVisible(True)
        self._parting.setValue(above)
        self._parting.label.setFormat(tr("unstable above {value}").format(value=f"{above:g}"))
        (left, right), (low, _) = self.item.vb.viewRange()
        pixel_x, pixel_y = self.item.vb.viewPixelSize()
        at = 0
        for state, name in self._names.items():
            start, stop = live.states.stretches(state)
            height = low + (at + 0.6) * self._row * pixel_y
            self.give(state, np.column_stack([start, stop]).ravel(),
                      np.full(2 * start.size, height))
            name.setVisible(bool(start.size))
            if start.size:
                last = right - name.boundingRect().width() * pixel_x
                name.setPos(max(left, min(float(start[0]), last)), height)
                at += 1
        self.entitle(*self._told_windows, _told_state(live, self.theme))

    @property
    def _row(self) -> float:
        """The height of a row in pixels: that of a name."""
        heights = [name.boundingRect().height() for name in self._names.values()]
        return max(float(_ROW), 0.7 * float(max(heights)))

    def _footroom(self, live: LiveRun) -> float:
        """Room for the rows of the states that were told, over that for all else."""
        rows = sum(live.states.stretches(state)[0].size > 0 for state in STATES)
        share = min(0.6, rows * self._row / max(1.0, self.item.vb.height()))
        return float(share / (1 - share))

    def _make(self, windows: tuple[int, ...]) -> None:
        """Curves for windows of these lengths in place of others; the title tells them apart."""
        self.remove_lines()
        shades = (self.theme.faint, self.theme.text, self.theme.grid)
        told = ["β"]
        for at, window in enumerate(windows):
            colour = shades[at % len(shades)]
            self.bars(f"interval {window}", colour)
            self.line(f"β {window}", colour, width=1 + at)
            told.append(f"<span style='color:{colour}'>━</span>&nbsp;" + (
                tr("{n} samples").format(n=window) if window == windows[-1] else str(window)))
        self.line("parting", self.theme.text)  # so that the axis reaches to it
        for state, colour in zip(STATES, self.theme.series, strict=False):
            self.bars(state, colour, width=_ROW - 1)
        self._told_windows = tuple(told)
        self._windows = windows


def _told_state(live: LiveRun, theme: Theme) -> str:
    """The newest state with its probability, in its colour; why there is none in a few words."""
    newest = live.states.newest
    if newest is None:
        return ""
    if newest.state is None:
        return tr("no state: {why}").format(why=in_short(newest.reason))
    colour = theme.series[STATES.index(newest.state)]
    return (f"<span style='color:{colour}'>■</span>&nbsp;{tr(newest.state)}&nbsp;"
            f"{newest.probabilities[newest.state]:.0%}")


def _why_none(live: LiveRun) -> str:
    """The newest reason that a window gave for having no β."""
    for track in live.betas.values():
        if track.newest is not None and track.newest.reason:
            return tr("no β: {why}").format(why=said(track.newest.reason))
    return tr("no β yet: the first window is not full") if live.count else ""
