"""The base of every virtual instrument that speaks SCPI: a command table with common commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import GeneratorType
from typing import Any, ClassVar

import numpy as np

from ginsen.sim_backend.events import Process, Signal, Waiting
from ginsen.sim_backend.links import Link
from ginsen.sim_backend.scpi.commands import CommandTable, Entry
from ginsen.sim_backend.scpi.common_commands import COMMON_COMMANDS
from ginsen.sim_backend.scpi.errors import (
    ErrorEntry,
    ErrorQueue,
    ScpiError,
    event_status_bit,
)
from ginsen.sim_backend.scpi.exchange import Instrument
from ginsen.sim_backend.scpi.parameters import Kind
from ginsen.sim_backend.scpi.status import MAV, OPERATION_COMPLETE, Status


class ScpiInstrument(Instrument):
    """An instrument whose language is a table.

    A subclass gives `identity` (fields in braces are filled from its attributes), `commands`
    (added to those of its bases; the same pattern replaces) and `reset`. Handlers raise ScpiError
    to refuse; the rest of the message is then discarded.
    """

    identity: ClassVar[str] = "GINSEN,INSTRUMENT,0,0"
    commands: ClassVar[Mapping[str, Entry]] = COMMON_COMMANDS
    command_cost: ClassVar[float] = 0.2e-3
    """Bench seconds each command takes that states no cost of its own."""
    error_capacity: ClassVar[int] = 20
    scpi_version: ClassVar[str] = "1999.0"
    terminator: ClassVar[str] = "\n"
    """What a reply ends with."""
    table: CommandTable = CommandTable(COMMON_COMMANDS)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.table = CommandTable(cls.all_commands())

    def __init__(self, bench: Any, name: str) -> None:
        super().__init__(bench, name)
        self.errors = ErrorQueue(self.error_capacity)
        self.status = Status(lambda: self.message_available, lambda: len(self.errors) > 0)
        self._operations: list[Process] = []
        self._all_done: Signal = bench.signal()
        self._tell_when_done = False

    @classmethod
    def all_commands(cls) -> dict[str, Entry]:
        """The commands of the class and its bases."""
        merged: dict[str, Entry] = {}
        for base in reversed(cls.__mro__):
            merged.update(vars(base).get("commands", {}))
        return merged

    # What an instrument may say differently.

    def reset(self) -> None:
        """Put every setting back to its value after *RST."""

    def self_test(self) -> int:
        """What *TST? answers: 0 is passed."""
        return 0

    def bus_trigger(self) -> None:
        """What *TRG and the interface's trigger do; refused (-211) unless overridden."""
        raise ScpiError(-211)

    def error_text(self, entry: ErrorEntry | None) -> str:
        """What SYSTem:ERRor? answers."""
        return '0,"No error"' if entry is None else f'{entry.code},"{entry.text}"'

    def number_text(self, value: float) -> str:
        """How a float is written in a reply."""
        return f"{value:.6E}"

    # What handlers use.

    def report(self, error: ScpiError) -> None:
        """Queue an error and set its bit in the standard event status register."""
        self.errors.append(ErrorEntry(error.code, error.text, self.time.now))
        self.status.event_status |= event_status_bit(error.code)
        self.status.refresh()

    def overlap(self, body: Waiting[Any]) -> Process:
        """Start an overlapped operation (a trigger model), for whose end *OPC and *WAI wait."""
        process = self.time.start(body, on_end=self._operation_ended)
        self._operations.append(process)
        return process

    def abort_operations(self) -> None:
        """Cancel every overlapped operation."""
        for process in tuple(self._operations):
            process.cancel()

    @property
    def pending(self) -> bool:
        """Whether an overlapped operation is under way."""
        return bool(self._operations)

    def all_done(self) -> Waiting[None]:
        """A process that waits until no operation is pending."""
        while self._operations:
            yield self._all_done

    def complete(self) -> None:
        """*OPC: set the operation complete bit once nothing is pending."""
        if self._operations:
            self._tell_when_done = True
        else:
            self.status.event_status |= OPERATION_COMPLETE

    def forget_completion(self) -> None:
        """Drop an *OPC that still waits (*CLS, *RST, device clear; IEEE 488.2 12.5.2)."""
        self._tell_when_done = False

    # The exchange.

    def execute(self, message: str, link: Link) -> Waiting[None]:
        """Carry out the units of a message in order, up to the first error."""
        replies: list[str] = []
        closed = False
        for step in self.table.program(message):
            if isinstance(step, ScpiError):
                yield self.command_cost
                self.report(step)
                break
            try:
                command, suffixes, tokens, is_query = step
                yield self.command_cost if command.cost is None else command.cost
                if is_query and closed:
                    raise ScpiError(-440)
                result = command.run(self, *suffixes, *command.arguments(tokens, self))
                if isinstance(result, GeneratorType):
                    result = yield from self.long(result)
                if is_query:
                    replies.append(self._reply_text(result, command.reply))
                    closed = command.indefinite
            except ScpiError as error:
                self.report(error.with_traceback(None))
                break
        if replies:
            self.reply(link, (";".join(replies) + self.terminator).encode("latin-1"))
        self.status.refresh()

    def changed(self) -> None:
        """MAV may have changed."""
        self.status.refresh()

    def on_service_request(self, notify: Callable[[], None]) -> None:
        """Have `notify` called when RQS rises."""
        self.status.on_request.append(notify)

    def ignore_service_request(self, notify: Callable[[], None]) -> None:
        """Have `notify` called no more."""
        self.status.on_request.remove(notify)

    @property
    def asks_when_answering(self) -> bool:
        """See `Instrument.asks_when_answering`."""
        return bool(self.status.service_enable & MAV)

    def serial_poll(self) -> int:
        """The status byte with RQS in bit 6, which is taken back."""
        return self.status.poll()

    def cleared(self) -> None:
        """A device clear ends the wait of *OPC."""
        self.forget_completion()

    def power_cycle(self) -> None:
        """Off and on again: operations end, queues and registers are empty, settings as new."""
        super().power_cycle()
        self.forget_completion()
        self.abort_operations()
        self.errors.clear()
        self.status.power_on()
        self.reset()

    def _operation_ended(self) -> None:
        self._operations = [process for process in self._operations if not process.done]
        if not self._operations:
            if self._tell_when_done:
                self._tell_when_done = False
                self.status.event_status |= OPERATION_COMPLETE
            self._all_done.fire()
        self.status.refresh()

    def _reply_text(self, value: Any, kind: Kind | None) -> str:
        if kind is not None:
            value = kind.format(value, self)
        if isinstance(value, str):
            return value
        if isinstance(value, bytes):
            return value.decode("latin-1")
        if isinstance(value, (bool, np.bool_)):
            return "1" if value else "0"
        if isinstance(value, (int, np.integer)):
            return str(value)
        if isinstance(value, (Sequence, np.ndarray)):
            return ",".join(self._reply_text(each, None) for each in value)
        return self.number_text(float(value))
