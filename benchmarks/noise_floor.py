"""What a measured floor is worth to β, and whether its interval holds β.

    OMP_NUM_THREADS=1 python benchmarks/noise_floor.py [--records 300] [--bench 600]

Noise of exact spectrum (not periodic) over a white floor that meets it at 0.05 of the sampling
rate. The floor is left free, known exactly, or measured: the mean of `ν` squares, which the
estimate is told as what it is, or as if it were exact. Prints a table in Markdown: the median width
of the 95 % interval, and how many intervals hold β.

Then the same on a simulated bench, a Keithley 2450 and for so many seconds a sample whose
conductance fluctuates with β = 1: `noise-floor` over an open and over 100 kΩ, then `noise`.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ginsen.analysis import estimate_beta
from ginsen.analysis.phase_summary import front_end_of
from ginsen.protocols import Noise, NoiseFloor
from ginsen.protocols.run import run
from ginsen.types import Floor, SpectralFit

sys.path.append(str(Path(__file__).parents[1] / "tests" / "analysis"))
from exact_noise import amplitude, noise

CROSSOVER = 0.05
SIZES, BETAS, COUNTS = (1000, 4000), (0.5, 1.0, 2.0), (100, 400, 7200)
WAYS = ("free", "measured", "as if exact", "exact")


def fits(size: int, beta: float, count: int, records: int) -> tuple[dict, float]:
    """The fits of each way, and the milliseconds of processor time a measured floor takes."""
    rng = np.random.default_rng([size, round(10 * beta), count])
    density = amplitude(beta) * CROSSOVER**-beta
    found: dict[str, list[SpectralFit]] = {way: [] for way in WAYS}
    spent = 0.0
    for _ in range(records):
        x = noise(size, beta, rng) + rng.normal(0, math.sqrt(density / 2), size)
        measured = density * rng.chisquare(count) / count
        for way, floor in zip(WAYS, (None, Floor(measured, count), measured, density),
                              strict=True):
            begun = time.process_time()
            found[way].append(estimate_beta(x, dt=1.0, floor=floor))
            spent += (time.process_time() - begun) * (way == "measured")
    return found, 1e3 * spent / records


def held(fits: list[SpectralFit], beta: float) -> float:
    """The share of intervals that hold β, of those that there are."""
    return float(np.mean([fit.beta_low <= beta <= fit.beta_high for fit in fits
                          if fit.beta is not None]))


def width(fits: list[SpectralFit]) -> float:
    return float(np.median([fit.beta_high - fit.beta_low for fit in fits if fit.beta is not None]))


BENCH = """
[bench]
mode = "virtual"
seed = 1
line_frequency_Hz = 50
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
[device]
{device}
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""

STATION = """
[station]
name = "bench"
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "TCPIP0::ginsen-2450::inst0::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
"""

PINK, SMALL = 1.0, 2e-5
"""β of the conductance, and its √S/G at 1 Hz: as much as the meter's at 2.5 Hz."""


def on_the_bench(seconds: float, folder: Path) -> None:
    """Both standards, then a sample of 100 kΩ that fluctuates; prints a table."""
    time_s = 0.01 * np.arange(100 * seconds + 200)
    x = noise(time_s.size, PINK, np.random.default_rng(1))
    # Of noise whose density is known at an interval of 1 s, to one that is so at 10 ms.
    x *= SMALL / math.sqrt(amplitude(PINK) * 0.01 ** (1 - PINK))
    np.savetxt(folder / "sample.txt", np.column_stack([time_s, np.ones(x.size), 1e-5 * (1 + x)]),
               header="time_s voltage_V current_A", comments="")
    os.environ["XDG_STATE_HOME"] = os.environ["LOCALAPPDATA"] = str(folder)
    station = folder / "station.toml"
    station.write_text(STATION, encoding="utf-8")

    def contact(device: str) -> None:
        (folder / "bench.toml").write_text(BENCH.format(device=device), encoding="utf-8")

    for standard, ohm in (("open", 1e15), ("1e5", 1e5)):
        contact(f'kind = "resistor"\nresistance_ohm = {ohm}')
        result = run(NoiseFloor(station=str(station), folder=str(folder), standard=standard))
        print(result.record.notes[-1])
    contact('kind = "replay"\nrecord_file = "sample.txt"')
    record = run(Noise(station=str(station), folder=str(folder), time=seconds)).record
    [span] = record.spans
    samples = record.samples.per_volt(span.level)
    print("\n| samples | windows | free: width | holds β | measured: width | holds β |")
    print("|---|---|---|---|---|---|")
    for size in (256, 1024, 4096, 16384):
        found: dict[str, list[SpectralFit]] = {"free": [], "measured": []}
        for first in range(0, len(samples) - size + 1, size):
            part = samples[first:first + size]
            for way, floor in (("free", None), ("measured", span.noise)):
                found[way].append(estimate_beta(part.current, times=part.time, floor=floor,
                                                front_end=front_end_of(span)))
        cells = [f"{width(fits):.2f} | {held(fits, PINK):.0%}" for fits in found.values()]
        print(f"| {size} | {len(found['free'])} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--bench", type=float, default=600.0)
    options = parser.parse_args()
    if options.bench:
        with TemporaryDirectory() as folder:
            on_the_bench(options.bench, Path(folder))
    print("\n| n | β | ν | free: width | holds β | measured: width | holds β | as if exact: holds "
          "| exact: width | refused | ms |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for size in SIZES:
        for beta in BETAS:
            for count in COUNTS:
                found, spent = fits(size, beta, count, options.records)
                free, measured, pretended, exact = (found[way] for way in WAYS)
                refused = sum(fit.beta is None for fit in measured)
                print(f"| {size} | {beta:g} | {count} | {width(free):.2f} "
                      f"| {held(free, beta):.1%} | {width(measured):.2f} "
                      f"| {held(measured, beta):.1%} | {held(pretended, beta):.1%} "
                      f"| {width(exact):.2f} | {refused} | {spent:.1f} |", flush=True)


if __name__ == "__main__":
    main()
