"""Bench time, events, processes, ports and seeds."""

from __future__ import annotations

import math
import threading
import time
from datetime import datetime, timezone

import numpy as np
import pytest

from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.device import Source
from ginsen.sim_backend.devices.resistor import Resistor


def test_a_day_of_sleep_costs_nothing(bench):
    began = time.process_time()
    bench.clock.sleep(86_400.0)
    assert bench.clock.now() == 86_400.0
    assert bench.clock.utc() == datetime(2026, 1, 2, tzinfo=timezone.utc)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("seconds", [-1.0, math.inf, math.nan])
def test_a_sleep_that_cannot_be(bench, seconds):
    with pytest.raises(ValueError, match="cannot pass"):
        bench.clock.sleep(seconds)
    with pytest.raises(ValueError, match="cannot be scheduled"):
        bench.schedule(seconds, lambda: None)


def test_events_come_in_order_of_time_and_of_scheduling(bench):
    seen = []
    for delay, name in [(2.0, "d"), (1.0, "a"), (1.0, "b"), (1.5, "c")]:
        bench.schedule(delay, lambda name=name: seen.append((bench.now, name)))
    dropped = bench.schedule(1.2, lambda: seen.append("never"))
    dropped.cancel()
    bench.advance_to(1.5)
    assert seen == [(1.0, "a"), (1.0, "b"), (1.5, "c")]
    bench.clock.sleep(10.0)
    assert seen[-1] == (2.0, "d")
    assert bench.now == 11.5


def test_processes_wait_for_time_and_for_signals(bench):
    seen = []
    signal = bench.signal()

    def waiter(name):
        yield 0.5
        yield signal
        seen.append((name, bench.now))

    def firer():
        yield 2.0
        signal.fire()

    processes = [bench.start(waiter(name)) for name in "abc"]
    bench.start(firer())
    bench.advance_to(1.0)
    processes[1].cancel()
    assert processes[1].done
    bench.advance_to(3.0)
    assert seen == [("a", 2.0), ("c", 2.0)]


def test_a_cancelled_process_tidies_up_and_ends_once(bench):
    seen = []

    def body():
        try:
            yield 5.0
        finally:
            seen.append("tidied")

    process = bench.start(body(), on_end=lambda: seen.append("ended"))
    bench.advance_to(1.0)
    process.cancel()
    process.cancel()
    bench.advance_to(10.0)
    assert seen == ["tidied", "ended"]


def test_a_process_may_cancel_itself(bench):
    seen = []

    def body():
        process.cancel()
        yield 1.0
        seen.append("never")

    process = bench.start(body())
    bench.advance_to(5.0)
    assert process.done
    assert seen == []


def test_port_totals_are_the_integrals_of_what_it_drives(bench):
    # 900 Ω on the bench behind 100 Ω of wiring and 1000 Ω of source.
    port = bench.port("probe.hi")
    port.source = Source(2.0, resistance=1000.0)
    bench.clock.sleep(3.0)
    first = port.totals()
    port.source = Source(-4.0, current_limit=1e-3)
    bench.clock.sleep(2.0)
    second = port.totals()
    current = 2.0 / 2000.0
    assert first.charge == pytest.approx(3.0 * current)
    assert first.flux == pytest.approx(3.0 * current * 1000.0)
    assert (first.time, first.clamped) == (3.0, 0.0)
    assert second.charge - first.charge == pytest.approx(-2e-3)
    assert second.flux - first.flux == pytest.approx(-2.0)
    assert (second.time, second.clamped) == (5.0, 2.0)
    assert port.instant() == (pytest.approx(-1.0), pytest.approx(-1e-3), True)


def test_an_unwired_port_is_an_open_circuit(bench):
    port = bench.port("other.hi")
    port.source = Source(5.0)
    bench.clock.sleep(2.0)
    port.source = Source(1.0)
    bench.clock.sleep(1.0)
    totals = port.totals()
    assert (totals.charge, totals.flux, totals.clamped) == (0.0, 11.0, 0.0)
    assert port.instant() == (1.0, 0.0, False)


def test_a_disconnected_source_drives_nothing(bench):
    port = bench.port("probe.hi")
    port.source = Source(5.0, connected=False)
    bench.clock.sleep(1.0)
    assert port.totals().charge == 0.0


class Counting(Resistor):
    """A resistor that counts how often it is moved on."""

    advances = 0

    def advance(self, dt, sources):
        self.advances += dt > 0
        return super().advance(dt, sources)


