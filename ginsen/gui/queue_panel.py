"""The queue of runs: order, repetition, sequences over a parameter, a pause before the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.language import said, tr
from ginsen.gui.run_queue import Queue, added, moved, removed, stopped

_SIGNS = {"waiting": "…", "running": "▶", "finished": "✓", "aborted": "■", "failed": "✗",
          "interrupted": "✗"}


class QueuePanel(QWidget):
    """Shows a queue and emits `edited` with another; `opened` with the recording of a run."""

    edited = pyqtSignal(object)
    opened = pyqtSignal(str)
    sequence_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._queue: Queue = ()
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Queue"))
        self.list.itemActivated.connect(self._activated)
        self.hold = QCheckBox(tr("Pause before the next run"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.hold)
        buttons = QGridLayout()
        actions: tuple[tuple[str, Callable[[], None]], ...] = (
            (tr("Up"), lambda: self._edit(lambda q, n: moved(q, n, -1))),
            (tr("Down"), lambda: self._edit(lambda q, n: moved(q, n, 1))),
            (tr("Repeat"), lambda: self._edit(_repeated)),
            (tr("Remove"), lambda: self._edit(removed)),
            (tr("Sequence …"), self.sequence_wanted.emit),
            (tr("Clear"), lambda: self.edited.emit(stopped(self._queue))))
        for at, (text, action) in enumerate(actions):
            button = QPushButton(text)
            button.clicked.connect(action)
            buttons.addWidget(button, at // 2, at % 2)
        layout.addLayout(buttons)

    def show_queue(self, queue: Queue) -> None:
        """Show these runs; what was selected stays so."""
        chosen = self._chosen()
        self._queue = queue
        self.list.clear()
        for entry in queue:
            item = QListWidgetItem(f"{_SIGNS[entry.state]}  {entry.number}  {entry.told}")
            item.setData(Qt.ItemDataRole.UserRole, entry.number)
            item.setToolTip(said(entry.why) or tr(entry.state))
            self.list.addItem(item)
            if entry.number == chosen:
                self.list.setCurrentItem(item)

    def _chosen(self) -> int | None:
        item = self.list.currentItem()
        return None if item is None else int(item.data(Qt.ItemDataRole.UserRole))

    def _edit(self, change: Callable[[Queue, int], Queue]) -> None:
        number = self._chosen()
        if number is not None:
            self.edited.emit(change(self._queue, number))

    def _activated(self, item: QListWidgetItem) -> None:
        number = int(item.data(Qt.ItemDataRole.UserRole))
        recording = next((e.recording for e in self._queue if e.number == number), None)
        if recording is not None and Path(recording).exists():
            self.opened.emit(str(recording))


def _repeated(queue: Queue, number: int) -> Queue:
    """The queue with a run once more at its end."""
    entry = next(each for each in queue if each.number == number)
    return added(queue, entry.protocol, entry.texts)
