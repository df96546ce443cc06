"""What every analysis of the window goes by: where unstable begins, which floors were measured."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

from PyQt5.QtCore import QObject, QSettings, pyqtSignal
from PyQt5.QtWidgets import QFileDialog, QInputDialog, QWidget

from ginsen.analysis.states import UNSTABLE_ABOVE
from ginsen.gui.background import Background
from ginsen.gui.current_floor import CurrentFloor, floor_of
from ginsen.gui.language import tr

HIGHEST = 4.0
"""Above this no β is called one."""


class AnalysisSettings(QObject):
    """Kept from day to day.

    Emits `parted` with the β above which a sample is unstable, and `floored` with the name of a
    floor ("open", "resistor") and the floor, None where there is none any more.
    """

    parted = pyqtSignal(float)
    floored = pyqtSignal(str, object)

    def __init__(self, settings: QSettings, background: Background, window: QWidget) -> None:
        super().__init__(window)
        self._settings, self._background, self._window = settings, background, window
        self.unstable_above = _number(settings.value("unstable_above"))

    def read_floors(self) -> None:
        """Read the floors that were chosen before, where they still are."""
        for name in ("open", "resistor"):
            path = Path(str(self._settings.value(f"floor_{name}", "")))
            if path.is_file():
                self.take_floor(name, path)

    def part(self, unstable_above: float) -> None:
        """Call a sample unstable above this β from the next run on, and in what was recorded."""
        self.unstable_above = unstable_above
        self._settings.setValue("unstable_above", unstable_above)
        self.parted.emit(unstable_above)

    def take_floor(self, name: str, path: Path) -> None:
        """Have the recording at `path` as a floor."""
        self._background.ask(partial(floor_of, path), partial(self._have, name))

    def ask_threshold(self) -> None:
        """Ask for the β that parts calm from unstable."""
        value, wanted = QInputDialog.getDouble(
            self._window, tr("Calm and unstable"), tr("Unstable is a β above"),
            self.unstable_above, 0.0, HIGHEST, 2)
        if wanted:
            self.part(value)

    def ask_floor(self, name: str) -> None:
        """Ask for the recording of a floor; none, and the floor is drawn no more."""
        path, _ = QFileDialog.getOpenFileName(self._window, tr("A recording of the floor"), "",
                                              "*.h5 *.txt *.csv *.dat")
        if path:
            self.take_floor(name, Path(path))
        else:
            self._settings.remove(f"floor_{name}")
            self.floored.emit(name, None)

    def _have(self, name: str, floor: CurrentFloor) -> None:
        self._settings.setValue(f"floor_{name}", str(floor.path))
        self.floored.emit(name, floor)


def _number(kept: object) -> float:
    """A threshold as it was kept, the usual one where that is no β."""
    try:
        value = float(str(kept))
    except ValueError:
        return UNSTABLE_ABOVE
    return value if math.isfinite(value) and 0 <= value <= HIGHEST else UNSTABLE_ABOVE
