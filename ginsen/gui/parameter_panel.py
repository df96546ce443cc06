"""The parameters of a protocol as fields: grouped, with units, checked as they are typed."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ginsen.gui.language import said, tr
from ginsen.gui.parameter_rows import Group, Row, groups_of, value_of, wrong
from ginsen.gui.quantity_text import text_of
from ginsen.gui.theme import restyle
from ginsen.protocols import PROTOCOLS, Protocol

_LABEL = 13
"""Heights of a line, that the column of labels is wide at most; a longer one takes two lines."""

Field = QLineEdit | QComboBox | QCheckBox


class ParameterPanel(QScrollArea):
    """Fields for the parameters of one protocol at a time.

    `changed` is emitted at every change, typed or set; `problem` then says what is wrong in a
    sentence, or nothing. What was typed stays when the protocol is changed and chosen again.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fields: dict[str, Field] = {}
        self.problem = ""
        self.protocol = ""
        self._rows: dict[str, Row] = {}
        self._tried: Protocol | None = None
        self._kept: dict[tuple[str, str], str] = {}

    def show_protocol(self, name: str) -> None:
        """Ask for the parameters of this protocol."""
        self.protocol = name
        groups = groups_of(PROTOCOLS[name])
        self._tried = PROTOCOLS[name]()
        self._rows = {row.name: row for group in groups for row in group.rows}
        self.fields = {}
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(8, 0, 10, 4)
        layout.setSpacing(2)
        for group in groups:
            layout.addWidget(_heading(tr(group.title)))
            layout.addLayout(self._form(group))
        layout.addStretch(1)
        _in_one_column(page)
        self.setWidget(page)
        before: QWidget = self
        for field in self.fields.values():  # Tab would else come to new fields last of all
            QWidget.setTabOrder(before, field)
            before = field
        self._check()

    def texts(self) -> dict[str, str]:
        """What every field says, by the name of its parameter."""
        return {name: _text(field) for name, field in self.fields.items()}

    def set_texts(self, texts: Mapping[str, str]) -> None:
        """Fill fields in; names that this protocol does not have are left out."""
        for name, text in texts.items():
            field = self.fields.get(name)
            if field is not None:
                _fill(field, text)
        self._check()

    def _form(self, group: Group) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(3)
        form.setHorizontalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for row in group.rows:
            field = self._field(row)
            self.fields[row.name] = field
            label = QLabel(tr(row.label))
            hint = "\n".join(each for each in (tr(row.description), said(row.allowed)) if each)
            for widget in (label, field):
                widget.setToolTip(hint)
            label.setBuddy(field)
            form.addRow(label, field)
        return form

    def _field(self, row: Row) -> Field:
        text = self._kept.get(self._key(row), row.text)
        if row.kind == "switch":
            switch = QCheckBox()
            _fill(switch, text)
            switch.toggled.connect(lambda: self._edited(row))
            return switch
        if row.kind == "choice":
            choice = QComboBox()
            choice.addItems(row.choices)
            _fill(choice, text)
            choice.currentIndexChanged.connect(lambda: self._edited(row))
            return choice
        line = QLineEdit(text)
        line.textEdited.connect(lambda: self._edited(row))
        if row.kind == "number":
            line.editingFinished.connect(lambda: self._tidy(row, line))
        return line

    def _key(self, row: Row) -> tuple[str, str]:
        """What is said of the sample is said once; a protocol's own values are its own."""
        shared = row.kind == "text"
        return ("" if shared else self.protocol, row.name)

    def _edited(self, row: Row) -> None:
        self._kept[self._key(row)] = _text(self.fields[row.name])
        self._check()

    def _tidy(self, row: Row, line: QLineEdit) -> None:
        """A number that was typed as 0.01 is written 10 mV once the field is left."""
        if not self._wrong(row, line.text()):
            line.setText(text_of(float(str(value_of(row, line.text()))), row.unit))

    def _wrong(self, row: Row, text: str) -> str:
        return "" if self._tried is None else wrong(self._tried, row, text)

    def _check(self) -> None:
        """Mark what is wrong, and tell."""
        self.problem = ""
        for name, field in self.fields.items():
            sentence = self._wrong(self._rows[name], _text(field))
            self.problem = self.problem or sentence
            if isinstance(field, QLineEdit) and bool(field.property("wrong")) != bool(sentence):
                field.setProperty("wrong", bool(sentence))
                restyle(field)
        self.changed.emit()


def _in_one_column(page: QWidget) -> None:
    """Give labels one width, so that the fields of all groups stand below each other."""
    labels = [label for label in page.findChildren(QLabel) if label.buddy() is not None]
    widest = max((label.sizeHint().width() for label in labels), default=0)
    for label in labels:
        label.setWordWrap(True)
        label.setFixedWidth(min(widest, _LABEL * label.fontMetrics().height()))


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("group")
    return label


def _text(field: Field) -> str:
    if isinstance(field, QLineEdit):
        return field.text()
    return field.currentText() if isinstance(field, QComboBox) else str(field.isChecked())


def _fill(field: Field, text: str) -> None:
    if isinstance(field, QLineEdit):
        field.setText(text)
    elif isinstance(field, QComboBox):
        field.setCurrentText(text)
    else:
        field.setChecked(text == "True")
