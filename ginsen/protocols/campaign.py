"""A campaign: protocols, repeats, rests, polarities and electrode pairs, by a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from pymeasure.experiment.parameters import Parameter

from ginsen.analysis.campaign import CampaignResult, campaign_result
from ginsen.instruments.probe_station import Die
from ginsen.protocols.campaign_plan import Pair, Plan, PlanRun, parse_plan, read_plan
from ginsen.protocols.dies import chosen_dies
from ginsen.protocols.planned_run import PlannedRun
from ginsen.protocols.series import Series
from ginsen.protocols.stop_rules import StopRules
from ginsen.station import Station


class Campaign(Series):
    """Do what a plan file says: every protocol on every electrode pair, again and again.

    Every repeat holds each combination of protocol, rest, polarity and pair once, in an order of
    its own drawn from the plan's seed; so a campaign that is cut short is still balanced. Of each
    combination that reads what is forgotten, one further run reads sparsely, at most 1 % of the
    time: it shows what the reading itself does. It stands in a repeat drawn from the same seed.
    Dies are measured one after the other, since every touchdown leaves a mark.
    """

    name = "campaign"

    plan = Parameter("Plan", default="", description="Path of the plan, a TOML file")

    _read: tuple[str, Plan] | None = None

    @property
    def planned(self) -> Plan:
        """The plan, read once: what is edited meanwhile is another campaign. Raises PlanError."""
        if self._read is None or self._read[0] != self.plan:
            self._read = (self.plan, read_plan(self.plan))
        return self._read[1]

    @property
    def plan_text(self) -> str:
        """The plan file as it was read."""
        return self.planned.text

    def take_up(self, plan_text: str) -> None:
        """By the text of the plan; what has become of its file does not matter."""
        self._read = (self.plan, parse_plan(plan_text, Path(self.plan)))

    @property
    def title(self) -> str:
        """With the name of the plan."""
        return f"{super().title} · {self.planned.name}"

    @property
    def rules(self) -> StopRules:
        """As the plan says."""
        return self.planned.rules

    def set(self, name: str, value: object) -> None:
        """Set a parameter. Raises PlanError at once for a plan that is wrong."""
        super().set(name, value)
        if name == "plan":
            _ = self.planned

    def places(self, lab: Station) -> Sequence[Die | None]:
        """The dies of the plan; nothing is moved where it names none."""
        dies = self.planned.dies
        return (None,) if dies is None else chosen_dies(dies, lab.prober)

    def runs(self, visit: int) -> Sequence[PlannedRun]:
        """Repeat after repeat."""
        plan = self.planned
        random = np.random.default_rng([plan.seed, visit])
        combinations = list(self._combinations(plan))
        repeats = [[run for run, _ in combinations] for _ in range(plan.repeats)]
        for _, control in combinations:
            if control is not None:
                at = random.integers(plan.repeats) if plan.random else plan.repeats - 1
                repeats[at].append(control)
        if plan.random:
            for repeat in repeats:
                random.shuffle(repeat)
        return [run for repeat in repeats for run in repeat]

    def finding(self) -> CampaignResult:
        """The spreads of every condition."""
        return campaign_result(self.cycles, seed=self.planned.seed)

    def _combinations(self, plan: Plan) -> Iterator[tuple[PlannedRun, PlannedRun | None]]:
        """Every run of one repeat, with its control."""
        pairs = plan.pairs or (Pair(self.electrode_pair, self.source_meter, None),)
        polarities = plan.polarities or (self.polarity,)
        for run, rest, polarity, pair in product(plan.runs, plan.rests, polarities, pairs):
            condition = _condition(plan, run, rest, polarity)
            where = {"polarity": polarity, "electrode_pair": pair.name,
                     "source_meter": pair.source_meter, "sample": pair.sample or self.sample}
            yield (PlannedRun(condition, run.protocol, {**run.parameters, **where}, rest),
                   None if run.control is None else
                   PlannedRun(condition, run.protocol, {**run.control, **where}, rest, True))


def _condition(plan: Plan, run: PlanRun, rest: float, polarity: str) -> str:
    """What cycles are compared under: the run's name, and what else there is more than one of."""
    parts = [run.name]
    if len(plan.polarities) > 1:
        parts.append(polarity)
    if len(plan.rests) > 1:
        parts.append(f"rest {rest:g} s")
    return ", ".join(parts)
