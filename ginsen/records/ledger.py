"""What each electrode pair has been through, added up from its recordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from ginsen.records.reading import Tables, pairs_of, read_tables
from ginsen.types import Array

LEAST_STIMULUS = 0.1
"""V: ten times the 10 mV with which Diaz-Alvarez et al. 2019 (doi 10.1038/s41598-019-51330-6)
read. A phase at less reads, unless its name begins with `pulse`."""


@dataclass(frozen=True)
class PairLedger:
    """The past of one electrode pair of one sample, as far as recordings tell it.

    `runs` counts its recordings, `cycles` those with a stimulus: a phase whose name begins with
    `pulse`, or whose level is at least `LEAST_STIMULUS`. `charge` (C) is ∫|I| dt and `net_charge`
    (C) ∫ I dt over all phases. `last_stimulus` is when the last stimulus ended, None without one.
    """

    sample: str
    electrode_pair: str
    runs: int
    cycles: int
    charge: float
    net_charge: float
    last_stimulus: datetime | None

    def __add__(self, later: PairLedger) -> PairLedger:
        """Both together, of the same pair."""
        stimuli = [each.last_stimulus for each in (self, later) if each.last_stimulus]
        return PairLedger(
            self.sample, self.electrode_pair, self.runs + later.runs, self.cycles + later.cycles,
            self.charge + later.charge, self.net_charge + later.net_charge,
            max(stimuli, default=None))


def ledger(paths: Iterable[Path | str]) -> tuple[PairLedger, ...]:
    """The ledger of the run files at `paths`; of a folder among them, of every .h5 file in it.

    A file named twice counts once. Raises RecordError for a file that is no recording.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        found = sorted(path.glob("*.h5")) if path.is_dir() else [path]
        files.update(dict.fromkeys(each.resolve() for each in found))
    return add_up(read_tables(file) for file in files)


def add_up(runs: Iterable[Tables]) -> tuple[PairLedger, ...]:
    """The ledgers of runs given by their tables (`read_tables`), sorted by sample and pair.

    All runs of an `unknown` sample or pair are added up under that name.
    """
    pairs: dict[tuple[str, str], PairLedger] = {}
    for tables in runs:
        run = _one_run(tables)
        key = run.sample, run.electrode_pair
        pairs[key] = pairs[key] + run if key in pairs else run
    return tuple(pairs[key] for key in sorted(pairs))


def _one_run(tables: Tables) -> PairLedger:
    """Trapezoidal rule within phases.

    Where the sample rests between reads, current flows for the duty only. What flowed in the dead
    time between two phases, or beside a reading that is no number, nobody measured.
    """
    about, phases, samples = pairs_of(tables["about"]), tables["phases"], tables["samples"]
    time, current, phase = samples["time_s"], samples["current_A"], samples["phase"]
    share = np.where(phases["rest"] == "hold", 1.0, phases["duty"])
    within = (phase[1:] == phase[:-1]) & np.isfinite(np.diff(current))
    seconds = (np.diff(time) * np.append(share, 0.0)[phase[1:]])[within]
    stimulating = [name.startswith("pulse") or abs(level) >= LEAST_STIMULUS
                   for name, level in zip(phases["name"], phases["level_V"], strict=True)]
    # A sample of no phase has -1 for its phase: the element added at the end.
    stimulated = time[np.array([*stimulating, False])[phase]]
    origin = datetime.fromisoformat(pairs_of(tables["provenance"])["origin"])
    return PairLedger(
        about["sample"], about["electrode_pair"], runs=1, cycles=int(stimulated.size > 0),
        charge=float(seconds @ _between(np.abs(current))[within]),
        net_charge=float(seconds @ _between(current)[within]),
        last_stimulus=(origin + timedelta(seconds=float(stimulated[-1])) if stimulated.size
                       else None))


def _between(values: Array) -> Array:
    """The mean of each value and the next."""
    means: Array = (values[1:] + values[:-1]) / 2
    return means
