"""How a person wants the window: theme, language, size of type. Kept from day to day."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PyQt5.QtCore import QSettings

from ginsen.gui.language import LANGUAGES
from ginsen.gui.theme import THEMES, Theme

POINTS = {"normal": 9, "large": 13}
CHOICES = {"theme": tuple(THEMES), "language": tuple(LANGUAGES), "size": tuple(POINTS)}


@dataclass(frozen=True)
class Appearance:
    """A choice of each."""

    theme: str = "light"
    language: str = "en"
    size: str = "normal"

    @property
    def colours(self) -> Theme:
        """The theme's colours."""
        return THEMES[self.theme]

    @property
    def points(self) -> int:
        """The size of type in points."""
        return POINTS[self.size]

    def having(self, name: str, value: str) -> Appearance:
        """The same with another choice."""
        return replace(self, **{name: value})


def kept(settings: QSettings) -> Appearance:
    """What was chosen last; a choice that no longer exists counts as none."""
    chosen = {name: str(settings.value(name, choices[0])) for name, choices in CHOICES.items()}
    chosen = {name: value for name, value in chosen.items() if value in CHOICES[name]}
    return Appearance(**chosen)


def keep(appearance: Appearance, settings: QSettings) -> None:
    """Choose the same next time."""
    for name in CHOICES:
        settings.setValue(name, getattr(appearance, name))
