"""Hours of bench time in one run: is anything missing, late, or growing?

    python benchmarks/long_run.py [--hours 12] [--interval 1] [--nplc 1] [--part 900]
                                  [--faults 240] [--ppm 50]

A constant bias on a resistor, on a virtual 2450 in virtual time, in phases of `--part` seconds.
`--faults` is the mean time (s) between two faults of the link, 0 for none; `--ppm` is how much the
instrument's clock runs fast. Prints a Markdown table. The exit code is 1 if a reading is missing or
wrong, or the run did not finish.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import h5py
import numpy as np
import pyvisa
from pymeasure.experiment.parameters import FloatParameter

from ginsen.protocols.conduct import conduct
from ginsen.protocols.protocol import Protocol
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.instruments.keithley2450_buffer import ReadingBuffer
from ginsen.types import Phase

BENCH = """
[bench]
seed = 1
[instruments.smu]
model = "keithley2450"
address = "USB0::0x05E6::0x2450::04000001::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
[[faults]]
kind = "clock"
instrument = "smu"
ppm = {ppm}
"""

FAULT = """
[[faults]]
instrument = "smu"
mean_interval_s = {mean}
{what}
"""

LINK = ('kind = "late_reply"\ndelay_s = 3', 'kind = "lost_reply"', 'kind = "garbled_reply"',
        'kind = "truncated_reply"', 'kind = "disconnect"\nduration_s = 1')
"""Faults of the link, each with an equal share."""

STATION = """
[station]
visa = "{visa}"
[smu]
driver = "keithley2450"
address = "USB0::0x05E6::0x2450::04000001::INSTR"
limits = {{ voltage = "6 V", current = "1 mA" }}
"""

class LongBias(Protocol):
    """One bias for hours."""

    name = "long-bias"
    windows = (256, 1024)

    time = FloatParameter("Time", units="s", default=3600.0)
    interval = FloatParameter("Interval", units="s", default=1.0)
    nplc = FloatParameter("NPLC", default=1.0)

    part = FloatParameter("Time of a phase", units="s", default=900.0)

    def phases(self) -> Sequence[Phase]:
        return [Phase(f"part {number + 1}", 0.5, self.part, self.interval, 1e-4, nplc=self.nplc)
                for number in range(round(self.time / self.part))]


class Ledger:
    """What the instrument measured and when (bench s), in arrays that do not grow."""

    def __init__(self, bench: Bench, most: int) -> None:
        self.bench, self.count = bench, 0
        self.times, self.values = np.zeros(most), np.zeros(most)

    def watched(self) -> Any:
        """While this is entered, every reading stored with the output on is counted."""
        add = ReadingBuffer.add

        def adding(buffer: Any, reading: Any) -> None:
            if reading.output and self.count < len(self.times):
                self.times[self.count], self.values[self.count] = self.bench.now, reading.value
                self.count += 1
            add(buffer, reading)

        return patch.object(ReadingBuffer, "add", adding)


def memory() -> float:
    """Resident memory of this process (MB)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=12.0)
    parser.add_argument("--interval", type=float, default=1.0, help="s")
    parser.add_argument("--nplc", type=float, default=1.0)
    parser.add_argument("--part", type=float, default=900.0,
                        help="s; at 1 kHz 900 just fit the million readings of the buffer")
    parser.add_argument("--faults", type=float, default=240.0, help="s, on average; 0: none")
    parser.add_argument("--ppm", type=float, default=50.0)
    options = parser.parse_args(arguments)
    if options.hours * 3600 < options.part:
        parser.error(f"a phase of {options.part:g} s does not fit into {options.hours:g} h")
    with tempfile.TemporaryDirectory() as name:
        return measured(options, Path(name))


def measured(options: argparse.Namespace, folder: Path) -> int:
    """Make the run and print what it was."""
    bench_file, station = folder / "bench.toml", folder / "station.toml"
    faults = [FAULT.format(mean=options.faults * len(LINK), what=what) for what in LINK]
    bench_file.write_text(BENCH.format(ppm=options.ppm) + "".join(faults) * (options.faults > 0),
                          encoding="utf-8")
    station.write_text(STATION.format(visa=f"{bench_file}@ginsen"), encoding="utf-8")
    protocol = LongBias(station=str(station), folder=str(folder / "runs"),
                        time=options.hours * 3600, interval=options.interval, nplc=options.nplc,
                        part=options.part)
    asked = sum(phase.count for phase in protocol.phases())
    manager = pyvisa.ResourceManager(f"{bench_file}@ginsen")  # with a name, or it is collected
    bench = manager.visalib.bench
    ledger, hours = Ledger(bench, asked + 1000), []

    def look(news: Any) -> None:
        if bench.now >= 3600 * len(hours):
            hours.append(memory())

    began = time.process_time()
    with ledger.watched():
        conduct(protocol, show=look)
    spent = time.process_time() - began
    came = Counter(each.kind for each in bench.faults.log)
    return _told(options, protocol, ledger, asked, hours, spent, came)


def _told(options: argparse.Namespace, protocol: Protocol, ledger: Ledger, asked: int,
          hours: Sequence[float], spent: float, came: Counter[str]) -> int:
    path = protocol.recording_path
    assert path is not None
    with h5py.File(path) as file:
        times, values = file["samples/time_s"][:], file["samples/current_A"][:]
        number, dead = file["samples/phase"][:], file["phases/dead_time_s"][:]
        recovered = int(np.sum(file["events/kind"].asstr()[:] == "recovered"))
    truth, true_values = ledger.times[:ledger.count], ledger.values[:ledger.count]
    same = len(times) == len(truth) and np.allclose(values, true_values, rtol=2e-6)
    within = np.diff(number) == 0
    # The truth as the instrument's clock counts it.
    own = (truth - truth[0]) * (1 + options.ppm * 1e-6)
    error = times - times[0] - own if same else np.full(1, np.nan)
    rows = {
        "outcome": protocol.outcome,
        "bench time": f"{options.hours:g} h, a reading every {options.interval:g} s",
        "faults that came": ", ".join(f"{count} {kind}" for kind, count in came.items()),
        "recoveries noted in the recording": recovered,
        "readings asked for, taken, recorded": f"{asked}, {ledger.count}, {len(times)}",
        "every recorded number is the reading's": "yes" if same else "no",
        "longest gap between two samples of a phase":
            f"{np.diff(times)[within].max():.6f} s",
        "from the last sample of a phase to the first of the next, at most":
            f"{np.nanmax(dead):.3f} s" if len(dead) > 1 else "one phase only",
        "timestamps against the instrument's clock": f"{np.abs(error).max():.2e} s at most",
        "the same within a phase": f"{_within_phases(error, number):.2e} s at most",
        "file": f"{path.stat().st_size / 1e6:.1f} MB, "
                f"{path.stat().st_size / len(times):.0f} bytes a sample",
        "CPU time": f"{spent:.0f} s, {spent / len(times) * 1e6:.0f} µs a sample "
                    "(virtual instruments included)",
        "resident memory at each hour": " · ".join(f"{each:.0f}" for each in hours) + " MB",
    }
    print("| | |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")
    return int(not same or len(times) != asked or protocol.outcome.state != "finished")


def _within_phases(error: Any, number: Any) -> float:
    """Largest error against the first sample of the same phase."""
    if len(error) != len(number):
        return float("nan")
    starts = np.searchsorted(number, number)
    return float(np.abs(error - error[starts]).max())


if __name__ == "__main__":
    sys.exit(main())
