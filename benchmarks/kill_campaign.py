"""Real runs over a served bench, killed or stopped at random moments: is the sample safe, in time?

    python benchmarks/kill_campaign.py [--trials 200] [--jobs 2] [--results FILE] [--table FILE.md]

Each trial is `ginsen run` in a process of its own, on a bench that `ginsen serve` serves in
another, through pyvisa-py's sockets. At a random moment it gets SIGKILL, or SIGSTOP, and the
terminals of the sample are asked what was true there. `--results` is a file of JSON lines, one a
trial, to which more are added; the table is made of all. The exit code is 1 if any failed. POSIX
only.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ginsen.guard.guard import SILENCE
from ginsen.records.reading import read_tables
from ginsen.records.recovery import recover
from ginsen.records.tables import outcome_of
from ginsen.sim_backend.bench import ORIGIN

BENCH = """
[instruments.smu]
model = "{model}"
address = "GPIB0::24::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""

STATION = """
[station]
visa = "@py"
[smu]
driver = "{model}"
address = "{address}"
limits = {{ voltage = "6 V", current = "2 mA" }}
"""

RESISTANCE = 1e4
MODELS = ("keithley2450", "keithley2400")
PROTOCOLS = {
    "memory": ("before_time=0.5", "pulse_time=1", "pulse_voltage=5", "read_time=60"),
    "noise": ("time=60", "voltage=1", "compliance=0.001"),
    "iv-sweep": ("maximum=4", "step=0.5", "dwell=0.5"),
}

SAFE = 10e-3
"""Volts at the sample below which it is safe."""
IN_TIME = 0.5
"""Seconds by which it has to be, after a death and after the heartbeat's limit."""
OLDER = 1.0
"""Seconds after which what was measured is on disk."""
LATEST = 6.0
"""Seconds after the recording has begun, by which the signal comes."""
LOADS = (0.0, 2.0, 4.0, 8.0, 16.0, 64.0)
SEED = 1
GIVEN_UP = 30.0
"""Seconds for which a sample is watched that does not become safe."""


@dataclass(frozen=True)
class Trial:
    """What one signal led to. Times in s after the signal, energy (J) into the sample meanwhile.

    `lag` (s) is by how much the bench's clock fell behind the wall's until all was over.
    """

    number: int
    model: str
    protocol: str
    signal: str
    at: float
    load: float
    level: float = 0.0
    reaction: float = float("nan")
    energy: float = 0.0
    lag: float = 0.0
    missing: int = 0
    in_instrument: int = 0
    outcome: str = ""
    early: bool = False
    problem: str = ""

    @property
    def passed(self) -> bool:
        return (not self.problem and not self.early and not self.missing
                and self.outcome == "interrupted" and self.late <= IN_TIME)

    @property
    def late(self) -> float:
        """Seconds from the death, or from the heartbeat's limit, until the sample was safe."""
        return self.reaction - (SILENCE if self.signal == "SIGSTOP" else 0.0)


class Bench:
    """A bench that another process serves, and an ear at its terminals."""

    def __init__(self, model: str, folder: Path) -> None:
        self.model = model
        folder.mkdir()
        (folder / "bench.toml").write_text(BENCH.format(model=model), encoding="utf-8")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "ginsen.cli", "serve", str(folder / "bench.toml"), "--port",
             "0"], stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        doors = {}
        for line in self._server.stdout:
            if line.startswith("At a socket"):
                break
            name, address, *_ = line.split()
            doors.setdefault(name, address)
        self.smu = int(doors["smu"].split("::")[2])
        self._own = int(doors["bench"].split("::")[2])
        self.station = folder / "station.toml"
        self.station.write_text(STATION.format(model=model, address=doors["smu"]),
                                encoding="utf-8")

    def ask(self, question: str, port: int | None = None) -> str:
        """The answer to one question on a connection of its own."""
        with socket.create_connection(("127.0.0.1", port or self._own), timeout=20) as wire:
            wire.sendall(question.encode() + b"\n")
            return wire.makefile(encoding="ascii").readline().strip()

    def terminals(self) -> dict[str, Any]:
        return dict(json.loads(self.ask(":DEV:TERM?")))

    def history(self, since: float) -> list[tuple[float, float]]:
        """When (bench s) the voltage across the sample changed from `since` on, and to what (V)."""
        changes = [(each["time_s"], each["voltage_V"]["A"] - each["voltage_V"]["B"])
                   for each in json.loads(self.ask(":DEV:HIST?"))]
        before = [change for change in changes if change[0] <= since]
        level = before[-1][1] if before else 0.0
        return [(since, level), *(change for change in changes if change[0] > since)]

    def buffer(self) -> np.ndarray:
        """What the source meter holds: a row a reading, bench time (s; NaN: unknown), V, A."""
        if self.model == "keithley2400":
            count = int(float(self.ask(":TRAC:POIN:ACT?", self.smu)))
            words, width, first = ":FORM:ELEM VOLT,CURR;:TRAC:DATA?", 2, 0
        else:
            count = int(self.ask(':TRAC:ACT? "defbuffer1"', self.smu))
            words = f':TRAC:DATA? 1, {count}, "defbuffer1", SEC, FRAC, SOUR, READ'
            width, first = 4, 2
        if not count:
            return np.empty((0, 3))
        rows = np.array(self.ask(words, self.smu).split(","), dtype=float).reshape(-1, width)
        times = (rows[:, 0] - ORIGIN.timestamp() + rows[:, 1] if first
                 else np.full(len(rows), np.nan))
        return np.column_stack([times, rows[:, first:first + 2]])

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(30)
        assert self._server.stdout is not None
        self._server.stdout.close()


