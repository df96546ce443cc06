"""A bench in another process, 1000 readings a second, the window drawing: is anything late?

    python benchmarks/window_served.py [--seconds 600] [--door socket|hislip]

`ginsen serve` serves a 2450 at speed 1, on a sample with 1/f noise; the bench window, offscreen,
runs `noise` on it through pyvisa-py, a reading every millisecond, its diagrams live. A third
process asks the bench for its time and looks into the file as it grows, with plain h5py. How late a
reading is counts from when it began, on the bench's clock; where that stands on the wall's is
what the quickest answers before and after say. The exit code is 1 if a reading is missing, or was
not on disk after half a second.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

for name, value in (("QT_QPA_PLATFORM", "offscreen"), ("OMP_NUM_THREADS", "1")):
    os.environ.setdefault(name, value)

import h5py  # noqa: E402
import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
from power_law_noise import noise  # noqa: E402
from PyQt5 import sip  # noqa: E402
from PyQt5.QtCore import QSettings, QTimer  # noqa: E402
from PyQt5.QtWidgets import QApplication  # noqa: E402
from window_frames import memory, wait  # noqa: E402
from window_onlooker import ask  # noqa: E402

from ginsen.gui.appearance import Appearance  # noqa: E402
from ginsen.gui.application import Desk, application  # noqa: E402
from ginsen.gui.window import BenchWindow  # noqa: E402
from ginsen.records.disk import Batch, DiskFile  # noqa: E402
from ginsen.records.run_file import RunFile  # noqa: E402
from ginsen.sim_backend.bench import ORIGIN  # noqa: E402

Array = npt.NDArray[np.float64]

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "replay"
record_file = "sample.csv"
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""
STATION = """
[station]
visa = "@py"
[smu]
driver = "keithley2450"
address = "{address}"
limits = {{ voltage = "6 V", current = "1 mA" }}
"""
SAMPLE, SIGMA = 5e-5, 0.01
"""Conductance (S) of the sample, and its relative standard deviation."""
RUN = {"voltage": "100 mV", "interval": "1 ms", "nplc": "0.01", "compliance": "10 µA"}
BEAT = 10
"""Milliseconds of a timer that shows for how long the window is held up."""
LATEST = 0.5
"""Seconds after which a reading is to be on disk."""
PATIENCE = 60.0


@dataclass(frozen=True)
class Doors:
    """Where a served bench is reached: VISA addresses of the source meter, ports of sockets."""

    smu: str
    hislip: str
    smu_port: int
    bench_port: int


def write_sample(path: Path, seconds: float) -> None:
    """A record of 1/f noise, a value every millisecond."""
    drawn = noise(round(1e3 * seconds), 1.0, np.random.default_rng(1))
    G = SAMPLE * (1 + SIGMA * (drawn - drawn.mean()) / drawn.std())
    columns = np.column_stack([1e-3 * np.arange(G.size), np.ones(G.size), G])
    np.savetxt(path, columns, delimiter=",", header="Time (s),Voltage (V),Current (A)",
               comments="", fmt="%.9g")


@contextmanager
def served(folder: Path) -> Iterator[Doors]:
    """A bench served by another process meanwhile."""
    (folder / "bench.toml").write_text(BENCH, encoding="utf-8")
    command = [sys.executable, "-m", "ginsen.cli", "serve", str(folder / "bench.toml"),
               "--port", "0", "--speed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            doors: dict[str, str] = {}
            for line in server.stdout:
                if line.startswith("At a socket"):
                    break
                name, address, *_ = line.split()
                doors.setdefault(name, address)  # an instrument's own door stands first
            yield Doors(doors["smu"], doors["HiSLIP"], int(doors["smu"].split("::")[2]),
                        int(doors["bench"].split("::")[2]))
        finally:
            server.terminate()


@contextmanager
def onlooker(folder: Path, port: int) -> Iterator[list[dict[str, float]]]:
    """Another process that looks on meanwhile; what it told is in the list once this is over."""
    told: list[dict[str, float]] = []
    script = Path(__file__).with_name("window_onlooker.py")
    with ((folder / "seen.jsonl").open("w+", encoding="utf-8") as seen,
          subprocess.Popen([sys.executable, str(script), str(folder / "runs"), str(port)],
                           stdout=seen) as looking):
        try:
            until(lambda: os.fstat(seen.fileno()).st_size > 0, PATIENCE, "the start")
            yield told
        finally:
            looking.terminate()
            looking.wait()
        seen.seek(0)
        told.extend(json.loads(line) for line in seen if line.endswith("}\n"))



class Stored:
    """When how many samples were with the recording, and when `fsync` had them on disk."""

    def __init__(self) -> None:
        self.handed: list[tuple[float, int]] = []
        self.stored: list[tuple[float, int]] = []
        self.took: list[float] = []
        self._cut = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note it while this lasts."""
        append, cut, store = RunFile.append, RunFile.cut, DiskFile.store

        def appending(file: RunFile, *values: Any) -> None:
            append(file, *values)
            self.handed.append((time.monotonic(), file.rows["samples"]))

        def cutting(file: RunFile) -> Batch | None:
            self._cut = file.rows["samples"]
            return cut(file)

        def storing(disk: DiskFile, batch: Batch) -> None:
            rows, begun = self._cut, time.monotonic()
            store(disk, batch)
            self.stored.append((time.monotonic(), rows))
            self.took.append(self.stored[-1][0] - begun)

        with (patch.object(RunFile, "append", appending), patch.object(RunFile, "cut", cutting),
              patch.object(DiskFile, "store", storing)):
            yield


