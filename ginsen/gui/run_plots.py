"""The diagrams of a run over time: conductance, voltage, current."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.theme import Theme
from ginsen.gui.time_plot import TimePlot
from ginsen.types import Array

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
        self.give("in compliance", *on_the_floor(self, live))

    def overlay(self, curves: Mapping[str, tuple[Array, Array]]) -> None:
        """Draw earlier runs behind this one, in grey: the newest six."""
        given = list(curves.values())[-_OVERLAYS:]
        for at in range(_OVERLAYS):
            nothing = np.empty(0), np.empty(0)
            self.give(f"earlier {at + 1}", *(given[at] if at < len(given) else nothing))
        self.follow()
        self.fit()


class VoltagePlot(TimePlot):
    """The magnitude of the voltage, as read back; compliance, where it is not the level, marked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("Voltage"), ("|V|", "V"), theme, log_y=True)
        self.line("|V|", theme.series[2], width=1.5)
        self.line("in compliance", theme.alarm, width=6)

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is."""
        time, voltage = live.voltage.curve()
        self.give("|V|", time, np.abs(voltage))
        self.shade(live)
        self.fit(("|V|",), headroom=0.1, footroom=0.1)
        self.give("in compliance", *on_the_floor(self, live))


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


def on_the_floor(plot: TimePlot, live: LiveRun) -> tuple[Array, Array]:
    """When the source was in compliance, as a line along the lower edge of what a plot shows."""
    time, limited = live.limited.curve()
    return time, np.where(np.isfinite(limited), plot.floor, np.nan)
