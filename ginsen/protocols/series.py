"""Several runs as one: one after the other on one open station, each with its own recording."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyvisa

from ginsen.analysis.campaign import CampaignResult, Cycle
from ginsen.analysis.measures import Measure, measures
from ginsen.analysis.summary import summarise
from ginsen.analysis.wafer import WaferResult
from ginsen.instruments.probe_station import Die
from ginsen.instruments.source_meter import InstrumentError, OutputNotOff
from ginsen.protocols.acquisition import News
from ginsen.protocols.conduct import carry_out
from ginsen.protocols.pair_past import Past, past_with, told_to_a_run
from ginsen.protocols.protocol import UNKNOWN, Protocol
from ginsen.protocols.single_runs import made
from ginsen.protocols.stop_rules import StopRules
from ginsen.records.reading import read_record, read_tables
from ginsen.station import Station
from ginsen.types import Outcome, Phase

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at the stop flag while the sample rests."""

HANDED_ON = ("station", "folder", "source_meter", "polarity", "sample", "electrode_pair",
             "operator", "temperature", "humidity", "notes", "notebook")
"""What a series is told of the sample and every run of it is told in turn."""


class RunsFailed(RuntimeError):
    """Some runs of a series failed; the others are recorded."""


@dataclass(frozen=True)
class PlannedRun:
    """One run of a series, before it is made: a protocol by its name, and its parameters.

    `condition` is what its cycles are compared under. The sample rests for `rest` s before it,
    every output off, unless it is the first on its die. `control` marks a run that reads sparsely.
    """

    condition: str
    protocol: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    rest: float = 0.0
    control: bool = False


