"""Phases compiled to the Keithley 2450's configuration lists and trigger model.

The trigger model runs in the instrument, so a pulse ends when it should even if the computer is
late or gone (Reference Manual 2450-901-01, section 8, "Trigger model"). Each phase recalls its own
source and measure settings, starts a timer and takes one reading per timer event. A timer gives as
many events as its phase has samples, so that phases of one interval and length can share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ginsen.instruments.keithley2450_native import BUFFER
from ginsen.types import Phase

SOURCE_LIST = "ginsen_source"
SENSE_LIST = "ginsen_sense"

MAX_TIMERS = 4
MAX_BLOCKS = 63
"""Of one trigger model; Reference Manual 2450-901-01, section 8."""

PATIENCE = 2.0
"""Seconds that the level of the last phase is held for the computer to go on, before the instrument
switches the output off by itself."""

Entry = tuple[Phase, float]
"""What one index of the configuration lists holds: the settings of a phase, and a level (V)."""


def entries(phases: Iterable[Phase]) -> list[Entry]:
    """What the configuration lists must hold for these phases, each entry once.

    A phase that rests at 0 V between reads, or alternates, has a second entry for that level.
    """
    rows: dict[Entry, None] = {}
    for phase in phases:
        settings = settings_of(phase)
        rows[settings, phase.level] = None
        if phase.rest == "zero":
            rows[settings, 0.0] = None
        if phase.alternate:
            rows[settings, -phase.level] = None
    return list(rows)


def settings_of(phase: Phase) -> Phase:
    """The phase without what no setting of the instrument depends on."""
    return replace(phase, name="", duration=0.0, interval=1.0, duty=1.0, rest="hold")


def group(phases: Sequence[Phase], most_samples: int) -> tuple[Phase, ...]:
    """The leading phases that one trigger model and the buffer can take: at least one."""
    taken: list[Phase] = []
    for phase in phases:
        candidate = [*taken, phase]
        if taken and (len(_timers(candidate)) > MAX_TIMERS
                      or sum(map(_blocks, candidate)) + 2 > MAX_BLOCKS
                      or sum(each.count for each in candidate) > most_samples):
            break
        taken = candidate
    return tuple(taken)


def _timers(phases: Sequence[Phase]) -> dict[tuple[float, int], int]:
    """Number of the timer for each interval (s) and count; a single reading needs none."""
    keys = dict.fromkeys((phase.interval, phase.count) for phase in phases if phase.count > 1)
    return {key: number for number, key in enumerate(keys, start=1)}


def _blocks(phase: Phase) -> int:
    return 18 if phase.alternate else {"hold": 7, "open": 10, "zero": 12}[phase.rest]


def trigger_model(phases: Sequence[Phase], *, index: Mapping[Entry, int],
                  reading_time: Sequence[float], settling: Sequence[float],
                  relay: float, off_after: bool) -> list[str]:
    """The commands that build the trigger model of one group of phases.

    `index` tells where in the configuration lists an entry stands. `reading_time` (s) is what one
    reading of each phase takes: with a duty below one the level is applied for `duty` ×
    `interval`, the reading filling the end of it. `settling` (s) is waited after each recall, and
    `relay` (s) beside it where the output may have been off, so that no reading is late and the
    timer is never behind. The last block switches the output off, at once with `off_after`, else
    after PATIENCE, whether or not the computer is still there.
    """
    timers = _timers(phases)
    commands = [':TRIG:LOAD "Empty"']
    for (interval, count), number in timers.items():
        commands += [
            f":TRIG:TIM{number}:STAT OFF",
            f":TRIG:TIM{number}:DEL {interval:.9e}",
            f":TRIG:TIM{number}:COUN {count - 1}",
            f":TRIG:TIM{number}:STAR:GEN ON",
            f":TRIG:TIM{number}:STAR:STIM NOT{number}",
            f":TRIG:TIM{number}:STAT ON",
        ]
    blocks: list[str] = []

    def block(command: str) -> int:
        blocks.append(command)
        return len(blocks)

    def recall(phase: Phase, level: float) -> None:
        # By one table of the manual (page 8-140) a recall restores the output state too, which was
        # off when the settings were stored.
        place = index[settings_of(phase), level]
        block(f'CONF:REC {{block}}, "{SOURCE_LIST}", {place}, "{SENSE_LIST}", {place}')
        block("SOUR:STAT {block}, ON")

    def alternating(phase: Phase, number: int) -> None:
        # The level turns right after a reading, so it has all the interval to settle. Each wait
        # looks out only for what comes while it waits: the event of the wait before is not its own.
        def wait_and_read() -> None:
            block(f"WAIT {{block}}, TIM{number}, ENT")
            block(f'MDIG {{block}}, "{BUFFER}"')

        block(f"NOT {{block}}, {number}")
        block(f'MDIG {{block}}, "{BUFFER}"')
        recall(phase, -phase.level)
        if phase.count > 2:
            loop = len(blocks) + 1
            wait_and_read()
            recall(phase, phase.level)
            wait_and_read()
            recall(phase, -phase.level)
            block(f"BRAN:COUN {{block}}, {phase.count // 2 - 1}, {loop}")
        wait_and_read()

    opened = True  # whether the relay may have to close first
    for phase, reading, settle in zip(phases, reading_time, settling, strict=True):
        recall(phase, phase.level)
        block(f"DEL:CONS {{block}}, {settle + relay * opened:.9e}")
        opened = phase.rest == "open"
        if phase.alternate:
            alternating(phase, timers[phase.interval, phase.count])
            continue
        loop = len(blocks) + 1
        if phase.count > 1:
            number = timers[phase.interval, phase.count]
            block(f"NOT {{block}}, {number}")
            loop = block(f"WAIT {{block}}, TIM{number}")
        if phase.rest == "open":
            block("SOUR:STAT {block}, ON")
        elif phase.rest == "zero":
            recall(phase, phase.level)
        if phase.rest != "hold":
            block(f"DEL:CONS {{block}}, {phase.duty * phase.interval - reading:.9e}")
        block(f'MDIG {{block}}, "{BUFFER}"')
        if phase.rest == "open":
            block("SOUR:STAT {block}, OFF")
        elif phase.rest == "zero":
            recall(phase, 0.0)
        if phase.count > 1:
            block(f"BRAN:COUN {{block}}, {phase.count}, {loop}")
    if not off_after:
        block(f"DEL:CONS {{block}}, {PATIENCE:.9e}")
    block("SOUR:STAT {block}, OFF")
    commands += [":TRIG:BLOC:" + command.format(block=place)
                 for place, command in enumerate(blocks, start=1)]
    return commands
