"""Questions to a Keithley 4200A under KXCI, over Ethernet, where every message is answered."""

from __future__ import annotations

import contextlib
import re

from ginsen.instruments.conversation import BROKEN, TRIES, Conversation
from ginsen.instruments.source_meter import InstrumentError

ACKNOWLEDGED = "ACK"

_STARTS_A_TEST = re.compile(r"(^|;)\s*ME\s*[123]")


class KxciConversation(Conversation):
    """A `Conversation` in KXCI: a command is a question whose answer is ACK.

    Nothing in KXCI gives back a number it was sent, so after a lost answer the session is opened
    anew: answers to earlier questions stay in the old one. Because a setting is answered, it is
    repeated where the answer was lost; the start of a test is not.
    """

    _only_once = _STARTS_A_TEST

    def command(self, *messages: str) -> None:
        """Send commands, each answered by ACK. Raises InstrumentError where one is not."""
        for message in messages:
            self.ask_for(message, _acknowledgement, "ACK was")

    def _find_back(self) -> None:
        """Make sure that the next answer is to the next question; raises InstrumentError."""
        self._losses += 1
        if self._depth == TRIES:
            raise InstrumentError(f"{self._where} keeps losing answers.")
        self._depth += 1
        try:
            if not self._opened_anew():
                raise InstrumentError(f"{self._where} does not answer, nor after it was opened "
                                      "anew a few times.")
            self._adrift = False
        finally:
            self._depth -= 1

    def _proof(self, question: str = "") -> str | None:
        """The answer to `question` on a session just opened; None where nothing is answered."""
        self.heard()
        with contextlib.suppress(*BROKEN):
            if self._known_by in self._exchange("*IDN?").upper():
                return self._exchange(question) if question else ""
        return None

    def _exchange(self, message: str) -> str:
        """The answer to a message, once; raises what a broken link raises."""
        self.write(message)
        return self.read()

    def _errors(self) -> list[str]:
        """The last error since it was looked at, if any; it is forgotten now."""
        told = self.ask(":ERROR:LAST:GET").strip()
        if told:
            self.command(":ERROR:LAST:CLEAR")
        return [told] if told else []


def _acknowledgement(answer: str) -> str:
    if answer != ACKNOWLEDGED:
        raise ValueError
    return answer
