"""Several runs as one: one after the other on one open station, each with its own recording."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
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
from ginsen.protocols.planned_run import PlannedRun, Visit
from ginsen.protocols.progress import (
    Planned,
    ProgressError,
    mend,
    read_progress,
    write_begun,
    write_ended,
    write_plan,
)
from ginsen.protocols.protocol import UNKNOWN, Protocol
from ginsen.protocols.runs_before import RunBefore, run_before
from ginsen.protocols.single_runs import made
from ginsen.protocols.stop_rules import StopRules
from ginsen.records.error import RecordError
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


class Series(Protocol, ABC):
    """A protocol whose measurement is other protocols.

    It writes `places()` and `runs()`, and answers its question in `finding()`. Its own recording
    holds no sample but what happened when; the recordings of its runs are in `runs_folder`. A run
    that fails does not keep the next one from being made. Where there are dies, contact is made
    before the runs of each and released after them, outputs off first.
    """

    _failures = ""

    resumed: Path | None = None
    """The folder of the runs of an interrupted series that this one takes up."""

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

    def take_up(self, plan_text: str) -> None:
        """Go by the plan of an interrupted series, wherever its file is now."""
        if plan_text != self.plan_text:
            raise ValueError(f"the plan that was begun is not this one, but: {plan_text}")

    @property
    def told(self) -> dict[str, str]:
        """The parameters as texts, from which the same series can be made again."""
        return {name: str(parameter.value)
                for name, parameter in self.parameter_objects().items()
                if parameter.value is not None}

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
        """Where the runs are recorded: a folder beside this series' own file, with its name.

        A series that is taken up goes on in the folder it began.
        """
        if self.resumed is not None:
            return self.resumed
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
        """Go from place to place and make the runs of each that were not made before."""
        lab = self._open_lab()
        visits = [Visit(place, tuple(self.runs(visit)))
                  for visit, place in enumerate(self.places(lab))]
        self._begin(lab, visits)
        number = 0
        for visit in visits:
            left = visit.after(len(self.cycles) - number)
            number += len(visit.runs)
            if not left:
                continue
            if visit.place is None:
                self._make(left, None)
            else:
                self._visit(lab, visit.place, left)
            if self._over():
                break
        failed = [cycle for cycle in self.cycles if cycle.outcome.startswith("failed")]
        if failed and not self._stopped():
            self._failures = (f"{len(failed)} of {len(self.cycles)} runs failed, the first of them "
                              f"number {failed[0].number}: {failed[0].outcome}")
            raise RunsFailed(self._failures)

    def _begin(self, lab: Station, visits: Sequence[Visit]) -> None:
        """Hold every stimulus against its meter first; nothing is done yet, or what was before."""
        self.cycles, self._failures, self._met = (), "", False
        self.remarks = (lab.caveat,) if lab.caveat else ()
        self._past: Past = {}
        self._begun = lab.clock.now()
        runs = [run for visit in visits for run in visit.runs]
        self._count = len(runs)
        self._event("plan", self.plan_text)
        self._take_stock(visits)
        self._total, self._done = self._checked(lab, runs[len(self.cycles):]), 0.0

    def _take_stock(self, visits: Sequence[Visit]) -> None:
        """Begin the account of what is done, or go on with that of the interrupted series."""
        planned = Planned(self.name, self.told, self.seed, self.plan_text, tuple(
            self._described(run, visit.place) for visit in visits for run in visit.runs))
        if self.resumed is None:
            write_plan(self.runs_folder, planned)
            return
        before = read_progress(self.resumed)
        if before.planned.runs != planned.runs:
            raise ProgressError(f"{self.resumed} was begun with other runs, or on other dies; they "
                                "can't be continued with these.")
        mend(self.resumed)
        for number, (run, place) in enumerate(
                ((run, visit.place) for visit in visits for run in visit.runs), start=1):
            made = run_before(self.resumed, before, number)
            if made is None:
                break
            self._take_over(run, place, made, told=number in before.outcomes)
        remark = f"taken up after {len(self.cycles)} of {self._count} runs"
        undone = [str(cycle.number) for cycle in self.cycles
                  if cycle.outcome.startswith(("aborted", "interrupted"))]
        if undone:
            remark += (f"; what was cut short (run {', '.join(undone)}) is not repeated, since "
                       "its stimulus counts")
        self.remarks = (*self.remarks, remark)
        self._event("note", remark)

    def _take_over(self, run: PlannedRun, die: Die | None, made: RunBefore, *, told: bool) -> None:
        """Count a run that an interrupted series has made."""
        cycle = self._cycle(run, self.protocol_of(run, die), die, made.outcome)
        if made.path is not None and made.tables is not None:
            self._past = past_with(self._past, made.tables)
            cycle = replace(cycle, recording=str(made.path), samples=len(
                made.tables["samples"]["time_s"]),
                measures=_measured((made.path,)) if cycle.finished else ())
        self._note_cycle(cycle, told=told)

    def _described(self, run: PlannedRun, die: Die | None) -> str:
        """A run in words that no other run of the plan has in its place."""
        parameters = ", ".join(f"{name} = {value}" for name, value in run.parameters.items())
        where = "" if die is None else f" on {die}"
        return f"{run.condition}{where}: {run.protocol} after {run.rest:g} s, {parameters}"

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

    def _visit(self, lab: Station, die: Die, runs: Sequence[tuple[PlannedRun, bool]]) -> None:
        """Contact, runs, release. A die that can't be contacted fails; the next one may not."""
        try:
            try:
                lab.contact(die)
            except OutputNotOff:
                raise
            except (InstrumentError, pyvisa.Error, ValueError) as problem:
                for run, _ in runs:
                    self._note_cycle(self._cycle(run, self.protocol_of(run, die), die,
                                                 f"failed: no contact with {die}: {problem}"))
            else:
                self._make(runs, die)
        finally:
            lab.release()

    def _make(self, runs: Sequence[tuple[PlannedRun, bool]], die: Die | None) -> None:
        for run, rests in runs:
            if self._over():
                return
            if rests:
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
        write_begun(self.runs_folder, number)

        def show(news: News) -> None:
            phase = news.phase.named(f"{number}/{self._count} {news.phase.name}")
            self._report(replace(news, phase=phase, done=self._done + news.done,
                                 total=self._total))

        protocol.steering = self.steering
        outcome = carry_out(protocol, should_stop=self._stopped, show=show)
        self._done += sum(phase.duration for phase in protocol.stimulus())
        cycle = self._cycle(run, protocol, die, str(outcome))
        if protocol.recording is None:
            return cycle
        files = protocol.recording.files
        tables = read_tables(*files)
        self._past = past_with(self._past, tables)
        return replace(cycle, recording=str(files[0]), samples=tables["samples"]["time_s"].size,
                       measures=_measured(files) if cycle.finished else ())

    def _go_on(self, cycle: Cycle) -> None:
        """Raise where no other run may follow.

        An output is not off, nothing can be recorded any more, or something ended this one; a
        person who asked to stop is heeded anyway.
        """
        if cycle.outcome.startswith("failed") and (not_off := self._open_lab().off()):
            raise OutputNotOff("; ".join(not_off.values()))
        if cycle.outcome.startswith("failed") and not cycle.recording:
            raise RecordError(f"run {cycle.number} could not begin, and neither could another: "
                              f"{cycle.outcome}")
        if cycle.outcome.startswith("aborted") and not self._stopped():
            raise KeyboardInterrupt

    def _cycle(self, run: PlannedRun, protocol: Protocol, die: Die | None, outcome: str) -> Cycle:
        """A run that measured nothing."""
        return Cycle(
            number=len(self.cycles) + 1, condition=run.condition, protocol=run.protocol,
            sample=protocol.sample, pair=protocol.electrode_pair, outcome=outcome,
            control=run.control,
            die=None if die is None else (die.column, die.row, die.subdie))

    def _note_cycle(self, cycle: Cycle, *, told: bool = False) -> None:
        self.cycles = (*self.cycles, cycle)
        if not told:
            write_ended(self.runs_folder, cycle.number, cycle.outcome, Path(cycle.recording).name)
        self._event("run", f"{cycle.number} of {self._count}, {cycle.condition}, {cycle.sample} "
                           f"{cycle.pair}: {cycle.outcome} {Path(cycle.recording).name}")

    def _event(self, kind: str, text: str) -> None:
        if self.recording is not None:
            self.recording.event(self._open_lab().clock.now() - self._begun, kind, text)


def _measured(files: Sequence[Path]) -> tuple[Measure, ...]:
    """The numbers of a finished run."""
    try:
        return measures(summarise(read_record(*files)))
    except Exception as problem:  # a night of runs must not end over the analysis of one
        log.error("%s could not be analysed: %s", files[0], problem)
        return ()
