"""What a person wants of the run under way: pause, go on, read longer, read more sparsely."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal

from ginsen.gui.bench_thread import BenchThread
from ginsen.gui.language import tr
from ginsen.gui.reads_panel import ReadsPanel
from ginsen.gui.top_strip import TopStrip
from ginsen.protocols.steering import Change


class RunControl(QObject):
    """Between the buttons of a window and the run of its bench; `said` is what came of it."""

    said = pyqtSignal(str)

    def __init__(self, bench: BenchThread, strip: TopStrip, reads: ReadsPanel,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench, self._strip, self._reads = bench, strip, reads
        strip.pause_button.clicked.connect(self.pause)
        reads.wanted.connect(self.change)
        reads.wrong.connect(self.said)
        bench.told.connect(self._told)

    def pause(self, wanted: bool) -> None:
        """Wait where the phase under way ends, output off; or go on."""
        running = self._bench.running
        if running is not None and wanted:
            running.steering.pause()
            self.said.emit(tr("The run will pause where this phase ends, output off."))
        elif running is not None:
            running.steering.go_on()
        self.show()

    def change(self, change: Change) -> None:
        """Change the phase that is being read."""
        running = self._bench.running
        if running is None:
            return
        try:
            running.steering.ask(change)
        except ValueError as problem:
            self.said.emit(str(problem))

    def show(self) -> None:
        """What can be wished for now."""
        running = self._bench.running
        self._reads.set_running(running is not None)
        self._strip.show_pause(possible=running is not None,
                               wanted=running is not None and running.steering.paused)

    def leave(self) -> None:
        """Listen to the bench no more."""
        self._bench.told.disconnect(self._told)

    def _told(self, sentence: str) -> None:
        self.said.emit(sentence)
        self.show()
