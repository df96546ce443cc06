"""What recording costs: processor time and bytes a sample, memory, how long one store takes.

    python benchmarks/recording_cost.py [--samples 1000000]

Samples as of a 2450 at 1 kS/s, asked every 0.25 s: 250 come at once and are stored before the next
ones do. In a row, without waiting in between.
"""

import argparse
import resource
import time
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np

from ginsen.records import Recording, recording
from ginsen.types import Outcome, Phase, Samples

INTERVAL, AT_ONCE = 1e-3, 250
PHASE = Phase("read", 0.01, 1e6, INTERVAL, 1e-3)


def memory() -> float:
    """Resident memory of this process now, in MB."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(statm.split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1_000_000)
    options = parser.parse_args()
    level, ones = np.full(AT_ONCE, 0.01), np.ones(AT_ONCE)
    took, held = [], []
    with TemporaryDirectory() as scratch, patch.object(recording, "FLUSH_EVERY", 1e6), \
            patch.object(recording, "BETWEEN", 1e6):  # stored here, by `flush`, and counted
        path = Path(scratch) / "run.h5"
        run = Recording.create(path, protocol="noise", origin=datetime.now(timezone.utc))
        run.begin_phase(PHASE)
        busy = time.process_time()
        while run.count < options.samples:
            times = INTERVAL * (run.count + np.arange(AT_ONCE))
            run.append(Samples.of(times, level, 1e-6 * level), ones, ones)
            begun = time.perf_counter()
            run.flush()
            took.append(time.perf_counter() - begun)
            if run.count in (options.samples // 2, options.samples):
                held.append(memory())
        busy = time.process_time() - busy
        run.close(Outcome("finished"))
        size = path.stat().st_size
    each = busy / options.samples
    print(f"processor time {1e6 * each:.1f} µs a sample: {100 * each / INTERVAL:.1f} % of one "
          f"core, {each / INTERVAL * 8 * 60:.1f} min in 8 h")
    print(f"file {size / options.samples:.1f} bytes a sample: "
          f"{size / options.samples / INTERVAL * 8 * 3600 / 1e9:.1f} GB in 8 h")
    print("memory of the process " + " · ".join(f"{each:.0f}" for each in held)
          + " MB, half way and at the end")
    print(f"one store {1e3 * np.median(took):.1f} ms (median), {1e3 * max(took):.0f} at most")


if __name__ == "__main__":
    main()
