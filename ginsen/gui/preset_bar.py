"""Presets of a protocol: choose one, save what the fields say under a name, remove one."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtWidgets import QComboBox, QHBoxLayout, QInputDialog, QToolButton, QWidget

from ginsen.gui.language import said, tr
from ginsen.gui.parameter_panel import ParameterPanel
from ginsen.gui.presets import read_presets, with_preset, without_preset, write_presets


class PresetBar(QWidget):
    """A list of names and two buttons over a panel of parameters; kept in the file at `path`."""

    def __init__(self, panel: ParameterPanel, path: Path) -> None:
        super().__init__()
        self._path = path
        self._panel = panel
        self._protocol = ""
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Preset"))
        self.choice.activated.connect(self._chosen)
        self.save_button = _button("+", tr("Save these parameters under a name"))
        self.save_button.clicked.connect(self._ask_name)
        self.remove_button = _button("−", tr("Remove this preset"))
        self.remove_button.clicked.connect(self._remove)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.choice, 1)
        layout.addWidget(self.save_button)
        layout.addWidget(self.remove_button)

    def show_protocol(self, name: str) -> None:
        """Offer the presets of this protocol."""
        self._protocol = name
        self._fill("")

    def save(self, name: str) -> None:
        """Keep what the fields say under a name."""
        write_presets(with_preset(read_presets(self._path), self._protocol, name,
                                  self._panel.texts()), self._path)
        self._fill(name)

    def _fill(self, chosen: str) -> None:
        self.choice.clear()
        try:
            presets, problem = read_presets(self._path), ""
        except (ValueError, OSError) as fault:  # else there would be no window at all
            presets, problem = {}, str(fault)
        self.choice.addItem(tr("These presets cannot be read") if problem else tr("Presets"))
        self.choice.addItems(sorted(presets.get(self._protocol, {})))
        self.choice.setToolTip(said(problem))
        self.choice.setCurrentIndex(max(0, self.choice.findText(chosen)))
        self.save_button.setEnabled(not problem)  # it would write over what cannot be read
        self.remove_button.setEnabled(self.choice.currentIndex() > 0)

    def _chosen(self, at: int) -> None:
        self.remove_button.setEnabled(at > 0)
        if at > 0:
            sets = read_presets(self._path)[self._protocol]
            self._panel.set_texts(sets[self.choice.currentText()])

    def _ask_name(self) -> None:
        name, wanted = QInputDialog.getText(self, tr("Save these parameters under a name"),
                                            tr("Name"))
        if wanted and name.strip():
            self.save(name.strip())

    def _remove(self) -> None:
        write_presets(without_preset(read_presets(self._path), self._protocol,
                                     self.choice.currentText()), self._path)
        self._fill("")


def _button(text: str, hint: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    return button
