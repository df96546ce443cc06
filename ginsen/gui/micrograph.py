"""A picture of the sample, with a mark where the probe stands; both kept for each station."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph as pg
from PyQt5.QtCore import QEvent, QObject, QSettings, Qt
from PyQt5.QtGui import QImage, QKeyEvent
from PyQt5.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ginsen.gui.language import tr
from ginsen.gui.plot_cursor import ARROWS
from ginsen.gui.theme import Theme


class Micrograph(QWidget):
    """The picture may be zoomed and moved, the mark dragged, or moved by keys, to the probe."""

    def __init__(self, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self._station = ""
        self.plot = pg.PlotWidget(background=theme.ground)
        item = self.plot.getPlotItem()
        item.setAspectLocked(True)
        item.invertY(True)
        item.hideAxis("left")
        item.hideAxis("bottom")
        item.hideButtons()
        item.setMenuEnabled(False)
        self._picture = pg.ImageItem(axisOrder="row-major")
        self.probe = pg.TargetItem(size=26, pen=pg.mkPen(theme.on, width=3), label=tr("probe"),
                                   labelOpts={"color": theme.on})
        for each in (self._picture, self.probe):
            item.addItem(each)
        self.probe.setVisible(False)
        self.plot.installEventFilter(self)
        self.probe.sigPositionChangeFinished.connect(self._moved)
        self.open_button = QPushButton(tr("Picture …"))
        self.open_button.clicked.connect(self._ask)
        self.told = QLabel(tr("Choose a micrograph of the sample; drag the mark to the probe."))
        row = QHBoxLayout()
        row.addWidget(self.told, 1)
        row.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addLayout(row)
        layout.addWidget(self.plot, 1)

    @property
    def has_picture(self) -> bool:
        """Whether one is shown."""
        return self._picture.image is not None

    def show_station(self, station: str) -> None:
        """The picture that was chosen for this station, if it is still there."""
        self._station = station
        self._picture.clear()
        self.probe.setVisible(False)
        path = str(self._settings.value(self._key("picture"), ""))
        if path:
            self.show_picture(Path(path))

    def show_picture(self, path: Path) -> None:
        """Show a picture (PNG, JPEG, TIFF, BMP), or say that it is none."""
        image = QImage(str(path))
        if image.isNull():
            self.told.setText(tr("{path} is no picture that can be read.").format(path=path.name))
            return
        self._settings.setValue(self._key("picture"), str(path))
        image = image.convertToFormat(QImage.Format.Format_RGBA8888)
        self._picture.setImage(pg.functions.ndarray_from_qimage(image).copy())
        self.told.setText(path.name)
        kept = str(self._settings.value(self._key("probe"), "")).split(",")
        try:
            x, y = map(float, kept)
        except ValueError:
            x, y = image.width() / 2, image.height() / 2
        self.probe.setPos(x, y)
        self.probe.setVisible(True)
        self.plot.getPlotItem().autoRange()

    def eventFilter(self, plot: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Arrow keys move the mark by a pixel of the picture, with Shift by ten."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress \
                or Qt.Key(event.key()) not in ARROWS or not self.probe.isVisible():
            return False
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        right, up = ARROWS[Qt.Key(event.key())]
        at = self.probe.pos()
        self.probe.setPos(at.x() + far * right, at.y() - far * up)
        self._moved()
        return True

    def _key(self, what: str) -> str:
        return f"{what} of {Path(self._station).name}"

    def _moved(self) -> None:
        place = self.probe.pos()
        self._settings.setValue(self._key("probe"), f"{place.x():.1f},{place.y():.1f}")

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Picture …"), "",
                                              "*.png *.jpg *.jpeg *.tif *.tiff *.bmp")
        if path:
            self.show_picture(Path(path))
