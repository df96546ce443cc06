"""The sample three ways: the wires of a simulated network, the wafer's dies, a micrograph."""

from __future__ import annotations

from PyQt5.QtCore import QSettings
from PyQt5.QtWidgets import QTabWidget

from ginsen.gui.bench_answers import OpenedStation
from ginsen.gui.die_map import DieMap
from ginsen.gui.language import tr
from ginsen.gui.micrograph import Micrograph
from ginsen.gui.sample_view import SampleView
from ginsen.gui.theme import Theme


class SampleTabs(QTabWidget):
    """What can be shown of the sample of the station that is open."""

    def __init__(self, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.network = SampleView(theme)
        self.dies = DieMap(theme)
        self.micrograph = Micrograph(theme, settings)
        for view, title in ((self.network, tr("Network")), (self.dies, tr("Wafer")),
                            (self.micrograph, tr("Micrograph"))):
            self.addTab(view, title)

    def show_station(self, station: OpenedStation) -> None:
        """Another station is open."""
        self.dies.show_dies(station.dies)
        self.micrograph.show_station(station.path)
        if not station.simulated and self.currentWidget() is self.network:
            self.setCurrentWidget(self.dies if station.dies else self.micrograph)
