"""A wafer map: one protocol on many dies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymeasure.experiment.parameters import ListParameter, Parameter

from ginsen.analysis.measures import known_measures
from ginsen.analysis.wafer import WaferResult, wafer_result
from ginsen.instruments.probe_station import Die
from ginsen.protocols.dies import chosen_dies, parse_dies
from ginsen.protocols.planned_run import PlannedRun
from ginsen.protocols.series import Series
from ginsen.protocols.single_runs import SINGLE_RUNS
from ginsen.station import Station


class WaferMap(Series):
    """Run one protocol on die after die, and map one of its results.

    Contact is made before each run and released after it, outputs off first; the sample's name
    carries the die. A die that fails is noted, and the next one follows. Parameters that are not
    below are those of the protocol: `--set protocol=memory --set pulse_time=3`.
    """

    name = "wafer-map"

    station = Parameter("Station", default="wafer",
                        description="Path of a station file with a probe station, or 'wafer'")
    protocol = ListParameter("Protocol", choices=sorted(SINGLE_RUNS), default="memory",
                             description="What is done to every die")
    dies = Parameter("Dies", default="all",
                     description="'all' that are selected on the probe station, or names such as "
                                 "'C1R0 C0R1'")
    result = ListParameter("Result", choices=list(known_measures()), default="first_read_S",
                           description="The result that the map shows")

    def __init__(self, **parameters: Any) -> None:
        self.settings: dict[str, object] = {}
        super().__init__(**parameters)

    def set(self, name: str, value: object) -> None:
        """Set a parameter of the map, or else one of its protocol, which is checked in the run."""
        if name in self._parameters:
            super().set(name, value)
        else:
            self.settings[name] = value

    @property
    def plan_text(self) -> str:
        """The protocol with its parameters."""
        told = "".join(f", {name} = {value}" for name, value in self.settings.items())
        return f"{self.protocol} on dies {self.dies}{told}"

    @property
    def told(self) -> dict[str, str]:
        """With the parameters of the protocol."""
        return {**super().told, **{name: str(value) for name, value in self.settings.items()}}

    def places(self, lab: Station) -> Sequence[Die]:
        """The dies asked for."""
        return chosen_dies(parse_dies(self.dies), lab.prober)

    def runs(self, visit: int) -> Sequence[PlannedRun]:
        """The protocol, once."""
        return [PlannedRun(self.protocol, self.protocol, self.settings)]

    def finding(self) -> WaferResult:
        """The value of every die."""
        return wafer_result(self.cycles, self.result)
