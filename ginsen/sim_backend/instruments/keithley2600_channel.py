"""One channel of the Keithley 2600B: smua or smub, an electrical model under its TSP names.

Names, defaults and constants: Reference Manual 2600BS-901-01 Rev. F, section 9. A voltage source is
measured with its current and the other way round, in one integration; the range of the function
that is sourced is the source's (page 10-10, note 1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ginsen.datasheets.source_meter import Ranges
from ginsen.sim_backend.events import Process, Waiting
from ginsen.sim_backend.instruments.keithley2600_buffer import (
    AUTORANGED,
    LIMITED,
    MOST_READINGS,
    REMOTE_SENSE,
    ReadingBuffer,
)
from ginsen.sim_backend.instruments.keithley2600_trigger import EventBus, TriggerModel
from ginsen.sim_backend.instruments.smu import (
    CONTACT_RESISTANCE,
    OVERFLOW,
    Reading,
    SourceMeasureUnit,
)
from ginsen.sim_backend.instruments.smu_settings import (
    OffState,
    SenseSetup,
    Settings,
    SourceFunction,
    SourceSetup,
    sense_ranges,
    source_range_in_use,
    source_ranges,
)
from ginsen.sim_backend.scpi.errors import ScpiError
from ginsen.sim_backend.tsp.names import TOO_BIG, among, number, whole

if TYPE_CHECKING:
    from ginsen.sim_backend.instruments.keithley2600 import VirtualKeithley2600

NOT_A_NUMBER = 9.91e37
CONTACT_CURRENT = 1e-3
"""A with which contact is checked."""

OFF_STATES: dict[int, OffState] = {0: "NORM", 1: "ZERO", 2: "HIMP"}
AUTOMATIC = -1.0
_AUTOZERO_OFF, _AUTOZERO_ONCE, _AUTOZERO_AUTO = 0, 1, 2
_OTHER: dict[SourceFunction, SourceFunction] = {"VOLT": "CURR", "CURR": "VOLT"}


class Channel:
    """One source-measure unit of the instrument; `letter` is a or b."""

    def __init__(self, smu: VirtualKeithley2600, letter: str, first_event: int,
                 bus: EventBus) -> None:
        self.smu = smu
        self.letter = letter
        self.name = f"smu{letter}"
        self.sheet = smu.sheet
        self.ends = f"{smu.name}.hi_{letter}", f"{smu.name}.lo_{letter}"
        self.dedicated = {f"\1{self.name}.nvbuffer{place}": ReadingBuffer(MOST_READINGS)
                          for place in (1, 2)}
        self.unit = SourceMeasureUnit(self.sheet, self.after_reset(), smu.bench,
                                      smu.port(f"hi_{letter}"), lambda: smu.random, smu.time,
                                      lambda: smu.trouble.held > 0)
        self.trigger = TriggerModel(self, first_event, bus, smu.time)
        self._acquisition: Process | None = None
        self.reset()

    def after_reset(self) -> Settings:
        """0 V, limited to the current of the highest voltage range; measured at 1 PLC."""
        limit, voltage = self.smu.default_limits
        low = {function: source_ranges(self.sheet, function).ranges[0].full_scale
               for function in _OTHER}
        senses = {function: sense_ranges(self.sheet, function).ranges[0].full_scale
                  for function in _OTHER}
        return Settings(
            source="VOLT", sense="CURR",
            sources={"VOLT": SourceSetup(limit=limit, range=low["VOLT"], autodelay=False),
                     "CURR": SourceSetup(limit=voltage, range=low["CURR"], autodelay=False)},
            senses={"VOLT": SenseSetup(range=senses["VOLT"], lower_limit=senses["VOLT"], unit="V"),
                    "CURR": SenseSetup(range=senses["CURR"], lower_limit=senses["CURR"], unit="A")},
            off_limit=1e-3)

    def reset(self) -> None:
        """smuX.reset(): settings back, output off, its sweep ended; dedicated buffers stay."""
        self.abort()
        self.trigger.reset()
        self.levels: dict[SourceFunction, float] = {"VOLT": 0.0, "CURR": 0.0}
        self.count, self.interval = 1, 0.0
        self.measure_delay, self.autozero, self.high_z = 0.0, _AUTOZERO_AUTO, False
        self.threshold, self._off_mode = 50.0, 0
        self.displayed = 1
        self.unit.apply(self.after_reset())

    def abort(self) -> None:
        """smuX.abort(): overlapped operations of this channel end."""
        self.trigger.abort()
        if self._acquisition is not None:
            self._acquisition.cancel()
            self._acquisition = None

    # Sourcing.

    def set_function(self, function: SourceFunction) -> None:
        """Select what is sourced; the other is measured. The output goes off with a change."""
        if function != self.unit.settings.source:
            self.unit.change(source=function, sense=_OTHER[function], output=False)

    def set_level(self, function: SourceFunction, value: Any) -> None:
        """The programmed level, at which the source is whenever no sweep says otherwise."""
        self.apply(function, number(value))
        self.levels[function] = float(value)

    def apply(self, function: SourceFunction, level: float) -> None:
        """Source a level now; it must fit the range. Raises ScpiError."""
        setup = self.unit.settings.sources[function]
        ranges = source_ranges(self.sheet, function)
        reach = ranges.maximum if setup.autorange else setup.range * ranges.over_range
        if abs(level) > reach * (1 + 1e-12):
            raise TOO_BIG
        self._check_envelope(function, replace(setup, level=level))
        self.unit.change_source(function, level=level)

    def idle(self) -> None:
        """Back to the programmed level."""
        function = self.unit.settings.source
        if self.unit.settings.sourcing.level != self.levels[function]:
            self.unit.change_source(function, level=self.levels[function])

    def set_limit(self, function: SourceFunction, value: Any) -> None:
        """The limit (of current where a voltage is sourced) of a source function."""
        least, ranges = ((self.sheet.least_current_limit, self.sheet.source_current)
                         if function == "VOLT" else
                         (self.sheet.least_voltage_limit, self.sheet.source_voltage))
        wanted = replace(self.unit.settings.sources[function],
                         limit=number(value, least * (1 - 1e-9), ranges.maximum))
        self._check_envelope(function, wanted)
        self.unit.change_source(function, limit=wanted.limit)

    def set_source_range(self, function: SourceFunction, value: Any) -> None:
        """The smallest source range that holds a value; autorange goes off."""
        scale = _holding(source_ranges(self.sheet, function), number(value))
        wanted = replace(self.unit.settings.sources[function], range=scale, autorange=False)
        over_range = source_ranges(self.sheet, function).over_range
        if abs(wanted.level) > scale * over_range * (1 + 1e-12):
            raise ScpiError(-221)
        self._check_envelope(function, wanted)
        self.unit.change_source(function, range=scale, autorange=False)

    def source_range(self, function: SourceFunction) -> float:
        """Full scale of the source range in use."""
        return source_range_in_use(self.sheet, function, self.unit.settings.sources[function])

    def set_source_autorange(self, function: SourceFunction, value: Any) -> None:
        """Autorange of the source; switched off it stays on the range in use."""
        on = bool(whole(value, 0, 1))
        setup = self.unit.settings.sources[function]
        kept = setup.range if on else self.source_range(function)
        self.unit.change_source(function, autorange=on, range=kept)

    def set_output(self, value: Any) -> None:
        """0 off, as the off mode says; 1 on; 2 off with the relay open."""
        state = among(value, {0: 0, 1: 1, 2: 2})
        self.high_z = state == 2
        self._rest(self.off_mode)
        self.unit.change(output=state == 1)

    @property
    def output(self) -> int:
        """As smuX.source.output answers."""
        return 1 if self.unit.settings.output else 2 * self.high_z

    @property
    def off_mode(self) -> int:
        """As smuX.source.offmode answers."""
        return self._off_mode

    def set_off_mode(self, value: Any) -> None:
        """How the output rests when off: 0 normal, 1 zero, 2 high impedance."""
        among(value, OFF_STATES)
        self._off_mode = int(value)
        self._rest(self._off_mode)

    def in_compliance(self) -> bool:
        """smuX.source.compliance."""
        limited = self.unit.limit_tripped()
        self.smu.measurements.note(self.letter, self.unit.settings.source, limited=limited)
        return limited

    def set_source_delay(self, value: Any) -> None:
        """Seconds to wait after a change of the source; -1 is automatic."""
        delay = number(value, AUTOMATIC)
        for function in _OTHER:
            self.unit.change_source(function, delay=max(delay, 0.0), autodelay=delay == AUTOMATIC)

    @property
    def source_time(self) -> float:
        """Seconds that a source action of a sweep takes."""
        return self.sheet.timing.source_step

    def _rest(self, mode: int) -> None:
        state: OffState = "HIMP" if self.high_z else OFF_STATES[mode]
        for function in _OTHER:
            if self.unit.settings.sources[function].off_state != state:
                self.unit.change_source(function, off_state=state)

    def _check_envelope(self, function: SourceFunction, setup: SourceSetup) -> None:
        """Beyond a certain voltage there is less current. Raises ScpiError -221."""
        volts, amperes = self.smu.envelope
        scale = source_range_in_use(self.sheet, function, setup)
        if function == "VOLT":
            beyond = scale > volts and setup.limit > amperes * 1.01
        else:
            beyond = scale > amperes and setup.limit > volts * 1.01
        if beyond:
            raise ScpiError(-221)

    # Measuring.

    def set_sense(self, **changes: Any) -> None:
        """Change both measure functions alike."""
        for function in _OTHER:
            self.unit.change_sense(function, **changes)

    def set_measure_range(self, function: SourceFunction, value: Any) -> None:
        """The smallest measure range that holds a value; autorange goes off."""
        scale = _holding(sense_ranges(self.sheet, function), number(value))
        self.unit.change_sense(function, range=scale, autorange=False)

    def set_low_range(self, function: SourceFunction, value: Any) -> None:
        """The smallest range that autorange takes."""
        self.unit.change_sense(function, lower_limit=_holding(sense_ranges(self.sheet, function),
                                                              number(value)))

    def set_autozero(self, value: Any) -> Waiting[None] | None:
        """0 off, 1 once and then off, 2 with every reading."""
        self.autozero = among(value, {0: 0, 1: 1, 2: 2})
        self.set_sense(autozero=self.autozero == _AUTOZERO_AUTO)
        if self.autozero != _AUTOZERO_ONCE:
            return None
        extra = self.sheet.timing.conversions_with_autozero - 1
        return _pause(extra * self.unit.settings.sensing.nplc / self.unit.line_frequency)

    def buffer(self, handle: Any) -> ReadingBuffer:
        """A buffer by its handle. Raises ScpiError -224 for anything else."""
        return self.smu.buffer(handle)

    def overlap(self, body: Waiting[Any]) -> Process:
        """Start an overlapped operation. Raises ScpiError -221 while another is under way."""
        self._check_free()
        self._acquisition = self.smu.overlap(body)
        return self._acquisition

    def acquire(self, quantities: str, *handles: Any) -> Waiting[Any]:
        """`count` readings, `interval` apart; the last of them, or of each of i and v."""
        buffers = dict(zip(quantities, handles, strict=False))
        self._check_free()
        for handle in buffers.values():
            self.buffer(handle).begin()
        return self._acquire(quantities, buffers)

    def acquire_overlapped(self, quantities: str, *handles: Any) -> None:
        """The same, overlapped, into buffers."""
        if len(handles) != len(quantities):
            raise ScpiError(-109)
        buffers = dict(zip(quantities, handles, strict=True))
        for handle in buffers.values():
            self.buffer(handle).begin()
        self.overlap(self._acquire(quantities, buffers))

    def measure_into(self, buffers: dict[str, str]) -> Waiting[Reading]:
        """One reading, stored as what each buffer is for."""
        delay = self.measure_delay
        if delay == AUTOMATIC:
            settings = self.unit.settings
            delay = sense_ranges(self.sheet, settings.sense).at_full_scale(
                settings.sensing.range).settling
        if delay:
            yield delay
        reading = yield from self.unit.read()
        values = self.quantities(reading)
        settings = self.unit.settings
        self.smu.measurements.note(self.letter, settings.source, limited=reading.limited,
                                   overflow=reading.value == OVERFLOW)
        status = (LIMITED * reading.limited | REMOTE_SENSE * reading.remote_sense
                  | AUTORANGED * settings.sensing.autorange)
        for quantity, handle in buffers.items():
            self.buffer(handle).add(reading.time, reading=values[quantity],
                                    source=settings.sourcing.level, status=status,
                                    output=reading.output, function=quantity)
        return reading

    def quantities(self, reading: Reading) -> dict[str, float]:
        """Current, voltage, resistance and power of a reading; 9.91e37 beyond the range."""
        measured = NOT_A_NUMBER if reading.value == OVERFLOW else reading.value
        current, voltage = ((measured, reading.source) if reading.source_unit == "V"
                            else (reading.source, measured))
        if measured == NOT_A_NUMBER:
            return {"i": current, "v": voltage, "r": NOT_A_NUMBER, "p": NOT_A_NUMBER}
        return {"i": current, "v": voltage, "p": voltage * current,
                "r": voltage / current if current else NOT_A_NUMBER}

    def contact_resistances(self) -> tuple[float, float]:
        """smuX.contact.r(): ohms from force to sense, of HI and of LO.

        Refused without 1 mA to measure with (Rev. B, page 7-193).
        """
        settings = self.unit.settings
        if settings.output:
            if settings.source == "VOLT" and settings.sourcing.limit < CONTACT_CURRENT:
                raise ScpiError(5050, "I limit too low for contact check")
            if settings.source == "CURR" and self.source_range("CURR") < CONTACT_CURRENT:
                raise ScpiError(5065, "I range too low for contact check")
        elif self.high_z or self.off_mode == 2:
            raise ScpiError(5048, "Contact check not valid with HIGH-Z OUTPUT off")
        elif (settings.off_limit or 0.0) < CONTACT_CURRENT:
            raise ScpiError(5066, "source.offlimiti too low for contact check")
        high, low = (CONTACT_RESISTANCE if self.smu.bench.touches(end) else NOT_A_NUMBER
                     for end in self.ends)
        return high, low

    def _acquire(self, quantities: str, buffers: dict[str, str]) -> Waiting[Any]:
        begun = self.smu.time.now
        for place in range(self.count):
            wait = begun + place * self.interval - self.smu.time.now
            if place and wait > 0:
                yield wait
            reading = yield from self.measure_into(buffers)
        values = self.quantities(reading)
        return tuple(values[each] for each in quantities) if len(quantities) > 1 else (
            values[quantities])

    def _check_free(self) -> None:
        if self._acquisition is not None and not self._acquisition.done:
            raise ScpiError(-221)


def _holding(ranges: Ranges, value: float) -> float:
    """The smallest full scale that holds a value. Raises ScpiError 1102 beyond every range."""
    for each in ranges.ranges:
        if abs(value) <= each.full_scale * (1 + 1e-9):
            return each.full_scale
    if abs(value) <= ranges.maximum * (1 + 1e-9):
        return ranges.ranges[-1].full_scale
    raise TOO_BIG


def _pause(seconds: float) -> Waiting[None]:
    yield seconds


