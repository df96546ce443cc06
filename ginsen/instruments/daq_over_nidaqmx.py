"""A National Instruments card through NI's own Python package nidaqmx (MIT). Never tried on one.

The input's sample clock also steps the output. At a tick the inputs are converted while the output
still stands at the level of the tick before, so the first conversion belongs to no level of the
scan and is dropped (NI-DAQmx's documentation on analog output timing; background knowledge).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ginsen.datasheets.daq_with_amplifier import REACH
from ginsen.instruments.daq_card import Scan
from ginsen.instruments.source_meter import InstrumentError
from ginsen.types import Array, Clock, Emergency

BUFFERED = 10.0
"""Seconds of conversions that DAQmx keeps for a reader who is late."""

LEAST_BUFFER = 10_000

PROMPT = 1.0
"""Seconds that something which is there at once may take."""


class NationalInstrumentsCard:
    """A `Card`: the output `output` ("Dev1/ao0"), the inputs by their full names ("Dev1/ai0").

    The output's voltage is measured through the card's internal channel `_ao0_vs_aognd`, which
    cards of the M series and multiplexed ones of the X series have (NI-DAQmx, Internal Channels
    for M Series Devices). Raises OSError where the package is not installed.
    """

    heard: Callable[[], object] = staticmethod(lambda: None)
    noted: Callable[[str], object] = staticmethod(lambda text: None)

    def __init__(self, output: str, inputs: Sequence[str], *, clock: Clock) -> None:
        try:
            import nidaqmx  # an extra, for those who have such a card
            import nidaqmx.constants
            import nidaqmx.stream_readers
            import nidaqmx.system
        except ImportError:
            raise OSError("the package nidaqmx is not installed; pip install 'ginsen[ni]'"
                          ) from None
        if output.count("/") != 1 or not all(each.count("/") == 1 for each in inputs):
            raise ValueError(f"{output!r} and {', '.join(inputs)}: give full names such as "
                             "Dev1/ao0 and Dev1/ai0")
        self._ni: Any = nidaqmx
        self.clock = clock
        self._output, self._inputs = output, tuple(inputs)
        self._tasks: tuple[Any, ...] = ()
        self._reader: Any = None
        self._count = self._read = 0
        self._kept: Array = np.empty((0, len(self._inputs)))

    @property
    def where(self) -> str:
        """The name of its output."""
        return f"NIDAQMX::{self._output}"

    def identify(self) -> str:
        """Product and serial number. Raises InstrumentError where there is no such card."""
        with self._said():
            device = self._ni.system.Device(self._output.split("/")[0])
            return f"National Instruments,{device.product_type},{device.serial_num:08X}"

    def start(self, scan: Scan) -> None:
        """As `Card.start`."""
        self.halt()
        constants = self._ni.constants
        levels = [np.full(scans, level) for level, scans in scan.steps]
        course = np.append(np.resize(np.concatenate(levels), scan.count), scan.after)
        with self._said():
            reading, stepping = self._ni.Task(), self._ni.Task()
            self._tasks = reading, stepping
            for each in self._inputs:
                reading.ai_channels.add_ai_voltage_chan(each, min_val=-REACH, max_val=REACH)
            reading.timing.cfg_samp_clk_timing(
                scan.rate, sample_mode=constants.AcquisitionType.CONTINUOUS,
                samps_per_chan=max(LEAST_BUFFER, round(BUFFERED * scan.rate)))
            stepping.ao_channels.add_ao_voltage_chan(self._output, min_val=-REACH, max_val=REACH)
            stepping.timing.cfg_samp_clk_timing(
                scan.rate, source=f"/{self._inputs[0].split('/')[0]}/ai/SampleClock",
                sample_mode=constants.AcquisitionType.FINITE, samps_per_chan=course.size)
            stepping.write(course, auto_start=False)
            self._reader = self._ni.stream_readers.AnalogMultiChannelReader(reading.in_stream)
            self._count, self._read, self._kept = scan.count, 0, self._kept[:0]
            stepping.start()
            reading.start()

    def taken(self) -> tuple[bool, int]:
        """As `Card.taken`; DAQmx raises where a buffer was overrun."""
        if not self._tasks:
            return False, self._read + len(self._kept)
        with self._said():
            converted = int(self._tasks[0].in_stream.total_samp_per_chan_acquired)
        self.heard()
        return converted <= self._count, min(max(converted - 1, 0), self._count)

    def scans(self, first: int, count: int) -> Array:
        """As `Card.scans`; scans are had in their order, once."""
        if first != self._read:
            raise InstrumentError(f"{self.where}: scan {first} was asked for where {self._read} "
                                  "is the next.")
        if not self._tasks:
            scans, self._kept = self._kept[:count], self._kept[count:]
        else:
            scans = self._taken_out(count + (first == 0))[first == 0:]
        self._read += count
        return scans

    def halt(self) -> None:
        """As `Card.halt`; what was converted by then is kept here."""
        if not self._tasks:
            return
        with contextlib.suppress(InstrumentError):  # of an overrun; the tasks have to end
            more = self.taken()[1] - self._read
            if more > 0:
                self._kept = self._taken_out(more + (self._read == 0))[self._read == 0:]
        tasks, self._tasks = self._tasks, ()
        with self._said():
            for task in tasks:
                task.close()

    def put(self, level: float) -> None:
        """As `Card.put`; the output keeps its level when the task is closed."""
        with self._said(), self._ni.Task() as task:
            task.ao_channels.add_ao_voltage_chan(self._output, min_val=-REACH, max_val=REACH)
            task.write(level)

    def output(self) -> float:
        """As `Card.output`."""
        self.halt()
        device, channel = self._output.split("/")
        with self._said(), self._ni.Task() as task:
            task.ai_channels.add_ai_voltage_chan(f"{device}/_{channel}_vs_aognd", min_val=-REACH,
                                                 max_val=REACH)
            return float(task.read(timeout=PROMPT))

    def proved(self) -> float:
        """As `Card.proved`: within one process no answer belongs to another question."""
        return self.output()

    def reopen(self) -> None:
        """There is no session that could be opened anew."""

    def emergency(self, name: str) -> Emergency:
        """Nobody but this process can: a guard, told so, says that it has to be looked at."""
        return Emergency(name, self.where, "", commands=(), question="", off="0", identity="NI")

    def close(self) -> None:
        """End what runs; the output is left as it is."""
        self.halt()

    def _taken_out(self, count: int) -> Array:
        data = np.empty((len(self._inputs), count))
        with self._said():
            self._reader.read_many_sample(data, count, timeout=PROMPT)
        return np.ascontiguousarray(data.T)

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """What DAQmx raises as an InstrumentError."""
        try:
            yield
        except (self._ni.errors.Error, OSError) as problem:
            raise InstrumentError(f"{self.where}: {problem}") from problem
