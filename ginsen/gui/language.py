"""The language of the window: English, which stands in the code, or Japanese, by a catalogue."""

from __future__ import annotations

from ginsen.gui.japanese import JAPANESE

LANGUAGES = {"en": "English", "ja": "日本語"}

_spoken = "en"


def speak(language: str) -> None:
    """Use a language from now on. Raises ValueError for one that there is no catalogue of."""
    global _spoken
    if language not in LANGUAGES:
        raise ValueError(f"there is no language {language!r}; there is {', '.join(LANGUAGES)}.")
    _spoken = language


def spoken() -> str:
    """The language in use."""
    return _spoken


def in_short(reason: str | None) -> str:
    """What stands before the colon of a reason, in the language in use."""
    return tr((reason or "").partition(":")[0])


def tr(text: str) -> str:
    """A text of the window in the language in use; English where the catalogue has none."""
    return JAPANESE.get(text, text) if _spoken == "ja" else text
