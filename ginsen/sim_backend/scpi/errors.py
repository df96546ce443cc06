"""SCPI errors: their numbers, their words, and the queue that keeps them.

Numbers and words are those of SCPI-1999 volume 2, section 21.8.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

STANDARD_TEXTS = {
    0: "No error",
    -100: "Command error",
    -101: "Invalid character",
    -102: "Syntax error",
    -103: "Invalid separator",
    -104: "Data type error",
    -108: "Parameter not allowed",
    -109: "Missing parameter",
    -111: "Header separator error",
    -112: "Program mnemonic too long",
    -113: "Undefined header",
    -114: "Header suffix out of range",
    -121: "Invalid character in number",
    -123: "Exponent too large",
    -131: "Invalid suffix",
    -138: "Suffix not allowed",
    -141: "Invalid character data",
    -148: "Character data not allowed",
    -151: "Invalid string data",
    -158: "String data not allowed",
    -161: "Invalid block data",
    -168: "Block data not allowed",
    -171: "Invalid expression",
    -178: "Expression data not allowed",
    -200: "Execution error",
    -203: "Command protected",
    -211: "Trigger ignored",
    -213: "Init ignored",
    -214: "Trigger deadlock",
    -220: "Parameter error",
    -221: "Settings conflict",
    -222: "Data out of range",
    -223: "Too much data",
    -224: "Illegal parameter value",
    -230: "Data corrupt or stale",
    -241: "Hardware missing",
    -310: "System error",
    -350: "Queue overflow",
    -363: "Input buffer overrun",
    -410: "Query INTERRUPTED",
    -420: "Query UNTERMINATED",
    -430: "Query DEADLOCKED",
    -440: "Query UNTERMINATED after indefinite response",
}


class ScpiError(Exception):
    """What a handler raises to refuse a command: error `code`, and words of its own if any."""

    def __init__(self, code: int, text: str = "") -> None:
        self.code = code
        self.text = text or STANDARD_TEXTS.get(code, "")
        super().__init__(f"{code},{self.text!r}")


@dataclass(frozen=True)
class ErrorEntry:
    """One entry of the error queue; `time` is in bench seconds."""

    code: int
    text: str
    time: float


class ErrorQueue:
    """First in, first out; when full the newest entry is replaced by -350 (SCPI-1999 21.8.1)."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: deque[ErrorEntry] = deque()

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, entry: ErrorEntry) -> None:
        """Keep one more entry, or -350 in place of the last."""
        if len(self._entries) < self._capacity:
            self._entries.append(entry)
        else:
            self._entries[-1] = ErrorEntry(-350, STANDARD_TEXTS[-350], entry.time)

    def pop(self) -> ErrorEntry | None:
        """The oldest entry, taken out; None when there is none."""
        return self._entries.popleft() if self._entries else None

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()


def event_status_bit(code: int) -> int:
    """The bit (as a mask) of the standard event status register that error `code` sets.

    Command error 32, execution error 16, query error 4; device-specific errors and all positive
    codes 8 (SCPI-1999 21.8.2 and IEEE 488.2 11.5.1).
    """
    if -200 < code <= -100:
        return 32
    if -300 < code <= -200:
        return 16
    if -500 < code <= -400:
        return 4
    return 8
