"""FormFactor Velox as a probe station, on PyMeasure's class. Virtual only.

Commands and replies as PyMeasure's class has them, and as FormFactor's own Python module of Velox's
commands describes them (MIT licence, 2025); docs/instruments/velox.md says which is from where.
"""

from __future__ import annotations

import re
from typing import Any

import pyvisa
from pymeasure.instruments import Instrument
from pymeasure.instruments.formfactor import velox

from ginsen.instruments.probe_station import Die, ProbeStation
from ginsen.instruments.source_meter import InstrumentError

END_OF_WAFER = 703

QUERY_TIME, MOTION_TIME = 5.0, 60.0
"""Seconds to wait for a reply; FormFactor's for a question and for a change of height."""

_CODED = re.compile(r"\s*(\d+):(.*)", re.DOTALL)
_STALE = 10
"""Replies to earlier commands that may still be on their way."""

_HEIGHTS = {"C": True, "O": True, "A": False, "S": False, "T": False}
"""Whether contact, overtravel, align, separation and search height touch the wafer."""

_STILL = ("*", "echo", "enablemotorquiet", "get", "is", "read", "report", "set")
"""How commands begin that move nothing. Velox has hundreds: all others are taken for motions."""

_VERTICAL = ("movechuckcontact", "movechuckalign", "movechuckseparation")


class VeloxError(InstrumentError):
    """Velox refused a command; `code` is its number for why."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class WaferMap(velox.WaferMap):  # type: ignore[misc]
    """The wafer map, by PyMeasure's names."""

    def step_first_die(self) -> Die:
        """Move the chuck to the first die. Velox forgets its binning results."""
        return _die(self.ask("StepFirstDie"))

    def step_next_die(self) -> Die | None:
        """Move the chuck to the next subdie or die of the route; None at its end."""
        try:
            return _die(self.ask("StepNextDie"))
        except VeloxError as refusal:
            if refusal.code == END_OF_WAFER:
                return None
            raise

    def step_to_die(self, x_pos: int, y_pos: int, s_pos: int = 0) -> Die:
        """Move the chuck to a column, a row and a subdie; returns where it went."""
        # PyMeasure leaves out a subdie of 0 and so stays on the one before.
        return _die(self.ask(f"StepNextDie {x_pos:d} {y_pos:d} {s_pos:d}"))

    @property
    def enabled(self) -> bool:
        """Get whether the wafer map is loaded."""
        return str(self.ask("IsAppRegistered WaferMap")) == "1"


