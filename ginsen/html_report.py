"""Runs on one page of HTML that needs nothing else: figures, tables and provenance inside it."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ginsen.analysis import PhaseSummary, Retention, Summary, summarise
from ginsen.figures import run_figure
from ginsen.html_elements import Html, element, pairs, table
from ginsen.records.error import RecordError
from ginsen.records.layout import ABOUT
from ginsen.records.ledger import LEAST_STIMULUS, PairLedger, add_up
from ginsen.records.reading import Tables, pairs_of, read_record, read_tables
from ginsen.report import as_sentences, as_table, half_life_text, quantity, scale_of
from ginsen.types import Record

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Whatever stood in a recording: the page loads nothing and runs nothing."""

_SETTINGS = (
    ("level", "requested_level_V", "V", ""), ("duration", "duration_s", "s", ""),
    ("interval", "interval_s", "s", ""), ("dead time", "dead_time_s", "s", ""),
    ("compliance", "compliance_A", "A", ""), ("source range", "source_range_V", "V", "smallest"),
    ("measure range", "measure_range_A", "A", "smallest"), ("NPLC", "nplc", "", ""),
    ("duty", "duty", "", ""))
"""Heading, column, unit, and what stands where there is no number."""


@dataclass(frozen=True, eq=False)
class _Run:
    path: Path
    tables: Tables
    record: Record
    summary: Summary

    @property
    def title(self) -> str:
        about = self.record.about
        known = [about[name] for name in ("sample", "electrode_pair")
                 if about.get(name, "unknown") != "unknown"]
        return " · ".join([*known, about["protocol"]])


def html_report(paths: Sequence[Path]) -> str:
    """A page on the recordings at `paths`, in their order, and the ledger of their pairs.

    Each run has its figure, its phases with β and interval, what was remembered, notes, outcome,
    parameters and provenance; one without samples is named. Raises RecordError for what is no
    recording, and where none has a sample.
    """
    tables = {path: read_tables(path) for path in paths}
    empty = [path for path in tables if not tables[path]["samples"]["time_s"].size]
    runs = []
    for path in tables:
        if path not in empty:
            record = read_record(path)
            runs.append(_Run(path, tables[path], record, summarise(record)))
    if not runs:
        raise RecordError(f"there is nothing to report: no sample in {', '.join(map(str, empty))}")
    alone = len(runs) == 1
    title = f"{runs[0].title}, {runs[0].path.stem}" if alone else f"{len(runs)} runs"
    style = resources.files("ginsen").joinpath("html_report.css").read_text(encoding="utf-8")
    head = element(
        "head", element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title), element("style", Html(style)))
    body = element(
        "body", *(() if alone else _overview(runs)),
        *(element("p", f"{path.name} holds no sample: {tables[path]['outcome']['outcome'][-1]}",
                  class_="note") for path in empty),
        *(_section(run, number, "h1" if alone else "h2")
          for number, run in enumerate(runs, start=1)),
        _ledger(add_up(tables.values())))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _overview(runs: Sequence[_Run]) -> tuple[Html, Html]:
    """One line a run: what one looks for before reading on."""
    rows = []
    for number, run in enumerate(runs, start=1):
        kept = run.summary.retention
        last = [_cells(run, phase)[-2:] for phase in run.summary.phases[-1:]] or [["", ""]]
        rows.append((
            element("a", run.title, href=f"#run-{number}"), _utc(run.record.origin),
            run.record.outcome.state, *last[0],
            "" if kept is None else _half_life(kept)))
    return (element("h1", f"{len(runs)} runs"),
            table(("run", "begun (UTC)", "outcome", "last G", "last β (95 %)", "half-life"), rows,
                  left=(0, 1, 2)))


def _half_life(kept: Retention) -> str:
    """As it was read off, and by the law with its 95 % interval."""
    read = "" if kept.half_life is None else quantity(kept.half_life, "s")
    law = kept.half_life_by_law
    return read if law is None else f"{read} law {half_life_text(law)}".strip()


