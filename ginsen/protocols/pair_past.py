"""What each electrode pair has been through in a series, from the recordings of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ginsen.records.ledger import PairLedger, add_up
from ginsen.records.reading import Tables

Past = Mapping[tuple[str, str], PairLedger]
"""The ledger of every pair so far, by sample and pair."""


def past_with(past: Past, run: Tables) -> Past:
    """The past, and one more run."""
    lived, = add_up([run])
    pair = (lived.sample, lived.electrode_pair)
    return {**past, pair: past[pair] + lived if pair in past else lived}


def told_to_a_run(past: Past, sample: str, pair: str, now: datetime) -> dict[str, str]:
    """What the recording of the next run is told of its pair, by the names of its parameters.

    A pair that no run of the series has stimulated has no time since the last stimulus.
    """
    lived = past.get((sample, pair))
    if lived is None:
        return {"cycle_on_this_pair": "0", "charge_so_far": "0 C"}
    told = {"cycle_on_this_pair": str(lived.cycles), "charge_so_far": f"{lived.charge:.6g} C"}
    if lived.last_stimulus is not None:
        since = (now - lived.last_stimulus).total_seconds()
        told["time_since_last_stimulus"] = f"{since:.6g} s"
    return told
