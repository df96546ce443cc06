"""Who loses what: PyMeasure's own Worker and Ginsen under the same faults on the same bench.

    python benchmarks/versus_pymeasure.py [--only WORD] [--jobs 1] [--table FILE.md]

Prints the table, or writes the whole page, docs/versus_pymeasure.md. Needs Linux: a full disk is
made of /dev/full.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import versus_trial
from kill_campaign import Bench
from pymeasure.experiment import Procedure, Results
from versus_runs import COUNT, EACH, LEVELS, PlainStaircase, in_csv, in_recording, wrong
from versus_trial import MODEL, TROUBLES

from ginsen.records.reading import read_record
from ginsen.records.recovery import recover

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["versus_trial"])

HERE = Path(__file__).parent
FRAMEWORKS = {"pymeasure": "PyMeasure", "ginsen": "Ginsen"}
KILLED = "`kill -9`"
LATER = 8.0
"""Seconds after a death at which its output is looked at."""
PATIENCE = 300.0
"""Seconds for one trial."""

PAGE = """# Beside PyMeasure

Ginsen stands on PyMeasure's instruments and procedures. This is what its run adds to PyMeasure
{version}'s: the same staircase on the same virtual 2400 and 10 kΩ, the same fault at the same
reading, once with PyMeasure's `Worker` and once with Ginsen. Made by
`benchmarks/versus_pymeasure.py --table docs/versus_pymeasure.md`.

PyMeasure's side is what its documentation teaches: a plain `Procedure` that sets a level, asks
`Keithley2400.current` and emits, its `shutdown` calling the driver's; a `BaseManager`, with which
its windows queue runs; `Results` in a CSV file. Ginsen's is a protocol of {steps} phases. Each
takes {count} readings, {each} at each level, and what is to go wrong does so at the {half}th.

{table}

- **Output**: whether it is on when the run is over, by the bench, not by the program.
- **Taken, kept**: readings that the instrument made, and how many of them are in the file.
- **Wrong**: rows of the file that are not what 10 kΩ carries at their voltage, within 1 %, or no
  number at all.
- **Says**: the status in memory. **File says**: the status that the same file has when it is loaded
  again, with `Results` or with `read_record`.
- **Next run**: the same measurement, queued a minute of bench time later.
  *Never starts*: the first worker ended without telling its manager, which waits for it for ever.

After a power failure the readings that a 2400 still holds of the phase under way are gone with its
memory: that is what Ginsen's file misses there. PyMeasure asks for each reading at once.

What is not shown here: that PyMeasure's procedure could be written with more care. Its author would
have to know each of these rows first. The row in which the procedure asks again is such a case.
"""


def tried(framework: str, name: str) -> dict[str, Any]:
    """What one trial, in a process of its own, reports."""
    with tempfile.TemporaryDirectory() as folder:
        process = PROCESSES.Process(target=versus_trial.tried, args=(framework, name, folder))
        process.start()
        process.join(PATIENCE)
        process.kill()
        report = Path(folder) / versus_trial.REPORT
        return dict(json.loads(report.read_text(encoding="utf-8")))


def killed(framework: str) -> dict[str, Any]:
    """The same, with SIGKILL half-way, on a bench that another process serves."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench(MODEL, folder / "bench")
        try:
            return _killed(framework, bench, folder)
        finally:
            bench.close()


def _killed(framework: str, bench: Bench, folder: Path) -> dict[str, Any]:
    program = _started(framework, bench, folder, "first")
    path = _half_way(framework, folder, program)
    program.send_signal(signal.SIGKILL)
    program.wait()
    time.sleep(LATER)
    on = any(bench.terminals()["outputs"].values())
    if framework == "ginsen":
        list(recover([path]))
        rows, file_says = in_recording([path]), read_record(path).outcome.state
    else:
        loaded = Results.load(str(path), procedure_class=PlainStaircase)
        rows = in_csv(path)
        file_says = Procedure.STATUS_STRINGS[loaded.procedure.status].lower()
    after = _started(framework, bench, folder, "second")
    told = after.communicate(timeout=PATIENCE)[0].split()
    return {"says": "dead", "file_says": file_says, "taken": None, "kept": len(rows),
            "wrong": wrong(rows), "on": on, "off_after": None,
            "next_run": told[-1] if told else "failed"}


def _started(framework: str, bench: Bench, folder: Path, name: str) -> subprocess.Popen[str]:
    address = f"TCPIP0::127.0.0.1::{bench.smu}::SOCKET"
    place = folder / f"{name}.csv" if framework == "pymeasure" else folder / name
    told = address if framework == "pymeasure" else str(bench.station)
    mode = "served" if framework == "pymeasure" else "served-ginsen"
    return subprocess.Popen([sys.executable, str(HERE / "versus_trial.py"), mode, told, str(place)],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _half_way(framework: str, folder: Path, program: subprocess.Popen[str]) -> Path:
    """Wait until some of the first run is in its file, and give that."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and program.poll() is None:
        time.sleep(0.1)
        if framework == "pymeasure":
            path = folder / "first.csv"
            if path.exists() and len(in_csv(path)) >= COUNT // 4:
                return path
        else:
            found = list((folder / "first").glob("*.h5"))
            if found and len(in_recording(found)) >= COUNT // 4:
                return found[0]
    raise RuntimeError(f"{framework}: the run to be killed did not get half-way")


def row(name: str, framework: str, told: dict[str, Any]) -> str:
    """A line of the table."""
    output = "**on**" if told["on"] else "off"
    if told["off_after"] is not None:
        output += f", {told['off_after']:.1f} s after the abort"
    taken = "?" if told["taken"] is None else told["taken"]
    lost = told["taken"] is not None and told["kept"] < told["taken"]
    kept = f"{taken}, **{told['kept']}**" if lost else f"{taken}, {told['kept']}"
    wrongs = f"**{told['wrong']}**" if told["wrong"] else "0"
    return (f"| {name if framework == 'pymeasure' else ''} | {FRAMEWORKS[framework]} | {output} | "
            f"{kept} | {wrongs} | {told['says']} | {told['file_says']} | {told['next_run']} |")


HEAD = """| what goes wrong | | output | taken, kept | wrong | says | file says | next run |
|---|---|---|---|---|---|---|---|"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", type=Path, metavar="FILE.md")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    todo = [(framework, name) for name in (*TROUBLES, KILLED) if options.only in name
            for framework in FRAMEWORKS]

    def done(case: tuple[str, str]) -> str:
        framework, name = case
        told = killed(framework) if name == KILLED else tried(framework, name)
        line = row(name, framework, told)
        if options.table:
            print(line, flush=True)
        return line

    with ThreadPoolExecutor(options.jobs) as pool:
        table = "\n".join([HEAD, *pool.map(done, todo)])
    if options.table:
        version = importlib.metadata.version("pymeasure")
        options.table.write_text(PAGE.format(version=version, steps=len(LEVELS), count=COUNT,
                                             each=EACH, half=COUNT // 2, table=table),
                                 encoding="utf-8")
    else:
        print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
