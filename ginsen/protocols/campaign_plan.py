"""The plan of a campaign: a TOML file, data only, checked before anything is opened."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ginsen.analysis.measures import known_measures
from ginsen.instruments.probe_station import Die
from ginsen.protocols.dies import parse_dies
from ginsen.protocols.plan_table import PlanError, PlanTable
from ginsen.protocols.protocol import ParameterError
from ginsen.protocols.single_runs import SINGLE_RUNS, made
from ginsen.protocols.stop_rules import StopRules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SPARSE = 0.01
"""The most that a read may take of its interval to count as sparse."""
CONTROL_READS = 10
"""Intervals of a control that does not say how long they are."""
OURS = ("station", "source_meter", "folder", "polarity", "sample", "electrode_pair",
        "cycle_on_this_pair", "time_since_last_stimulus", "charge_so_far")
"""Parameters that a campaign gives to its runs itself."""
MOST = 100_000
"""Runs of one plan."""


@dataclass(frozen=True)
class PlanRun:
    """One protocol with its parameters; those of its sparse-read control, None without one."""

    name: str
    protocol: str
    parameters: Mapping[str, object]
    control: Mapping[str, object] | None


@dataclass(frozen=True)
class Pair:
    """Two electrodes by their name, the source meter they are wired to, and the sample."""

    name: str
    source_meter: str
    sample: str | None


@dataclass(frozen=True)
class Plan:
    """A plan, read and checked; `text` is the file as it stands.

    `rests` are in s. `dies` is None where nothing is moved, empty for all that the prober has
    selected. `seed` is that of the order, where it is random.
    """

    name: str
    runs: tuple[PlanRun, ...]
    pairs: tuple[Pair, ...]
    repeats: int
    rests: tuple[float, ...]
    polarities: tuple[str, ...]
    dies: tuple[Die, ...] | None
    random: bool
    seed: int
    rules: StopRules
    text: str


def read_plan(path: Path | str) -> Plan:
    """Read a plan file. Raises PlanError with one sentence for the first thing that is wrong."""
    file = Path(path)
    if not str(path):
        raise PlanError("a campaign needs a plan: name a TOML file, e.g. --set plan=campaign.toml.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise PlanError(f"the plan {str(file)!r} cannot be read: {problem}.") from None
    return parse_plan(text, file)


def parse_plan(text: str, file: Path) -> Plan:
    """The plan in the text of a file. Raises PlanError."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # also of 5000 digits, of 1000 brackets
        raise PlanError(f"{file.name} is not a TOML file: {problem}.") from None
    top = PlanTable(tables, file.name)
    top.only("campaign", "stop", "run", "pair")
    campaign, stop = top.table("campaign", "[campaign]"), top.table("stop", "[stop]")
    campaign.only("name", "repeats", "rests_s", "polarities", "dies", "order", "seed")
    runs = tuple(_run(table) for table in top.tables("run"))
    if not runs:
        raise PlanError(f"{file.name} has no [[run]]; each names a protocol, e.g. "
                        'protocol = "memory".')
    _unique([run.name for run in runs], f"{file.name}, [[run]]")
    pairs = tuple(_pair(table) for table in top.tables("pair"))
    _unique([f"{pair.sample or ''} {pair.name}" for pair in pairs], f"{file.name}, [[pair]]")
    plan = Plan(
        name=campaign.text("name", file.stem), runs=runs, pairs=pairs,
        repeats=campaign.whole("repeats", 1, least=1),
        rests=campaign.numbers("rests_s", (0.0,), least=0.0),
        polarities=campaign.words("polarities", ("+", "-")), dies=_dies(campaign),
        random=campaign.word("order", ("random", "as written")) == "random",
        seed=campaign.whole("seed", 1, least=0), rules=_rules(stop), text=text)
    combinations = (plan.repeats * len(runs) * len(plan.rests) * max(1, len(plan.polarities))
                    * max(1, len(pairs)))
    if combinations > MOST:
        raise PlanError(f"{file.name} asks for {combinations} runs; a plan has at most {MOST}.")
    return plan


def _run(table: PlanTable) -> PlanRun:
    table.only("name", "protocol", "parameters", "control")
    protocol = table.word("protocol", tuple(sorted(SINGLE_RUNS)), required=True)
    parameters = dict(table.table("parameters", f"{table.where} parameters").entries)
    _check(protocol, parameters, f"{table.where} parameters")
    return PlanRun(table.text("name", protocol), protocol, parameters,
                   _control(table, protocol, parameters))


def _control(table: PlanTable, protocol: str, parameters: Mapping[str, object]
             ) -> Mapping[str, object] | None:
    """The parameters of the sparse-read control of a run that reads what is forgotten."""
    where = f"{table.where} control"
    given = table.table("control", where).entries
    usual = made(protocol, parameters)
    if not hasattr(usual, "read_duty"):
        if given:
            raise PlanError(f"{where}: {protocol} has no read_duty, so there is nothing to read "
                            "sparsely.")
        return None
    sparse = {"read_duty": SPARSE, "rest": "open",
              "read_interval": usual.read_time / CONTROL_READS}
    if hasattr(usual, "before_time"):
        sparse["before_time"] = 0.0  # one read
    control = {**parameters, **sparse, **given}
    _check(protocol, control, where)
    reads = made(protocol, control)
    if reads.read_duty > SPARSE or reads.rest == "hold":
        raise PlanError(f"{where}: a sparse read has a read_duty of at most {SPARSE:g} and rests "
                        f"'open' or 'zero', not {reads.read_duty:g} and {reads.rest!r}.")
    return control


def _check(protocol: str, parameters: Mapping[str, object], where: str) -> None:
    for name in parameters:
        if name in OURS:
            raise PlanError(f"{where}: {name} is the campaign's to set.")
    try:
        made(protocol, parameters)
    except ParameterError as problem:
        raise PlanError(f"{where}: {problem}") from None


def _pair(table: PlanTable) -> Pair:
    table.only("name", "source_meter", "sample")
    return Pair(table.text("name"), table.text("source_meter", ""),
                table.text("sample") if "sample" in table.entries else None)


def _dies(table: PlanTable) -> tuple[Die, ...] | None:
    if "dies" not in table.entries:
        return None
    given = table.entries["dies"]
    names = given if isinstance(given, list) else [given]
    try:
        return parse_dies(" ".join(map(str, names)))
    except ValueError as problem:
        raise PlanError(f"{table.where}: {problem}") from None


def _rules(table: PlanTable) -> StopRules:
    table.only("max_failures", "max_duration_s", "above", "below")
    bounds = [table.table(side, f"{table.where} {side}") for side in ("above", "below")]
    for bound in bounds:
        bound.only(*known_measures())
    return StopRules(
        table.whole("max_failures", 0, least=1) or math.inf,
        table.number("max_duration_s", math.inf, least=0.0),
        *({key: bound.number(key, math.nan) for key in bound.entries} for bound in bounds))


def _unique(names: Sequence[str], where: str) -> None:
    for at, name in enumerate(names):
        if name in names[:at]:
            raise PlanError(f"{where}: the name {name.strip()!r} stands twice; every one needs its "
                            "own.")
