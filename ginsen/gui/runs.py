"""The runs of the queue, begun one by one as their turn comes."""

from __future__ import annotations

from PyQt5.QtCore import QObject, pyqtSignal

from ginsen.gui.bench_answers import Ended
from ginsen.gui.bench_thread import BenchThread
from ginsen.gui.parameter_rows import protocol_of
from ginsen.gui.run_queue import Entry, Queue, changed, next_waiting, stopped
from ginsen.protocols import Protocol


class Runs(QObject):
    """Holds the queue of a bench, and asks the bench for the next run when none is under way.

    Emits `begun` with the entry and its protocol before the bench is asked for it, `refused` with
    a sentence where its parameters make no sense, `changed` after every change of the queue.
    """

    begun = pyqtSignal(object, object)
    refused = pyqtSignal(str)
    changed = pyqtSignal()

    def __init__(self, bench: BenchThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.queue: Queue = ()
        self.held = False
        """Whether the next run is to wait, once one has begun."""
        self.closing = False
        """Whether none is to begin any more."""

    @property
    def busy(self) -> bool:
        """Whether one is under way."""
        return any(entry.state == "running" for entry in self.queue)

    def put(self, queue: Queue) -> None:
        """Have this queue, and go on."""
        self.queue = queue
        self.go_on()

    def hold(self, held: bool) -> None:
        """Let the next run wait, or no longer."""
        self.held = held
        self.go_on()

    def drop(self) -> None:
        """Nothing that waits is begun."""
        self.put(stopped(self.queue))

    def end(self, ended: Ended) -> None:
        """A run is over; the next one's turn has come."""
        outcome = ended.outcome
        state = "failed" if outcome.state == "running" else outcome.state
        self.put(changed(self.queue, ended.number, state, outcome.why, ended.recording))

    def go_on(self) -> None:
        """Begin the next run if it is its turn."""
        entry = next_waiting(self.queue)
        waits = self.held and any(each.state != "waiting" for each in self.queue)
        if entry is not None and not waits and not self.closing:
            self._begin(entry)
        self.changed.emit()

    def _begin(self, entry: Entry) -> None:
        try:
            protocol: Protocol = protocol_of(entry.protocol, entry.texts)
        except ValueError as problem:
            self.queue = changed(self.queue, entry.number, "failed", str(problem))
            self.refused.emit(str(problem))
            return
        self.queue = changed(self.queue, entry.number, "running")
        self._bench.news.clear()
        self.begun.emit(entry, protocol)
        self._bench.run_protocol(entry.number, protocol)
