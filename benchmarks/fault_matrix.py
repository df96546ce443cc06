"""Every kind of fault in every phase of every protocol on every source meter.

    python benchmarks/fault_matrix.py [--only WORD ...] [--every N] [--jobs N] [--table FILE.md]

Runs are made in virtual time on a bench of this process and judged by what truly happened on it,
not by what they say. The exit code is 1 if any output was left on without a word, any reading lost,
any outcome false or any run hung.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from breakages import BREAKAGES, Breakage
from fault_trial import (
    ADAPTIVE,
    METERS,
    SHORT,
    SOCKETS,
    Meter,
    Run,
    Verdict,
    judged,
    made,
)

from ginsen.sim_backend.fault import Fault

sys.path.append(str(Path(__file__).parent))


@dataclass(frozen=True)
class Kind:
    """A fault as it is told in the table; unless `reachable`, what the meter holds may be lost."""

    name: str
    fault: Fault
    reachable: bool = True


KINDS = (
    Kind("reply 0.5 s late", Fault("late_reply", value=0.5)),
    Kind("reply 3 s late", Fault("late_reply", value=3.0)),
    Kind("reply lost", Fault("lost_reply")),
    Kind("two replies lost", Fault("lost_reply", every=1, times=2)),
    Kind("all replies lost", Fault("lost_reply", every=1, times=10**9), reachable=False),
    Kind("reply garbled", Fault("garbled_reply")),
    Kind("reply is 2", Fault("garbled_reply", text="2")),
    Kind("output reads as 2", Fault("garbled_reply", match=":OUTP?", text="2", times=1)),
    Kind("all replies garbled", Fault("garbled_reply", every=1, times=10**9), reachable=False),
    Kind("reply cut in half", Fault("truncated_reply")),
    Kind("first byte of a reply", Fault("truncated_reply", value=1)),
    Kind("disconnected for 0.5 s", Fault("disconnect", duration=0.5)),
    Kind("disconnected for 5 s", Fault("disconnect", duration=5.0)),
    Kind("disconnected", Fault("disconnect"), reachable=False),
    Kind("silent for 5 s", Fault("disconnect", duration=5.0, silent=True)),
    Kind("silent", Fault("disconnect", silent=True), reachable=False),
    Kind("locked for 1 s", Fault("lock", duration=1.0)),
    Kind("locked for 5 s", Fault("lock", duration=5.0)),
    Kind("locked", Fault("lock"), reachable=False),
    Kind("ten times slower", Fault("slow")),
    Kind("clock 50 ppm fast", Fault("clock")),
    Kind("clock 50 ppm slow", Fault("clock", value=-50e-6)),
    Kind("error -310", Fault("error")),
    Kind("error -363", Fault("error", value=-363)),
    Kind("error 802", Fault("error", value=802)),
    Kind("query error -410", Fault("error", value=-410)),
    Kind("query error -420", Fault("error", value=-420)),
    Kind("shunt for 0.5 s", Fault("shunt", duration=0.5)),
    Kind("shunt", Fault("shunt")),
    Kind("probe lifted for 0.5 s", Fault("lift", duration=0.5)),
    Kind("probe lifted", Fault("lift")),
    Kind("power off and on", Fault("power_cycle"), reachable=False),
    Kind("power off for 3 s", Fault("power_cycle", duration=3.0), reachable=False),
    Kind("output stuck on", Fault("stuck_on")),
)


PREFACE = """\
# The fault matrix

Made by `python benchmarks/fault_matrix.py --table docs/fault_matrix.md`. Every kind of
[fault](faults.md) of the bench, and what breaks on this side of the wire, in every part of a run
(opening, setting up, each phase with the way to it, switching off) of every protocol, short ones,
on a Keithley 2450 over USB, a 2400 and a 2636B over GPIB and a Keysight B2912A over USB; `memory`
and `iv-sweep` on the first two also over a raw socket. The bench runs in virtual time and is asked
afterwards what was true. When exactly a fault comes is drawn from the name of its case.

These must be empty:

- **on**: runs that left the output on, and whose outcome does not say so;
- **lost**: readings that the meter took and that are not in the file, but for those out of reach;
- **false**: runs that are `finished` with other samples, phases or times than the meter's; that say
  off where it is on; whose file tells another outcome, or none; in which a spoilt reply or a failed
  call was recovered without an event;
- **hung**: runs that took 90 s of bench time longer than the same run without a fault.

**On, told** are runs at whose end the output is on, and whose outcome says that it could not be
read back as off: somebody has to go and look. **Out of reach** are readings that nobody could fetch
any more, since the meter lost its power, or its wire for good; every reading that reached the
program in a whole reply is in the file. Where every disk is full, that is what could be stored.

