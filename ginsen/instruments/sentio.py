"""MPI SENTIO as a probe station. Virtual only.

Commands and replies as MPI's own Python package sends and reads them; docs/instruments/sentio.md
says what is known from where.
"""

from __future__ import annotations

import re
from typing import Any

import pyvisa
from pymeasure.instruments import Instrument

from ginsen.instruments.probe_station import Die, ProbeStation
from ginsen.instruments.source_meter import InstrumentError

QUERY_TIME, MOTION_TIME = 5.0, 60.0
"""Seconds to wait for a reply, as with Velox; MPI's package waits for an hour."""

_REPLY = re.compile(r"(\d+),(\d+),(.*)", re.DOTALL)
_ERROR = 1023
"""The bits of a reply's first number that are an error; those above tell of the route."""

_STALE = 10
"""Replies to earlier commands that may still be on their way."""

_STILL = ("get", "has", "query", "select_module", "set_stepping_contact_mode")
"""How commands begin, behind the name of their module, that move nothing for sure."""

_VERTICAL = ("move_chuck_contact", "move_chuck_separation")
_SLACK = 1.0
"""µm by which the chuck may miss its contact or separation height."""


class SentioError(InstrumentError):
    """SENTIO refused a command; `code` is its number for why."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Sentio(Instrument, ProbeStation):  # type: ignore[misc]
    """An MPI probe station under SENTIO.

    `adapter` is a VISA resource name. Nothing is sent on opening. Every command goes through
    `command`, which calls `before_moving` ahead of a motion, and lets nothing move sideways unless
    the station has just said that the chuck is out of contact.
    """

    def __init__(self, adapter: Any, name: str = "MPI SENTIO", **kwargs: Any) -> None:
        if str(adapter).upper().endswith("::SOCKET"):
            # A raw socket has no END: only the line feed says that a reply is complete.
            kwargs.setdefault("read_termination", "\n")
        super().__init__(adapter, name, includeSCPI=False, timeout=QUERY_TIME * 1e3, **kwargs)
        self._where = getattr(self.adapter, "resource_name", name)
        self._native = False
        self._unanswered = ""
        self._in_contact: bool | None = None

    # The wire: one reply a command, and none believed that could belong to another.

    def command(self, text: str) -> str:
        """Carry out a command of SENTIO's native set; returns the message of its reply.

        Raises SentioError for an error code, InstrumentError for no reply or one without a code;
        the next command then first finds its way back into step.
        """
        verb = text.split(maxsplit=1)[0].lower()
        moving = not verb.rpartition(":")[2].startswith(_STILL)
        if moving:
            if verb not in _VERTICAL and self._ask_height() is not False:
                raise ValueError(f"{text}: the chuck at {self._where} is in contact, or between "
                                 "contact and separation; release it first.")
            self.before_moving()
            self._in_contact = None
        if self._unanswered:
            self._identity()
        if not self._native:
            self.write("*RCS 1")  # the native command set; the one command without a reply
            self._native = True
        self._send(text, MOTION_TIME if moving else QUERY_TIME)
        line = self._line()
        reply = _REPLY.fullmatch(line.strip())
        if reply is None:
            raise InstrumentError(f"{self._where} answered {line.strip()[:60]!r} to {text}; two "
                                  "numbers and a message were expected.")
        self._unanswered = ""
        code = int(reply[1]) & _ERROR
        if code:
            raise SentioError(f"{self._where} refused {text} with {code}: {reply[3][:200]}", code)
        return reply[3]

    def _send(self, text: str, patience: float) -> None:
        self.adapter.connection.timeout = patience * 1e3
        self._unanswered = text
        self.write(text)

    def _line(self) -> str:
        try:
            return str(self.read())
        except (pyvisa.VisaIOError, UnicodeDecodeError) as problem:
            raise InstrumentError(f"{self._where} did not answer {self._unanswered}: "
                                  f"{problem}") from None

    def _identity(self) -> str:
        """What `*IDN?` answers; late replies to other commands are passed over."""
        self._send("*IDN?", MOTION_TIME if self._unanswered else QUERY_TIME)
        for _ in range(_STALE):
            line = self._line().strip()
            if not _REPLY.fullmatch(line):
                self._unanswered = ""
                return line
        raise InstrumentError(f"{self._where} answers *IDN? with {line[:60]!r}.")

    # The probe station.

    @property
    def in_contact(self) -> bool | None:
        """Whether the chuck is at contact height, as last told."""
        return self._in_contact

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError unless it names SENTIO or MPI."""
        identity = self._identity()
        if not re.search(r"\b(SENTIO|MPI)\b", identity.upper()):
            raise InstrumentError(f"{self._where} answered {identity[:60]!r}: the station expects "
                                  "an MPI SENTIO.")
        return identity

    def dies(self) -> tuple[Die, ...]:
        """The selected dies in the order of the path, each with all its subsites."""
        count, = self._whole_numbers("map:get_num_dies Selected", 1)
        subsites, = self._whole_numbers("map:subsite:get_num", 1)
        places = [self._whole_numbers(f"map:path:get_die {number}", 2) for number in range(count)]
        return tuple(Die(column, row, subsite) for column, row in places
                     for subsite in range(max(1, subsites)))

    def move_to(self, die: Die) -> None:
        """Put a die under the probes. Raises InstrumentError if SENTIO says it went elsewhere."""
        # Otherwise a step ends in contact: outputs off or not, that is `touch`'s to do.
        self.command("set_stepping_contact_mode StepToSeparation")
        there = Die(*self._whole_numbers(
            f"map:step_die {die.column}, {die.row}, {die.subdie}", 3))
        if there != die:
            raise InstrumentError(f"asked for die {die}, the chuck went to {there}.")

    def touch(self) -> None:
        """Raise the chuck to contact height."""
        self.command("move_chuck_contact")
        self._expect(contact=True)

    def release(self) -> None:
        """Lower the chuck to separation."""
        self.command("move_chuck_separation")
        self._expect(contact=False)

    def close(self) -> None:
        """End the session; the chuck stays where it is."""
        self.adapter.close()

    def shutdown(self) -> None:
        """Lower the chuck."""
        self.release()
        super().shutdown()

    def _expect(self, *, contact: bool) -> None:
        if self._ask_height() is not contact:
            raise InstrumentError(f"the chuck at {self._where} was sent to "
                                  f"{'contact' if contact else 'separation'} and does not say that "
                                  "it is there. Look at the bench.")

    def _ask_height(self) -> bool | None:
        """Whether the chuck is in contact; None between contact and separation."""
        above_contact, above_separation = (
            self._number(f"get_chuck_z {reference}") for reference in ("C", "S"))
        self._in_contact = (True if above_contact >= -_SLACK else
                            False if above_separation <= _SLACK else None)
        return self._in_contact

    def _number(self, command: str) -> float:
        message = self.command(command)
        try:
            return float(message)
        except ValueError:
            raise InstrumentError(f"{self._where} answered {message[:60]!r} to {command}; a number "
                                  "was expected.") from None

    def _whole_numbers(self, command: str, count: int) -> list[int]:
        message = self.command(command)
        try:
            numbers = [int(field) for field in message.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != count:
            raise InstrumentError(f"{self._where} answered {message[:60]!r} to {command}; {count} "
                                  "whole numbers were expected.")
        return numbers
