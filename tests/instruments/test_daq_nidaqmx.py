"""The card through nidaqmx, in the place of which a stand-in does what its documentation says."""

import sys
import types

import numpy as np
import pytest

from ginsen.datasheets.daq_with_amplifier import Amplifier
from ginsen.instruments import DaqWithAmplifier, InstrumentError
from ginsen.instruments.daq_cards import open_card
from ginsen.types import Leads, Limits, Phase, Samples

RESISTANCE, GAIN = 1e5, 1e5
HOLD = Phase("hold", 1.0, 0.5, 0.05, 1e-3)


class Clock:
    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


class Card:
    """What the stand-in's tasks share: the output, what is converted, when the scan began."""

    def __init__(self, clock):
        self.clock = clock
        self.output = 0.0
        self.course = self.begun = None
        self.open = 0
        self.late = False

    def converted(self):
        """Ticks of the sample clock so far; the first comes with the start."""
        return int((self.clock.time - self.begun) * self.rate + 1e-6) + 1

    def levels(self, first, count):
        """At a tick the output still is where the tick before put it."""
        ticks = np.arange(first, first + count) - 1
        held = self.course[np.clip(ticks, 0, self.course.size - 1)]
        return np.where(ticks < 0, self.before, held)


class Task:
    def __init__(self, card):
        self.card, self.channels, self.read_so_far = card, [], 0
        self.ai_channels = self.ao_channels = self.timing = self.in_stream = self
        card.open += 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def add_ai_voltage_chan(self, name, min_val, max_val):
        self.channels.append(name)

    add_ao_voltage_chan = add_ai_voltage_chan

    def cfg_samp_clk_timing(self, rate, source="", sample_mode=None, samps_per_chan=0):
        self.card.rate, self.source, self.size = rate, source, samps_per_chan

    def write(self, data, auto_start=True):
        if auto_start:
            self.card.output = data
        else:
            assert self.size == data.size
            self.card.course, self.card.before = data, self.card.output

    def start(self):
        if self.channels[0].endswith("ai0"):
            self.card.begun = self.card.clock.time
        else:
            assert self.source == "/Dev1/ai/SampleClock"

    @property
    def total_samp_per_chan_acquired(self):
        if self.card.late:
            raise sys.modules["nidaqmx"].errors.DaqError("no longer available (-200279)")
        return self.card.converted()

    def read(self, timeout):
        assert self.channels == ["Dev1/_ao0_vs_aognd"]
        return self.card.output

    def close(self):
        if self.card.begun is not None and self.channels and self.channels[0].endswith("ao0"):
            self.card.output = float(self.card.levels(self.card.converted(), 1)[0])
            self.card.begun = None
        self.card.open -= 1


class Reader:
    def __init__(self, task):
        self.task = task

    def read_many_sample(self, data, count, timeout):
        card = self.task.card
        assert self.task.read_so_far + count <= card.converted()
        data[:] = card.levels(self.task.read_so_far, count) / RESISTANCE * GAIN
        self.task.read_so_far += count


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def card(monkeypatch, clock):
    card = Card(clock)
    ni, error = types.ModuleType("nidaqmx"), type("Error", (Exception,), {})
    ni.Task = lambda: Task(card)
    ni.errors = types.SimpleNamespace(Error=error, DaqError=type("DaqError", (error,), {}))
    ni.constants = types.ModuleType("nidaqmx.constants")
    ni.constants.AcquisitionType = types.SimpleNamespace(CONTINUOUS=1, FINITE=2)
    ni.stream_readers = types.ModuleType("nidaqmx.stream_readers")
    ni.stream_readers.AnalogMultiChannelReader = Reader
    ni.system = types.ModuleType("nidaqmx.system")
    ni.system.Device = lambda name: types.SimpleNamespace(product_type="PXI-6259", serial_num=0xAB)
    for module in (ni, ni.constants, ni.stream_readers, ni.system):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return card


@pytest.fixture
def daq(card, clock):
    opened = open_card("NIDAQMX::Dev1/ao0", ["Dev1/ai0"], visa_library="", clock=clock)
    meter = DaqWithAmplifier(opened, {"Dev1/ai0": Amplifier(GAIN, 1e4)}, clock=clock,
                             limits=Limits(6.0, 1e-3))
    meter.leads = Leads(series_resistance=1e4)
    return meter


def everything(daq):
    parts = []
    while True:
        running = daq.busy()
        parts.append(daq.fetch())
        if not running:
            return Samples.joined(parts)
        daq.clock.sleep(0.07)


@pytest.mark.parametrize("phase", [HOLD, Phase("swing", 1.0, 0.5, 0.05, 1e-3, alternate=True),
                                   Phase("zero", 1.0, 1.0, 0.1, 1e-3, rest="zero", duty=0.5)])
def test_each_reading_is_of_its_level(daq, card, phase):
    assert daq.identify() == "National Instruments,PXI-6259,000000AB"
    daq.start([phase])
    samples = everything(daq)
    sign = np.resize([1, -1], phase.count) if phase.alternate else np.ones(phase.count)
    assert samples.current == pytest.approx(sign / RESISTANCE, rel=1e-3)
    assert card.output == 0
    daq.close()
    assert card.open == 0


def test_halted_it_stays_and_nothing_is_lost(daq, card):
    daq.start([HOLD.lasting(10.0)])
    daq.clock.sleep(1.0)
    first = len(daq.fetch())
    daq.clock.sleep(1.0)
    daq.halt()
    assert card.output == pytest.approx(1.0, abs=1e-3)
    assert first + len(daq.fetch()) == 40
    daq.off()
    assert card.output == 0
    assert card.open == 0


def test_an_overrun_is_told_and_the_output_goes_off_all_the_same(daq, card):
    daq.start([HOLD.lasting(10.0)])
    daq.clock.sleep(1.0)
    card.late = True
    with pytest.raises(InstrumentError, match=r"NIDAQMX::Dev1/ao0: no longer available"):
        daq.fetch()
    daq.off()
    assert card.output == 0


def test_what_it_is_told(card, clock):
    with pytest.raises(ValueError, match="give full names such as"):
        open_card("NIDAQMX::Dev1/ao0", ["ai0"], visa_library="", clock=clock)


def test_without_the_package(monkeypatch, clock):
    monkeypatch.setitem(sys.modules, "nidaqmx", None)
    with pytest.raises(OSError, match=r"pip install 'ginsen\[ni\]'"):
        open_card("NIDAQMX::Dev1/ao0", ["Dev1/ai0"], visa_library="", clock=clock)
