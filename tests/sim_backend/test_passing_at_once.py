"""Waits that pass without the event queue end when, and in the order in which, its events would."""

import math

import pytest

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.resistor import Resistor


@pytest.fixture
def bench():
    return Bench(Resistor(1e3))


def told(bench, log, name, waits):
    """A process that notes the time after each of its waits."""
    for wait in waits:
        yield wait
        log.append((name, bench.now))


def test_what_else_is_due_comes_in_between_and_first_where_it_was_first(bench):
    log = []
    bench.schedule(2.0, lambda: log.append(("event", bench.now)))
    bench.start(told(bench, log, "a", [1.0, 1.0, 1.0, 0.0]))
    bench.start(told(bench, log, "b", [0.5, 0.5, 1.5]))
    bench.advance_to(10.0)
    assert log == [("b", 0.5), ("a", 1.0), ("b", 1.0), ("event", 2.0), ("a", 2.0), ("b", 2.5),
                   ("a", 3.0), ("a", 3.0)]
    assert bench.now == 10.0


def test_time_stops_where_what_is_waited_for_has_come(bench):
    log = []
    bench.start(told(bench, log, "a", [1.0] * 200))
    assert bench.wait(lambda: len(log) >= 3, math.inf)
    assert bench.now == 3.0
    assert not bench.wait(lambda: False, 150.5)
    assert (bench.now, len(log)) == (150.5, 150)
    assert not bench.wait(lambda: False, 151.0)
    assert (bench.now, len(log)) == (151.0, 151)


def test_at_the_deadline_nothing_more_is_done(bench):
    log = []
    bench.start(told(bench, log, "a", [1.0, 0.0, 0.0]))
    assert not bench.wait(lambda: False, 1.0)
    assert log == [("a", 1.0)]


def test_who_is_woken_in_the_midst_of_anothers_moment_lets_no_time_pass_in_it(bench):
    log, signal = [], bench.signal()

    def sleeper():
        yield signal
        log.append(("woken", bench.now))
        yield 5.0
        log.append(("slept", bench.now))

    def waker():
        yield 1.0
        signal.fire()
        log.append(("fired", bench.now))
        yield 1.0
        log.append(("done", bench.now))

    bench.start(sleeper())
    bench.start(waker())
    bench.advance_to(10.0)
    assert log == [("woken", 1.0), ("fired", 1.0), ("done", 2.0), ("slept", 6.0)]


@pytest.mark.parametrize("wait", [-1.0, math.nan, math.inf])
def test_a_wait_that_cannot_be_is_refused(bench, wait):
    bench.start(told(bench, [], "a", [wait]))
    with pytest.raises(ValueError, match="finite number of seconds"):
        bench.advance_to(1.0)