def test_the_device_moves_only_when_someone_looks_or_drives():
    device = Counting(1.0)
    bench = Bench(device)
    bench.wire("probe.hi", "A")
    bench.ground("B")
    port = bench.port("probe.hi")
    for _ in range(50):
        bench.clock.sleep(0.1)
    port.source = Source(1.0)
    for _ in range(50):
        bench.clock.sleep(0.1)
    assert port.totals().charge == pytest.approx(5.0)
    port.totals()
    assert device.advances == 2


def test_a_steady_device_is_asked_once_and_what_flowed_is_known_at_every_moment():
    device = Counting(1000.0)
    bench = Bench(device)
    bench.wire("probe.hi", "A", 1000.0)
    bench.ground("B")
    port = bench.port("probe.hi")
    port.source = Source(2.0)
    bench.clock.sleep(1.0)
    start = port.totals()
    for step in range(1, 101):
        bench.clock.sleep(0.01)
        assert port.totals() == pytest.approx(
            (1.0 + step * 0.01, 1e-3 * (1.0 + step * 0.01), 2.0 * (1.0 + step * 0.01), 0.0))
    assert device.advances == 1
    port.source = Source(8.0, current_limit=2e-3)  # the device is brought up to now, then clamped
    assert device.advances == 2
    assert port.mean(start) == pytest.approx((1e-3, 2.0, 0.0, 1.0))
    bench.clock.sleep(3.0)
    assert port.mean(start) == pytest.approx((7e-3 / 4, (2.0 + 3 * 4.0) / 4, 3.0, 4.0))
    bench.look()
    seen = bench.witness.seen
    assert seen.charge[0] == pytest.approx(2e-3 + 6e-3)
    assert seen.energy == pytest.approx(2.0 * 1e-3 * 1.0 + 3.0 * 2e-3 * 2.0)
    assert (seen.highest_voltage[0], seen.time) == pytest.approx((2.0, 5.0))


def test_the_mean_at_an_unwired_port(bench):
    port = bench.port("other.hi")
    port.source = Source(5.0)
    start = port.totals()
    bench.clock.sleep(1.0)
    port.source = Source(1.0)
    bench.clock.sleep(3.0)
    assert port.mean(start) == (0.0, 2.0, 0.0, 4.0)


def test_seeds(bench):
    def draw(bench, name):
        return bench.generator(name).standard_normal(8)

    twin = Bench(Resistor(1.0), seed=5)
    other = Bench(Resistor(1.0), seed=6)
    first = draw(bench, "smu")
    np.testing.assert_array_equal(first, draw(twin, "smu"))
    assert not np.any(first == draw(other, "smu"))
    assert not np.any(first == draw(twin, "smu2"))
    assert not np.any(first == draw(bench, "smu"))
    bench.reseed(5)
    np.testing.assert_array_equal(first, draw(bench, "smu"))


@pytest.mark.realtime
def test_a_paced_bench_follows_the_wall():
    bench = Bench(Resistor(1.0), speed=20.0)
    seen = []
    bench.schedule(2.0, lambda: seen.append(bench.now))
    began, wall = bench.clock.now(), time.perf_counter()
    bench.clock.sleep(4.0)
    passed, wall = bench.clock.now() - began, time.perf_counter() - wall
    assert 0.19 <= wall < 2.0
    assert passed == pytest.approx(20.0 * wall, abs=2.0)
    assert seen == [2.0]
    assert abs((datetime.now(timezone.utc) - bench.clock.utc()).total_seconds()) < 1.0


@pytest.mark.realtime
def test_nobody_holds_the_lock_while_waiting_for_the_wall():
    bench = Bench(Resistor(1.0), speed=1.0)
    sleeper = threading.Thread(target=bench.clock.sleep, args=(0.3,))
    sleeper.start()
    longest = 0.0
    while sleeper.is_alive():
        began = time.perf_counter()
        bench.clock.now()
        longest = max(longest, time.perf_counter() - began)
        time.sleep(0.01)
    sleeper.join()
    assert longest < 0.2


class Slow(Resistor):
    """A device slower than the wall: 1 s of it takes 4 s."""

    def advance(self, dt, sources):
        time.sleep(4.0 * dt)
        return super().advance(dt, sources)


@pytest.mark.realtime
def test_a_paced_bench_slower_than_the_wall_falls_behind_and_still_answers():
    bench = Bench(Slow(1.0), speed=1.0)
    bench.wire("probe.hi", "A")
    began = time.perf_counter()
    longest = 0.0
    for _ in range(8):
        looked = time.perf_counter()
        bench.catch_up()
        longest = max(longest, time.perf_counter() - looked)
        time.sleep(0.01)
    # Without giving up each look would take four times as long as the one before.
    assert longest < 0.5
    assert bench.now < 0.8 * (time.perf_counter() - began)
