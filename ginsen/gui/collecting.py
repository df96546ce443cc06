"""Garbage is collected on the window's thread only."""

from __future__ import annotations

import gc

from PyQt5.QtCore import QObject, QTimer

EVERY = 1000
"""Milliseconds between two looks."""


class WindowsCollector(QObject):
    """Collects Python's garbage from a timer, in place of whichever thread happens to fill it.

    Parts of a plot are bound to the thread that made them: collected on the thread of a run, which
    Python may do at any time, they take the whole program with them.
    """

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        # What is there at the start stays; looking through it again would hold up a frame.
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(EVERY)

    def stop(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.collect()
        gc.unfreeze()
        gc.enable()

    def _look(self) -> None:
        """Collect the oldest generation that is due, as Python does by itself."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
