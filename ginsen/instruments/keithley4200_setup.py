"""What a phase becomes on a Keithley 4200A: the commands of a test, and what stands against one.

Commands by the KXCI manual (4200A-KXCI-907-01 Rev. D, section 5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ginsen.datasheets.keithley4200 import (
    HIGH_VOLTAGE,
    HIGH_VOLTAGE_CURRENT,
    KEITHLEY_4200_SMU,
)
from ginsen.instruments.specification import ranges, settling
from ginsen.types import Phase

MOST_READINGS = 4096
"""Of one test (NR, VL)."""

SHORTEST_INTERVAL, LONGEST_INTERVAL = 0.01, 10.0  # s between two readings in time (IN)
LONGEST_DELAY = 6.553  # s before each reading of a list (DT)
SHORTEST_BY_HAND = 1.0  # s between readings that the computer starts one by one


def by_hand(phase: Phase) -> bool:
    """Whether the computer has to run the phase, reading by reading."""
    return phase.rest != "hold"


def listed(phase: Phase, reading: float) -> bool:
    """Whether it is a list sweep: its levels alternate, or IN cannot be short enough.

    `reading` (s) is how long one takes.
    """
    return phase.alternate or phase.interval - reading < SHORTEST_INTERVAL * (1 - 1e-9)


def wait(phase: Phase, reading: float) -> float:
    """How long (s) it waits before the first reading: WT in steps of 10 ms, HT of 0.1 s."""
    steps = 10 if listed(phase, reading) else 100
    settled = settling(phase, KEITHLEY_4200_SMU) + KEITHLEY_4200_SMU.timing.relay
    return math.ceil(settled * steps) / steps


def measuring(phase: Phase, smu: int) -> list[str]:
    """The commands for how an SMU measures: no delay or filter of its own, seven digits.

    The lowest range to measure on is the one that holds the compliance, so it is never left.
    """
    lowest = ranges(phase, KEITHLEY_4200_SMU)[1].full_scale
    return [f"IT4,0,0,{phase.nplc:.9g}", "RS7", f"RG{smu},{lowest:.9g}"]


def commands_of(phase: Phase, smu: int, others: Sequence[int], reading: float, *,
            off_after: bool) -> list[str]:
    """The commands that set up the phase as a test of one SMU; `others` are left out of it.

    `reading` (s) is how long one takes. With `off_after` the output goes to standby at its end.
    """
    pause, limit = phase.interval - reading, f"{phase.compliance:.9g}"
    swept = listed(phase, reading)
    setup = ["EM1,0", "BC", *(f"DE;CH{other}" for other in others),
             f"DE;CH{smu},'V{smu}','I{smu}',1,{1 if swept else 3}", *measuring(phase, smu), "EC0",
             f"SS;ST{smu},{off_after:d}"]
    if swept:
        second = -phase.level if phase.alternate else phase.level
        levels = ([phase.level, second] * phase.count)[:phase.count]
        setup += [f"SS;VL{smu},1,{limit},{','.join(f'{level:.7g}' for level in levels)}",
                  f"SS;HT{wait(phase, reading):.1f}", f"SS;DT{max(pause, 0.0):.4f}"]
    else:
        setup += [f"SS;VC{smu},{phase.level:.9g},{limit}", f"SM;WT{wait(phase, reading):.2f}",
                  f"SM;IN{max(pause, SHORTEST_INTERVAL):.4f}", f"SM;NR{phase.count}"]
    return [*setup, "SM;DM2", f"SM;LI'V{smu}','I{smu}'"]


def problems(phase: Phase, reading: float) -> list[str]:
    """What of a phase a 4200A cannot do or would change without a word, in sentences."""
    sheet = KEITHLEY_4200_SMU
    source, measure = ranges(phase, sheet)
    longest = LONGEST_DELAY if phase.alternate else LONGEST_INTERVAL
    alone = sheet.source_voltage.holding(phase.level)
    return [sentence for wrong, sentence in (
        (phase.count > MOST_READINGS,
         f"{phase.count} samples are more than the {MOST_READINGS} it can hold; lengthen the "
         "interval or split it"),
        (phase.compliance < sheet.least_current_limit,
         f"a compliance of {phase.compliance:g} A is below the least, "
         f"{sheet.least_current_limit:g} A, to which KXCI would raise it"),
        (measure.full_scale < sheet.measure_current.holding(phase.compliance).full_scale,
         f"a measure range of {measure.full_scale:g} A would be left upwards: its ranges are fixed "
         "by the compliance, so lower that"),
        (source.full_scale != alone.full_scale,
         f"a source range of {source.full_scale:g} V cannot be had: a test takes the smallest that "
         f"holds its level, {alone.full_scale:g} V"),
        (abs(phase.level) > HIGH_VOLTAGE and phase.compliance > HIGH_VOLTAGE_CURRENT,
         f"beyond {HIGH_VOLTAGE:g} V an SMU gives no more than {HIGH_VOLTAGE_CURRENT:g} A"),
        (by_hand(phase) and phase.interval < SHORTEST_BY_HAND,
         f"the readings of a rest {phase.rest!r} are started by the computer; an interval of "
         f"{phase.interval:g} s is less than the {SHORTEST_BY_HAND:g} s that takes"),
        (not by_hand(phase) and phase.count > 1 and phase.interval - reading > longest,
         f"between two readings it waits {longest:g} s at most; an interval of "
         f"{phase.interval:g} s is too long"),
    ) if wrong]
