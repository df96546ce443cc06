"""One run by PyMeasure's Manager and Worker, or by Ginsen, under one fault, and the run after it.

`tried` makes both in this process and leaves what became of them in a file. Some of these runs
never end: once the worker is dead for a while, or after WALL seconds, it says so and ends the
process.

    python benchmarks/versus_trial.py served ADDRESS FILE.csv

is PyMeasure's run alone, on a served bench, and

    python benchmarks/versus_trial.py served-ginsen STATION FOLDER

Ginsen's.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyvisa
from fault_trial import BENCH, STATION
from pymeasure.display.manager import BaseManager, Experiment
from pymeasure.display.Qt import QtCore
from pymeasure.experiment import Procedure, Results, Worker
from versus_runs import COUNT, PlainStaircase, Staircase, in_csv, in_recording, wrong

from ginsen.protocols.conduct import conduct
from ginsen.protocols.protocol import Protocol
from ginsen.records.reading import read_record
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.fault import Fault
from ginsen.sim_backend.instruments.keithley2400_trace import Trace

MODEL = "keithley2400"
WALL = 120.0
"""Wall seconds after which a run counts as hung."""
DEAD = 8.0
"""Wall seconds after the end of the worker's thread in which its manager may notice."""
REST = 60.0
"""Bench seconds between a run and the next."""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong: `fault` on the bench and `then` in this process, at half of the readings.

    What befalls a reply befalls the next that carries readings. With `at_shutdown` the fault comes
    when the shutdown begins; `mistake` names a method that raises.
    `stop` (bench s) later the run is told to stop. `tries` and `timeout` (ms) are for PyMeasure's
    procedure, whose author may know about late replies.
    """

    fault: Fault | None = None
    at_shutdown: bool = False
    mistake: str = ""
    stop: float | None = None
    full: bool = False
    tries: int = 1
    timeout: int = 2000
    address: str = "GPIB0::24::INSTR"


TROUBLES = {
    "nothing": Trouble(),
    "exception in `startup`": Trouble(mistake="startup"),
    "exception in `execute`": Trouble(mistake="execute"),
    "exception in `shutdown` (bus locked for 1 s)": Trouble(
        Fault("lock", duration=1.0), at_shutdown=True),
    "a reply lost": Trouble(Fault("lost_reply")),
    "a reply 3 s late": Trouble(Fault("late_reply", value=3.0)),
    "a reply 3 s late, the procedure asks up to three times": Trouble(
        Fault("late_reply", value=3.0), tries=3),
    "the same over a raw socket": Trouble(
        Fault("late_reply", value=3.0), tries=3, address="TCPIP0::192.0.2.2::5025::SOCKET"),
    "a reply garbled": Trouble(Fault("garbled_reply")),
    "a reply cut after 20 bytes": Trouble(Fault("truncated_reply", value=20)),
    "disconnected for 5 s": Trouble(Fault("disconnect", duration=5.0)),
    "power off and on": Trouble(Fault("power_cycle")),
    "the output stuck on": Trouble(Fault("stuck_on")),
    "disk full": Trouble(full=True),
    "abort": Trouble(stop=0.0),
    "abort 1 s into a read of 20 s": Trouble(
        Fault("late_reply", value=20.0), stop=1.0, timeout=30_000),
}


NEVER = "never starts"
REPORT = "report.json"


@dataclass
class Report:
    """What became of a run: readings by count, times in bench seconds."""

    says: str = "running"
    file_says: str = "running"
    taken: int = 0
    kept: int = 0
    wrong: int = 0
    on: bool = False
    off_after: float | None = None
    next_run: str = NEVER
    why: str = ""
    readings: list[float] = field(default_factory=list)

    def leave(self, folder: Path) -> None:
        """Write it down and end this process, whatever threads a broken run left behind."""
        self.taken = len(self.readings)
        text = json.dumps({**asdict(self), "readings": None})
        (folder / REPORT).write_text(text, encoding="utf-8")
        os._exit(0)


class Laboratory:
    """The bench of a trial, and who breaks it."""

    def __init__(self, folder: Path, trouble: Trouble, *, buffered: bool) -> None:
        self.trouble, self.folder = trouble, folder
        self.file = folder / "bench.toml"
        self.file.write_text(BENCH.format(model=MODEL, address=trouble.address, more=""),
                             encoding="utf-8")
        self.manager = pyvisa.ResourceManager(f"{self.file}@ginsen")  # keeps the bench
        self.bench: Bench = self.manager.visalib.bench
        self.stop: Callable[[], object] = lambda: None
        self.report = Report()
        self._buffered, self._stopped_at = buffered, 0.0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Count the readings of the first run, and break something at half of them."""
        store, report = Trace.store, self.report

        def storing(trace: Any, row: Any) -> None:
            if trace.active or not self._buffered:
                report.readings.append(row.current)
                if len(report.readings) == COUNT // 2:
                    self._at_half()
            store(trace, row)

        with patch.object(Trace, "store", storing):
            yield

    def _at_half(self) -> None:
        trouble = self.trouble
        if trouble.fault and not trouble.at_shutdown:
            question = ":TRAC:DATA?" if self._buffered else ":MEAS:CURR?"
            match = question if trouble.fault.spoils_replies else None
            self.bench.add_fault(replace(trouble.fault, match=match, times=1))
        if trouble.full:
            fill_disk(self.folder / "runs")
        if trouble.stop is not None:
            self.bench.schedule(trouble.stop, self._stop)

    def _stop(self) -> None:
        self._stopped_at = self.bench.now
        self.stop()
        self._await_off()

    def _await_off(self) -> None:
        """Look every 10 ms of bench time for the output to go off."""
        if any(self.bench.witness.outputs().values()):
            self.bench.schedule(0.01, self._await_off)
        else:
            self.report.off_after = self.bench.now - self._stopped_at

    def at_shutdown(self) -> None:
        """The shutdown of the first run begins."""
        if self.trouble.at_shutdown and self.trouble.fault and not self.bench.faults:
            self.bench.add_fault(self.trouble.fault)

    def look(self) -> None:
        """Is the output on?"""
        self.report.on = any(self.bench.witness.outputs().values())


