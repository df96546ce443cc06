"""Phases compiled to trigger models: what is recalled, when, how often, and how it ends."""

import re

import pytest

from ginsen.instruments.keithley2450_trigger import entries, trigger_model
from ginsen.types import Phase

READ = Phase("read", 0.01, 1.0, 0.1, 1e-5)
PULSE = Phase("pulse", 5.0, 2.0, 0.01, 1e-3)


def blocks(commands):
    return [command.removeprefix(":TRIG:BLOC:") for command in commands
            if command.startswith(":TRIG:BLOC:")]


def model(*phases, off_after=True):
    return trigger_model(phases, reading_time=[1e-3] * len(phases), settling=[0.0] * len(phases),
                         off_after=off_after)


def test_blocks_are_numbered_without_gaps():
    numbers = [int(re.search(r" (\d+)", block)[1]) for block in blocks(model(READ, PULSE, READ))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_settings_are_recalled_before_the_output_goes_on():
    first, second, third, *_ = blocks(model(PULSE))
    assert third == "DEL:CONS 3, 1.500000000e-02"  # the relay, before the timer starts
    assert first == 'CONF:REC 1, "ginsen_source", 1, "ginsen_sense", 1'
    assert second == "SOUR:STAT 2, ON"


def test_each_phase_loops_back_to_its_own_timer_for_its_own_count():
    lines = blocks(model(READ, PULSE))
    branches = [re.match(r"BRAN:COUN \d+, (\d+), (\d+)", line) for line in lines]
    found = [(int(match[1]), lines[int(match[2]) - 1]) for match in branches if match]
    assert found == [(READ.count, "WAIT 5, TIM1"), (PULSE.count, "WAIT 12, TIM2")]


def test_the_last_block_switches_off_unless_more_is_to_come():
    assert re.fullmatch(r"SOUR:STAT \d+, OFF", blocks(model(READ, PULSE))[-1])
    assert not any("OFF" in block for block in blocks(model(READ, off_after=False)))


RECALL_READ = 'CONF:REC _, "ginsen_source", 1, "ginsen_sense", 1'
RECALL_REST = 'CONF:REC _, "ginsen_source", 2, "ginsen_sense", 2'


@pytest.mark.parametrize(("rest", "on", "off"), [
    ("open", ["SOUR:STAT _, ON"], ["SOUR:STAT _, OFF"]),
    ("zero", [RECALL_READ, "SOUR:STAT _, ON"], [RECALL_REST, "SOUR:STAT _, ON"]),
])
def test_between_reads_the_sample_rests_as_asked(rest, on, off):
    phase = Phase("read", 0.01, 1.0, 0.1, 1e-5, rest=rest, duty=0.5)
    loop = [re.sub(r" \d+", " _", block, count=1) for block in blocks(model(phase))[4:-2]]
    # 50 ms of level, 1 ms of it the reading
    assert loop == ["WAIT _, TIM1", *on, "DEL:CONS _, 4.900000000e-02", 'MDIG _, "defbuffer1"',
                    *off]


def test_a_rest_at_zero_has_its_own_stored_level():
    phase = Phase("read", 0.01, 1.0, 0.1, 1e-5, rest="zero", duty=0.5)
    assert entries([PULSE, phase]) == [(PULSE, 5.0), (phase, 0.01), (phase, 0.0)]
