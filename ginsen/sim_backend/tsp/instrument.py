"""The base of every virtual instrument with a script processor: lines of Lua beside *IDN?.

Messages and scripts by the Reference Manual 2600BS-901-01 Rev. F (August 2021): an error is queued
and the script goes on, but for a syntax error (-285) or a run-time error of Lua (-286); what was
printed stays in the output queue until it is read or *CLS.
"""

from __future__ import annotations

import struct
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from types import GeneratorType
from typing import Any, ClassVar

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.events import Waiting
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi.commands import CommandTable
from ginsen.sim_backend.scpi.common_commands import COMMON_COMMANDS
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.scpi.instrument import ScpiInstrument
from ginsen.sim_backend.tsp.interpreter import OTHER, Interpreter, Request, Run, ScriptError
from ginsen.sim_backend.tsp.names import (
    ILLEGAL,
    Name,
    among,
    attribute,
    constant,
    function,
    kinds,
    number,
    whole,
)

MOST_OUTPUT = 8 << 20
"""Bytes that may wait to be read."""

MOST_SOURCE = 1 << 20
"""Characters of a script that is being loaded."""

_STEP = 20e-6
"""Seconds that touching one name takes; background knowledge."""

_PRINTING = 10e-6
"""Seconds to print one number; background knowledge."""

_AT_ONCE = 500
"""Names a script may touch while the instrument still counts as busy with a command."""

_FORMATS = {1: "ASCII", 2: "REAL32", 3: "REAL64"}


