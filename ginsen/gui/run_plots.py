"""The diagrams of a run over time: conductance, level and current, β."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.theme import Theme
from ginsen.gui.time_plot import TimePlot
from ginsen.types import Array

LEAST_BETA_SPAN = 1.0
_OVERLAYS = 6


class ConductancePlot(TimePlot):
    """G against time, compliance marked on the floor, earlier runs behind it."""

    def __init__(self, theme: Theme, *, live: bool = True) -> None:
        super().__init__(tr("Conductance"), ("G", "S"), theme, log_y=True, named=True, live=live)
        for at in range(_OVERLAYS):
            self.line(f"earlier {at + 1}", theme.faint)
        self.line("G", theme.series[0])
        self.line("in compliance", theme.alarm, width=6)

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is."""
        self.give("G", *live.conductance.curve())
        self.shade(live)
        self.fit(headroom=0.3)
        self.place_names(live)
        time, limited = live.limited.curve()
        shown = self.item.vb.viewRange()[1][0]
        floor = 10.0 ** shown if self.log_y else shown
        self.give("in compliance", time, np.where(np.isfinite(limited), floor, np.nan))

    def overlay(self, curves: Mapping[str, tuple[Array, Array]]) -> None:
        """Draw earlier runs behind this one, in grey: the newest six."""
        given = list(curves.values())[-_OVERLAYS:]
        for at in range(_OVERLAYS):
            nothing = np.empty(0), np.empty(0)
            self.give(f"earlier {at + 1}", *(given[at] if at < len(given) else nothing))
        self.follow()
        self.fit()


class CurrentPlot(TimePlot):
    """The magnitude of the current, in compliance too; its phases say at which level."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Current"), ("|I|", "A"), theme, log_y=True)
        self.line("|I|", theme.series[1])

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is."""
        time, current = live.current.curve()
        self.give("|I|", time, np.abs(current))
        self.shade(live)
        self.fit()


class BetaPlot(TimePlot):
    """β at each window's end with its 95 % interval, one colour a window; a gap where none is."""

    def __init__(self, theme: Theme, *, live: bool = True) -> None:
        super().__init__("β", ("β", ""), theme, live=live)
        self._windows: tuple[int, ...] = ()

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is, or say why there is none."""
        if tuple(live.betas) != self._windows:
            self._make(tuple(live.betas))
        for window, track in live.betas.items():
            time, beta, low, high = track.curves()
            self.give(f"interval {window}", np.repeat(time, 2),
                      np.column_stack([low, high]).ravel())
            self.give(f"β {window}", time, beta)
        self.shade(live)
        self.fit(least_y=LEAST_BETA_SPAN)
        any_beta = any(np.isfinite(track.curves()[1]).any() for track in live.betas.values())
        self.say("" if any_beta else _why_none(live))

    def _make(self, windows: tuple[int, ...]) -> None:
        """Curves for windows of these lengths in place of others; the title tells them apart."""
        self.remove_lines()
        title = ["β"]
        for at, window in enumerate(windows):
            colour = self.theme.series[at % len(self.theme.series)]
            self.bars(f"interval {window}", colour)
            self.line(f"β {window}", colour, width=2)
            told = tr("{n} samples").format(n=window)
            title.append(f"<span style='color:{colour}'>━ {told}</span>")
        self.title.setText("&nbsp;&nbsp;&nbsp;".join(title))
        self._windows = windows


def _why_none(live: LiveRun) -> str:
    """The newest reason that a window gave for having no β."""
    for track in live.betas.values():
        if track.newest is not None and track.newest.reason:
            return tr("no β: {why}").format(why=track.newest.reason)
    return tr("no β yet: the first window is not full") if live.count else ""
