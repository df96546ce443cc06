"""OUTPUT OFF: asks the thread that owns the sessions; if that is stuck, goes another way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from ginsen.gui.bench_thread import BenchThread
from ginsen.gui.instrument_state import InstrumentState
from ginsen.gui.language import said, tr
from ginsen.gui.second_session import off_from_outside

PATIENCE = 1.0
"""Seconds within which an output must be read back as off before another way is taken."""


class OutputOff(QObject):
    """Switches everything off, whoever holds the instruments.

    `told` says in words what came of it. When the session of the run does not answer, the station's
    guard is called, and `outside`: given a station it switches off through sessions of its own and
    returns what could not be proved off.
    """

    told = pyqtSignal(str)
    _came = pyqtSignal(object)

    def __init__(self, bench: BenchThread,
                 outside: Callable[[str], Mapping[str, str]] = off_from_outside, *,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._outside = outside
        self._station = ""
        self._pressed: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._late)
        self._came.connect(self._from_outside)
        bench.looked.connect(self._looked)

    def set_station(self, path: str) -> None:
        """The station that is open; empty if none is."""
        self._station = path

    def press(self) -> None:
        """Stop, and off."""
        if not self._station:
            return
        self._pressed = time.monotonic()
        self._bench.switch_off()
        self._timer.start(round(1000 * PATIENCE))

    def _looked(self, states: tuple[InstrumentState, ...]) -> None:
        """An answer counts if it was given after the button was pressed."""
        if self._pressed is None:
            return
        meters = [state for state in states if state.output != "none"]
        if meters and all(s.output == "off" and s.heard > self._pressed for s in meters):
            seconds = time.monotonic() - self._pressed
            self._settled()
            self.told.emit(tr("Every output is off, read back after {n} s.").format(
                n=f"{seconds:.1f}"))

    def _late(self) -> None:
        """Nothing was read back in time: somebody else has to do it."""
        called = self._bench.call_guard("OUTPUT OFF was pressed and nothing read back as off")
        self.told.emit(tr("The run's session is stuck; its guard was called.") if called else
                       tr("The run's session is stuck; trying another way."))
        station = self._station

        def outside() -> None:
            self._came.emit(self._outside(station))

        threading.Thread(target=outside, name="ginsen output off", daemon=True).start()

    def _from_outside(self, failures: Mapping[str, str]) -> None:
        if self._pressed is None:
            return
        if failures:
            self.told.emit(tr("NOT OFF: {why} Go to the bench.").format(
                why="; ".join(map(said, failures.values()))))
        else:
            self._settled()
            self.told.emit(tr("Every output is off, read back through a session of its own."))

    def _settled(self) -> None:
        self._pressed = None
        self._timer.stop()