def _section(run: _Run, number: int, heading: str) -> Html:
    """All of one run."""
    record, tables = run.record, run.tables
    findings = as_sentences(run.summary, replace(record, notes=()))
    return element(
        "section", element(heading, run.title),
        element("p", element("span", str(record.outcome), class_=f"outcome {record.outcome.state}"),
                f" · {_utc(record.origin)} UTC · {len(record.samples)} samples · {run.path.name}",
                class_="quiet"),
        *(element("p", note, class_="note") for note in record.notes),
        _figure(run),
        element("h3", "Phases"), _phases(run),
        *((element("h3", "Findings"), *(element("p", text) for text in findings))
          if findings else ()),
        element("h3", "Sample"), *_about(record),
        element("h3", "Parameters"), pairs(_parameters(tables)),
        element("h3", "Phases as set"), _settings(tables),
        element("h3", "Provenance"), *_provenance(tables),
        element("h3", "Log"), table(("time", "level", "text"),
                                    _rows(tables["log"], "utc", "level", "text"), left=(0, 1, 2)),
        class_="run", id=f"run-{number}")


def _figure(run: _Run) -> Html:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "figure.png"
        run_figure(run.record, run.summary, path)
        drawn = base64.b64encode(path.read_bytes()).decode("ascii")
    return element("figure", element(
        "img", src=f"data:image/png;base64,{drawn}",
        alt="Four panels: conductance, its spectrum, β over time and retention."))


def _phases(run: _Run) -> Html:
    headings = as_table(replace(run.summary, phases=()), run.record).columns
    return table((str(column.header) for column in headings),
                 (_cells(run, phase) for phase in run.summary.phases), left=(0, len(headings) - 1))


def _cells(run: _Run, phase: PhaseSummary) -> list[str]:
    """The cells of the terminal's table, of one phase: of many it leaves out the middle."""
    told = as_table(replace(run.summary, phases=(phase,)), run.record)
    return [str(cell) for column in told.columns for cell in column.cells]


def _settings(tables: Tables) -> Html:
    """What the instrument was asked for, phase by phase."""
    phases = tables["phases"]
    rows = [(name, *(_exact(float(phases[column][row]), unit, missing)
                     for _, column, unit, missing in _SETTINGS), rest if duty < 1 else "")
            for row, (name, duty, rest) in enumerate(_rows(phases, "name", "duty", "rest"))]
    return table(("phase", *(heading for heading, *_ in _SETTINGS), "rests"), rows)


def _about(record: Record) -> tuple[Html, ...]:
    """Who and what; what nobody told in one line."""
    told = [name for name in ABOUT if record.about[name] != "unknown"]
    untold = ", ".join(_words(name) for name in ABOUT if name not in told)
    return (pairs((_words(name), record.about[name]) for name in told),
            *((element("p", f"Unknown: {untold}.", class_="quiet"),) if untold else ()))


def _parameters(tables: Tables) -> list[tuple[str, str]]:
    return [(_words(name), f"{value} {unit}".strip() or "none")
            for name, value, unit in _rows(tables["parameters"], "name", "value", "unit")]


def _provenance(tables: Tables) -> tuple[Html, Html]:
    """Versions, seed and identities, and the station file as it stood."""
    station = pairs_of(tables["station"])
    text = station.pop("file", "")
    return (pairs((_words(name), value) for name, value
                  in {**pairs_of(tables["provenance"]), **station}.items()),
            element("pre", text))


def _ledger(entries: Sequence[PairLedger]) -> Html:
    rows = [(entry.sample, entry.electrode_pair, str(entry.runs), str(entry.cycles),
             quantity(entry.charge, "C"), quantity(entry.net_charge, "C"),
             _utc(entry.last_stimulus))
            for entry in entries]
    return element(
        "section", element("h2", "Ledger"),
        element("p", "What these runs did to each electrode pair. A cycle is a run with a "
                f"stimulus: a phase called pulse, or one of at least {LEAST_STIMULUS:g} V. Charge "
                "is ∫|I| dt over all phases, net charge ∫ I dt.", class_="quiet"),
        table(("sample", "electrode pair", "runs", "cycles", "charge", "net charge",
               "last stimulus (UTC)"), rows, left=(0, 1)), class_="ledger")


def _rows(table_: Mapping[str, Any], *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table_[column] for column in columns), strict=True)


def _utc(moment: datetime | None) -> str:
    return "none" if moment is None else f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}"


def _words(name: str) -> str:
    """A name of the file for people."""
    return name.replace("_", " ")


def _exact(value: float, unit: str, missing: str) -> str:
    """A number as it was set, rather than as it was measured."""
    if not math.isfinite(value):
        return missing
    scale, prefix = scale_of(value)
    return f"{value / scale:.6g} {prefix}{unit}".strip()