def fill_disk(folder: Path) -> None:
    """Every file open for writing in `folder` is from now on on a device that is full."""
    full = os.open("/dev/full", os.O_RDWR)
    for link in list(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError):
            flags = Path(f"/proc/self/fdinfo/{link.name}").read_text(encoding="ascii").split()[3]
            writes = int(flags, 8) & (os.O_WRONLY | os.O_RDWR)
            if writes and str(link.readlink()).startswith(str(folder)):
                os.dup2(full, int(link.name))


# -- PyMeasure ------------------------------------------------------------------------------------


class Browser:
    """The row of a window that shows a run; there is no window."""

    def setStatus(self, status: int) -> None:  # noqa: N802
        pass

    def setProgress(self, progress: float) -> None:  # noqa: N802
        pass


def with_pymeasure(folder: Path, trouble: Trouble) -> Report:
    """A run, and the next, queued in PyMeasure's manager as its windows do."""
    lab = Laboratory(folder, trouble, buffered=False)
    runs = folder / "runs"
    runs.mkdir()
    application = QtCore.QCoreApplication([])
    manager = BaseManager(port=None)
    lab.stop = lambda: manager._worker.stop()
    ended: list[Experiment] = []
    for signal in (manager.finished, manager.failed, manager.abort_returned):
        signal.connect(ended.append)

    def queued(name: str, **more: Any) -> Experiment:
        procedure = PlainStaircase(address=trouble.address, library=f"{lab.file}@ginsen", **more)
        results = Results(procedure, str(runs / name))
        experiment = Experiment(results, [], Browser())
        manager.queue(experiment)
        while experiment not in ended:
            application.processEvents()
            time.sleep(0.005)
        return experiment

    def state(experiment: Experiment) -> str:
        return Procedure.STATUS_STRINGS[experiment.procedure.status].lower()

    def finish(first: Procedure | None) -> None:
        lab.look()
        path = runs / "first.csv"
        rows = in_csv(path)
        lab.report.kept, lab.report.wrong = len(rows), wrong(rows)
        if first is not None:
            lab.report.says = Procedure.STATUS_STRINGS[first.status].lower()
        loaded = Results.load(str(path), procedure_class=PlainStaircase)
        lab.report.file_says = Procedure.STATUS_STRINGS[loaded.procedure.status].lower()

    began: list[Procedure] = []
    shutdown = PlainStaircase.shutdown

    def shutting_down(procedure: PlainStaircase) -> None:
        lab.at_shutdown()
        shutdown(procedure)

    def give_up() -> None:
        if lab.report.next_run == NEVER:
            finish(began[0] if began else None)
        lab.report.leave(folder)

    def running(experiment: Experiment) -> None:
        began.append(experiment.procedure)

    def watch() -> None:
        until = time.monotonic() + WALL
        while time.monotonic() < until:
            time.sleep(0.1)
            worker = getattr(manager, "_worker", None)
            if worker is not None and worker.ident and not worker.is_alive():
                time.sleep(DEAD)
                if getattr(manager, "_worker", None) is worker:
                    break
        give_up()

    manager.running.connect(running)
    threading.Thread(target=watch, daemon=True).start()
    with patch.object(PlainStaircase, "shutdown", shutting_down):
        with lab.watched():
            first = queued("first.csv", mistake=trouble.mistake, tries=trouble.tries,
                           timeout=trouble.timeout)
        finish(first.procedure)
        lab.bench.clock.sleep(REST)
        manager._start_on_add = manager._is_continuous = True  # what Resume does after an abort
        lab.report.next_run = "hangs"
        second = queued("second.csv")
    rows = in_csv(runs / "second.csv")
    lab.report.next_run = state(second) + f", {wrong(rows)} wrong" * bool(wrong(rows))
    return lab.report