class TspInstrument(ScpiInstrument):
    """An instrument whose language is Lua.

    A subclass gives `names`, what each dotted name means, `members`, the same of a reading buffer
    (see `buffer_request`), `reset`, and `factory`, a script run whenever power comes.
    """

    command_cost: ClassVar[float] = 0.3e-3
    interrupts: ClassVar[bool] = False
    error_capacity: ClassVar[int] = 100
    members: ClassVar[Mapping[str, Any]] = {}
    factory: ClassVar[str] = ""

    def __init__(self, bench: Bench, name: str) -> None:
        super().__init__(bench, name)
        self.table = _COMMON
        self.precision = 6
        self.data_format = 1
        self.byte_order = 1
        self._timer = 0.0
        self._unread = 0
        self._loading: list[str] | None = None
        self._names = {**self._general_names(), **self.names()}
        self.interpreter = Interpreter(kinds(self._names), self.members, self.factory)

    @abstractmethod
    def names(self) -> Mapping[str, Name]:
        """What the names of this instrument mean; asked once."""

    @abstractmethod
    def buffer_request(self, verb: str, handle: str, *words: Any) -> Any:
        """Answer what a script does with a reading buffer."""

    @abstractmethod
    def columns(self, value: Any) -> Sequence[Any] | None:
        """The data of a buffer, or of one of its columns, by its handle; None for anything else."""

    # The wire.

    def split(self, data: bytes, end: bool) -> tuple[list[str], bytes]:
        """A line is a message; quotes and # mean nothing before Lua reads it."""
        *lines, rest = data.decode("latin-1").split("\n")
        if end and rest:
            lines, rest = [*lines, rest], ""
        return lines, rest.encode("latin-1")

    def receive(self, link: Link, data: bytes, end: bool) -> None:
        """The line `abort` ends a script at once; every other waits for it."""
        if data.strip() == b"abort" and self._worker is not None:
            self._worker.cancel()
        super().receive(link, data, end)

    def reply(self, link: Link, message: bytes) -> None:
        """Put a response message into the output queue, unless that is full (-350)."""
        self._unread += len(message)
        if self._unread > MOST_OUTPUT:
            self._unread = (sum(map(len, self._replies)) + len(message)
                            + sum(len(each.received) for each in self._links))
        if self._unread > MOST_OUTPUT:
            self._unread -= len(message)
            raise ScpiError(-350)
        super().reply(link, message)

    def cleared(self) -> None:
        """A device clear also ends the loading of a script."""
        super().cleared()
        self._loading = None

    def power_cycle(self) -> None:
        """Off and on again: what scripts defined is gone, too."""
        self._loading = None
        self.precision, self.data_format, self.byte_order = 6, 1, 1
        super().power_cycle()
        self.interpreter.forget()

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """A line: part of a script that is being loaded, a common command, or a script itself."""
        text = message.strip()
        word, _, rest = text.partition(" ")
        if self._loading is not None:
            yield _STEP
            yield from self._load(message, word, link)
        elif word in ("loadscript", "loadandrunscript"):
            yield self.command_cost
            self._loading = [word, rest.strip()]
        elif text.startswith("*"):
            if text.upper().startswith("*CLS"):
                self._replies.clear()
            yield from super().execute(text, link)
        elif text not in ("abort", "endscript"):
            yield self.command_cost
            yield from self._carry_out_script(text, None, link, run=True)
        self.status.refresh()

    def _load(self, message: str, word: str, link: Link) -> Waiting[None]:
        """One more line of a script; with `endscript` it is kept, and run if that was asked for."""
        loading = self._loading or []
        if word != "endscript":
            loading.append(message.rstrip("\r"))
            if sum(map(len, loading)) > MOST_SOURCE:
                self._loading = None
                self.report(ScpiError(-363))
            return
        self._loading = None
        yield self.command_cost
        how, name, *lines = loading
        yield from self._carry_out_script("\n".join(lines), name, link,
                                          run=how == "loadandrunscript")

    def _carry_out_script(self, source: str, name: str | None, link: Link, *,
                          run: bool) -> Waiting[None]:
        try:
            script = (self.interpreter.script(source) if name is None
                      else self.interpreter.keep(source, name))
            if run:
                yield from self._run(script.run(), link)
        except ScriptError as problem:
            what = "TSP Syntax error" if problem.code == -285 else "TSP Runtime error"
            self.report(ScpiError(problem.code, f"{what}: {problem.text}"))

    def _run(self, run: Run, link: Link) -> Waiting[None]:
        """Answer one request of a script after the other, until it ends."""
        answer: Any = None
        touched = 0
        while (request := run.step(answer)) is not None:
            touched += 1
            try:
                answer = self._answer(request, link)
                if isinstance(answer, GeneratorType):
                    answer = yield from self.long(answer)
                elif touched < _AT_ONCE:
                    yield _STEP
                else:
                    # One that never ends must not hold up whoever wrote it.
                    yield from self.long(_pause(_STEP))
            except ScpiError as error:
                self.report(error.with_traceback(None))
                answer = None
                yield _STEP

    def _answer(self, request: Request, link: Link) -> Any:
        verb, path, *words = request
        if verb.startswith("buffer") or verb == "item":
            return self.buffer_request(verb, path, *words)
        name = self._names[path]
        if verb == "get":
            return name.get() if name.get else None
        if verb == "set":
            if words[0] is None:
                raise ILLEGAL
            return name.put(words[0]) if name.put else None
        if path in ("print", "printbuffer", "printnumber"):
            return self._print(path, words, link)
        assert name.call is not None, path
        try:
            given = signature(name.call).bind(*words)
        except TypeError:
            needed = [each for each in signature(name.call).parameters.values()
                      if each.default is each.empty]
            raise ScpiError(-109 if len(words) < len(needed) else -108) from None
        return name.call(*given.args)

    # What every script processor knows.

    def _general_names(self) -> dict[str, Name]:
        status = self.status

        def mask(value: Any) -> int:
            return whole(value, 0, 255)

        return {
            "print": function(lambda *values: None),
            "printbuffer": function(lambda *values: None),
            "printnumber": function(lambda *values: None),
            "delay": function(lambda seconds: _pause(number(seconds, 0.0, 1e5))),
            "waitcomplete": function(lambda group=0: self.all_done()),
            "opc": function(self.complete),
            "reset": function(lambda group=0: self._reset_all()),
            "timer.reset": function(self._reset_timer),
            "timer.measure.t": function(lambda: self.time.now - self._timer),
            "errorqueue.count": constant(lambda: len(self.errors)),
            "errorqueue.next": function(self._next_error),
            "errorqueue.clear": function(self.errors.clear),
            "format.asciiprecision": attribute(lambda: self.precision, self._set_precision),
            "format.data": attribute(lambda: self.data_format, self._set_format),
            "format.byteorder": attribute(lambda: self.byte_order, self._set_byte_order),
            "format.ASCII": constant(1),
            "format.SREAL": constant(2),
            "format.REAL32": constant(2),
            "format.REAL": constant(3),
            "format.REAL64": constant(3),
            "format.DREAL": constant(3),
            "format.NORMAL": constant(0),
            "format.NETWORK": constant(0),
            "format.BIGENDIAN": constant(0),
            "format.SWAPPED": constant(1),
            "format.LITTLEENDIAN": constant(1),
            "status.condition": constant(status.byte),
            "status.reset": function(status.power_on),
            "status.request_enable": attribute(
                lambda: status.service_enable,
                lambda value: setattr(status, "service_enable", mask(value))),
            "status.standard.event": constant(status.take_event_status),
            "status.standard.enable": attribute(
                lambda: status.event_enable,
                lambda value: setattr(status, "event_enable", mask(value))),
            "beeper.beep": function(lambda seconds, hertz: _pause(number(seconds, 1e-3, 100))),
            "beeper.enable": attribute(lambda: 0, lambda value: whole(value, 0, 1)),
            "display.clear": function(lambda: None),
            "display.settext": function(lambda text: None),
            "display.sendkey": function(lambda key: None),
            "display.screen": attribute(lambda: 2, lambda value: whole(value, 0, 3)),
            "display.SMUA": constant(0),
            "display.SMUB": constant(1),
            "display.SMUA_SMUB": constant(2),
            "display.USER": constant(3),
        }

    def _reset_all(self) -> None:
        self.abort_operations()
        self.reset()

    def _reset_timer(self) -> None:
        self._timer = self.time.now

    def _next_error(self) -> tuple[float, str, float, float]:
        """Code, words, severity (20 is recoverable) and node of the oldest error."""
        entry = self.errors.pop()
        return (0, "Queue Is Empty", 0, 0) if entry is None else (entry.code, entry.text, 20, 1)

    def _set_precision(self, value: Any) -> None:
        self.precision = whole(value, 1, 16)

    def _set_format(self, value: Any) -> None:
        among(value, _FORMATS)
        self.data_format = int(value)

    def _set_byte_order(self, value: Any) -> None:
        self.byte_order = among(value, {0: 0, 1: 1})

    # What is printed.

    def _print(self, path: str, words: list[Any], link: Link) -> Waiting[None]:
        values = list(self._buffer_values(words)) if path == "printbuffer" else words
        yield _STEP + _PRINTING * len(values)
        if path == "print" or self.data_format == 1:
            between = "\t" if path == "print" else ", "
            self.reply(link, (between.join(map(self._text, values)) + "\n").encode(
                "latin-1", "replace"))
            return
        code = f"{'<' if self.byte_order else '>'}{len(values)}{'fd'[self.data_format - 2]}"
        try:
            packed = struct.pack(code, *map(_as_float, values))
        except OverflowError:
            raise ScpiError(-222) from None
        self.reply(link, b"#0" + packed + b"\n")

    def _buffer_values(self, words: list[Any]) -> Iterator[Any]:
        """Entries first to last of every buffer or column named, those of each reading together."""
        if len(words) < 3:
            raise ScpiError(-109)
        columns = [self.columns(word) for word in words[2:]]
        first, last = whole(words[0], 1, 1e9), whole(words[1], 1, 1e9)
        for place in range(first, last + 1):
            for column in columns:
                if column is None or place > len(column):
                    raise ILLEGAL
                yield column[place - 1]

    def _text(self, value: Any) -> str:
        if value is None:
            return "nil"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return f"{value:.{self.precision - 1}e}"
        if value[:1] == OTHER:
            return f"{value[1:]}: 0x1"
        return "table: 0x1" if value[:1] in ("\1", "\2") else value


def _as_float(value: Any) -> float:
    if isinstance(value, (int, float)):
        return float(value)
    raise ILLEGAL


def _pause(seconds: float) -> Waiting[None]:
    yield seconds


_COMMON = CommandTable({name: entry for name, entry in COMMON_COMMANDS.items()
                        if name.startswith("*")})