Values are compared to the digits printed; times to 1.1 ms and 100 ppm within a phase, and to 40 ms
on the station's clock. Lost and out of reach count readings, all others runs.
"""

SOCKETED = ("memory", "iv-sweep")


@dataclass(frozen=True)
class Case:
    """One cell: a protocol on a meter, what goes wrong, and when (bench s)."""

    protocol: str
    meter: Meter
    kind: Kind | Breakage
    stage: str
    at: float

    @property
    def name(self) -> str:
        return f"{self.protocol}, {self.meter}, {self.kind.name}, {self.stage}"


@functools.cache
def _folder() -> Path:
    """A folder of this process, where recordings that go on elsewhere go too."""
    folder = Path(tempfile.mkdtemp(prefix="ginsen-faults-"))
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    return folder


@functools.cache
def reference(protocol: str, meter: Meter) -> Run:
    """A run without any fault, which tells when its phases are."""
    return made(protocol, meter, _folder())


def stages(run: Run) -> Iterator[tuple[str, float, float]]:
    """The parts of a run: opening, setting up, each phase with the way to it, switching off.

    Begin and end of each are bench seconds.
    """
    measured = [record for record in run.records if record.phases]
    at = min(record.origin for record in run.records)
    yield "opening", 0.0, at
    yield "setting up", at, measured[0].origin + measured[0].tables["phases"]["start_s"][0]
    for record in measured:
        phases, last = record.tables["phases"], record.origin
        for name, start, stop in zip(phases["name"], phases["start_s"], phases["stop_s"],
                                     strict=True):
            if np.isnan(start):
                continue  # left out: it had no sample
            at = min(record.origin + stop, run.end)
            yield name, last, at
            last = at
    # A phase ends as planned: of a fast meter's switching off nothing is left after that.
    yield "switching off", at if at < run.end else run.truth.taken[-1].time, run.end


def combinations() -> Iterator[tuple[str, Meter]]:
    """Every protocol on every meter; over a raw socket some of them."""
    for protocol in SHORT:
        for meter in (*METERS, *SOCKETS * (protocol in SOCKETED)):
            yield protocol, meter


def cases(protocol: str, meter: Meter) -> Iterator[Case]:
    """Every case there is; when exactly in a stage is chosen by its name, always the same."""
    parts = list(stages(reference(protocol, meter)))
    for kind in (*KINDS, *BREAKAGES):
        if kind.name == "output reads as 2" and not meter.asks:
            continue
        for stage, begin, end in parts if isinstance(kind, Kind) else (
                parts[2:-1] if kind.timed else [("all of it", 0.0, 0.0)]):
            case = Case(protocol, meter, kind, stage, begin)
            chance = np.random.default_rng(zlib.crc32(case.name.encode()))
            yield replace(case, at=float(chance.uniform(begin, end)))


def tried(case: Case) -> Verdict:
    """Make the run of a case and judge it."""
    kind, adaptive = case.kind, case.protocol in ADAPTIVE
    whole = reference(case.protocol, case.meter)
    if isinstance(kind, Breakage):
        run = made(case.protocol, case.meter, _folder(), breakage=kind, at=case.at)
        return judged(run, whole, recordable=kind.recordable, adaptive=adaptive)
    run = made(case.protocol, case.meter, _folder(), fault=replace(
        kind.fault, instrument="smu", at=case.at, match=kind.fault.match and case.meter.asks))
    return judged(run, whole, reachable=kind.reachable, adaptive=adaptive)


def _row(verdicts: Sequence[Verdict]) -> str:
    """Counts of cases, but of readings where it says so."""
    states = Counter(verdict.state for verdict in verdicts)
    counts = (len(verdicts), states["finished"], states["aborted"], states["failed"],
              sum(verdict.on and verdict.told for verdict in verdicts),
              sum(verdict.unreachable for verdict in verdicts),
              *totals(verdicts))
    return " | ".join(str(count or "") for count in counts)


def totals(verdicts: Sequence[Verdict]) -> tuple[int, int, int, int]:
    """What must not be: outputs on without a word, readings lost, outcomes false, runs hung."""
    return (sum(verdict.silent for verdict in verdicts), sum(verdict.lost for verdict in verdicts),
            sum(bool(verdict.false) for verdict in verdicts),
            sum(verdict.hung for verdict in verdicts))


def table(done: Sequence[tuple[Case, Verdict]]) -> str:
    """The page: totals, a row for each fault and meter, and one for each fault and protocol."""
    heads = ("cases", "finished", "aborted", "failed", "on, told", "out of reach",
             "on", "lost", "false", "hung")
    rule = "|---|" + "---|" * len(heads)
    kinds = dict.fromkeys(case.kind.name for case, _ in done)
    protocols = dict.fromkeys(case.protocol for case, _ in done)
    on, lost, false, hung = totals([verdict for _, verdict in done])
    lines = [PREFACE, f"**{len(done)} cases: {on} outputs on without a word, {lost} readings lost, "
             f"{false} false outcomes, {hung} hung.**", "", "## By fault", "",
             "| fault | " + " | ".join(heads) + " |", rule]
    lines += [f"| {kind} | " + _row([verdict for case, verdict in done if case.kind.name == kind])
              + " |" for kind in kinds]
    lines += ["", "## By meter", "", "| meter | " + " | ".join(heads) + " |", rule]
    lines += [f"| {meter} | " + _row([verdict for case, verdict in done if case.meter == meter])
              + " |" for meter in dict.fromkeys(case.meter for case, _ in done)]
    lines += ["", "## By fault and protocol", "",
              "| fault | protocol | " + " | ".join(heads) + " |", "|---" + rule]
    for kind in kinds:
        for protocol in protocols:
            part = [verdict for case, verdict in done
                    if (case.kind.name, case.protocol) == (kind, protocol)]
            if part:
                lines.append(f"| {kind} | {protocol} | {_row(part)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD",
                        help="the cases whose name contains all of these")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every n-th case")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", type=Path, metavar="FILE.md")
    options = parser.parse_args(arguments)
    todo = [case for protocol, meter in combinations() for case in cases(protocol, meter)
            if all(word in case.name for word in options.only)][::options.every]
    done: list[tuple[Case, Verdict]] = []
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as pool:
        for case, verdict in zip(todo, pool.map(tried, todo, chunksize=4), strict=True):
            done.append((case, verdict))
            if verdict.bad:
                print(f"{case.name} at {case.at:.4f} s: {verdict}", flush=True)
    on, lost, false, hung = totals([verdict for _, verdict in done])
    print(f"{len(done)} cases: {on} on, {lost} lost, {false} false, {hung} hung")
    if options.table is not None:
        options.table.write_text(table(done), encoding="utf-8")
    return int(any(verdict.bad for _, verdict in done))


if __name__ == "__main__":
    sys.exit(main())
