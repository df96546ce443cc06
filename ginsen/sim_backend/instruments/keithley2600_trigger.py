"""The remote trigger model of a 2600B channel, and the timers that drive it.

Reference Manual 2600BS-901-01 Rev. F, section 4 (Triggering) and pages 9-254 to 9-290: a sweep goes
`arm.count` times through the arm layer and each time `count` times through source, measure and end
pulse, at each of which an event detector waits for its stimulus, 0 meaning no wait. A detector
keeps an event that came before it was waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ginsen.sim_backend.events import Process, Signal, Waiting
from ginsen.sim_backend.instruments.smu_settings import SourceFunction
from ginsen.sim_backend.own_time import OwnTime
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.tsp.names import Name, attribute, constant, function, number, numbers, whole

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2600_channel import Channel

EVENTS = ("SWEEPING", "ARMED", "SOURCE_COMPLETE", "MEASURE_COMPLETE", "PULSE_COMPLETE",
          "SWEEP_COMPLETE", "IDLE")
"""What a channel tells of its sweep, in the order of their numbers."""

TIMERS = 8
FIRST_TIMER_EVENT = 100
BUS_EVENT = 200
"""Numbers of the events of trigger.timer[1] and of *TRG; the real numbers are not told."""

_IDLE, _HOLD = 0, 1
_LETTERS: dict[str, SourceFunction] = {"v": "VOLT", "i": "CURR"}


class EventBus:
    """Tells of events, by number, whoever listens."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> None:
        """Have `listener` called with the number of each event."""
        self._listeners.append(listener)

    def fire(self, event: int) -> None:
        """An event has come."""
        for listener in self._listeners:
            listener(event)


class Detector:
    """Waits for one event and remembers it."""

    def __init__(self, bus: EventBus, time: OwnTime) -> None:
        self.stimulus = 0
        self._came = False
        self._signal: Signal = time.signal()
        bus.listen(self._heard)

    def reset(self) -> None:
        """Forget an event that came."""
        self._came = False

    def force(self) -> None:
        """As if the event had come (smuX.trigger.source.set() and the like)."""
        self._came = True
        self._signal.fire()

    def names(self, path: str) -> dict[str, Name]:
        """Its names, which begin with `path`."""
        return {
            f"{path}.stimulus": attribute(
                lambda: self.stimulus,
                lambda value: setattr(self, "stimulus", whole(value, 0, 1000))),
            f"{path}.set": function(self.force),
        }

    def wait(self) -> Waiting[None]:
        """Until the event comes; at once if it has, or for a stimulus of 0."""
        while self.stimulus and not self._came:
            yield self._signal
        self._came = False

    def _heard(self, event: int) -> None:
        if event == self.stimulus:
            self.force()


class Timer:
    """trigger.timer[N]: `count` events, `delay` (s) apart, after its stimulus."""

    def __init__(self, number_: int, bus: EventBus, time: OwnTime) -> None:
        self.event = FIRST_TIMER_EVENT + number_
        self._bus = bus
        self._time = time
        self._process: Process | None = None
        self.reset()
        bus.listen(self._heard)

    def reset(self) -> None:
        """Its settings after power-up; a delay under way ends."""
        self.stop()
        self.stimulus, self.count, self.delay, self.passthrough = 0, 1, 10e-6, False

    def stop(self) -> None:
        """End a delay under way."""
        if self._process is not None:
            self._process.cancel()
            self._process = None

    def names(self, path: str) -> dict[str, Name]:
        """Its names, which begin with `path`."""
        return {
            f"{path}.delay": attribute(lambda: self.delay,
                                       lambda value: self._set(delay=number(value, 8e-6, 500e3))),
            f"{path}.count": attribute(lambda: self.count,
                                       lambda value: self._set(count=whole(value, 0, 1 << 20))),
            f"{path}.passthrough": attribute(
                lambda: self.passthrough,
                lambda value: self._set(passthrough=bool(number(value, 0, 1)))),
            f"{path}.stimulus": attribute(
                lambda: self.stimulus, lambda value: self._set(stimulus=whole(value, 0, 1000))),
            f"{path}.EVENT_ID": constant(self.event),
            f"{path}.reset": function(self.reset),
            f"{path}.clear": function(lambda: None),
        }

    def _set(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self, name, value)

    def _heard(self, event: int) -> None:
        if event == self.stimulus and event and (self._process is None or self._process.done):
            self._process = self._time.start(self._tick())

    def _tick(self) -> Waiting[None]:
        if self.passthrough:
            self._bus.fire(self.event)
        done = 0
        while self.count == 0 or done < self.count:
            yield self.delay
            done += 1
            self._bus.fire(self.event)


