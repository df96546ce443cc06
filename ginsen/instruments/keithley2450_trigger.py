"""Phases compiled to the Keithley 2450's configuration lists and trigger model.

The trigger model runs in the instrument, so a pulse ends when it should even if the computer is
late or gone (Reference Manual 2450-901-01, section 8, "Trigger model"). Each phase recalls its own
source and measure settings, starts its own timer and takes one reading per timer event.
"""

from __future__ import annotations

from collections.abc import Sequence

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.instruments.keithley2450_native import BUFFER
from ginsen.types import Phase

SOURCE_LIST = "ginsen_source"
SENSE_LIST = "ginsen_sense"

MAX_PHASES = 4
"""One timer a phase, and the 2450 has four."""


def entries(phases: Sequence[Phase]) -> list[tuple[Phase, float]]:
    """What the configuration lists hold, in order from index 1: a phase and the level (V) to store.

    A phase that rests at 0 V between reads has a second entry for the rest.
    """
    rows: list[tuple[Phase, float]] = []
    for phase in phases:
        rows.append((phase, phase.level))
        if phase.duty < 1 and phase.rest == "zero":
            rows.append((phase, 0.0))
    return rows


def trigger_model(phases: Sequence[Phase], *, reading_time: Sequence[float],
                  settling: Sequence[float], off_after: bool) -> list[str]:
    """The commands that build the trigger model for at most four phases.

    `reading_time` (s) is what one reading of each phase takes: with a duty below one the level is
    applied for `duty` × `interval`, the reading filling the end of it. `settling` (s) is waited
    after each recall, so that no reading is late and the timer is never behind. With `off_after`
    the last block switches the output off, whether or not the computer is still there.
    """
    stored = entries(phases)
    commands = [':TRIG:LOAD "Empty"']
    blocks: list[str] = []

    def block(command: str) -> int:
        blocks.append(command)
        return len(blocks)

    def recall(index: int) -> None:
        # By one table of the manual (page 8-140) a recall restores the output state too, which was
        # off when the settings were stored.
        block(f'CONF:REC {{block}}, "{SOURCE_LIST}", {index}, "{SENSE_LIST}", {index}')
        block("SOUR:STAT {block}, ON")

    for number, (phase, reading, settle) in enumerate(
            zip(phases, reading_time, settling, strict=True), start=1):
        index = stored.index((phase, phase.level)) + 1
        commands += [
            f":TRIG:TIM{number}:STAT OFF",
            f":TRIG:TIM{number}:DEL {phase.interval:.9e}",
            f":TRIG:TIM{number}:COUN 0",
            f":TRIG:TIM{number}:STAR:GEN ON",
            f":TRIG:TIM{number}:STAR:STIM NOT{number}",
            f":TRIG:TIM{number}:STAT ON",
        ]
        recall(index)
        wait = settle + KEITHLEY_2450.timing.relay if number == 1 else settle
        block(f"DEL:CONS {{block}}, {wait:.9e}")
        block(f"NOT {{block}}, {number}")
        loop = block(f"WAIT {{block}}, TIM{number}")
        rests = phase.rest if phase.duty < 1 else "hold"
        if rests == "open":
            block("SOUR:STAT {block}, ON")
        elif rests == "zero":
            recall(index)
        if rests != "hold":
            block(f"DEL:CONS {{block}}, {max(phase.duty * phase.interval - reading, 0):.9e}")
        block(f'MDIG {{block}}, "{BUFFER}"')
        if rests == "open":
            block("SOUR:STAT {block}, OFF")
        elif rests == "zero":
            recall(index + 1)
        block(f"BRAN:COUN {{block}}, {phase.count}, {loop}")
    if off_after:
        block("SOUR:STAT {block}, OFF")
    commands += [":TRIG:BLOC:" + command.format(block=place)
                 for place, command in enumerate(blocks, start=1)]
    return commands

