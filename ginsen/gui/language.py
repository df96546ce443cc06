"""The language of the window: English, which stands in the code, or Japanese, by a catalogue."""

from __future__ import annotations

from functools import lru_cache

from ginsen.gui.japanese import JAPANESE
from ginsen.gui.japanese_analysis import FINDINGS, REASONS
from ginsen.gui.japanese_files import FILES
from ginsen.gui.japanese_runs import SAID
from ginsen.gui.sentence_patterns import Phrasebook, finding

LANGUAGES = {"en": "English", "ja": "日本語"}

_spoken = "en"
_PHRASES = Phrasebook({**FILES, **SAID, **REASONS})


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
    return said((reason or "").partition(":")[0])


def tr(text: str) -> str:
    """A text of the window in the language in use; English where the catalogue has none."""
    return JAPANESE.get(text, text) if _spoken == "ja" else text


def said(sentence: str) -> str:
    """A sentence that the window was told, by a run or an analysis, in the language in use.

    Recordings, reports and the command line have it in English, and so has a sentence that the
    catalogue does not know: what an instrument answered, or what is wrong in a file.
    """
    return _in_japanese(sentence) if _spoken == "ja" else sentence


@lru_cache(4096)
def _in_japanese(sentence: str) -> str:
    return (JAPANESE.get(sentence) or _PHRASES.find(sentence, _in_japanese)
            or finding(sentence, FINDINGS) or sentence)
