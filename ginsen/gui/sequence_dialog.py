"""Ask for a sequence: which parameter, and what it is to be from run to run."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from ginsen.gui.die_sequence import dies_row, names_of
from ginsen.gui.language import said, tr
from ginsen.gui.parameter_rows import groups_of
from ginsen.gui.sequence_values import values_of
from ginsen.instruments.probe_station import Die
from ginsen.protocols import PROTOCOLS


class SequenceDialog(QDialog):
    """`parameter` and `values` are what was asked for, once it was accepted.

    Where `there` are dies, their names can be asked for as well: the `parameter` is then `dies`.
    """

    def __init__(self, protocol: str, parent: QWidget | None = None, *,
                 there: Sequence[Die] = ()) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Sequence over a parameter"))
        self._protocol = PROTOCOLS[protocol]()
        self._there = there
        self._rows = [row for group in groups_of(PROTOCOLS[protocol]) for row in group.rows
                      if row.kind != "switch"] + list(dies_row(protocol, there))
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

    @property
    def over_dies(self) -> bool:
        """Whether dies are what differs from run to run."""
        return bool(self._there) and self.parameter == "dies"

    def _check(self) -> None:
        try:
            row, text = self._rows[self.choice.currentIndex()], self.line.text()
            self.values = (names_of(text, self._there) if self.over_dies else
                           values_of(self._protocol, row, text))
        except ValueError as problem:
            self.values = ()
            self.told.setText(said(str(problem)))
        else:
            self.told.setText(tr("{n} runs: {values}").format(
                n=len(self.values), values=", ".join(self.values[:12])))
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if button is not None:
            button.setEnabled(bool(self.values))
