"""What the window asks a person for in a dialog: a sequence, a file for a picture, a note."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtWidgets import QDialog, QFileDialog, QInputDialog

from ginsen.gui.die_sequence import MAP, over_dies
from ginsen.gui.language import tr
from ginsen.gui.run_queue import sequence
from ginsen.gui.sequence_dialog import SequenceDialog

if TYPE_CHECKING:
    from ginsen.gui.window import BenchWindow


def ask_sequence(window: BenchWindow) -> None:
    """Queue a run for each of several values of a parameter, or one over several dies."""
    if not window.setup.queue_button.isEnabled():
        return
    protocol = window.setup.choice.currentText()
    texts = window.setup.texts()
    dialog = SequenceDialog(protocol, window, there=window.opened.dies if window.opened else ())
    if dialog.exec_() != QDialog.DialogCode.Accepted:
        return
    if dialog.over_dies:
        window.enqueue(MAP, over_dies(protocol, texts, dialog.values))
    else:
        window.runs.put(sequence(window.queue, protocol, texts, dialog.parameter, dialog.values))


def ask_save(window: BenchWindow) -> None:
    """Save the view that is seen as a picture."""
    made = [entry.recording for entry in window.queue if entry.recording is not None]
    path, _ = QFileDialog.getSaveFileName(
        window, tr("Save this view …"),
        str(made[-1].with_suffix(".png")) if made else "view.png", "*.png")
    if path:
        target = Path(path).with_suffix(".png")
        window.say((tr("Saved as {path}") if window.views.save(target) else
                    tr("{path} could not be written.")).format(path=target))


def ask_remark(window: BenchWindow) -> None:
    """Put a note into the recording of the run under way."""
    if window.bench.running is None:
        return
    text, wanted = QInputDialog.getText(window, tr("Note"), tr("A note at this moment"))
    if wanted and text.strip():
        window.bench.remark(text.strip())
