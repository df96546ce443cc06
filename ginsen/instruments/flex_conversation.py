"""Questions to an instrument that speaks Agilent FLEX: one at a time, one line for an answer.

Agilent B1500A/B1505A Programming Guide (B1500-90010), Edition 11.
"""

from __future__ import annotations

import contextlib
import re

from ginsen.instruments.conversation import BROKEN, STALE, Conversation

MOST_ERRORS = 30
"""What the error queue holds (page 4-101)."""

_HOLD = re.compile(r"(?:^|;)WT\s*([^,;]+),")


class FlexConversation(Conversation):
    """A `Conversation` without *CLS, *ESE and messages of several questions.

    The number that comes back goes through the hold time of a staircase sweep (WT, *LRN? 33), which
    nothing here uses. A device clear ends what is measured and drops what was: it is for trouble.
    """

    def _errors(self) -> list[str]:
        """What the error queue held; it is empty now.

        A lost answer may lose its entry: it is noted, and what was being set up is done again.
        """
        found: list[str] = []
        for _ in range(MOST_ERRORS + 1):
            code, entry = self.ask_for("ERRX?", _error, "an error was")
            if not code:
                break
            found.append(entry)
        return found

    def _proof(self, question: str = "") -> str | None:
        """See `Conversation`; whatever is asked after the number has come back is answered next."""
        number = (1 + next(self._numbers_sent) % 65_000) / 100
        self.heard()
        with contextlib.suppress(*BROKEN):
            self.write(f"WT {number:.2f},0")
            self.write("*LRN? 33")
            for _ in range(STALE):
                if _hold_time(str(self.read())) == number:
                    if not question:
                        return ""
                    self.write(question)
                    return str(self.read()).strip()
        return None


def _error(answer: str) -> tuple[int, str]:
    return int(answer.split(",")[0]), answer


def _hold_time(answer: str) -> float | None:
    """The hold time (s) in what *LRN? 33 answers; None where there is none."""
    found = _HOLD.search(answer)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None