def tried(bench: Bench, folder: Path, number: int, chance: np.random.Generator) -> Trial:
    """One run on `bench` that is killed or stopped."""
    protocol = str(chance.choice(list(PROTOCOLS)))
    name = "SIGKILL" if chance.random() < 0.5 else "SIGSTOP"
    wait = float(chance.uniform(0.0, LATEST))
    runs = folder / f"runs-{number}"
    trial = Trial(number, bench.model, protocol, name, wait, os.getloadavg()[0])
    with _running(bench, protocol, runs) as program:
        path = _begun(runs, program)
        begun = bench.terminals()["time_s"]
        time.sleep(wait)
        note = Path(f"{path}.guard.txt")
        early = note.exists()
        died, before = bench.terminals()["time_s"], time.monotonic()
        program.send_signal(getattr(signal, name))
        _await_guard(note, bench, name)
        now, after = bench.terminals()["time_s"], time.monotonic()
        history = bench.history(died)
    safe = _safe_from(history)
    if safe is None:
        return replace(trial, early=early, problem="not safe")
    stops = [*(at for at, _ in history[1:]), now]
    energy = sum(level**2 / RESISTANCE * (stop - at)
                 for (at, level), stop in zip(history, stops, strict=True))
    trial = replace(trial, level=history[0][1], reaction=safe - died, energy=energy, early=early,
                    lag=after - before - (now - died))
    return _with_recording(trial, path, bench, begun, died - OLDER)


@contextlib.contextmanager
def _running(bench: Bench, protocol: str, runs: Path) -> Iterator[subprocess.Popen[bytes]]:
    settings = [word for each in PROTOCOLS[protocol] for word in ("--set", each)]
    with runs.with_suffix(".txt").open("w", encoding="utf-8") as said:
        program = subprocess.Popen(
            [sys.executable, "-m", "ginsen.cli", "run", protocol, "--station", str(bench.station),
             "--out", str(runs), *settings], stdout=said, stderr=said)
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def _begun(runs: Path, program: subprocess.Popen[bytes]) -> Path:
    """The recording, as soon as anything stands in it; before that nothing was switched on.

    Raises RuntimeError for a run that does not come to that.
    """
    until = time.monotonic() + 60
    while time.monotonic() < until and program.poll() is None:
        for found in runs.glob("*.h5"):
            if found.stat().st_size:
                return found
        time.sleep(0.02)
    raise RuntimeError(f"a run did not begin: {runs.with_suffix('.txt').read_text('utf-8')}")


def _await_guard(note: Path, bench: Bench, name: str) -> None:
    """Wait until the guard has noted what it did, or until it must have done all it ever will.

    It is told of the recording when an output may be on for the first time; before that it leaves
    no note.
    """
    until = time.monotonic() + GIVEN_UP
    least = time.monotonic() + 2.0 + (SILENCE if name == "SIGSTOP" else 0.0)
    while time.monotonic() < until:
        off = not any(bench.terminals()["outputs"].values())
        if off and (note.exists() or time.monotonic() > least):
            return
        time.sleep(0.05)


def _safe_from(history: Sequence[tuple[float, float]]) -> float | None:
    """From when on (bench s) the voltage stayed below SAFE; None if it is not."""
    if abs(history[-1][1]) > SAFE:
        return None
    above = [at for at, (_, level) in enumerate(history) if abs(level) > SAFE]
    return history[above[-1] + 1][0] if above else history[0][0]


def _with_recording(trial: Trial, path: Path, bench: Bench, begun: float, old: float) -> Trial:
    """What plain h5py finds in the file, and what `recover` makes of it.

    What must be there are all readings of phases that are over, and on a 2450 those of its buffer
    that began before `old` (bench s). A 2400 hands its buffer over only when a phase is over.
    """
    with h5py.File(path, "r") as file:
        samples, phases = file["samples"], file["phases"]
        got = np.column_stack([samples["voltage_V"][:], samples["current_A"][:]])
        number = samples["phase"][:]
        due = np.round(phases["duration_s"][:] / phases["interval_s"][:]).astype(int) + 1
    missing = sum(max(0, int(count) - int(np.sum(number == at)))
                  for at, count in enumerate(due[:-1]))
    held = bench.buffer()
    recorded = int(max((at + 1 for at in range(len(held)) if len(got)
                        and np.allclose(held[at, 1:], got[-1], rtol=2e-6, atol=0)), default=0))
    left = held[recorded:]
    missing += int(np.sum((left[:, 0] > begun) & (left[:, 0] < old)))
    found = next(iter(recover([path])))
    outcome = outcome_of(read_tables(path)).state if found.path == path else found.sentence
    return replace(trial, missing=missing, in_instrument=len(left), outcome=outcome)