def lateness(readings: Array, seen: Sequence[tuple[float, int]]) -> Array:
    """How late (s) each reading, begun at `readings` (s), was among so many at such a time."""
    times, rows = (np.array(column) for column in zip(*seen, strict=True))
    rows = np.maximum.accumulate(rows)
    first = np.searchsorted(rows, np.arange(1, len(readings) + 1))
    return np.asarray(np.append(times, np.inf)[first] - readings)


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Let the window go on until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} was not over after {seconds:g} s")
        wait(0.02)


def run(window: BenchWindow, folder: Path, seconds: float) -> tuple[str, Path, list[float]]:
    """Make the run by the button; returns its outcome, its recording and when the timer beat."""
    window.open_station(str(folder / "station.toml"))
    window.setup.choose("noise")
    window.setup.parameters.set_texts({**RUN, "time": f"{seconds:g} s",
                                       "folder": str(folder / "runs")})
    until(window.setup.start_button.isEnabled, PATIENCE, "the station")
    beats: list[float] = []
    beat = QTimer()
    beat.timeout.connect(lambda: beats.append(time.monotonic()))
    beat.start(BEAT)
    window.setup.start_button.click()
    until(lambda: window.queue[-1].state not in ("waiting", "running"), seconds + PATIENCE,
          "the run")
    entry = window.queue[-1]
    assert entry.recording is not None, entry.why
    return f"{entry.state} {entry.why}".strip(), entry.recording, beats


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--door", choices=("socket", "hislip"), default="socket")
    options = parser.parse_args()
    app = application()
    with TemporaryDirectory() as scratch:
        write_sample(Path(scratch) / "sample.csv", options.seconds + 1)
        with served(Path(scratch)) as doors:
            return measured(app, Path(scratch), doors, options)


def measured(app: QApplication, folder: Path, doors: Doors, options: argparse.Namespace) -> int:
    """Make the run and print what it was; returns the exit code."""
    address = doors.smu if options.door == "socket" else doors.hislip
    (folder / "station.toml").write_text(STATION.format(address=address), encoding="utf-8")
    (folder / "runs").mkdir()
    desk = Desk(Appearance(), QSettings(str(folder / "bench.ini"), QSettings.Format.IniFormat))
    desk.window.resize(1280, 800)
    desk.window.show()
    app.processEvents()
    stored = Stored()
    with stored.watching(), onlooker(folder, doors.bench_port) as told:
        outcome, recording, beats = run(desk.window, folder, options.seconds)
        wait(0.1)
    errors = ask(doors.smu_port, ":SYST:ERR:COUN?")
    first = ask(doors.smu_port, ':TRAC:DATA? 1, 1, "defbuffer1", SEC, FRAC')
    code = report(options.seconds, outcome, recording, errors, first, told, stored, beats)
    desk.window.close()
    while not desk.bench.isFinished():
        wait(0.05)
    sip.delete(desk.window)  # before the application, which Python may else take down first
    return code


def report(seconds: float, outcome: str, recording: Path, errors: str, first: str,
           told: Sequence[dict[str, float]], stored: Stored, beats: Sequence[float]) -> int:
    """Print what was measured; returns the exit code."""
    with h5py.File(recording) as file:
        times = file["samples/time_s"][:]
        recovered = int(np.sum(file["events/kind"].asstr()[:] == "recovered"))
        estimates = int(np.isfinite(file["beta/beta"][:]).sum())
    whole, fraction = (float(word) for word in first.split(","))
    ahead = np.array([each["answered"] - each["bench"] for each in told if "bench" in each])
    # Of the wall's clock from the bench's: it grows where the bench falls behind and stays so.
    looked = np.array([each["bench"] for each in told if "bench" in each])
    behind = np.maximum.accumulate(np.minimum.accumulate(ahead[::-1])[::-1])
    began = whole - ORIGIN.timestamp() + fraction + times - times[0]
    begun = began + np.interp(began, looked, behind)
    read = [(each["read"], int(each["rows"])) for each in told if "read" in each]
    missing = round(1e3 * seconds) + 1 - len(times)
    held = 1e3 * np.diff(beats) - BEAT
    print(f"{outcome}: {len(times)} readings, {missing} missing, longest step "
          f"{1e3 * np.diff(times).max():.3f} ms; {estimates} estimates of β; "
          f"{recovered} answers asked for again, {errors} errors in the instrument's queue")
    print(f"the bench's clock was behind the wall's by {1e3 * np.ptp(ahead):.0f} ms at most; "
          f"the window was held up for {np.quantile(held, 0.99):.0f} ms (99 %), {held.max():.0f} "
          f"at most; memory {memory():.0f} MiB")
    print(f"{len(stored.stored) / seconds:.1f} stores a second, of "
          f"{1e3 * np.median(stored.took):.0f} ms (median), {1e3 * max(stored.took):.0f} at most")
    print("| since the reading began (ms) | median | 99 % | longest |\n|---|---|---|---|")
    latest = 0.0
    for what, when in (("handed to the recording", stored.handed), ("on disk", stored.stored),
                       ("read by another process", read)):
        late = 1e3 * lateness(begun, when)
        print(f"| {what} | {np.median(late):.0f} | {np.quantile(late, 0.99):.0f} | "
              f"{late.max():.0f} |")
        latest = max(latest, late.max() / 1e3)
    print(f"load of the machine (mean of a minute): {os.getloadavg()[0]:.1f}")
    return int(missing != 0 or outcome != "finished" or latest > LATEST)


if __name__ == "__main__":
    sys.exit(main())
