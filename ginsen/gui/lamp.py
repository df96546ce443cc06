"""The output lamp: what was read back, and how long ago."""

from __future__ import annotations

import time

from PyQt5.QtWidgets import QFrame, QLabel, QVBoxLayout

from ginsen.gui.instrument_state import InstrumentState, Output, worst
from ginsen.gui.language import tr
from ginsen.gui.theme import Theme

STALE = 3.0
"""Seconds after which an answer says nothing of now."""


def lamp_of(states: tuple[InstrumentState, ...], now: float) -> tuple[Output, float]:
    """What the lamp shows, and how old (s) the oldest answer is.

    An output that was off is off until something of ours switches it on; one that was on, or was
    not heard of for some seconds, may be anything.
    """
    heard = [state.heard for state in states if state.output != "none"]
    age = now - min(heard) if heard else 0.0
    output = worst(states)
    return ("unknown" if output in ("on", "off") and age > STALE else output), age


class Lamp(QFrame):
    """Colour, sign and word, so that no one of them is needed: ● ON, ○ OFF, ? not known."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("lamp")
        self._theme = theme
        self._states: tuple[InstrumentState, ...] = ()
        self.word = QLabel()
        self.word.setObjectName("title")
        self.age = QLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 4, 14, 4)
        layout.setSpacing(0)
        layout.addWidget(self.word)
        layout.addWidget(self.age)
        layout.addStrut(142)  # as wide for ON as for OFF
        self._shown = ""
        self.refresh()

    def show_states(self, states: tuple[InstrumentState, ...]) -> None:
        """Take the newest read-backs."""
        self._states = states
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        output, age = lamp_of(self._states, time.monotonic())
        words = {"on": "● " + tr("OUTPUT ON"), "off": "○ " + tr("OUTPUT OFF"),
                 "unknown": "? " + tr("OUTPUT UNKNOWN"), "none": tr("no station")}
        self.word.setText(words[output])
        self.age.setText("" if output == "none" else
                         tr("read back just now") if age < 1.5 else
                         tr("read back {n} s ago").format(n=round(age)))
        if output != self._shown:
            self._shown = output
            self._paint(output)

    def _paint(self, output: Output) -> None:
        theme = self._theme
        ground = {"on": theme.on, "off": theme.ground, "unknown": theme.unsure,
                  "none": theme.panel}[output]
        text = {"on": "black", "unknown": "black"}.get(output, theme.text)
        edge = theme.off if output == "off" else ground
        self.setStyleSheet(f"#lamp {{ background: {ground}; border: 3px solid {edge};"
                           f" border-radius: 6px; }} QLabel {{ background: transparent;"
                           f" color: {text}; }}")
