"""The virtual Keithley 2636B and 2602B: two channels, reading buffers, a script processor.

Reference Manual 2600BS-901-01 Rev. F (August 2021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib import resources
from typing import Any, ClassVar

from ginsen.datasheets.keithley2600 import KEITHLEY_2602B, KEITHLEY_2636B
from ginsen.datasheets.source_meter import SourceMeterSheet
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.keithley2600_blender import BLENDERS, Blender
from ginsen.sim_backend.instruments.keithley2600_buffer import MEMBERS, ReadingBuffer
from ginsen.sim_backend.instruments.keithley2600_channel import Channel
from ginsen.sim_backend.instruments.keithley2600_names import channel_names
from ginsen.sim_backend.instruments.keithley2600_status import MeasurementStatus
from ginsen.sim_backend.instruments.keithley2600_trigger import (
    BUS_EVENT,
    EVENTS,
    TIMERS,
    EventBus,
    Timer,
)
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.tsp.instrument import TspInstrument
from ginsen.sim_backend.tsp.interpreter import BUFFER
from ginsen.sim_backend.tsp.names import ILLEGAL, Name, attribute, constant, whole

MOST_MADE = 140_000
"""Readings that all buffers a script has made may hold together; background knowledge."""

DISPLAYED = ("MEASURE_DCAMPS", "MEASURE_DCVOLTS", "MEASURE_OHMS", "MEASURE_WATTS")
"""What display.smuX.measure.func numbers; the panel itself shows nothing."""


class VirtualKeithley2600(TspInstrument):
    """A Keithley 2636B on a bench, its HI wired to the device, its LO the common low.

    The bench file may give `serial`.
    """

    identity = "Keithley Instruments Inc., Model {model}, {serial}, 3.3.5"
    outputs: ClassVar[tuple[str, ...]] = ("hi_a", "hi_b")
    grounds: ClassVar[tuple[str, ...]] = ("lo_a", "lo_b")
    options: ClassVar[dict[str, type]] = {"serial": str}
    dead_socket_port: ClassVar[int | None] = 5030
    members = MEMBERS
    factory: ClassVar[str] = resources.files(__package__).joinpath(
        "keithley2600_sweeps.lua").read_text(encoding="utf-8")

    model: ClassVar[str] = "2636B"
    sheet: ClassVar[SourceMeterSheet] = KEITHLEY_2636B
    default_limits: ClassVar[tuple[float, float]] = (0.1, 20.0)
    """Limits of current (A) and voltage (V) after a reset; background knowledge."""
    envelope: ClassVar[tuple[float, float]] = (20.0, 0.1)
    """On ranges above this voltage (V) no more than this current (A), and the other way round."""

    def __init__(self, bench: Bench, name: str, serial: str = "4400001") -> None:
        self.serial = serial
        self.epoch = (bench.clock.utc() - timedelta(seconds=bench.now)).timestamp()
        self.bus = EventBus()
        self._made: dict[str, ReadingBuffer] = {}
        self._number = 0
        super().__init__(bench, name)
        self.power_cycle()

    def names(self) -> Mapping[str, Name]:
        """Both channels, the timers and blenders, and the node."""
        self.channels = {letter: Channel(self, letter, place * len(EVENTS) + 1, self.bus)
                         for place, letter in enumerate("ab")}
        self.measurements = MeasurementStatus(self.channels, self.status)
        self.timers = [Timer(place, self.bus, self.time) for place in range(1, TIMERS + 1)]
        self.blenders = [Blender(place, self.bus) for place in range(1, BLENDERS + 1)]
        found: dict[str, Name] = {}
        for channel in self.channels.values():
            found |= channel_names(channel)
        for place, timer in enumerate(self.timers, start=1):
            found |= timer.names(f"trigger.timer.{place}")
        for place, blender in enumerate(self.blenders, start=1):
            found |= blender.names(f"trigger.blender.{place}")
        return {**found, **self.measurements.names(), **self._node_names()}

    def reset(self) -> None:
        """After *RST or the script's reset: channels, timers, blenders and own buffers as new."""
        for channel in self.channels.values():
            channel.reset()
            for buffer in channel.dedicated.values():
                buffer.clear()
        for timer in self.timers:
            timer.reset()
        for blender in self.blenders:
            blender.reset()
        self.precision, self.data_format, self.byte_order = 6, 1, 1

    def power_cycle(self) -> None:
        """Off and on again: buffers that scripts made are gone."""
        super().power_cycle()
        self._made.clear()

    @property
    def output_on(self) -> bool:
        """Whether an output is on."""
        return any(channel.unit.settings.output for channel in self.channels.values())

    def bus_trigger(self) -> None:
        """*TRG: the event trigger.EVENT_ID."""
        self.bus.fire(BUS_EVENT)

    # Reading buffers.

    def buffer(self, handle: Any) -> ReadingBuffer:
        """A buffer by its handle. Raises ScpiError -224 for anything else."""
        if isinstance(handle, str) and handle.startswith(BUFFER):
            for channel in self.channels.values():
                if handle in channel.dedicated:
                    return channel.dedicated[handle]
            if handle in self._made:
                return self._made[handle]
        raise ILLEGAL

    def make_buffer(self, capacity: Any) -> str:
        """smuX.makebuffer(n). Raises ScpiError -225 where the memory is used up."""
        size = whole(capacity, 1, MOST_MADE)
        if self._used() + size > MOST_MADE:
            alive = self.interpreter.live_buffers()
            self._made = {handle: buffer for handle, buffer in self._made.items()
                          if handle in alive}
        if self._used() + size > MOST_MADE:
            raise ScpiError(-225, "Out of memory")
        self._number += 1
        handle = f"{BUFFER}{self._number}"
        self._made[handle] = ReadingBuffer(size)
        return handle

    def columns(self, value: Any) -> Sequence[Any] | None:
        """See `TspInstrument.columns`; a buffer itself is its readings."""
        if not isinstance(value, str) or not value.startswith(BUFFER):
            return None
        name, _, column = value[1:].partition(BUFFER)
        return self.buffer(BUFFER + name).data[column or "readings"]

    def buffer_request(self, verb: str, handle: str, *words: Any) -> Any:
        """See `TspInstrument.buffer_request`."""
        buffer = self.buffer(handle)
        if verb == "buffer get":
            return buffer.get(words[0], self.epoch)
        if verb == "buffer set":
            return buffer.set(words[0], words[1])
        if verb == "buffer call":
            return buffer.clear() if words[0] == "clear" else None
        return buffer.item(words[0], words[1])

    def _used(self) -> int:
        return sum(buffer.capacity for buffer in self._made.values())

    def _node_names(self) -> dict[str, Name]:
        return {
            "localnode.linefreq": constant(lambda: self.channels["a"].unit.line_frequency),
            "localnode.model": constant(self.model),
            "localnode.serialno": constant(self.serial),
            "localnode.revision": constant("3.3.5"),
            "localnode.description": constant(f"Keithley 2600 ({self.model})"),
            "localnode.prompts": attribute(lambda: 0, lambda value: whole(value, 0, 1)),
            "localnode.showerrors": attribute(lambda: 0, lambda value: whole(value, 0, 1)),
            "trigger.EVENT_ID": constant(BUS_EVENT),
            **{f"display.{name}": constant(value) for value, name in enumerate(DISPLAYED)},
            "status.operation.sweeping.condition": constant(self._sweeping),
            "status.operation.sweeping.SMUA": constant(2),
            "status.operation.sweeping.SMUB": constant(4),
        }

    def _sweeping(self) -> int:
        """Bit 1 while channel a sweeps, bit 2 while channel b does."""
        return sum(bit for bit, channel in zip((2, 4), self.channels.values(), strict=True)
                   if channel.trigger.running)


class VirtualKeithley2602(VirtualKeithley2600):
    """A Keithley 2602B: 40 V and 3 A."""

    model = "2602B"
    sheet = KEITHLEY_2602B
    default_limits = (1.0, 40.0)
    envelope = (6.0, 1.0)
