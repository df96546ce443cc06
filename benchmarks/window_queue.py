"""A day of short runs, one after another, in the bench window: what grows?

    python benchmarks/window_queue.py --runs 1000

Every run is queued by the button that a person presses, on a virtual resistor; the next one is
pressed once the last is over, so the list of the queue and that of the recordings grow as they
would. Looked at are memory, threads and open files of the process, and the CPU time of a run.
"""

import argparse
import os
import resource
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

for name, value in (("QT_QPA_PLATFORM", "offscreen"), ("OMP_NUM_THREADS", "1")):
    os.environ.setdefault(name, value)

from PyQt5 import sip  # noqa: E402
from PyQt5.QtCore import QDeadlineTimer, QEventLoop, QSettings, QTimer  # noqa: E402

from ginsen.gui.appearance import Appearance  # noqa: E402
from ginsen.gui.application import Desk, application  # noqa: E402
from ginsen.gui.window import BenchWindow  # noqa: E402
from ginsen.records import read_record  # noqa: E402

BENCH = """
[bench]
mode = "virtual"
seed = 1
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 20000
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""
STATION = """
[station]
visa = "bench.toml@ginsen"
[smu]
driver = "keithley2450"
address = "GPIB0::18::INSTR"
limits = { voltage = "6 V", current = "1 mA" }
"""
SHORT = {"before_time": "1 s", "pulse_time": "1 s", "pulse_voltage": "1 V", "read_time": "3 s"}
LOOKS = (1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
PATIENCE = 120_000
"""Milliseconds for one run."""


def until(window: BenchWindow, what: str) -> None:
    """Let the window go on until Start may be pressed and nothing runs."""
    deadline = QDeadlineTimer(PATIENCE)
    while not (window.setup.start_button.isEnabled()
               and all(entry.state not in ("waiting", "running") for entry in window.queue)):
        if deadline.hasExpired():
            raise TimeoutError(f"{what} was not over after {PATIENCE / 1e3:g} s")
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec_()


def look(runs: int, begun: tuple[float, float]) -> None:
    """Print what the process takes after so many runs."""
    statm = Path("/proc/self/statm").read_text(encoding="ascii")
    memory = int(statm.split()[1]) * resource.getpagesize() / 2**20
    handles = len(list(Path("/proc/self/fd").iterdir()))
    minutes = (time.monotonic() - begun[0]) / 60
    print(f"{runs:6d} runs  {minutes:7.2f} min  {time.process_time() - begun[1]:8.1f} s CPU  "
          f"{memory:7.1f} MiB  {threading.active_count():3d} threads of Python  "
          f"{len(list(Path('/proc/self/task').iterdir())):3d} of all  {handles:4d} files",
          flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    options = parser.parse_args()
    app = application()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "bench.toml").write_text(BENCH, encoding="utf-8")
        (folder / "station.toml").write_text(STATION, encoding="utf-8")
        desk = Desk(Appearance(), QSettings(f"{scratch}/bench.ini", QSettings.Format.IniFormat))
        desk.bench.speed = float("inf")
        window = desk.window
        window.show()
        app.processEvents()
        window.open_station(str(folder / "station.toml"))
        window.setup.parameters.set_texts({**SHORT, "folder": str(folder / "runs")})
        until(window, "the station")
        begun = time.monotonic(), time.process_time()
        for run in range(1, options.runs + 1):
            window.setup.start_button.click()
            until(window, f"run {run}")
            if run in LOOKS or run == options.runs:
                look(run, begun)
        ended = [entry.state for entry in window.queue]
        whole = sum(len(read_record(entry.recording).samples) == window.live.count
                    for entry in window.queue if entry.recording is not None)
        print(f"{ended.count('finished')} of {options.runs} runs finished; {whole} recordings are "
              "whole")
        window.close()
        while not desk.bench.isFinished():
            loop = QEventLoop()
            QTimer.singleShot(50, loop.quit)
            loop.exec_()
        sip.delete(window)  # before the application, which Python may else take down first
    return int(ended.count("finished") < options.runs or whole < options.runs)


if __name__ == "__main__":
    sys.exit(main())
