"""What a recording or a series came to, on the terminal: table, sentences, figure, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ginsen.protocols import Series
    from ginsen.types import Record


def conclude_record(record: Record, path: Path, figure: Path | None, *, as_json: bool) -> None:
    """Summary, figure and JSON of a record."""
    from rich.console import Console

    from ginsen.analysis import summarise, with_phases
    from ginsen.figures import run_figure
    from ginsen.report import as_json as json_of
    from ginsen.report import as_sentences, as_table

    record = with_phases(record)
    summary = summarise(record)
    console = Console(stderr=as_json)
    console.print(as_table(summary, record))
    for sentence in as_sentences(summary, record):
        console.print(sentence, highlight=False, markup=False)
    if figure is not None:
        run_figure(record, summary, figure, name="" if record.about else path.name)
    if as_json:
        print(json.dumps(json_of(summary, record, recording=path, figure=figure),
                         ensure_ascii=False, allow_nan=False))
    else:
        console.print(f"recording {path}", highlight=False, soft_wrap=True)
        if figure is not None:
            console.print(f"figure    {figure}", highlight=False, soft_wrap=True)


def conclude_series(series: Series, *, as_json: bool) -> None:
    """Table, figure and JSON of a series of runs."""
    from rich.console import Console

    from ginsen.protocols.conclusion import conclude
    from ginsen.series_report import series_json, series_table

    result = conclude(series)
    console = Console(stderr=as_json)
    console.print(series_table(result.finding))
    for sentence in result.notes:
        console.print(sentence, highlight=False, markup=False)
    if as_json:
        print(json.dumps(series_json(result.cycles, result.finding, result.outcome,
                                     folder=result.recording, figure=result.figure,
                                     notes=result.notes), ensure_ascii=False, allow_nan=False))
        return
    for what, path in (("recordings", result.recording), ("table", result.table),
                       ("figure", result.figure)):
        console.print(f"{what:10} {path}", highlight=False, soft_wrap=True)
