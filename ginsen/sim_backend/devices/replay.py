"""A sample that does once more what a record says it did: conductance against time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ginsen.records.error import RecordError
from ginsen.sim_backend.devices.device import Source, Terminals
from ginsen.sim_backend.devices.settle import check_drive, settle
from ginsen.types import Array, Record

_BRANCH = np.array([[1.0, -1.0], [-1.0, 1.0]])


class Replay:
    """A recorded conductance (S) over `time` (s, rising) between terminals A and B.

    The value of a sample holds until the next one comes, the last one for ever, the first one
    before its time. The record's clock stands at `begin` (s, by default its first sample) until
    a source first applies a voltage, so that its phases line up with those of a run; or it starts
    `start` seconds after the bench was opened. From then on it goes as bench time goes, whatever
    is applied: a record cannot answer.

    Raises ValueError for arrays that differ in shape, are empty, not finite or negative, for times
    that do not rise and for a `start` that is negative.
    """

    def __init__(self, time: npt.ArrayLike, conductance: npt.ArrayLike, *,
                 begin: float | None = None, start: float | None = None) -> None:
        self._time = np.array(time, dtype=np.float64)
        self._conductance = np.array(conductance, dtype=np.float64)
        shape = self._time.shape
        if shape != self._conductance.shape or len(shape) != 1 or not shape[0]:
            raise ValueError(f"time has shape {shape}, conductance {self._conductance.shape}: both "
                             "are (n,), n ≥ 1")
        if not (np.isfinite(self._time).all() and np.all(np.diff(self._time) > 0)):
            raise ValueError("time must be finite and rise from sample to sample")
        if not (np.isfinite(self._conductance).all() and np.all(self._conductance >= 0)):
            raise ValueError("conductance must be finite and 0 or more")
        if start is not None and not 0 <= start < np.inf:
            raise ValueError(f"start is {start} s: it must be 0 or more and finite")
        self._now = float(self._time[0]) if begin is None else begin
        self._runs = start is not None
        if start is not None:
            self._now -= start

    @property
    def caveat(self) -> str:
        """It was measured elsewhere."""
        return ("The sample is a replayed record: its conductance goes by the time of that record, "
                "whatever is applied, and carries the noise of the instrument that measured it.")

    @property
    def terminals(self) -> tuple[str, ...]:
        """A and B."""
        return ("A", "B")

    def advance(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """As `Device.advance`; the means are sums over the samples that held, so they are exact."""
        check_drive(dt, sources, 2)
        self._runs = self._runs or any(each.connected and each.voltage != 0 for each in sources)
        stop = self._now + dt if self._runs else self._now
        first, last = self._holding(self._now), self._holding(stop)
        charge, flux, clamped = np.zeros((3, 2))
        # What held until when, from now; while the record's clock stands, one value all the time.
        ends = np.append(self._time[first + 1:last + 1] - self._now, dt)
        for held, seconds in enumerate(np.diff(ends, prepend=0.0), start=first):
            at = settle(self._conductance[held] * _BRANCH, sources)
            charge += seconds * at.current
            flux += seconds * at.voltage
            clamped += seconds * at.clamped
        self._now = stop
        if dt == 0:
            return Terminals(at.current, at.voltage, at.current, at.voltage, clamped)
        return Terminals(charge / dt, flux / dt, at.current, at.voltage, clamped)

    def _holding(self, moment: float) -> int:
        """The sample whose value holds at `moment` (s, on the record's clock)."""
        return max(0, int(np.searchsorted(self._time, moment, side="right")) - 1)


def conductance_of(record: Record, series_resistance: float) -> tuple[Array, Array]:
    """Time (s) and conductance (S) of the sample in a record, behind `series_resistance` (Ω).

    A point in compliance, without voltage across the sample or without a number has no
    conductance and is left out, so that the one before holds on; where noise makes it negative
    it is 0, since a passive sample has no less. Raises RecordError where no point is left.
    """
    samples = record.samples
    across = samples.voltage - samples.current * series_resistance
    known = (np.isfinite(samples.current) & np.isfinite(across) & (across != 0)
             & ~samples.compliance)
    if not known.any():
        raise RecordError("no sample of the record has a conductance: all are in compliance, at "
                          "0 V or not a number")
    return samples.time[known], np.maximum(samples.current[known] / across[known], 0.0)
