"""Level by level: the current against the voltage, and β against the conductance."""

from __future__ import annotations

import numpy as np
from PyQt5.QtWidgets import QHBoxLayout, QWidget

from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun, Step
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.theme import Theme
from ginsen.types import Array


class IVView(QWidget):
    """I-V of a staircase as it is climbed, and what β does on the way."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.loop = PlotFrame(tr("Current against voltage"), ("V", "V"), ("I", "A"), theme)
        self.loop.line("I", theme.series[0], width=1.5)
        self.loop.line("in compliance", theme.alarm, symbol="x")
        self.loop.line("newest", theme.series[1], symbol="o")
        self.betas = PlotFrame(tr("β against conductance"), ("G", "S"), ("β", ""), theme,
                               log_x=True)
        self.betas.bars("interval", theme.faint, opaque=True)
        self.betas.line("β", theme.series[0], symbol="o")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.loop)
        layout.addWidget(self.betas)

    def refresh(self, live: LiveRun) -> None:
        """Draw what there is."""
        level, current = level_and_current(live.steps)
        self.loop.give("I", level, current)
        limited = np.array([step.limited for step in live.steps], dtype=np.bool_)
        self.loop.give("in compliance", level[limited], current[limited])
        sign = f"<span style='color:{self.loop.theme.alarm}'>✕</span>&nbsp;{tr('in compliance')}"
        self.loop.entitle(tr("Current against voltage"), sign if limited.any() else "")
        self.loop.give("newest", level[-1:], current[-1:])
        self.loop.fit()
        G, beta, low, high = beta_by_conductance(live.steps)
        self.betas.give("β", G, beta)
        self.betas.give("interval", np.repeat(G, 2), np.column_stack([low, high]).ravel())
        self.betas.fit(least_y=1.0)
        self.betas.say("" if G.size else tr("no β yet"))
        self.loop.say("" if level.size else tr("no level yet"))


def level_and_current(steps: list[Step]) -> tuple[Array, Array]:
    """Level (V) and current (A) of every step."""
    rows = np.array([(step.level, step.current) for step in steps], dtype=np.float64)
    level, current = rows.reshape(-1, 2).T
    return level, current


def beta_by_conductance(steps: list[Step]) -> tuple[Array, Array, Array, Array]:
    """Conductance (S), β and the bounds of its interval, of every step that has one."""
    rows = [(step.conductance, step.fit.beta, step.fit.beta_low, step.fit.beta_high)
            for step in steps if step.fit is not None and step.fit.beta is not None]
    G, beta, low, high = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return G, beta, low, high
