"""What is written of a run, as rows of the tables of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ginsen.records.disk import Batch
from ginsen.records.error import RecordError
from ginsen.records.layout import GROWING
from ginsen.records.provenance import Told
from ginsen.records.table_file import TableFile
from ginsen.types import Array, Outcome, Phase, Samples, Span, SpectralFit


@dataclass(frozen=True)
class Point:
    """How far a file has come: its rows by table, and the phase that is open."""

    rows: Mapping[str, int]
    phase: Phase | None


@dataclass(frozen=True)
class _Open:
    """The phase that what follows belongs to: its row, and the first sample it may have."""

    phase: Phase
    row: int
    first: int


class RunFile(TableFile):
    """One file of a run. Where a row refers to another one, it counts the rows of this file.

    A file that continues others follows `before` samples.
    """

    def __init__(self, path: Path, told: Told, before: int = 0) -> None:
        super().__init__(path)
        self._before = before
        self._open: _Open | None = None
        self.last_time = float("nan")
        """When the last sample was taken (s), NaN before the first."""
        self._noted = 0
        for table, pairs in told.pairs().items():
            for name, value in pairs.items():
                self.row(table, name=name, value=value)
        for name, (parameter, unit) in told.parameters.items():
            self.row("parameters", name=name, value=str(parameter), unit=unit)
        self.row("outcome", outcome=str(Outcome("running")))

    @property
    def point(self) -> Point:
        """How far this file has come."""
        return Point({name: self.rows[name] for name in GROWING},
                     None if self._open is None else self._open.phase)

    @property
    def count(self) -> int:
        """The number of samples of the run so far."""
        return self._before + self.rows["samples"]

    def count_at(self, point: Point) -> int:
        """The number of samples of the run at a point of this file."""
        return self._before + point.rows["samples"]

    def begin_phase(self, phase: Phase) -> None:
        """What follows belongs to `phase`; an open phase ends at the last sample."""
        self._note_progress()
        first = self.rows["samples"]
        # What is not known yet is written too: a phase's chunks then lie together from its start.
        later = dict.fromkeys(("start_s", "stop_s", "dead_time_s", "integration_s"), float("nan"))
        self.row(
            "phases", **later, name=phase.name, level_V=phase.level, first=first, stop_index=first,
            requested_level_V=phase.level, duration_s=phase.duration, interval_s=phase.interval,
            compliance_A=phase.compliance, source_range_V=_or_nan(phase.source_range),
            measure_range_A=_or_nan(phase.measure_range), nplc=phase.nplc, rest=phase.rest,
            duty=phase.duty, alternate=phase.alternate)
        self._open = _Open(phase, self.rows["phases"] - 1, first)

    def append(self, samples: Samples, conductance: Array, u_conductance: Array) -> None:
        """Samples on the record's clock, their conductance and its standard uncertainty (S)."""
        count = len(samples)
        if not conductance.shape == u_conductance.shape == (count,):
            raise RecordError(f"{self.path}: {count} samples came with {conductance.size} "
                              f"conductances and {u_conductance.size} uncertainties; give as many")
        if count == 0:
            return
        if self._open is not None and self.rows["samples"] == self._open.first:
            self.put("phases", self._open.row, {"start_s": samples.time[0]})
        self.add("samples", count, {
            "time_s": samples.time, "voltage_V": samples.voltage, "current_A": samples.current,
            "compliance": samples.compliance, "u_voltage_V": samples.u_voltage,
            "u_current_A": samples.u_current, "conductance_S": conductance,
            "u_conductance_S": u_conductance, "phase": np.full(count, self._phase)})
        self.last_time = float(samples.time[-1])

    def end_phase(self, span: Span) -> None:
        """The open phase is over and went as `span` says. Raises RecordError if none is open."""
        if self._open is None:
            raise RecordError(f"{self.path}: phase {span.name!r} ends but none has begun")
        before = self._before
        told = {"level_V": span.level, "stop_s": span.stop, "stop_index": span.stop_index - before,
                "dead_time_s": span.dead_time, "integration_s": span.integration}
        if span.first >= before:
            told |= {"start_s": span.start, "first": span.first - before}
        self.put("phases", self._open.row, told)
        self._open = None

    def beta(self, window: int, fit: SpectralFit, time: float) -> None:
        """An estimate of β over the `window` samples that end at `time` (s), or why there is none.

        The fit is of conductance: `amplitude` and `floor` in S²/Hz.
        """
        row = self.rows["beta"]
        self.row(
            "beta", time_s=time, window=window, phase=self._phase, beta=_or_nan(fit.beta),
            beta_low=_or_nan(fit.beta_low), beta_high=_or_nan(fit.beta_high),
            reason=fit.reason or "", amplitude_S2_per_Hz=_or_nan(fit.amplitude),
            floor_S2_per_Hz=_or_nan(fit.floor), p_no_floor=_or_nan(fit.p_no_floor),
            band_low_Hz=fit.band[0], band_high_Hz=fit.band[1], count=fit.count,
            effective_count=fit.effective_count, interval_s=fit.interval, start_s=fit.start,
            stop_s=fit.stop, goodness=_or_nan(fit.goodness),
            half_split_beta=_or_nan(fit.half_split_beta),
            half_split_power=_or_nan(fit.half_split_power), jump=_or_nan(fit.jump),
            overdispersion=_or_nan(fit.overdispersion))
        for low, high, beta, sigma in fit.sub_bands:
            self.row("sub_bands", beta_row=row, low_Hz=low, high_Hz=high, beta=beta, sigma=sigma)

    def event(self, time: float, kind: str, text: str) -> None:
        """Something worth a mark at `time` (s)."""
        self.row("events", time_s=time, kind=kind, text=text)

    def log(self, level: str, text: str, utc: datetime) -> None:
        """A line of the run's log."""
        self.row("log", utc=utc.isoformat(), level=level, text=text)

    def continues(self, file: str, name: str, rows: Mapping[str, int], one_phase: bool,
                  later: bool) -> None:
        """Go on from the file whose id is `file`, called `name`, behind so many rows of it.

        With `one_phase` the first phase here is the last one there. `later`: it is another run,
        with an origin of its own, that takes the first one up.
        """
        for key, value in {
            "continues": file, "continues_file": name, "continues_run": "no" if later else "yes",
            "continues_phase": "yes" if one_phase else "no",
            "continues_after": ", ".join(f"{table} {count}" for table, count in rows.items()),
        }.items():
            self.row("provenance", name=key, value=value)

    def end(self, outcome: Outcome) -> None:
        """How the run ended."""
        self.row("outcome", outcome=str(outcome))

    def cut(self) -> Batch | None:
        """What the disk does not have yet, from which the open phase reads as far as it has come.

        None if it has everything.
        """
        self._note_progress()
        return super().cut()

    @property
    def _phase(self) -> int:
        return -1 if self._open is None else self._open.row

    def _note_progress(self) -> None:
        """Move the open phase's end to the last sample, so that a killed run reads as far."""
        count = self.rows["samples"]
        if self._open is not None and count > max(self._open.first, self._noted):
            self.put("phases", self._open.row, {"stop_index": count, "stop_s": self.last_time})
            self._noted = count


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
