"""What a recording kept of its conductance, with the fitted law, before that of others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.gui.forgetting_curves import ForgettingCurve
from ginsen.gui.language import in_short, tr
from ginsen.gui.opened_record import OpenedRecord
from ginsen.gui.plot_frame import PlotFrame
from ginsen.gui.theme import Theme
from ginsen.report import quantity

_OTHERS = 6


class RetentionPlot(PlotFrame):
    """G over the first read against the logarithm of time; the law over the ages it holds for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("What is left"), (tr("Time since the pulse"), "s"),
                         (tr("G / first read"), ""), theme, log_x=True)
        for at in range(_OTHERS):
            self.line(f"other {at + 1}", theme.faint)
        self.line("G", theme.series[0], width=2)
        self.line("law", theme.fit, width=2)
        self.line("half-life", theme.text, symbol="d")

    def show_records(self, front: OpenedRecord, others: Sequence[OpenedRecord]) -> None:
        """Draw one recording, and others behind it."""
        self.clear()
        self.entitle(tr("What is left"))
        for at, other in enumerate(others[:_OTHERS]):
            if other.kept is not None:
                self.give(f"other {at + 1}", other.kept.age, other.kept.ratio)
        kept, found = front.kept, front.summary.retention
        if kept is None:
            self.say(tr("no pulse with a read after it"))
            self.fit()
            return
        self.say("")
        self.give("G", kept.age, kept.ratio)
        if found is not None:
            self._show_law(front, kept)
        self.fit()

    def _show_law(self, front: OpenedRecord, kept: ForgettingCurve) -> None:
        found = front.summary.retention
        assert found is not None
        told = [tr("What is left")]
        if found.law is not None:
            age = np.geomspace(kept.age[0], kept.age[-1], 300)
            self.give("law", age, found.curve(age) / found.first)
            told.append(tr("law: {law}").format(law=tr(found.law)))
        elif found.law_reason:
            told.append(tr("no law: {why}").format(why=in_short(found.law_reason)))
        if found.half_life is not None:
            self.give("half-life", np.array([found.half_life]), np.array([0.5]))
            told.append(tr("half-life {time}").format(time=quantity(found.half_life, "s")))
        self.entitle(*told)
