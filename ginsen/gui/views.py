"""The tabs on the right: a run as it goes, seen in several ways, and what was recorded before."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QSettings
from PyQt5.QtWidgets import QTabWidget

from ginsen.gui.background import Background
from ginsen.gui.current_floor import CurrentFloor
from ginsen.gui.forgetting_view import ForgettingView
from ginsen.gui.iv_view import IVView
from ginsen.gui.language import tr
from ginsen.gui.live_run import LiveRun
from ginsen.gui.records_view import RecordsView
from ginsen.gui.run_view import RunView
from ginsen.gui.sample_tabs import SampleTabs
from ginsen.gui.theme import Theme
from ginsen.protocols import Protocol

LEVEL_BY_LEVEL = ("iv-sweep", "sliced-iv")


class Views(QTabWidget):
    """Only the view that is seen is drawn."""

    def __init__(self, theme: Theme, background: Background, settings: QSettings) -> None:
        super().__init__()
        self.run = RunView(theme)
        self.forgetting = ForgettingView(theme, background)
        self.iv = IVView(theme)
        self.sample = SampleTabs(theme, settings)
        self.records = RecordsView(theme, background)
        for view, title in ((self.run, tr("Live")), (self.forgetting, tr("Forgetting")),
                            (self.iv, tr("I-V")), (self.sample, tr("Sample")),
                            (self.records, tr("Recordings"))):
            self.addTab(view, title)
        self.records.behind.connect(self.run.conductance.overlay)
        self._drawn: tuple[object, LiveRun, int] | None = None

    def show_floor(self, name: str, floor: CurrentFloor | None) -> None:
        """Draw a floor, "open" or "resistor", into every spectrum from now on; or no more."""
        for plot in (self.run.spectrum, self.forgetting.spectrum, self.records.details.spectrum):
            plot.set_floor(name, floor)

    def begin(self, protocol: Protocol, live: LiveRun) -> None:
        """A run begins."""
        self.forgetting.begin(live, Path(protocol.folder), protocol.sample,
                              protocol.electrode_pair)

    def bring_forward(self, protocol: str) -> None:
        """Show a run of this protocol, unless another of its views is being looked at."""
        if self.currentWidget() is self.records:
            self.setCurrentWidget(self.iv if protocol in LEVEL_BY_LEVEL else self.run)

    def save(self, path: Path) -> bool:
        """Save the view that is seen as a picture (PNG); returns whether that could be done."""
        view = self.currentWidget()
        return view is not None and view.grab().save(str(path), "PNG")

    def refresh(self, live: LiveRun) -> None:
        """Draw what has come since the last time into the view that is seen."""
        view = self.currentWidget()
        if not live.count or self._drawn == (view, live, live.changes):
            return
        self._drawn = (view, live, live.changes)
        for each in (self.run, self.forgetting, self.iv):
            if each is view:
                each.refresh(live)