# -- Ginsen ---------------------------------------------------------------------------------------


def with_ginsen(folder: Path, trouble: Trouble) -> Report:
    """A run, and the next."""
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    lab = Laboratory(folder, trouble, buffered=True)
    station = folder / "station.toml"
    station.write_text(STATION.format(visa=f"{lab.file}@ginsen", model=MODEL,
                                      address=trouble.address), encoding="utf-8")

    def made(mistake: str = "") -> Staircase:
        return Staircase(station=str(station), folder=str(folder / "runs"), mistake=mistake)

    def give_up() -> None:
        lab.look()
        lab.report.leave(folder)

    watchdog = threading.Timer(WALL, give_up)
    watchdog.daemon = True
    watchdog.start()
    stop = threading.Event()
    lab.stop = stop.set
    shutdown, report = Protocol.shutdown, lab.report

    def shutting_down(protocol: Protocol) -> None:
        lab.at_shutdown()
        shutdown(protocol)

    first = made(trouble.mistake)
    # Closing the manager would end the bench, and the next run have a new one.
    with patch.object(pyvisa.ResourceManager, "close", lambda manager: None):
        with patch.object(Protocol, "shutdown", shutting_down), lab.watched():
            conduct(first, stop=stop)
        lab.look()
        lab.bench.clock.sleep(REST)
        second = made()
        report.next_run = "hangs"
        conduct(second)
    rows = in_recording(first.recording_files)
    report.kept, report.wrong = len(rows), wrong(rows)
    report.says, report.why = first.outcome.state, first.outcome.why
    report.file_says = "no file"
    if first.recording_files:
        report.file_says = read_record(*first.recording_files).outcome.state
    rows = in_recording(second.recording_files)
    report.next_run = second.outcome.state + f", {wrong(rows)} wrong" * bool(wrong(rows))
    watchdog.cancel()
    return report


def served(address: str, file: Path) -> None:
    """PyMeasure's run on a bench that another process serves."""
    procedure = PlainStaircase(address=address, library="@py")
    worker = Worker(Results(procedure, str(file)))
    worker.start()
    while worker.is_alive():
        time.sleep(0.05)
    print(Procedure.STATUS_STRINGS[procedure.status].lower(), flush=True)


def tried(framework: str, name: str, folder: str) -> None:
    """Make a run and the next, leave the report in `folder`, and end this process."""
    warnings.simplefilter("ignore")
    run = {"pymeasure": with_pymeasure, "ginsen": with_ginsen}[framework]
    run(Path(folder), TROUBLES[name]).leave(Path(folder))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    mode, where, place = sys.argv[1:]
    if mode == "served":
        served(where, Path(place))
        os._exit(0)
    print(conduct(Staircase(station=where, folder=place)).state, flush=True)