class Velox(velox.Velox, ProbeStation):  # type: ignore[misc]
    """FormFactor Velox.

    `adapter` is a VISA resource name. Nothing is sent on opening. Every command goes through
    `write`, which calls `before_moving` ahead of a motion, and lets nothing move sideways unless
    the station has just said that the chuck is out of contact.
    """

    wafermap = Instrument.ChannelCreator(WaferMap)

    def __init__(self, adapter: Any, name: str = "FormFactor Velox", **kwargs: Any) -> None:
        super().__init__(adapter, name, timeout=QUERY_TIME * 1e3, **kwargs)
        self._where = getattr(self.adapter, "resource_name", name)
        self._unanswered = ""
        self._in_contact: bool | None = None

    # The wire: one reply a command, and none believed that could belong to another.

    def write(self, command: str, **kwargs: Any) -> None:
        """Send a command, in step with its replies; the one place where a motion begins."""
        verb = command.split(maxsplit=1)[0].lower()
        moving = not verb.startswith(_STILL)
        if moving:
            if verb not in _VERTICAL and self._ask_height() is not False:
                raise ValueError(f"{command}: the chuck at {self._where} is in contact, or at a "
                                 "height it has no name for; release it first.")
            self.before_moving()
            self._in_contact = None
        if self._unanswered:
            self._identity()
        self._send(command, MOTION_TIME if moving else QUERY_TIME)

    def read(self, **kwargs: Any) -> str:
        """The text of a reply. Raises VeloxError for an error code, InstrumentError for no reply.

        After a missing or senseless reply the next command first finds its way back into step.
        """
        self.wafermap.end_reached = False
        line = self._line()
        coded = _CODED.fullmatch(line)
        if coded is None:
            raise InstrumentError(f"{self._where} answered {line.strip()[:60]!r} to "
                                  f"{self._unanswered}; a code and a colon were expected.")
        command, self._unanswered = self._unanswered, ""
        self.error_code, text = int(coded[1]), coded[2].strip()
        self.error_message = text if self.error_code else ""
        if self.error_code:
            self.wafermap.end_reached = self.error_code == END_OF_WAFER
            raise VeloxError(f"{self._where} refused {command} with {self.error_code}: "
                             f"{text[:200]}", self.error_code)
        return text

    @property
    def id(self) -> str:
        """Get the identification of the station, the one reply without a code."""
        return self._identity()

    def reset(self) -> None:
        """Send `*RST`. PyMeasure reads no reply; whether there is one or not, it is dealt with."""
        self.before_moving()  # what a reset moves is not documented
        self._in_contact = None
        self._send("*RST", MOTION_TIME)
        self._identity()

    def clear(self) -> None:
        """Send `*CLS`, as `reset` sends `*RST`."""
        self._send("*CLS", QUERY_TIME)
        self._identity()

    def _send(self, command: str, patience: float) -> None:
        self.adapter.connection.timeout = patience * 1e3
        self._unanswered = command
        super().write(command)

    def _line(self) -> str:
        try:
            return str(super(velox.Velox, self).read())
        except (pyvisa.VisaIOError, UnicodeDecodeError) as problem:
            raise InstrumentError(f"{self._where} did not answer {self._unanswered}: "
                                  f"{problem}") from None

    def _identity(self) -> str:
        """What `*IDN?` answers; late replies to other commands are passed over."""
        patience = MOTION_TIME if self._unanswered else QUERY_TIME
        self._send("*IDN?", patience)
        for _ in range(_STALE):
            line = self._line()
            if not _CODED.fullmatch(line):
                self._unanswered = ""
                return line.strip()
        raise InstrumentError(f"{self._where} answers *IDN? with {line.strip()[:60]!r}.")

    # The probe station.

    @property
    def in_contact(self) -> bool | None:
        """Whether the chuck is at contact height, as last told."""
        return self._in_contact

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError unless it names Velox."""
        identity = self._identity()
        if "VELOX" not in identity.upper():
            raise InstrumentError(f"{self._where} answered {identity[:60]!r}: the "
                                  "station expects a FormFactor Velox.")
        return identity

    def dies(self) -> tuple[Die, ...]:
        """The selected dies of the loaded map, each with all its subdies; nothing moves."""
        count, = self._whole_numbers("GetNumSelectedDies", 1)
        subdies = range(max(1, self._subdies()))
        places = [self._whole_numbers(f"GetSelectedDieCoords {number}", 2)
                  for number in range(1, count + 1)]
        return tuple(Die(column, row, subdie) for column, row in places for subdie in subdies)

    def move_to(self, die: Die) -> None:
        """Put a die under the probes. Raises InstrumentError if Velox says it went elsewhere."""
        there = self.wafermap.step_to_die(die.column, die.row, die.subdie)
        if there != die:
            raise InstrumentError(f"asked for die {die}, the chuck went to {there}.")

    def touch(self) -> None:
        """Raise the chuck to contact height."""
        self.chuck.move_contact()
        self._expect(contact=True)

    def release(self) -> None:
        """Lower the chuck to separation."""
        self.chuck.move_separation()
        self._expect(contact=False)

    def close(self) -> None:
        """End the session; the chuck stays where it is."""
        self.adapter.close()

    def shutdown(self) -> None:
        """Lower the chuck; PyMeasure's leaves it up."""
        self.release()
        self.isShutdown = True

    def _expect(self, *, contact: bool) -> None:
        if self._ask_height() is not contact:
            raise InstrumentError(f"the chuck at {self._where} was sent to "
                                  f"{'contact' if contact else 'separation'} and does not say that "
                                  "it is there. Look at the bench.")

    def _ask_height(self) -> bool | None:
        """Whether the chuck is in contact, by its preset height; None where that has no name."""
        fields = self.ask("ReadChuckStatus").split()
        if len(fields) < 7:
            raise InstrumentError(f"{self._where} answered {' '.join(fields)!r} to "
                                  "ReadChuckStatus; at least seven fields were expected.")
        self._in_contact = _HEIGHTS.get(fields[6])
        return self._in_contact

    def _subdies(self) -> int:
        """How many subdies a die has: Velox tells of each by its number, and refuses the next."""
        count = 0
        while True:
            try:
                number, *_ = self.ask(f"GetSubDieData {count}").split()
            except VeloxError:
                return count
            if number != str(count):
                raise InstrumentError(f"asked for subdie {count}, {self._where} "
                                      f"told of {number}.")
            count += 1

    def _whole_numbers(self, command: str, count: int) -> list[int]:
        return _whole_numbers(self.ask(command), count)


def _die(reply: str) -> Die:
    """The place a step led to: column, row, subdie, and how many subdies there are."""
    column, row, subdie, *_ = _whole_numbers(reply, 4)
    return Die(column, row, subdie)


def _whole_numbers(reply: str, count: int) -> list[int]:
    try:
        numbers = [int(field) for field in reply.split()]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise InstrumentError(f"Velox answered {reply[:60]!r}; {count} whole numbers were "
                              "expected.")
    return numbers
