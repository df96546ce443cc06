"""Ask for a sequence: which parameter, and what it is to be from run to run."""

from __future__ import annotations

from PyQt5.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from ginsen.gui.language import said, tr
from ginsen.gui.parameter_rows import groups_of
from ginsen.gui.sequence_values import values_of
from ginsen.protocols import PROTOCOLS


class SequenceDialog(QDialog):
    """`parameter` and `values` are what was asked for, once it was accepted."""

    def __init__(self, protocol: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Sequence over a parameter"))
        self._protocol = PROTOCOLS[protocol]()
        self._rows = [row for group in groups_of(PROTOCOLS[protocol]) for row in group.rows
                      if row.kind != "switch"]
        self.values: tuple[str, ...] = ()
        self.choice = QComboBox()
        self.choice.addItems([tr(row.label) for row in self._rows])
        self.line = QLineEdit()
        self.line.setPlaceholderText("1 V, 2 V, 5 V   /   1 V : 5 V : 9")
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(QDialogButtonBox.StandardButton.Ok)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        form = QFormLayout(self)
        form.addRow(tr("Parameter"), self.choice)
        form.addRow(tr("Values"), self.line)
        form.addRow(self.told)
        form.addRow(self.buttons)
        self.resize(460, 0)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.choice.currentIndexChanged.connect(self._check)
        self.line.textChanged.connect(self._check)
        self._check()

    @property
    def parameter(self) -> str:
        """The name of the parameter that is varied."""
        return self._rows[self.choice.currentIndex()].name

    def _check(self) -> None:
        try:
            self.values = values_of(self._protocol, self._rows[self.choice.currentIndex()],
                                    self.line.text())
        except ValueError as problem:
            self.values = ()
            self.told.setText(said(str(problem)))
        else:
            self.told.setText(tr("{n} runs: {values}").format(
                n=len(self.values), values=", ".join(self.values[:12])))
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if button is not None:
            button.setEnabled(bool(self.values))
