"""A card that is spoken to in words: the virtual one, docs/instruments/daq_with_amplifier.md."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from pymeasure.instruments import Instrument, SCPIMixin

from ginsen.instruments.clock import clock_of
from ginsen.instruments.conversation import BROKEN, QUERY_ERRORS, TRIES, Conversation
from ginsen.instruments.daq_card import Scan
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Array, Clock, Emergency

_INPUT = re.compile(r"ai(\d{1,3})")


class CardOverVisa(Conversation, SCPIMixin, Instrument):  # type: ignore[misc]
    """A `Card` at a VISA resource name, its inputs called "ai0", "ai1", …."""

    model = "DAQ WITH AMPLIFIERS"

    def __init__(self, adapter: Any, inputs: Sequence[str], *, clock: Clock | None = None,
                 **kwargs: Any) -> None:
        numbers = [_INPUT.fullmatch(each) for each in inputs]
        if not all(numbers):
            raise ValueError(f"the inputs are {', '.join(inputs)}; this card's are called ai0, "
                             "ai1, and so on")
        if str(adapter).upper().endswith("::SOCKET"):
            # A raw socket has no END: only the line feed says that a reply is complete.
            kwargs.setdefault("read_termination", "\n")
        super().__init__(adapter, "DAQ with amplifiers", **kwargs)
        self.clock = clock or clock_of(self.adapter.manager)
        self._channels = f"(@{','.join(each[1] for each in numbers if each)})"
        self._width = len(inputs)

    @property
    def where(self) -> str:
        """Its resource name."""
        return self._where

    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError for another instrument."""
        identity = str(self.ask("*IDN?")).strip()
        if self._known_by not in identity.upper():
            raise InstrumentError(f"{self.where} answered {identity[:60]!r}: the station expects a "
                                  "DAQ card with amplifiers.")
        return identity

    def start(self, scan: Scan) -> None:
        """As `Card.start`."""
        def prepare(anew: bool) -> None:
            steps = ",".join(f"{level:.9e},{scans}" for level, scans in scan.steps)
            for command in (":ABOR", f":OUTP:STEP {steps}", f":OUTP:AFT {scan.after:.9e}",
                            f":SCAN:CHAN {self._channels}", f":SCAN:RATE {scan.rate:.12e}",
                            f":SCAN:COUN {scan.count}"):
                self.write(command)
            self._raise_errors("setting up")

        self._surely(prepare, "setting up")
        self.write(":SCAN:STAR")

    def taken(self) -> tuple[bool, int]:
        """As `Card.taken`."""
        running, scans, errors = self.ask_for(
            ":SCAN:STAT?;:SYST:ERR:COUN?", _three_numbers, "state, scans and errors were")
        if errors:
            self._raise([entry for entry in self._errors() if not QUERY_ERRORS.match(entry)],
                        "while measuring")
        return running, scans

    def scans(self, first: int, count: int) -> Array:
        """As `Card.scans`; asked again where the answer was lost."""
        query = f":SCAN:DATA? {first},{count}"
        if self._adrift:
            self._find_back()
        for _ in range(TRIES):
            try:
                block = self.adapter.connection.query_binary_values(
                    query, datatype="B", container=np.ndarray).tobytes()
                if zlib.crc32(block[:-4]) == int.from_bytes(block[-4:], "big"):
                    self.heard()
                    return np.frombuffer(block[:-4], ">f4").astype(np.float64).reshape(
                        count, self._width)
                problem: Exception = ValueError("its check sum is another")
            except (*BROKEN, ValueError) as broken:
                problem = broken
            self._adrift = True
            self._find_back()
            self.noted(f"no answer to {query!r} ({problem}); asked again")
        raise InstrumentError(f"{self.where} gave no answer to {query!r}: {problem}")

    def halt(self) -> None:
        """As `Card.halt`."""
        self.write(":ABOR")

    def put(self, level: float) -> None:
        """As `Card.put`."""
        self.write(f":OUTP:LEV {level:.9e}")

    def output(self) -> float:
        """As `Card.output`."""
        return self._number(":OUTP:MON?")

    def proved(self) -> float:
        """As `Card.proved`."""
        answer = self._proof(":OUTP:MON?") or ""
        try:
            return float(answer)
        except ValueError:
            raise InstrumentError(f"{self.where} does not tell its output "
                                  f"({answer or 'no answer'})") from None

    def reopen(self) -> None:
        """As `Card.reopen`."""
        self._opened_anew()

    def emergency(self, name: str) -> Emergency:
        """As `Card.emergency`."""
        return Emergency(
            name, self.where, self.adapter.connection.read_termination or "",
            commands=(":ABOR", ":OUTP:LEV 0"), question=":OUTP:ZERO?;*IDN?", off="1;",
            identity=self._known_by)

    def close(self) -> None:
        """End the session."""
        self.adapter.close()

    @property
    def _known_by(self) -> str:
        return self.model


def _three_numbers(answer: str) -> tuple[bool, int, int]:
    state, errors = answer.split(";")
    running, scans = state.split(",")
    return bool(("0", "1").index(running)), int(scans), int(errors)
