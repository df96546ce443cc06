"""A day's campaign on four electrode pairs: how long it takes, and whether memory drifts.

    python benchmarks/campaign_day.py [--heap] [PLAN]

Runs `campaign_day.toml`, or another plan, on the four virtual source meters of
`examples/four_pairs.toml`, and prints after every tenth run what the process holds; with `--heap`
what Python allocated and still keeps (tracemalloc, several times slower). At the end the ledger is
added up from the recordings. Linux only, for the size of the process is asked of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from ginsen import Station, run
from ginsen.protocols import Campaign
from ginsen.protocols.acquisition import News
from ginsen.records.ledger import ledger

HERE = Path(__file__).parent


def held() -> float:
    """What this process holds, in MB: its pages, or with tracemalloc Python's allocations."""
    if tracemalloc.is_tracing():
        return tracemalloc.get_traced_memory()[0] / 1e6
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(arguments: list[str]) -> None:
    plans = [argument for argument in arguments if argument != "--heap"]
    if "--heap" in arguments:
        tracemalloc.start()
    begun, seen = time.perf_counter(), 0

    def show(news: News) -> None:
        nonlocal seen
        number = int(news.phase.name.split("/")[0])
        if number > seen and number % 10 == 1:
            print(f"before run {number:4}: {held():8.2f} MB, {time.perf_counter() - begun:6.1f} s",
                  flush=True)
        seen = number

    with tempfile.TemporaryDirectory() as folder, \
            Station.open(HERE.parent / "examples" / "four_pairs.toml") as lab:
        plan = plans[0] if plans else HERE / "campaign_day.toml"
        campaign = Campaign(plan=plan, folder=folder, sample="N11")
        result = run(campaign, lab, show=show)
        print(f"at the end     : {held():8.2f} MB, {time.perf_counter() - begun:6.1f} s")
        print(f"{len(result.cycles)} runs, {result.outcome}; {lab.clock.now() / 3600:.2f} h passed "
              f"on the bench")
        for pair in ledger([result.recording]):
            print(f"{pair.sample} {pair.electrode_pair}: {pair.cycles} cycles, "
                  f"{pair.charge:.4g} C, the last on {pair.last_stimulus}")


if __name__ == "__main__":
    main(sys.argv[1:])
