"""A series of runs for programs (JSON, CSV) and for people (a table and a few sentences)."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from ginsen.analysis.campaign import ALL_PAIRS, CampaignResult, Cycle, Spread
from ginsen.analysis.wafer import WaferResult
from ginsen.report import finding_json, nothing_recorded
from ginsen.types import Outcome

_ABOUT = ("number", "condition", "protocol", "control", "die", "sample", "electrode_pair",
          "outcome", "samples", "recording")


def series_json(cycles: Sequence[Cycle], found: CampaignResult | WaferResult, outcome: Outcome, *,
                folder: Path, figure: Path | None, notes: Sequence[str]) -> dict[str, object]:
    """What `--json` prints: the keys of a single run, with `runs`, and `result` over all of them.

    `recording` is the folder of the recordings, `samples` how many there are in all of them;
    `phases` is empty and `retention` None.
    """
    return {**nothing_recorded(outcome, folder), "figure": None if figure is None else str(figure),
            "samples": sum(cycle.samples for cycle in cycles),
            "runs": [_run_json(cycle) for cycle in cycles], "result": finding_json(found),
            "notes": list(notes)}


def _run_json(cycle: Cycle) -> dict[str, object]:
    return {**_about(cycle), "recording": cycle.recording or None,
            "measures": {each.key: each.value for each in cycle.measures},
            "censored": [each.key for each in cycle.measures if each.censored]}


def series_csv(cycles: Sequence[Cycle]) -> str:
    """One line a run, and a column for every measure any of them has.

    A measure that is waited for has a column more, 1 where it is censored: a least value.
    """
    columns: dict[str, bool] = {}
    for cycle in cycles:
        for measure in cycle.measures:
            columns[measure.key] = measure.censored is not None
    names = [name for key, waited in columns.items()
             for name in (key, *((f"{key}_censored",) if waited else ()))]
    text = io.StringIO()
    rows = csv.DictWriter(text, (*_ABOUT, *names), restval="", lineterminator="\n")
    rows.writeheader()
    for cycle in cycles:
        told = {each.key: repr(float(each.value)) for each in cycle.measures}
        censored = {f"{each.key}_censored": int(each.censored) for each in cycle.measures
                    if each.censored is not None}
        rows.writerow({**_about(cycle), **told, **censored, "control": int(cycle.control)})
    return text.getvalue()


def _about(cycle: Cycle) -> dict[str, object]:
    return {"number": cycle.number, "condition": cycle.condition, "protocol": cycle.protocol,
            "control": cycle.control, "die": die_name(cycle), "sample": cycle.sample,
            "electrode_pair": cycle.pair, "outcome": cycle.outcome, "samples": cycle.samples,
            "recording": cycle.recording}


def die_name(cycle: Cycle) -> str:
    """C1R0, or C1R0S2 with a subdie; empty without a die."""
    if cycle.die is None:
        return ""
    column, row, subdie = cycle.die
    return f"C{column}R{row}" + (f"S{subdie}" if subdie else "")


def series_table(found: CampaignResult | WaferResult) -> Table:
    """A campaign's conditions over all pairs, a line a measure; a map's dies, a line each."""
    return _wafer_table(found) if isinstance(found, WaferResult) else _campaign_table(found)


def _campaign_table(found: CampaignResult) -> Table:
    table = Table(title=_counted(found), title_justify="left")
    for name in ("condition", "measure", "cycles", "median", "over cycles", "over samples",
                 "sparse reads"):
        table.add_column(name, justify="left" if name in ("condition", "measure") else "right",
                         no_wrap=name == "measure", overflow="fold")
    for spread in found.spreads:
        if spread.pair == ALL_PAIRS:
            bands = spread.bands
            table.add_row(spread.condition, spread.measure, _cycles(spread), told(bands.median),
                          _band(bands.over_cycles), _band(bands.over_samples),
                          "" if math.isnan(spread.control) else told(spread.control))
    return table


def _wafer_table(found: WaferResult) -> Table:
    table = Table(title=_counted(found), title_justify="left")
    for name in ("die", found.measure, "outcome"):
        table.add_column(name, justify="right" if name == found.measure else "left",
                         overflow="fold")
    for die in found.dies:
        value = "" if math.isnan(die.value) else ("> " if die.censored else "") + told(die.value)
        table.add_row(f"C{die.column}R{die.row}" + (f"S{die.subdie}" if die.subdie else ""),
                      value, die.outcome)
    return table


def _counted(found: CampaignResult | WaferResult) -> str:
    return f"{found.runs} runs, {found.failed} failed"


def _cycles(spread: Spread) -> str:
    """How many cycles have it, and how many of them are least values."""
    waited = spread.survival
    censored = f", {waited.censored} censored" if waited is not None and waited.censored else ""
    missing = f", {spread.missing} without" if spread.missing else ""
    return f"{spread.cycles}{censored}{missing}"


def _band(band: tuple[float, float] | None) -> str:
    return "" if band is None else f"{told(band[0])} to {told(band[1])}"


def told(value: float) -> str:
    """A number for people; infinite is what was not reached in the time that was waited."""
    return "not reached" if math.isinf(value) else f"{value:.3g}"
