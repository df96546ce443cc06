"""One recording closer up: the spectrum of a phase, what was kept, its avalanches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt5.QtWidgets import QComboBox, QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from ginsen.gui.avalanche_curves import AvalancheCurves, avalanche_curves
from ginsen.gui.avalanche_plot import AvalanchePlot
from ginsen.gui.background import Background
from ginsen.gui.language import said, tr
from ginsen.gui.opened_record import OpenedRecord
from ginsen.gui.retention_plot import RetentionPlot
from ginsen.gui.spectrum_plot import SpectrumPlot
from ginsen.gui.theme import Theme


class RecordDetails(QWidget):
    """Three diagrams under tabs, over one phase; other recordings lie behind in grey."""

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__()
        self._background = background
        self._front: OpenedRecord | None = None
        self._others: Sequence[OpenedRecord] = ()
        self._studied: dict[tuple[Path, int], AvalancheCurves | str] = {}
        self.phase = QComboBox()
        self.phase.setAccessibleName(tr("Phase"))
        self.spectrum = SpectrumPlot(theme)
        self.retention = RetentionPlot(theme)
        self.avalanches = AvalanchePlot(theme)
        self.tabs = QTabWidget()
        for view, title in ((self.spectrum, tr("Spectrum")), (self.retention, tr("Forgetting")),
                            (self.avalanches, tr("Avalanches"))):
            self.tabs.addTab(view, title)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(QLabel(tr("Phase")))
        row.addWidget(self.phase, 1)
        self.tabs.setDocumentMode(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.tabs, 1)
        self.phase.currentIndexChanged.connect(self._show)
        self.tabs.currentChanged.connect(self._show)

    def show_records(self, front: OpenedRecord, others: Sequence[OpenedRecord]) -> None:
        """Show one recording, others behind it; the longest phase first."""
        again = self._front is not None and self._front.path == front.path
        self._front, self._others = front, others
        names = [phase.span.name for phase in front.summary.phases]
        if not (again and self.phase.count() == len(names)):
            self.phase.blockSignals(True)
            self.phase.clear()
            self.phase.addItems(names)
            self.phase.setCurrentIndex(max(
                range(len(names)), default=0, key=lambda at: front.summary.phases[at].samples))
            self.phase.blockSignals(False)
        self.retention.show_records(front, others)
        self._show()

    def _show(self) -> None:
        front, at = self._front, self.phase.currentIndex()
        if front is None or at < 0:
            return
        name = front.summary.phases[at].span.name
        others = [spectrum for other in self._others
                  for phase, spectrum in zip(other.summary.phases, other.spectra, strict=True)
                  if phase.span.name == name and spectrum is not None]
        self.spectrum.show_spectrum(
            front.spectra[at], tr("no β: {why}").format(why=said(front.fits[at].reason or "")),
            level=front.summary.phases[at].span.level, others=others)
        if self.tabs.currentWidget() is self.avalanches:
            self._show_avalanches(front, at)

    def _show_avalanches(self, front: OpenedRecord, at: int) -> None:
        """What is known of them; what is not is looked for, off the window's thread."""
        key = (front.path, at)
        if key not in self._studied:
            self._studied[key] = tr("looking for avalanches …")
            self._background.ask(partial(_studied, front, at), partial(self._found, key))
        known = self._studied[key]
        if isinstance(known, str):
            self.avalanches.show_problem(known)
        else:
            self.avalanches.show_curves(known)

    def _found(self, key: tuple[Path, int], curves: AvalancheCurves | str) -> None:
        self._studied[key] = curves
        self._show()


def _studied(front: OpenedRecord, at: int) -> AvalancheCurves | str:
    """The avalanches of a phase, or why there are none."""
    try:
        return avalanche_curves(front.record, front.summary.phases[at].span)
    except ValueError as problem:
        return str(problem)
