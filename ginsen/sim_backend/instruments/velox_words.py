"""The parameters of one line to a Velox, and what it answers when they make no sense."""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.sim_backend.instruments.velox_stage import Point

UNKNOWN_COMMAND, END_OF_WAFER = 509, 703
BAD_PARAMETER, IN_CONTACT, OUT_OF_REACH, NO_SUCH_DIE = 9001, 9002, 9003, 9004
"""The last four are our own numbers, out of the way of any real one."""

_UNITS = {"y": 1e-6, "microns": 1e-6, "i": 25.4e-6, "mils": 25.4e-6}
_REFERENCES = ("home", "zero", "center", "relative", "diehome")


class Refusal(Exception):
    """A command that is not carried out: the error code, and the text after it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Words:
    """The parameters of a line, taken one after the other; each may be left out from some on."""

    def __init__(self, words: Sequence[str]) -> None:
        self._left = list(words)

    def __len__(self) -> int:
        return len(self._left)

    @property
    def rest(self) -> tuple[str, ...]:
        """Those not taken yet."""
        return tuple(self._left)

    def text(self) -> str:
        """A word in small letters, empty if left out."""
        return self._left.pop(0).lower() if self._left else ""

    def number(self, default: float = 0.0) -> float:
        """A finite number. Raises Refusal for anything else."""
        word = self.text()
        try:
            number = float(word) if word else default
        except ValueError:
            raise Refusal(BAD_PARAMETER, f"{word} is no number") from None
        if not abs(number) < float("inf"):
            raise Refusal(BAD_PARAMETER, f"{word} is no number")
        return number

    def whole(self, default: int = 0) -> int:
        """A whole number. Raises Refusal for anything else."""
        number = self.number(default)
        if number % 1:
            raise Refusal(BAD_PARAMETER, f"{number:g} is no whole number")
        return int(number)

    def point(self) -> Point:
        """Two numbers, x and y."""
        return self.number(), self.number()

    def velocity(self) -> float:
        """A velocity in percent, 0.1 to 100."""
        velocity = self.number(100.0)
        if not 0.1 <= velocity <= 100:
            raise Refusal(BAD_PARAMETER, f"Velocity {velocity:g} is not from 0.1 to 100")
        return velocity

    def reference(self) -> str:
        """The first letter of what a position counts from, home if left out."""
        word = self.text() or "home"
        if word not in _REFERENCES and word not in [name[0] for name in _REFERENCES]:
            raise Refusal(BAD_PARAMETER, f"{word} is no reference")
        return word[0]

    def unit(self, index: Point) -> Point:
        """How long (m) one step along x and y is, microns if left out; `index` is a die's size."""
        word = self.text() or "microns"
        if word in ("x", "index"):
            return index
        if word not in _UNITS:
            raise Refusal(BAD_PARAMETER, f"{word} is no unit")
        return _UNITS[word], _UNITS[word]
