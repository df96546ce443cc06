"""System mode of a virtual 4200A: what is defined on the pages, and the test that ME1 runs.

Without a VAR1 a test samples in time: WT passes, then NR readings follow, each begun IN after the
end of the one before. With one (VL, IL, VR, IR) each level is set, DT passes, then it is measured.
Where the manual does not tell: time stamps count from the start of the test to the start of each
reading, outputs go on before WT and HT pass, and an aborted test ends as a finished one (choice).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ginsen.datasheets.keithley4200 import KEITHLEY_4200_SMU
from ginsen.sim_backend.events import Process, Waiting
from ginsen.sim_backend.instruments.keithley4200_channel import OTHER
from ginsen.sim_backend.instruments.keithley4200_words import Refusal
from ginsen.sim_backend.instruments.smu import OVERFLOW, Reading
from ginsen.sim_backend.instruments.smu_settings import SourceFunction

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley4200 import VirtualKeithley4200
    from ginsen.sim_backend.instruments.keithley4200_channel import Channel

MOST_READINGS = 4096
OVERFLOWED = 7e22
"""The number of a reading beyond its range (background knowledge)."""

MODES: dict[int, SourceFunction] = {1: "VOLT", 2: "CURR", 3: "VOLT"}
COMMON, VAR1, CONSTANT = 3, 1, 3


class Definition(NamedTuple):
    """CH: the names of a channel's voltage and current, its source mode and source function."""

    voltage: str
    current: str
    mode: int
    function: int


class Course(NamedTuple):
    """What a channel sources: V or A, one level or one a point, and its compliance."""

    function: SourceFunction
    levels: tuple[float, ...]
    limit: float


@dataclass(frozen=True)
class Setup:
    """What SS and SM set beside the sources; s."""

    hold: float = 0.0
    delay: float = 0.0
    wait: float = 0.0
    interval: float = 0.01
    count: int = 1
    exit_on_compliance: bool = False


@dataclass
class Point:
    """What was measured at one time (s): by channel voltage, current and status."""

    time: float
    measured: dict[int, tuple[float, float, str]] = field(default_factory=dict)


