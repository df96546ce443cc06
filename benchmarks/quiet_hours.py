"""How often the guard acts though nothing is wrong: long runs in virtual time.

    python benchmarks/quiet_hours.py [--hours 1000] [--jobs 1]

Protocols run on a bench of this process while the guard's own state machine
(`ginsen.guard.watch.Watch`) hears what the run says to its guard: the same words at the same
moments, timed by the bench's clock. Each protocol runs once as it is on either source meter, then
`forgetting` with rare reads until the hours are over, a fifth of them on a 2450 and the rest on a
2400, now and then with an answer that is lost or late. The computer looks at the instrument every
2 s instead of every 0.25 s, so a real run has eight times as many heartbeats. What is not in it: a
computer that is itself too slow to say anything for 5 s, which no virtual time can show.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyvisa
from fault_trial import BENCH, METERS, STATION, Meter

from ginsen.guard.guard import BEAT_EVERY, SILENCE
from ginsen.guard.watch import DONE, Watch
from ginsen.protocols import PROTOCOLS, acquisition
from ginsen.protocols.conduct import conduct
from ginsen.sim_backend.fault import Fault
from ginsen.station import Station
from ginsen.types import Clock

LOOK = 2.0
"""Seconds between two looks at the instrument, and so between two heartbeats of a quiet run."""

FAULTS = (Fault("lost_reply", mean_interval=3600.0), Fault("late_reply", mean_interval=7200.0,
                                                           value=3.0))

SINGLE = ("activation", "bias-steps", "forgetting", "forming", "iv-sweep", "learning", "memory",
          "noise")
"""Each as it is, but for `sliced-iv`, which a 2400 can't sample as fast."""

LONG = 20.0
"""Hours of one of the long runs, ..."""
INTERVAL = 10.0
"""... with a read every so many seconds."""


@dataclass(frozen=True)
class Quiet:
    """What one run added: hours on the bench, heartbeats, the longest silence (s), trips."""

    hours: float
    beats: int
    longest: float
    trips: int
    outcome: str


class BenchGuard:
    """Stands where a station has its guard, and hears the bench's time instead of the wall's."""

    def __init__(self, clock: Clock) -> None:
        self.trips = self.beats = 0
        self.longest = self._last = 0.0
        self._clock = clock
        self._watch = Watch(SILENCE)

    def _say(self, word: str) -> None:
        now = self._clock.now()
        before = self._watch.passing(now)
        self.trips += bool(before.reason)
        if self._watch.watching:
            self.longest = max(self.longest, now - self._watch.heard)
        self._watch = before.hearing(word, now)

    def watch(self) -> None:
        self._say("watch")

    def beat(self) -> None:
        if self._clock.now() >= self._last + BEAT_EVERY:
            self._last = self._clock.now()
            self.beats += 1
            self._say("beat")

    def check(self) -> None:
        """What it would raise is counted in `trips`."""

    def rest(self) -> None:
        self._say("rest")

    def record(self, path: Path) -> None:
        self._say(f"record {path}")

    def act(self, reason: str) -> None:
        self.trips += 1

    def done(self) -> None:
        self._say(DONE)

    def leave(self) -> None:
        self._say(DONE)


def quiet(task: tuple[str, Meter, dict[str, Any]]) -> Quiet:
    """One run, listened to."""
    name, meter, parameters = task
    with tempfile.TemporaryDirectory() as folder:
        bench_file, station = Path(folder) / "bench.toml", Path(folder) / "station.toml"
        bench_file.write_text(BENCH.format(model=meter.model, address=meter.address, more=""),
                              encoding="utf-8")
        station.write_text(STATION.format(visa=f"{bench_file}@ginsen", model=meter.model,
                                          address=meter.address), encoding="utf-8")
        manager = pyvisa.ResourceManager(f"{bench_file}@ginsen")  # with a name, or it is collected
        bench = manager.visalib.bench
        with Station.open(station) as lab, patch.object(acquisition, "POLL", LOOK):
            guard = BenchGuard(lab.clock)
            lab._guard = guard  # type: ignore[assignment]
            for meter_ in lab.source_meters.values():
                meter_.heard, meter_.alarmed = guard.beat, guard.act
            for fault in FAULTS:
                bench.add_fault(fault)
            begun = lab.clock.now()
            outcome = conduct(PROTOCOLS[name](lab=lab, folder=str(Path(folder) / "runs"),
                                              **parameters))
            return Quiet((lab.clock.now() - begun) / 3600, guard.beats, guard.longest, guard.trips,
                         f"{name}, {meter}: {outcome}")


def tasks(hours: float) -> list[tuple[str, Meter, dict[str, Any]]]:
    """Runs of at least so many hours together."""
    usual: dict[str, dict[str, Any]] = {"forming": {"formed": 1}}
    long = {"read_time": LONG * 3600, "read_interval": INTERVAL}
    return [*((name, meter, usual.get(name, {})) for name in SINGLE for meter in METERS),
            *(("forgetting", METERS[turn % 5 > 0], long)
              for turn in range(round(hours / LONG)))]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1000.0)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        found = []
        for each in pool.map(quiet, tasks(options.hours)):
            found.append(each)
            print(each, flush=True)
    print(f"{sum(each.hours for each in found):.0f} h, {sum(each.beats for each in found)} "
          f"heartbeats, longest silence {max(each.longest for each in found):.2f} s of "
          f"{SILENCE:g} s, {sum(each.trips for each in found)} trips; "
          f"{time.monotonic() - begun:.0f} s of wall time")
    return int(any(each.trips for each in found))


if __name__ == "__main__":
    sys.exit(main())
