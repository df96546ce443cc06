"""Phases compiled to trigger models: what is recalled, when, how often, and how it ends."""

import re

import pytest

from ginsen.instruments.keithley2450_trigger import entries, group, settings_of, trigger_model
from ginsen.types import Phase

READ = Phase("read", 0.01, 1.0, 0.1, 1e-5)
PULSE = Phase("pulse", 5.0, 2.0, 0.01, 1e-3)


def commands(*phases, off_after=True):
    index = {entry: place for place, entry in enumerate(entries(phases), start=1)}
    return trigger_model(phases, index=index, reading_time=[1e-3] * len(phases),
                         settling=[0.0] * len(phases), relay=15e-3, off_after=off_after)


def model(*phases, **options):
    return [command.removeprefix(":TRIG:BLOC:") for command in commands(*phases, **options)
            if command.startswith(":TRIG:BLOC:")]


def test_blocks_are_numbered_without_gaps():
    numbers = [int(re.search(r" (\d+)", block)[1]) for block in model(READ, PULSE, READ)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_settings_are_recalled_before_the_output_goes_on():
    first, second, third, *_ = model(PULSE)
    assert first == 'CONF:REC 1, "ginsen_source", 1, "ginsen_sense", 1'
    assert second == "SOUR:STAT 2, ON"
    assert third == "DEL:CONS 3, 1.500000000e-02"  # the relay, before the timer starts


def test_each_phase_loops_back_to_its_own_timer_for_its_own_count():
    lines = model(READ, PULSE)
    branches = [re.match(r"BRAN:COUN \d+, (\d+), (\d+)", line) for line in lines]
    found = [(int(match[1]), lines[int(match[2]) - 1]) for match in branches if match]
    assert found == [(READ.count, "WAIT 5, TIM1"), (PULSE.count, "WAIT 12, TIM2")]


def test_a_timer_ends_with_its_phase_so_that_an_equal_one_can_start_it_again():
    sent = commands(READ, PULSE, READ.named("again"))
    assert [line for line in sent if "COUN" in line and "TIM" in line] == [
        ":TRIG:TIM1:COUN 10", ":TRIG:TIM2:COUN 200"]


def test_a_single_reading_waits_for_no_timer():
    lines = model(Phase("one", 1.0, 0.0, 0.1, 1e-3))
    assert not any(word in line for line in lines for word in ("WAIT", "NOT", "BRAN"))
    assert sum("MDIG" in line for line in lines) == 1


def test_the_last_block_switches_off_at_once_or_when_nobody_goes_on():
    *_, last = model(READ, PULSE)
    assert re.fullmatch(r"SOUR:STAT \d+, OFF", last)
    *_, hold, last = model(READ, off_after=False)
    assert re.fullmatch(r"DEL:CONS \d+, 2.000000000e\+00", hold)
    assert re.fullmatch(r"SOUR:STAT \d+, OFF", last)


RECALL_READ = 'CONF:REC _, "ginsen_source", 1, "ginsen_sense", 1'
RECALL_REST = 'CONF:REC _, "ginsen_source", 2, "ginsen_sense", 2'


@pytest.mark.parametrize(("rest", "on", "off"), [
    ("open", ["SOUR:STAT _, ON"], ["SOUR:STAT _, OFF"]),
    ("zero", [RECALL_READ, "SOUR:STAT _, ON"], [RECALL_REST, "SOUR:STAT _, ON"]),
])
def test_between_reads_the_sample_rests_as_asked(rest, on, off):
    phase = Phase("read", 0.01, 1.0, 0.1, 1e-5, rest=rest, duty=0.5)
    loop = [re.sub(r" \d+", " _", block, count=1) for block in model(phase)[4:-2]]
    # 50 ms of level, 1 ms of it the reading
    assert loop == ["WAIT _, TIM1", *on, "DEL:CONS _, 4.900000000e-02", 'MDIG _, "defbuffer1"',
                    *off]


def test_a_setting_is_stored_once_and_a_rest_at_zero_has_its_own():
    rest = Phase("read", 0.01, 1.0, 0.1, 1e-5, rest="zero", duty=0.5)
    assert [level for _, level in entries([PULSE, READ, PULSE.named("again"), rest])] == [
        5.0, 0.01, 0.0]
    assert settings_of(PULSE) == settings_of(PULSE.named("again").lasting(9.0))


@pytest.mark.parametrize(("phases", "taken"), [
    ([PULSE, READ] * 10, 8),  # 63 blocks of seven, and two for the end
    ([Phase("p", 1.0, n, 0.1, 1e-3) for n in range(1, 9)], 4),  # a timer each
    ([Phase("long", 1.0, 99.0, 0.01, 1e-3)] * 3, 1),  # 9 901 samples each
    ([Phase("longer", 1.0, 1e4, 0.01, 1e-3)], 1),
])
def test_a_group_is_what_blocks_timers_and_buffer_hold(phases, taken):
    assert len(group(phases, 10_000)) == taken


@pytest.mark.parametrize("duration", [0.1, 0.3, 0.9])
def test_alternating_readings_are_as_many_as_asked_and_each_waits_for_its_own_event(duration):
    phase = Phase("read", 0.01, duration, 0.1, 1e-5, alternate=True)
    lines = model(phase)
    readings = [line for line in lines if "MDIG" in line]
    waits = [line for line in lines if "WAIT" in line]
    turns = [int(re.match(r"BRAN:COUN \d+, (\d+)", line)[1]) for line in lines if "BRAN" in line]
    assert phase.count == round(duration / 0.1) + 1
    assert len(readings) - 2 * len(turns) + sum(2 * turn for turn in turns) == phase.count
    assert all(wait.endswith("TIM1, ENT") for wait in waits)


def test_an_odd_number_of_alternating_readings_is_made_even():
    assert Phase("read", 0.01, 0.2, 0.1, 1e-5, alternate=True).count == 4