class TriggerModel:
    """smuX.trigger of one channel; `first` is the number of its first event."""

    def __init__(self, channel: Channel, first: int, bus: EventBus, time: OwnTime) -> None:
        self._channel = channel
        self._events = {name: first + place for place, name in enumerate(EVENTS)}
        self._bus = bus
        self._detectors = {layer: Detector(bus, time)
                           for layer in ("arm", "source", "measure", "endpulse")}
        self._process: Process | None = None
        self.reset()

    def reset(self) -> None:
        """As after smuX.reset()."""
        self.abort()
        self.count = self.arm_count = 1
        self.source_action = self.measure_action = 0
        self.endpulse, self.endsweep = _HOLD, _IDLE
        self.list: tuple[float, ...] = (0.0,)
        self.source: SourceFunction = "VOLT"
        self.buffers: dict[str, str] = {}
        for detector in self._detectors.values():
            detector.stimulus = 0

    @property
    def running(self) -> bool:
        """Whether a sweep is under way."""
        return self._process is not None and not self._process.done

    def abort(self) -> None:
        """End a sweep where it is; the source goes to its programmed level."""
        if self._process is not None and not self._process.done:
            self._process.cancel()
            self._channel.idle()
            self._bus.fire(self._events["IDLE"])

    def names(self, smu: str) -> dict[str, Name]:
        """Its names, below `smu`."""
        path = f"{smu}.trigger"
        low, high = -210.0, 210.0

        def stored(name: str, least: float, most: float) -> Name:
            return attribute(lambda: getattr(self, name),
                             lambda value: setattr(self, name, whole(value, least, most)))

        def listed(source: SourceFunction) -> Name:
            return function(lambda values: self._set_list(source, numbers(values, low, high)))

        def linear(source: SourceFunction) -> Name:
            return function(lambda start, stop, points: self._set_list(
                source, _linear(number(start, low, high), number(stop, low, high),
                                   whole(points, 2, 1 << 20))))

        def logarithmic(source: SourceFunction) -> Name:
            return function(lambda start, stop, points, asymptote=0.0: self._set_list(
                source, _logarithmic(number(start, low, high), number(stop, low, high),
                                        whole(points, 2, 1 << 20), number(asymptote))))

        names = {
            f"{path}.count": stored("count", 0, 1 << 20),
            f"{path}.arm.count": stored("arm_count", 0, 1 << 20),
            f"{path}.source.action": stored("source_action", 0, 1),
            f"{path}.measure.action": stored("measure_action", 0, 2),
            f"{path}.endpulse.action": stored("endpulse", 0, 1),
            f"{path}.endsweep.action": stored("endsweep", 0, 1),
            f"{path}.initiate": function(self.initiate),
            **{f"{path}.{name}_EVENT_ID": constant(number_)
               for name, number_ in self._events.items()},
        }
        for letter, source in _LETTERS.items():
            names |= {
                f"{path}.source.list{letter}": listed(source),
                f"{path}.source.linear{letter}": linear(source),
                f"{path}.source.log{letter}": logarithmic(source),
            }
        for quantities in ("i", "v", "p", "r", "iv"):
            names[f"{path}.measure.{quantities}"] = function(
                lambda *buffers, wanted=quantities: self._set_buffers(wanted, buffers))
        for layer, detector in self._detectors.items():
            names |= detector.names(f"{path}.{layer}")
        return names

    def initiate(self) -> None:
        """smuX.trigger.initiate(): start a sweep, an overlapped operation."""
        if self.running:
            raise ScpiError(-213)
        for handle in self.buffers.values():
            self._channel.buffer(handle).begin()
        self._process = self._channel.overlap(self._sweep())

    def _set_list(self, source: SourceFunction, values: tuple[float, ...]) -> None:
        self.source, self.list = source, values

    def _set_buffers(self, quantities: str, buffers: tuple[Any, ...]) -> None:
        if len(buffers) != len(quantities):
            raise ScpiError(-109)
        for handle in buffers:
            self._channel.buffer(handle)
        self.buffers = dict(zip(quantities, buffers, strict=True))

    def _sweep(self) -> Waiting[None]:
        for detector in self._detectors.values():
            detector.reset()
        fire, events, detectors = self._bus.fire, self._events, self._detectors
        fire(events["SWEEPING"])
        armed = 0
        while self.arm_count == 0 or armed < self.arm_count:
            armed += 1
            yield from detectors["arm"].wait()
            fire(events["ARMED"])
            passed = 0
            while self.count == 0 or passed < self.count:
                yield from self._pass(passed)
                passed += 1
        if self.endsweep == _IDLE:
            self._channel.idle()
        fire(events["SWEEP_COMPLETE"])
        fire(events["IDLE"])

    def _pass(self, place: int) -> Waiting[None]:
        """Once through the trigger layer."""
        fire, events, detectors = self._bus.fire, self._events, self._detectors
        yield from detectors["source"].wait()
        if self.source_action:
            self._channel.apply(self.source, self.list[place % len(self.list)])
        yield self._channel.source_time
        fire(events["SOURCE_COMPLETE"])
        yield from detectors["measure"].wait()
        if self.measure_action:
            yield from self._channel.measure_into(self.buffers)
        fire(events["MEASURE_COMPLETE"])
        yield from detectors["endpulse"].wait()
        if self.endpulse == _IDLE:
            self._channel.idle()
        fire(events["PULSE_COMPLETE"])


def _linear(start: float, stop: float, points: int) -> tuple[float, ...]:
    return tuple(start + (stop - start) * place / (points - 1) for place in range(points))


def _logarithmic(start: float, stop: float, points: int, asymptote: float) -> tuple[float, ...]:
    """Levels in a geometric series above or below the asymptote. Raises ScpiError -222 for none."""
    if (start - asymptote) * (stop - asymptote) <= 0:
        raise ScpiError(-222)
    ratio = (stop - asymptote) / (start - asymptote)
    return tuple(asymptote + (start - asymptote) * ratio ** (place / (points - 1))
                 for place in range(points))
