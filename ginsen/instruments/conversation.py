"""Questions to an instrument that survive a lost, late or garbled answer."""

from __future__ import annotations

import contextlib
import itertools
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
from pyvisa import InvalidSession, VisaIOError

from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Array, Clock

T = TypeVar("T")

NOT_A_NUMBER = 9.9e37
"""From here on a number stands for none: 9.9e37 beyond the range, 9.91e37 not measured."""

TRIES = 3
"""How often a question that may be repeated is asked."""

STALE = 10
"""Replies to earlier questions that may still be on their way."""

WAITS = (0.0, 0.3, 1.0, 2.0, 3.0)
"""Seconds before each attempt to open a session anew; the guard wants to hear one every five."""

QUERY_ERRORS = re.compile(r"[+]?-4\d\d,")
"""What IEEE 488.2 puts into the error queue for a reply that was not read: ours to drop."""

_ONLY_ONCE = re.compile(
    r"(?i)(^|;)\s*:?(READ|MEAS\w*)(:\w+)*\?|SYST\w*:ERR\w*(:NEXT)?\?|INIT|\*TRG|"
    r"errorqueue\.next|\.measure\.\w+\(")
"""Questions whose asking changes something: a reading, an entry of the error queue, a trigger."""


class NotSent(InstrumentError):
    """A command that may not have reached its instrument. It is not repeated by itself."""


class Truncated(InstrumentError):
    """An answer of which the end is missing."""


BROKEN = (VisaIOError, InvalidSession, OSError, UnicodeDecodeError, NotSent, Truncated)
"""What a link does that has lost an answer, or itself."""


