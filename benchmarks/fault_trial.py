"""One run under one fault, on a bench of this process, and what the bench says became of it."""

from __future__ import annotations

import contextlib
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyvisa
from bench_truth import Recorded, Truth, onlooker
from breakages import Breakage, Scene

from ginsen.protocols import PROTOCOLS
from ginsen.protocols.conduct import conduct
from ginsen.sim_backend.fault import Fault
from ginsen.types import Outcome

BENCH = """
[bench]
seed = 3
[instruments.smu]
model = "{model}"
address = "{address}"
{more}
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi{end}" = {{ terminal = "A" }}
"smu.lo{end}" = {{ terminal = "B" }}
"""

PROBER = """
[instruments.prober]
model = "velox"
address = "GPIB0::28::INSTR"
contacts = ["smu.hi{end}"]
dies = [[0, 0], [1, 0]]
"""

STATION = """
[station]
visa = "{visa}"
safe_state = "open"
[smu]
driver = "{model}"
address = "{address}"
limits = {{ voltage = "6 V", current = "1 mA" }}
series_resistance = "1 kΩ"
"""

STATION_PROBER = """
[prober]
driver = "velox"
address = "GPIB0::28::INSTR"
"""

CAMPAIGN = """
[campaign]
repeats = 2
rests_s = [1]
[[run]]
protocol = "noise"
[run.parameters]
time = 1
[[pair]]
name = "A-B"
source_meter = "smu"
"""

SHORT: dict[str, dict[str, Any]] = {
    "activation": {"time": 2, "after": 0.5},
    "bias-steps": {"dwell": 0.5, "count": 2},
    "campaign": {},
    "forgetting": {"read_time": 2, "read_interval": 0.2, "rest": "zero", "read_duty": 0.5},
    "forming": {"dwell": 0.5, "read_time": 1, "step": 0.5, "formed": 1},
    "iv-sweep": {"dwell": 0.2, "maximum": 1, "step": 1},
    "learning": {"pause": 1, "pulses": 3, "cycles": 1},
    "memory": {"before_time": 1, "pulse_time": 1, "read_time": 2, "read_interval": 0.2,
               "rest": "open", "read_duty": 0.5},
    "noise": {"time": 2},
    "sliced-iv": {"dwell": 0.5, "maximum": 1, "step": 1, "interval": 0.01},
    "wafer-map": {"protocol": "noise", "time": 1},
}
"""Every protocol with parameters that make it short."""

SLOWER: dict[tuple[str, str], dict[str, Any]] = {
    ("memory", "keysight_b2912a"): {"read_interval": 1.0},
}
"""What a meter needs more time for: readings with an open rest that the computer starts."""

ADAPTIVE = ("activation", "forming", "learning")
"""They end a phase by what they see, a quarter of a second earlier or later."""

LONGER = 90.0
"""Bench seconds that a run may take beyond the same one without a fault."""

WALL = 120
"""Wall seconds after which a run counts as hung; one takes less than a second."""

CANNOT = "could not be read back as off"


@dataclass(frozen=True)
class Meter:
    """A source meter and the wire to it.

    `end` is what its channel's ends are called by, `asks` the header by which its driver asks for
    the output, empty where that is no header.
    """

    model: str
    address: str
    end: str = ""
    asks: str = ":OUTP?"

    def __str__(self) -> str:
        wire = next(each for each in ("SOCKET", "USB", "GPIB") if each in self.address)
        return f"{self.model} {wire.lower()}"


METERS = (
    Meter("keithley2450", "USB0::0x05E6::0x2450::04000001::INSTR"),
    Meter("keithley2400", "GPIB0::24::INSTR"),
    Meter("keithley2636b", "GPIB0::26::INSTR", "_a", ""),
    Meter("keysight_b2912a", "USB0::0x0957::0x8E18::MY51140001::INSTR", "_1", ":OUTP1?"),
)
SOCKETS = (
    Meter("keithley2450", "TCPIP0::192.0.2.1::5025::SOCKET"),
    Meter("keithley2400", "TCPIP0::192.0.2.2::5025::SOCKET"),
)


class Hung(BaseException):
    """The wall clock has run on, and the run has not come to an end."""


@dataclass(frozen=True)
class Run:
    """What is left of a run when it is over: what it says, and what the bench says."""

    outcome: Outcome
    truth: Truth
    records: tuple[Recorded, ...]
    on: bool
    hung: bool
    end: float
    """Bench time (s) at its end."""


@dataclass(frozen=True)
class Verdict:
    """What became of a run, counted in readings where it is a number.

    `on` at the end, and whether the outcome `told` so. `lost` could have been recorded and was not;
    `unreachable` stayed behind a wire that never came back, or went with the power. `false` is what
    the run says and is not so.
    """

    state: str
    on: bool
    told: bool
    lost: int
    unreachable: int
    false: tuple[str, ...]
    hung: bool
    recovered: int
    came: bool
    why: str = ""

    @property
    def silent(self) -> bool:
        return self.on and not self.told

    @property
    def bad(self) -> bool:
        return self.silent or self.lost > 0 or bool(self.false) or self.hung


