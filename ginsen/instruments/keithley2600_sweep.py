"""A phase compiled to the Keithley 2600B's trigger model, or to a script where that cannot do it.

Reference Manual 2600BS-901-01 Rev. F, section 4 and pages 9-254 to 9-290. The sweep runs in the
instrument, so a pulse ends when it should even if the computer is late or gone. One timer lets the
level settle, the next one gives an event for each reading.
"""

from __future__ import annotations

from ginsen.types import Phase

MARGIN = 1.02
"""Of a reading's time, which no data sheet gives exactly."""

SPARE = 300e-6
"""Seconds that a step of the source takes within an interval."""


def measure_delay(phase: Phase, reading_time: float) -> float:
    """Seconds from the event of a reading to its start.

    The level stands for the duty before a reading is over; alternating levels have all the
    interval to settle.
    """
    if phase.alternate:
        return phase.interval - reading_time * MARGIN - SPARE
    if phase.rest == "zero":
        return phase.duty * phase.interval - reading_time * MARGIN - SPARE
    return 0.0


def sweep(phase: Phase, count: int, *, smu: str, timers: tuple[int, int], settling: float,
          delay: float, idle_after: bool) -> list[str]:
    """The commands that set up a sweep of `count` readings of a phase on channel `smu`.

    `timers` are the two it may use. The source goes to its programmed level after the last reading
    with `idle_after`, and after each one where the phase rests at 0 V.
    """
    first, second = (f"trigger.timer[{number}]" for number in timers)
    levels = [phase.level, -phase.level] if phase.alternate else [phase.level]
    stepping = phase.alternate or phase.rest == "zero"
    return [
        f"{first}.reset()",
        f"{first}.delay={settling:.9e}",
        f"{first}.stimulus={smu}.trigger.ARMED_EVENT_ID",
        f"{second}.reset()",
        f"{second}.delay={phase.interval:.9e}",
        f"{second}.count={max(count - 1, 1)}",
        f"{second}.passthrough=true",
        f"{second}.stimulus={first}.EVENT_ID",
        f"{smu}.trigger.source.listv({{{','.join(f'{level:.9e}' for level in levels)}}})",
        f"{smu}.trigger.source.action={smu}.ENABLE",
        f"{smu}.trigger.source.stimulus={f'{second}.EVENT_ID' if stepping else 0}",
        f"{smu}.measure.delay={delay:.9e}",
        f"{smu}.trigger.measure.iv({smu}.nvbuffer1,{smu}.nvbuffer2)",
        f"{smu}.trigger.measure.action={smu}.ENABLE",
        f"{smu}.trigger.measure.stimulus={0 if stepping else f'{second}.EVENT_ID'}",
        f"{smu}.trigger.endpulse.stimulus=0",
        f"{smu}.trigger.endpulse.action={smu}.SOURCE_{'IDLE' if phase.rest == 'zero' else 'HOLD'}",
        f"{smu}.trigger.endsweep.action={smu}.SOURCE_{'IDLE' if idle_after else 'HOLD'}",
        f"{smu}.trigger.count={count}",
        f"{smu}.trigger.arm.count=1",
        f"{smu}.trigger.arm.stimulus=0",
    ]


def reading_script(phase: Phase, *, smu: str, reading_time: float) -> str:
    """A function of Lua that takes readings `a` to `b`, from 0, with the relay open between them.

    The trigger model cannot open the relay. The function waits for the instant at which each
    reading is due by the instrument's own clock, and leaves the relay open behind it.
    """
    held = phase.duty * phase.interval - reading_time * MARGIN - SPARE
    return (f"function ginsen_{smu}(a,b) "
            f"if a==0 then ginsen_{smu}_start=timer.measure.t() end "
            "for k=a,b do "
            f"local wait=ginsen_{smu}_start+k*{phase.interval:.9e}-timer.measure.t() "
            "if wait>0 then delay(wait) end "
            f"{smu}.source.output=1 delay({held:.9e}) "
            f"{smu}.measure.iv({smu}.nvbuffer1,{smu}.nvbuffer2) {smu}.source.output=0 end end")