class Conversation:
    """What an instrument class on PyMeasure's gains: answers that belong to their questions.

    After a missing or senseless reply the link is cleared, and an echo of a number never sent
    before proves that question and answer belong together again; where nothing comes back, the
    session is opened anew, a few times. Then the question is repeated, if that is safe. A command
    is never repeated. What was in the error queue, but for the link's own errors, is raised.
    """

    adapter: Any
    clock: Clock
    model: ClassVar[str]

    heard: Callable[[], object] = staticmethod(lambda: None)
    noted: Callable[[str], object] = staticmethod(lambda text: None)
    alarmed: Callable[[str], object] = staticmethod(lambda text: None)
    _only_once: ClassVar[re.Pattern[str]] = _ONLY_ONCE
    _adrift = False  # an answer may still be on its way
    _losses = 0  # how often the link was found to have lost something
    _depth = 0  # how many attempts to find back are under way, one within the other

    @cached_property
    def _numbers_sent(self) -> Iterator[int]:
        return itertools.count()

    def write(self, command: str, **kwargs: Any) -> None:
        """Send a command. Raises NotSent where the session is broken; nothing is repeated."""
        try:
            super().write(command, **kwargs)  # type: ignore[misc]
        except (VisaIOError, InvalidSession, OSError) as problem:
            raise NotSent(f"{self._where}: {command!r} could not be sent: {problem}") from problem

    def read(self, **kwargs: Any) -> str:
        """What the instrument says, without its line feed. Raises Truncated where that is missing.

        By IEEE 488.2 every answer ends with one; half a number looks like a number.
        """
        with warnings.catch_warnings():
            # Where PyVISA takes the line feed off, it only warns of one that is missing.
            warnings.filterwarnings("error", "read string doesn't end", UserWarning)
            try:
                answer = str(super().read(**kwargs))  # type: ignore[misc]
            except UserWarning as problem:
                raise Truncated(f"{self._where}: {problem}") from None
        kept = getattr(self.adapter.connection, "read_termination", "\n") is None
        if kept and not answer.endswith("\n"):
            raise Truncated(f"{self._where}: {answer[:60]!r} does not end with a line feed")
        return answer.rstrip("\r\n")

    def ask(self, command: str, query_delay: float | None = None) -> str:
        """The answer to a question, asked again where it was lost and that is safe.

        Raises InstrumentError where none is to be had.
        """
        if self._adrift:
            self._find_back()
        for again in [True] * (TRIES - 1) * (not self._only_once.search(command)) + [False]:
            try:
                answer = str(super().ask(command, query_delay))  # type: ignore[misc]
            except BROKEN as problem:
                self._adrift = True
                try:
                    self._find_back()  # raises what the instrument says of it, if anything
                except InstrumentError as cause:
                    raise InstrumentError(f"{self._where} gave no answer to {command!r}: "
                                          f"{cause}") from problem
                if not again:
                    raise InstrumentError(f"{self._where} gave no answer to {command!r}: "
                                          f"{problem}") from problem
                self.noted(f"no answer to {command!r} ({problem}); asked again")
            else:
                self.heard()
                return answer
        raise AssertionError("a question is asked at least once")

    def ask_for(self, query: str, understand: Callable[[str], T], expected: str) -> T:
        """The answer to `query` as `understand` makes it out; it raises ValueError where it can't.

        An answer that makes no sense is asked for once more. Raises InstrumentError, with the
        answer and what was `expected`, if that is no better.
        """
        for again in (not self._only_once.search(query), False):
            answer = str(self.ask(query)).strip()
            try:
                return understand(answer)
            except ValueError:
                if not again:
                    break
                self._find_back()
                self.noted(f"{answer[:60]!r} in answer to {query!r}; asked again")
        raise InstrumentError(f"the {self.model} answered {answer[:60]!r} to {query}; {expected} "
                              "expected.")

    def _surely(self, prepare: Callable[[bool], T], doing: str) -> T:
        """What `prepare` returns, which is told whether it must begin from nothing.

        A command has no answer: where an answer is missing, what was sent before it may never have
        arrived either, and all of it is done again. `prepare` ends with a question. Raises
        InstrumentError after a few times.
        """
        for again in range(TRIES):
            before = self._losses
            prepared = prepare(again > 0)
            if self._losses == before:
                return prepared
        raise InstrumentError(f"{self._where} kept losing answers ({doing}); nothing was started.")

    def _numbers(self, query: str, count: int | None = None) -> Array:
        """A comma-separated reply as numbers, `count` of them; NaN where one stands for none."""
        def understand(answer: str) -> Array:
            numbers = np.array([float(field) for field in answer.split(",")])
            if count is not None and numbers.size != count:
                raise ValueError
            return np.where(np.abs(numbers) >= NOT_A_NUMBER, np.nan, numbers)

        return self.ask_for(query, understand, "numbers were" if count is None else
                            "one number was" if count == 1 else f"{count} numbers were")

    def _number(self, query: str) -> float:
        """A reply that is one number."""
        return float(self._numbers(query, 1)[0])

    def _whole_number(self, query: str) -> int:
        """A reply that is a whole number, 0 or more."""
        return self.ask_for(query, _whole, "a whole number was")

    def _switch(self, query: str) -> bool:
        """A reply that is 0 or 1."""
        return self.ask_for(query, lambda answer: bool(("0", "1").index(answer)), "0 or 1 was")

    def _raise_errors(self, doing: str) -> None:
        """Empty the error queue; the first entry names the cause, so that is what is raised."""
        self._raise(self._errors(), doing)

    def _errors(self) -> list[str]:
        """What the error queue held; it is empty now."""
        found: list[str] = []
        count = self._whole_number(":SYST:ERR:COUN?")
        for _ in range(count):
            entry = str(self.ask(":SYST:ERR?")).strip()
            if entry.startswith(("0,", "+0,")):
                self.noted(f"{count} errors were said to be queued; there were {len(found)}")
                break
            found.append(entry)
        return found

    def _raise(self, errors: list[str], doing: str) -> None:
        if errors:
            raise InstrumentError(f"the {self.model} reports {errors[0]} ({doing}).")

    # -- a link that has lost an answer ---------------------------------------------------------

    @property
    def _where(self) -> str:
        return str(getattr(self.adapter, "resource_name", self.model))

    def _find_back(self) -> None:
        """Make sure that the next answer is to the next question; raises InstrumentError."""
        self._losses += 1
        if self._depth == TRIES:
            raise InstrumentError(f"{self._where} keeps losing answers.")
        self._depth += 1  # asking for errors may lose an answer too, and lead here again
        try:
            with contextlib.suppress(Exception):
                self._clear()
            if self._proof() is None and not self._opened_anew():
                raise InstrumentError(f"{self._where} does not answer, nor after {len(WAITS)} "
                                      "attempts to open it anew.")
            self._adrift = False
            self._raise([entry for entry in self._errors() if not QUERY_ERRORS.match(entry)],
                        "after a lost answer")
        finally:
            self._depth -= 1

    def _clear(self) -> None:
        """Device clear. Not every interface has one, and raises then; a raw socket is left alone.

        There it would only throw away what has arrived, and pyvisa-py's does so for ever once the
        other end has hung up.
        """
        if not self._where.upper().endswith("::SOCKET"):
            self.adapter.connection.clear()

    def _proof(self, question: str = "") -> str | None:
        """The answer to `question`, proved to belong to it; None where there is no such answer.

        A number that no earlier question can have been answered with goes through the event enable
        register, which nothing here uses, and comes back in one message with the answer and the
        identity. Whatever else arrives is an answer to an earlier question.
        """
        number = 64 + next(self._numbers_sent) % 192
        self.heard()
        with contextlib.suppress(*BROKEN):
            self.write(self._echo(number, question))
            for _ in range(STALE):
                *answer, identity = str(self.read()).strip().split(";")
                if answer[:1] == [str(number)] and self._known_by in identity.upper():
                    return ";".join(answer[1:])
        return None

    @property
    def _known_by(self) -> str:
        """What the identity of the model contains, in capitals."""
        return f"MODEL {self.model}"

    def _echo(self, number: int, question: str) -> str:
        """What is answered by `number`, the answer to `question` if any, and the identity."""
        return f"*ESE {number};*ESE?;*ESE 0;{question}{';' * bool(question)}*IDN?"

    def _opened_anew(self) -> bool:
        """Close the session and open it again until the instrument answers; False if it never did.

        Whatever ran in the instrument has gone on meanwhile.
        """
        for wait in WAITS:
            self.heard()
            self.clock.sleep(wait)
            with contextlib.suppress(*BROKEN):
                self._reopen()
                if self._proof() is not None:
                    return True
        return False

    def _reopen(self) -> None:
        """Another session in the place of this one; PyVISA forgets what was set on the first."""
        connection = self.adapter.connection
        timeout, termination = 2000.0, connection.read_termination
        with contextlib.suppress(Exception):
            timeout = connection.timeout
        with contextlib.suppress(Exception):
            connection.close()
        connection.open(open_timeout=1000)  # ms; a wire that is cut must not hold up the run
        connection.timeout, connection.read_termination = timeout, termination


def _whole(answer: str) -> int:
    if not (answer.isascii() and answer.isdecimal()):
        raise ValueError
    return int(answer)
