"""Sentences with numbers in them, put into another language by patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

SPOKEN = frozenset({"why", "what", "where", "law", "rest", "allowed", "more", "label",
                    "state", "expected"})
"""Names of gaps that hold words of their own, to be translated too; also with an ending (`why_2`).

All others stay as they are, and hold no colon: before one stands a sentence of its own.
"""
LISTED = "_list"
"""Ending of the name of a gap that holds several, with commas between them."""

_GAP = re.compile(r"{(\w+)}")
_WORDS, _NAME = ".", "(?:(?!: ).)"


class Phrasebook:
    """Sentences by their English. A `{gap}` in both stands for whatever is there.

    Of several sentences that fit, the one that says most by itself is taken.
    """

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        told = sorted(self._sentences, key=lambda text: -len(_GAP.sub("", text)))
        return tuple((re.compile(_expression(text), re.DOTALL), self._sentences[text])
                     for text in told)

    def find(self, sentence: str, speak: Callable[[str], str]) -> str | None:
        """The sentence in the other language; None where the book has none that fits.

        `speak` translates what stands in the gaps that hold words.
        """
        for pattern, other in self._patterns:
            match = pattern.fullmatch(sentence)
            if match is not None:
                return other.format(**{name: _spoken(name, text, speak)
                                       for name, text in match.groupdict().items()})
        return None


def _expression(english: str) -> str:
    """The regular expression of a sentence: gaps are as short as they can be."""
    pieces = _GAP.split(english)
    return "".join(re.escape(piece) if at % 2 == 0 else
                   f"(?P<{piece}>{_WORDS if _holds_words(piece) else _NAME}+?)"
                   for at, piece in enumerate(pieces))


def _spoken(name: str, text: str, speak: Callable[[str], str]) -> str:
    if name.endswith(LISTED):
        return "、".join(speak(each) for each in text.split(", "))
    return speak(text) if _holds_words(name) else text


def _holds_words(gap: str) -> bool:
    return gap.partition("_")[0] in SPOKEN


def finding(sentence: str, words: Mapping[str, str]) -> str | None:
    """The numbers of a protocol, with commas between them, each after its name in `words`.

    None for a sentence of which any part has another name, or that is none.
    """
    if not sentence[:1].isupper():
        return None
    parts = (sentence[:1].lower() + sentence[1:]).split(", ")
    told = []
    for part in parts:
        name = next((name for name in sorted(words, key=len, reverse=True)
                     if part == name or part.startswith(f"{name} ")), None)
        if name is None:
            return None
        told.append(f"{words[name]}{part[len(name):]}")
    return "、".join(told)