def made(name: str, meter: Meter, folder: Path, *, fault: Fault | None = None,
         breakage: Breakage | None = None, at: float = 0.0) -> Run:
    """Run a protocol under a fault of the bench, or a breakage at the bench time `at` (s)."""
    prober = name == "wafer-map"
    bench_file, station = folder / "bench.toml", folder / "station.toml"
    bench_file.write_text(BENCH.format(model=meter.model, address=meter.address,
                                       more=PROBER.format(end=meter.end) * prober,
                                       end=meter.end), encoding="utf-8")
    station.write_text(STATION.format(visa=f"{bench_file}@ginsen", model=meter.model,
                                      address=meter.address) + STATION_PROBER * prober,
                       encoding="utf-8")
    told = {"station": str(station), "folder": str(folder / "runs"), **SHORT[name],
            **SLOWER.get((name, meter.model), {})}
    if name == "campaign":
        (folder / "plan.toml").write_text(CAMPAIGN, encoding="utf-8")
        told["plan"] = str(folder / "plan.toml")
    protocol = PROTOCOLS[name](**told)
    # The station will share this manager, and so the bench, which outlives its being closed. It
    # must have a name here: only its library refers to it, and both may be collected together.
    manager = pyvisa.ResourceManager(f"{bench_file}@ginsen")
    bench = manager.visalib.bench
    if fault is not None:
        bench.add_fault(fault)
    hung, stop = False, threading.Event()
    elsewhere = patch("ginsen.records.recording.folders_elsewhere",
                      lambda asked, avoid: (folder / "elsewhere",))
    with onlooker(bench) as truth, elsewhere, contextlib.ExitStack() as broken:
        if breakage is not None:
            scene = Scene(protocol, bench, at, stop)
            broken.enter_context(breakage.breaks(scene))
        try:
            with _alarm():
                conduct(protocol, stop=stop)
        except Hung:
            hung = True
    records = tuple(each.left(bench) for each in truth.closed)
    for left in ("runs", "elsewhere"):
        shutil.rmtree(folder / left, ignore_errors=True)
    return Run(protocol.outcome, truth, records, any(bench.witness.outputs().values()), hung,
               bench.now)


def judged(run: Run, reference: Run, *, reachable: bool = True, recordable: bool = True,
           adaptive: bool = False) -> Verdict:
    """What the bench says of a run; `reference` is the same one without a fault.

    Unless `reachable`, only those readings had to be recorded that had reached the program; unless
    `recordable`, none, but the outcome has to say so.
    """
    truth, false = run.truth, []
    lost = unreachable = 0
    measured = [at for at, record in enumerate(run.records) if record.phases]
    begun = [_first(truth, run.records[at].origin) for at in measured]
    for at, first, stop in zip(measured, begun, [*begun, len(truth.taken)][1:], strict=True):
        record, taken = run.records[at], truth.taken[first:stop]
        had, wrong = record.against(taken)
        due = len(taken) if reachable else len(truth.arrived & set(range(first, stop)))
        due *= recordable
        lost += max(0, due - had)
        unreachable += len(taken) - max(had, due)
        if wrong:
            false.append(wrong)
        if record.outcome.state == "finished":
            false += _unfinished(record, reference.records[at], adaptive=adaptive)
            if not record.recovered and _troubled(run, record, truth.closed[at].time):
                false.append("a fault was recovered without a word")
    if not recordable:
        if "nothing more is recorded" not in run.outcome.why:
            false.append("nothing could be recorded, and nothing was said")
    elif any(record.outcome.state in ("running", "interrupted") for record in run.records):
        false.append("a recording has no outcome")
    elif len(run.records) == 1 and run.records[0].outcome != run.outcome:
        false.append(f"the recording says {run.records[0].outcome}")
    if run.outcome.state == "finished" and len(run.records) != len(reference.records):
        false.append(f"{len(run.records)} recordings")
    if run.on and run.records and run.records[-1].claims_off:
        false.append("the output is on and was said to be off")
    return Verdict(
        run.outcome.state, run.on, CANNOT in run.outcome.why, lost, unreachable, tuple(false),
        run.hung or run.end > reference.end + LONGER,
        sum(record.recovered for record in run.records),
        truth.bench.faults is None or bool(truth.bench.faults.log), run.outcome.why)


def _first(truth: Truth, origin: float) -> int:
    """Number of the first reading not before `origin` (bench s)."""
    return sum(each.time < origin for each in truth.taken)


def _unfinished(record: Recorded, reference: Recorded, *, adaptive: bool) -> Iterator[str]:
    """Why a recording is not that of a finished run, though it says so."""
    if adaptive:
        return
    if record.phases != reference.phases:
        yield f"finished with the phases {', '.join(record.phases)}"
    elif record.count != reference.count:
        yield f"finished with {record.count} of {reference.count} samples"


def _troubled(run: Run, record: Recorded, closed: float) -> bool:
    """Whether the wire failed, or spoilt a reply, while it was recorded."""
    faults = run.truth.bench.faults
    spoilt = [each.time for each in (faults.log if faults else ())
              if each.kind in ("lost_reply", "garbled_reply", "truncated_reply")]
    return any(record.origin < time < closed for time in (*run.truth.refusals, *spoilt))


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    """Raise Hung in the main thread after WALL seconds."""
    def ring(number: int, frame: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    left, _ = signal.setitimer(signal.ITIMER_REAL, WALL)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)  # of a test that has a limit of its own
        signal.signal(signal.SIGALRM, before)
