"""Whatever an instrument answers: numbers, or one sentence; never for long, never at random."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymeasure.adapters import Adapter
from pyvisa import VisaIOError
from pyvisa.constants import StatusCode
from spoilt import FUZZ, said_well

from ginsen.instruments import InstrumentError, Keithley2400, Keithley2450
from ginsen.instruments.probe_station import Die
from ginsen.instruments.velox import Velox
from ginsen.types import Limits, Phase

MOST_READS = 3000
LONGEST = 600.0
"""Seconds of the virtual clock for one call."""

PHASES = [Phase("hold", 1.0, 1.0, 0.1, 1e-3),
          Phase("rest", 0.5, 1.0, 0.2, 1e-3, rest="open", duty=0.5)]

SENSIBLE = {"*IDN?": "KEITHLEY INSTRUMENTS,MODEL {model},04,1.7", "*LANG?": "SCPI",
            ":SYST:ERR:COUN?": "0", ":SYST:ERR?": '0,"No error"', ":OUTP?": "0", "*OPC?": "1",
            ":SYST:LFR?": "50"}

REPLIES = st.one_of(
    st.just("sensible"), st.just("sensible"), st.just("nothing"),
    st.sampled_from(["", "0", "1", "2", "-1", "+9.91E37", "nan", "1,2,3,4", "1;2", "IDLE",
                     "BUILDING", '-113,"Undefined header"', '"', ",", "1e400", "9" * 2000,
                     "RUNNING;RUNNING;1", "µ", "1,", "0x1", "KEITHLEY", "True", "1 "]),
    st.text(max_size=30), st.binary(max_size=30))


class Endless(BaseException):
    """An instrument is asked for ever; no driver may go on after that."""


class Clock:
    """Time that only passes when somebody waits."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += max(seconds, 1e-3)


class Connection:
    """What a driver asks of a VISA session beside reading and writing."""

    read_termination = None
    timeout = 2000

    def clear(self):
        pass

    def close(self):
        pass

    def open(self, **kwargs):
        pass


class Babbler(Adapter):
    """An instrument that answers whatever it was given to answer."""

    resource_name = "GPIB0::18::INSTR"

    def __init__(self, model, replies, clock):
        super().__init__()
        self.connection = Connection()
        self._model, self._clock = model, clock
        self._replies = itertools.cycle(replies)
        self._asked = ""
        self.reads = 0

    def _write(self, command, **kwargs):
        self._asked = command

    def _write_bytes(self, content, **kwargs):
        self._asked = content.decode("latin-1")

    def _read(self, **kwargs):
        self.reads += 1
        self._clock.sleep(0.01)
        if self.reads > MOST_READS:
            raise Endless
        reply = next(self._replies)
        if reply == "sensible":
            reply = self._sensible()
        if reply == "nothing":
            self._clock.sleep(2.0)
            raise VisaIOError(StatusCode.error_timeout)
        if isinstance(reply, bytes):
            reply = reply.decode("ascii")  # raises UnicodeDecodeError, as PyVISA does
        return reply + "\n"

    def _read_bytes(self, count, break_on_termchar=False, **kwargs):
        return self._read().encode("utf-8")

    def _sensible(self):
        if self._asked.startswith("*ESE "):
            number = self._asked[5:].split(";")[0]
            return f"{number};{SENSIBLE['*IDN?'].format(model=self._model)}"
        return SENSIBLE.get(self._asked, "0").format(model=self._model)


def called(action, clock, *kinds):
    """What a call returns, or None where it raised what it may raise."""
    before = clock.now()
    try:
        return action()
    except Exception as problem:
        said_well(problem, *kinds)
        return None
    finally:
        assert clock.now() - before < LONGEST


@pytest.mark.parametrize("driver", [Keithley2450, Keithley2400])
def test_any_replies_of_a_source_meter(driver):
    @FUZZ
    @given(replies=st.lists(REPLIES, min_size=1, max_size=12))
    def check(replies):
        clock = Clock()
        wire = Babbler(driver.__name__[-4:], replies, clock)
        smu = driver(wire, limits=Limits(6.0, 2e-3), clock=clock)
        called(smu.identify, clock, InstrumentError)
        if called(lambda: smu.start(PHASES), clock, InstrumentError):
            for _ in range(5):
                called(smu.busy, clock, InstrumentError)
                samples = called(smu.fetch, clock, InstrumentError)
                assert samples is None or len(samples) <= sum(phase.count for phase in PHASES)
                wire.reads = 0
        wire.reads = 0
        called(smu.off, clock, InstrumentError)

    check()


@FUZZ
@given(replies=st.lists(REPLIES, min_size=1, max_size=8))
def test_any_replies_of_a_prober(replies):
    clock = Clock()
    wire = Babbler("Velox", replies, clock)
    prober = Velox(wire, clock=clock)
    for ask in (prober.identify, prober.dies, lambda: prober.move_to(Die(1, 0)), prober.touch,
                lambda: prober.in_contact, prober.release):
        wire.reads = 0
        called(ask, clock, InstrumentError)