PREFACE = """\
# The kill campaign

Made by `python benchmarks/kill_campaign.py --results kill.jsonl --table docs/kill_campaign.md`.
Real runs (`ginsen run`, pyvisa-py, raw sockets) over a bench that `ginsen serve` serves in another
process, each with its guard. At a random moment of the first 6 s the run gets SIGKILL, or SIGSTOP,
which looks like a hang. What happened is read from the virtual terminals, in bench time, which
follows the wall clock.

- **safe**: below 10 mV and staying there, 0.5 s after the death; for a hang 0.5 s after the
  heartbeat's limit of 5 s (the last heartbeat came up to 0.45 s before the signal, so a hang can be
  over before its time: a number below zero);
- **kept**: the file opens in plain h5py, every phase that was over is whole in it, and so is every
  reading that a 2450 had taken 1 s before; a 2400 hands over what it holds at the end of a phase;
- **interrupted**: its outcome after `ginsen recover`;
- **early**: the guard acted before the signal;
- **energy**: into the sample of 10 kΩ, from the signal until it was safe.
"""


def table(trials: Sequence[Trial]) -> str:
    """The page: totals, a row for each kind of end, and one for each load of the machine."""
    heads = ("trials", "safe", "kept", "interrupted", "early", "median", "95 %", "latest",
             "most energy")
    rule = "|---|" + "---|" * len(heads)
    passed = sum(trial.passed for trial in trials)
    lines = [PREFACE, f"**{passed} of {len(trials)} trials passed.** The bench's clock was behind "
             f"the wall's by {max(trial.lag for trial in trials) * 1e3:.0f} ms at most, from the "
             "signal until all was over.", "",
             "| signal, meter | " + " | ".join(heads) + " |", rule]
    for name in ("SIGKILL", "SIGSTOP"):
        for model in MODELS:
            part = [each for each in trials if (each.signal, each.model) == (name, model)]
            lines += [_row(f"{name}, {model}", part)] if part else []
    lines += ["", "The same by the load of the machine (processes that wanted one of its "
              f"{os.cpu_count()} cores, mean of a minute), which the guard has to share:", "",
              "| load | " + " | ".join(heads) + " |", rule]
    for low, high in itertools.pairwise(LOADS):
        part = [each for each in trials if low <= each.load < high]
        lines += [_row(f"{low:g} to {high:g}", part)] if part else []
    return "\n".join(lines) + "\n"


def _row(what: str, trials: Sequence[Trial]) -> str:
    late = [trial.late for trial in trials if trial.level > SAFE] or [float("nan")]
    counts = (len(trials), sum(trial.late <= IN_TIME for trial in trials),
              sum(not trial.missing and not trial.problem for trial in trials),
              sum(trial.outcome == "interrupted" for trial in trials),
              sum(trial.early for trial in trials))
    times = (float(np.median(late)), float(np.quantile(late, 0.95)), max(late))
    return (f"| {what} | " + " | ".join(map(str, counts)) + " | "
            + " | ".join(f"{time * 1e3:.0f} ms" for time in times)
            + f" | {max(trial.energy for trial in trials) * 1e6:.0f} µJ |")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--results", type=Path, default=Path("kill.jsonl"), metavar="FILE")
    parser.add_argument("--table", type=Path, metavar="FILE.md")
    options = parser.parse_args(arguments)
    options.results.touch()
    first = len(_read(options.results))
    numbers = range(first, first + options.trials)
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.jobs) as pool:
        shares = [pool.submit(_share, Path(name) / str(job), numbers[job::options.jobs],
                              options.results) for job in range(options.jobs)]
        for share in shares:
            share.result()
    trials = _read(options.results)
    if options.table is not None:
        options.table.write_text(table(trials), encoding="utf-8")
    print(f"{sum(trial.passed for trial in trials)} of {len(trials)} trials passed")
    return int(not all(trial.passed for trial in trials))


def _read(results: Path) -> list[Trial]:
    return [Trial(**json.loads(line)) for line in results.read_text("utf-8").splitlines()]


def _share(folder: Path, numbers: Sequence[int], results: Path) -> None:
    """Some of the trials, one after the other, on two benches of their own."""
    folder.mkdir()
    benches = [Bench(model, folder / model) for model in MODELS]
    try:
        for turn, number in enumerate(numbers):
            trial = tried(benches[turn % len(benches)], folder, number,
                          np.random.default_rng([SEED, number]))
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(trial)) + "\n")
            if not trial.passed:
                print(trial, flush=True)
    finally:
        for bench in benches:
            bench.close()


if __name__ == "__main__":
    sys.exit(main())