class SystemMode:
    """The definitions of system mode, the test that runs, and its readings."""

    def __init__(self, analyzer: VirtualKeithley4200) -> None:
        self._analyzer = analyzer
        self._process: Process | None = None
        self.reset()

    def reset(self) -> None:
        """Nothing defined, nothing measured; outputs go to standby after a test (choice)."""
        if self._process is not None:
            self._process.cancel()
        self._process = None
        self.definitions: dict[int, Definition] = {}
        self.courses: dict[int, Course] = {}
        self.standby: dict[int, bool] = {}
        self.setup = Setup()
        self.listed: set[str] = set()
        self.points: list[Point] = []
        self.ready = False

    @property
    def running(self) -> bool:
        """Whether a test is under way."""
        return self._process is not None and not self._process.done

    def change(self, **changes: float | bool) -> None:
        """Replace some fields of the setup."""
        self.setup = replace(self.setup, **changes)  # type: ignore[arg-type]

    def define(self, number: int, definition: Definition) -> None:
        """CH with names."""
        if definition.mode == COMMON and definition.function != CONSTANT:
            raise Refusal
        if definition.function not in (VAR1, CONSTANT):
            raise Refusal  # VAR2 and VAR1' are not modelled
        self.undefine(number)
        self.definitions[number] = definition

    def undefine(self, number: int) -> None:
        """CH without: the channel is not in the test."""
        self.definitions.pop(number, None)
        self.courses.pop(number, None)

    def source(self, number: int, function: SourceFunction, levels: Sequence[float],
               limit: float, *, swept: bool) -> None:
        """VC, IC, VL, IL: what a channel sources, which its definition has to allow."""
        known = self.definitions.get(number)
        if known is None or MODES[known.mode] != function or known.mode == COMMON or (
                swept != (known.function == VAR1)) or len(levels) > MOST_READINGS:
            raise Refusal
        self.courses[number] = Course(function, tuple(levels), limit)

    def start(self, *, append: bool = False, repeat: bool = False) -> None:
        """ME1 to ME3. Raises Refusal where a channel is not set up."""
        if not self.definitions:
            raise Refusal
        courses = {}
        for number, known in self.definitions.items():
            course = self.courses.get(number)
            if known.mode == COMMON:
                course = Course("VOLT", (0.0,), 0.105)
            if course is None:
                raise Refusal
            courses[number] = course
        if not append:
            self.clear()
        self._process = self._analyzer.time.start(self._run(courses, repeat))

    def clear(self) -> None:
        """BC: no readings."""
        self.points = []
        self.ready = False

    def abort(self) -> None:
        """ME4: end the test where it is."""
        if self.running and self._process is not None:
            self._process.cancel()
            self._end()

    def told_as(self, name: str) -> Callable[[Point], tuple[str, float | str]]:
        """What a point has under that name, behind its status where it has one.

        Raises Refusal for a name there is none of, and for a current that no page lists.
        """
        for number, known in self.definitions.items():
            if name == known.voltage:
                return lambda point: (point.measured[number][2], point.measured[number][0])
            if name == known.current and name in self.listed:
                return lambda point: (point.measured[number][2], point.measured[number][1])
            if name == f"CH{number}T":
                return lambda point: ("", point.time)
            if name == f"CH{number}S":  # letters, by choice
                return lambda point: ("", point.measured[number][2])
        raise Refusal

    def _run(self, courses: dict[int, Course], repeat: bool) -> Waiting[None]:
        channels = {number: self._analyzer.channel(number) for number in courses}
        begun, step = self._analyzer.time.now, KEITHLEY_4200_SMU.timing.source_step
        try:
            for number, course in courses.items():
                channels[number].force(course.function, course.levels[0], course.limit)
        except Refusal:
            self._analyzer.refused()
            self._end()
            return
        swept = any(self.definitions[number].function == VAR1 for number in courses)
        yield self.setup.hold if swept else self.setup.wait
        count = (max(len(course.levels) for course in courses.values()) if swept
                 else self.setup.count)
        while True:
            for place in range(count):
                if len(self.points) == MOST_READINGS:
                    break
                for number, course in courses.items():
                    if place and len(course.levels) > place:
                        channels[number].level(course.levels[place])
                yield (step + self.setup.delay if swept
                       else self.setup.interval if place else step)
                point = yield from self._measure(courses, place, channels, begun)
                self.points.append(point)
                if self.setup.exit_on_compliance and any(
                        status == "C" for _, _, status in point.measured.values()):
                    break
            if not repeat:
                break
            self.clear()
        self._end()

    def _measure(self, courses: dict[int, Course], place: int, channels: dict[int, Channel],
                 begun: float) -> Waiting[Point]:
        """One point: each channel after the other, what the pages list of it."""
        point = Point(self._analyzer.time.now - begun)
        for number, course in courses.items():
            known, channel = self.definitions[number], channels[number]
            own, other = ((known.voltage, known.current) if course.function == "VOLT"
                          else (known.current, known.voltage))
            sourced, measured, status = course.levels[min(place, len(course.levels) - 1)], 0.0, "N"
            reading: Reading | None = None
            if other in self.listed:
                reading = yield from channel.measure(OTHER[course.function],
                                                     readback=own in self.listed)
                sourced = reading.source if own in self.listed else sourced
                measured = _number(reading)
            elif own in self.listed:
                reading = yield from channel.measure(course.function)
                sourced = _number(reading)
            if reading is not None:
                status = channel.status(reading)
                if not point.measured:
                    point.time = reading.time - begun
            point.measured[number] = ((sourced, measured, status) if course.function == "VOLT"
                                      else (measured, sourced, status))
        return point

    def _end(self) -> None:
        """Each output to standby, unless ST says that it stays on; the data are ready."""
        for number in self.definitions:
            if self.standby.get(number, True):
                self._analyzer.channel(number).off()
        self.ready = True
        self._analyzer.data_ready()


def _number(reading: Reading) -> float:
    return OVERFLOWED if reading.value == OVERFLOW else reading.value
