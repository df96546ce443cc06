"""`ginsen analyse`, `export`, `recover` and `report`: what is done with recordings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ginsen.cli.complaint import FAILED, printable
from ginsen.cli.conclusion import conclude_record

if TYPE_CHECKING:
    from ginsen.types import Record


def add_records(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of `ginsen`."""
    analyse = commands.add_parser(
        "analyse", help="analyse a recording, or a text file of time, voltage, current")
    analyse.add_argument("file", type=Path, metavar="FILE")
    analyse.add_argument("further", type=Path, nargs="*", metavar="RUN.h5",
                         help="recordings that continue the first, in their order")
    analyse.add_argument("--json", action="store_true",
                         help="last line of output is one JSON object")
    analyse.add_argument("--figure", type=Path, metavar="PNG", help="draw the figure into it")
    analyse.add_argument("--studies", type=Path, metavar="DIR",
                         help="states, paths and avalanches of every phase too, their figures "
                         "into this folder")
    for column in ("time", "voltage", "current"):
        analyse.add_argument(f"--{column}", metavar="COLUMN",
                             help=f"the {column} column of a text file, by name or number from 1")
    analyse.set_defaults(command=_analyse)

    export = commands.add_parser("export", help="hand a recording on to another program")
    export.add_argument("recording", type=Path, metavar="RUN.h5")
    export.add_argument("--format", choices=("csv", "origin", "igor", "matlab"), default="csv",
                        help="csv opens in PyMeasure and anywhere else (the default)")
    export.add_argument("--to", type=Path, metavar="FILE",
                        help="file to write, which must not exist (beside the recording)")
    export.set_defaults(command=_export)

    recover = commands.add_parser("recover", help="complete interrupted recordings, join those "
                                  "that went on elsewhere, save what can be read of damaged ones")
    recover.add_argument("recordings", type=Path, nargs="+", metavar="RUN.h5")
    recover.set_defaults(command=_recover)

    report = commands.add_parser("report", help="recordings on one page of HTML, with the ledger "
                                 "of their electrode pairs")
    report.add_argument("recordings", type=Path, nargs="+", metavar="RUN.h5")
    report.add_argument("--to", type=Path, metavar="FILE.html",
                        help="file to write, which must not exist (beside the first recording)")
    report.set_defaults(command=_report)


def _analyse(options: argparse.Namespace) -> int:
    from ginsen.records.reading import read_record
    from ginsen.records.text import read_text

    if options.figure is not None:
        _check_figure(options.figure)
    columns = {name: getattr(options, name) for name in ("time", "voltage", "current")}
    selected = any(column is not None for column in columns.values())
    record = read_text(options.file, **columns) if selected \
        else read_record(options.file, *options.further)
    if options.studies is not None:
        _study(record, options.studies)
    conclude_record(record, options.file, options.figure, as_json=options.json)
    return 0


def _study(record: Record, folder: Path) -> None:
    from ginsen.analysis import with_phases
    from ginsen.phase_studies import phase_studies

    for sentence in phase_studies(with_phases(record), folder):
        print(printable(sentence), file=sys.stderr)


def _check_figure(path: Path) -> None:
    """A figure may replace a figure, never data, and needs a folder to stand in."""
    if path.suffix.lower() != ".png":
        raise ValueError(f"--figure {path}: a figure is a PNG; give it a name that ends in .png.")
    if not path.parent.is_dir():
        raise ValueError(f"--figure {path}: there is no folder {path.parent}.")
    if path.exists() and (path.is_dir() or path.read_bytes()[:4] != b"\x89PNG"):
        raise ValueError(f"--figure {path}: something that is no figure has this name.")


def _export(options: argparse.Namespace) -> int:
    from ginsen.protocols.procedure_header import procedure_header
    from ginsen.records.export import export, usual_path
    from ginsen.records.reading import read_tables

    path = options.to or usual_path(options.recording, options.format)
    tables = read_tables(options.recording)
    export(tables, path, options.format, header=procedure_header(tables))
    print(path)
    return 0


def _recover(options: argparse.Namespace) -> int:
    from ginsen.records.recovery import recover

    missed = False
    for found in recover(options.recordings):
        print(printable(found.sentence))
        missed = missed or found.path is None
    return FAILED if missed else 0


def _report(options: argparse.Namespace) -> int:
    from ginsen.html_report import html_report
    from ginsen.records.export import write_new

    path = options.to or options.recordings[0].with_suffix(".html")
    write_new(path, html_report(options.recordings).encode("utf-8"))
    print(path)
    return 0