class Series(Protocol, ABC):
    """A protocol whose measurement is other protocols.

    It writes `places()` and `runs()`, and answers its question in `finding()`. Its own recording
    holds no sample but what happened when; the recordings of its runs are in `runs_folder`. A run
    that fails does not keep the next one from being made. Where there are dies, contact is made
    before the runs of each and released after them, outputs off first.
    """

    _failures = ""

    cycles: tuple[Cycle, ...] = ()
    """What has been done so far."""
    remarks: tuple[str, ...] = ()
    """What else there is to say: that it was simulated, a stop rule that was met."""

    @abstractmethod
    def places(self, lab: Station) -> Sequence[Die | None]:
        """The dies to go to, in this order; one None where nothing is moved."""

    @abstractmethod
    def runs(self, visit: int) -> Sequence[PlannedRun]:
        """What is done at the place numbered `visit`, in this order."""

    @abstractmethod
    def finding(self) -> CampaignResult | WaferResult:
        """What the cycles say together."""

    @property
    @abstractmethod
    def plan_text(self) -> str:
        """What was to be done, for the recording."""

    @property
    def title(self) -> str:
        """What its figure is headed with."""
        return self.name if self.sample in ("", UNKNOWN) else f"{self.sample} · {self.name}"

    @property
    def rules(self) -> StopRules:
        """When to stop early."""
        return StopRules()

    @property
    def runs_folder(self) -> Path:
        """Where the runs are recorded: a folder beside this series' own file, with its name."""
        if self.recording_path is None:
            raise RuntimeError("a series has a folder once it has begun")
        return self.recording_path.with_suffix("")

    def protocol_of(self, run: PlannedRun, die: Die | None = None) -> Protocol:
        """The protocol of a planned run, with all its parameters. Raises ParameterError."""
        told = {name: getattr(self, name) for name in HANDED_ON}
        protocol = made(run.protocol, {**told, **run.parameters})
        if die is not None:
            known = protocol.sample not in ("", UNKNOWN)
            protocol.set("sample", f"{protocol.sample}-{die}" if known else str(die))
        if self.lab is not None:
            protocol.attach(self.lab)
        return protocol

    def phases(self) -> Sequence[Phase]:
        """None but those of its runs. A wrong plan is found here, before a recording is begun."""
        self.previews()
        return ()

    def previews(self) -> list[Protocol]:
        """One protocol of each condition, and of each control: what a dry run looks at."""
        different = {(run.condition, run.control): run for run in self.runs(0)}
        return [self.protocol_of(run) for run in different.values()]

    @property
    def came_to_its_end(self) -> bool:
        """Whether it went as planned or was stopped by its rules, but for runs that failed."""
        return self.outcome in (Outcome("finished"), Outcome("failed", self._failures))

    # -- the measurement ------------------------------------------------------------------------

    def measure(self) -> None:
        """Go from place to place and make the runs of each."""
        lab = self._open_lab()
        visits = [(place, self.runs(visit)) for visit, place in enumerate(self.places(lab))]
        self._begin(lab, [run for _, runs in visits for run in runs])
        for place, runs in visits:
            if place is None:
                self._make(runs, None)
            else:
                self._visit(lab, place, runs)
            if self._over():
                break
        failed = [cycle for cycle in self.cycles if cycle.outcome.startswith("failed")]
        if failed and not self._stopped():
            self._failures = (f"{len(failed)} of {len(self.cycles)} runs failed, the first of them "
                              f"number {failed[0].number}: {failed[0].outcome}")
            raise RunsFailed(self._failures)

    def _begin(self, lab: Station, runs: Sequence[PlannedRun]) -> None:
        """Nothing is done yet; hold every stimulus against its meter first."""
        self.cycles, self._failures, self._met = (), "", False
        self.remarks = (lab.caveat,) if lab.caveat else ()
        self._past: Past = {}
        self._count, self._total, self._done = len(runs), self._checked(lab, runs), 0.0
        self._begun = lab.clock.now()
        self._event("plan", self.plan_text)

    def _open_lab(self) -> Station:
        assert self.lab is not None  # startup has opened it
        return self.lab

    def _checked(self, lab: Station, runs: Sequence[PlannedRun]) -> float:
        """Hold every stimulus against its meter, before any is applied; returns how long (s)."""
        total = 0.0
        lasts: dict[tuple[str, str], float] = {}
        for run in runs:
            key = (run.protocol, str(run.parameters))
            if key not in lasts:
                protocol = self.protocol_of(run)
                stimulus = protocol.stimulus()
                lab.source_meter(protocol.source_meter).check(stimulus)
                lasts[key] = sum(phase.duration for phase in stimulus)
            total += run.rest + lasts[key]
        return total

    def _visit(self, lab: Station, die: Die, runs: Sequence[PlannedRun]) -> None:
        """Contact, runs, release. A die that can't be contacted fails; the next one may not."""
        try:
            try:
                lab.contact(die)
            except OutputNotOff:
                raise
            except (InstrumentError, pyvisa.Error, ValueError) as problem:
                for run in runs:
                    self._note_cycle(self._cycle(run, self.protocol_of(run, die), die,
                                                 f"failed: no contact with {die}: {problem}"))
            else:
                self._make(runs, die)
        finally:
            lab.release()

    def _make(self, runs: Sequence[PlannedRun], die: Die | None) -> None:
        for at, run in enumerate(runs):
            if self._over():
                return
            if at:
                self._rest(run.rest)
            if self._stopped():
                return
            self._note_cycle(self._one(run, die))
            self._go_on(self.cycles[-1])

    def _over(self) -> bool:
        """Whether to stop, by a person or by a rule; the rule is remarked upon."""
        if self._stopped() or self._met:
            return True
        lab = self._open_lab()
        reason = self.rules.met(self.cycles, lab.clock.now() - self._begun)
        if reason is None or len(self.cycles) == self._count:
            return False
        remark = f"stopped after {len(self.cycles)} of {self._count} runs: {reason}"
        self.remarks, self._met = (*self.remarks, remark), True
        self._event("note", remark)
        return True

    def _rest(self, seconds: float) -> None:
        clock = self._open_lab().clock
        until = clock.now() + seconds
        while not self._stopped() and (left := until - clock.now()) > 1e-6:
            clock.sleep(min(LOOK, left))
        self._done += seconds

    # -- one run --------------------------------------------------------------------------------

    def _one(self, run: PlannedRun, die: Die | None) -> Cycle:
        """Make one run; its pair's past goes into its recording, and it into that past."""
        lab = self._open_lab()
        protocol = self.protocol_of(run, die)
        protocol.set("folder", str(self.runs_folder))
        for name, value in told_to_a_run(self._past, protocol.sample, protocol.electrode_pair,
                                         lab.clock.utc()).items():
            protocol.set(name, value)
        number = len(self.cycles) + 1

        def show(news: News) -> None:
            phase = news.phase.named(f"{number}/{self._count} {news.phase.name}")
            self._report(replace(news, phase=phase, done=self._done + news.done,
                                 total=self._total))

        outcome = carry_out(protocol, should_stop=self._stopped, show=show)
        self._done += sum(phase.duration for phase in protocol.stimulus())
        cycle = self._cycle(run, protocol, die, str(outcome))
        path = protocol.recording_path
        if path is None:
            return cycle
        tables = read_tables(path)
        self._past = past_with(self._past, tables)
        return replace(cycle, recording=str(path), samples=tables["samples"]["time_s"].size,
                       measures=_measured(path) if cycle.finished else ())

    def _go_on(self, cycle: Cycle) -> None:
        """Raise where no other run may follow: an output is not off, or something ended this one.

        A person who asked to stop is heeded anyway.
        """
        if cycle.outcome.startswith("failed") and (not_off := self._open_lab().off()):
            raise OutputNotOff("; ".join(not_off.values()))
        if cycle.outcome.startswith("aborted") and not self._stopped():
            raise KeyboardInterrupt

    def _cycle(self, run: PlannedRun, protocol: Protocol, die: Die | None, outcome: str) -> Cycle:
        """A run that measured nothing."""
        return Cycle(
            number=len(self.cycles) + 1, condition=run.condition, protocol=run.protocol,
            sample=protocol.sample, pair=protocol.electrode_pair, outcome=outcome,
            control=run.control,
            die=None if die is None else (die.column, die.row, die.subdie))

    def _note_cycle(self, cycle: Cycle) -> None:
        self.cycles = (*self.cycles, cycle)
        self._event("run", f"{cycle.number} of {self._count}, {cycle.condition}, {cycle.sample} "
                           f"{cycle.pair}: {cycle.outcome} {Path(cycle.recording).name}")

    def _event(self, kind: str, text: str) -> None:
        if self.recording is not None:
            self.recording.event(self._open_lab().clock.now() - self._begun, kind, text)


def _measured(path: Path) -> tuple[Measure, ...]:
    """The numbers of a finished run."""
    try:
        return measures(summarise(read_record(path)))
    except Exception as problem:  # a night of runs must not end over the analysis of one
        log.error("%s could not be analysed: %s", path, problem)
        return ()
