"""The command line: parsing and printing."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ginsen.protocols import Series
    from ginsen.protocols.protocol import Protocol
    from ginsen.types import Record

FAILED, WRONG_USE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, 0 only where all went well."""
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(library, "1")  # our matrices are small; threads only get in the way
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # µ, Ω and β fail on other consoles
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["gui"]:  # it has arguments of its own
            from ginsen.gui import main as open_window

            return open_window(given[1:])
        options = _parser().parse_args(given)
        return int(options.command(options))
    except (ValueError, OSError, RuntimeError) as problem:
        print(f"ginsen: {problem}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        print("ginsen: interrupted", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ginsen", description="Measure neuromorphic nanowire networks, real or simulated.")
    parser.add_argument("--version", action="version", version=f"ginsen {version('ginsen')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", add_help=False, help="run a protocol")
    run.add_argument("protocol", nargs="?", metavar="PROTOCOL",
                     help="one of those that `ginsen protocols` lists")
    run.add_argument("-h", "--help", action="store_true",
                     help="what the protocol does and its parameters")
    run.add_argument("--station", metavar="FILE",
                     help="station file (the bundled simulated one if left out)")
    run.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                     help="set a parameter; may be repeated")
    run.add_argument("--out", metavar="DIR", help="folder for recording and figure (runs)")
    run.add_argument("--seed", type=int, metavar="N",
                     help="what is random on a simulated bench comes from this number")
    run.add_argument("--json", action="store_true", help="last line of output is one JSON object")
    run.add_argument("--resume", type=Path, metavar="WHAT",
                     help="go on where a run (its recording) or a series (the folder of its runs) "
                     "was interrupted; nothing that stimulates is repeated")
    run.add_argument("--dry-run", action="store_true",
                     help="print and draw the stimulus; open and apply nothing")
    run.add_argument("--expect", type=float, metavar="G",
                     help="conductance in S to plan a dry run for")
    run.set_defaults(command=_run, parser=run)

    commands.add_parser("gui", help="open the bench window")

    protocols = commands.add_parser("protocols", help="list the protocols")
    protocols.set_defaults(command=_protocols)

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

    serve = commands.add_parser("serve", help="put a simulated bench on TCP ports, in real time")
    serve.add_argument("bench", metavar="BENCH", help="bench file, or a bundled bench by its name")
    serve.add_argument("--port", type=int, default=5025, metavar="N",
                       help="port of the first instrument, the next one up (5025); 0: any free")
    serve.add_argument("--speed", type=float, metavar="K", help="bench seconds per second "
                       "(what the bench file says; 1 where it says virtual)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    serve.add_argument("--expose", action="store_true",
                       help="allow a host that other machines can reach")
    serve.set_defaults(command=_serve)

    station = commands.add_parser("station", help="look at a bench")
    actions = station.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="ask every instrument who it is; touch no output")
    check.add_argument("file", metavar="FILE", help="station file, or a bundled one by its name")
    check.set_defaults(command=_station_check)

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
    return parser


def _protocols(options: argparse.Namespace) -> int:
    from ginsen.protocols import PROTOCOLS

    for name, protocol in sorted(PROTOCOLS.items()):
        print(f"{name:12} {(protocol.__doc__ or '').splitlines()[0]}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from ginsen.protocols import PROTOCOLS, Series

    if options.resume is not None:
        return _resume(options)
    if options.protocol is None:
        options.parser.print_help(sys.stdout if options.help else sys.stderr)
        return 0 if options.help else WRONG_USE
    if options.protocol not in PROTOCOLS:
        raise ValueError(f"there is no protocol {options.protocol!r}; there is "
                         f"{', '.join(sorted(PROTOCOLS))}.")
    protocol = PROTOCOLS[options.protocol](seed=options.seed)
    if options.help:
        print(_help(options.parser, protocol))
        return 0
    for assignment in options.set:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise ValueError(f"--set {assignment}: write it as NAME=VALUE.")
        protocol.set(name.strip(), value.strip())
    if options.station:
        protocol.set("station", options.station)
    if options.out:
        protocol.set("folder", options.out)
    if options.dry_run:
        previews = protocol.previews() if isinstance(protocol, Series) else [protocol]
        return max(_dry_run(each, number, expected=options.expect)
                   for number, each in enumerate(previews, start=1))
    return _conduct(protocol, as_json=options.json)


def _resume(options: argparse.Namespace) -> int:
    from ginsen.protocols.resume import resumed

    if options.set or options.out or options.seed is not None or options.dry_run:
        raise ValueError("--resume goes on with the parameters, folder and seed of before; only "
                         "--station may be given with it.")
    protocol = resumed(options.resume, options.station)
    if options.protocol not in (None, protocol.name):
        raise ValueError(f"{options.resume} is of {protocol.name!r}, not {options.protocol!r}.")
    return _conduct(protocol, as_json=options.json)


def _dry_run(protocol: Protocol, number: int, *, expected: float | None) -> int:
    from rich.console import Console

    from ginsen.planning import plan
    from ginsen.station import driver_of
    from ginsen.station_file import read_station
    from ginsen.stimulus import stimulus_figure, stimulus_sentences, stimulus_table

    entry = read_station(protocol.station).source_meter(protocol.source_meter)
    planned = plan(protocol.stimulus(), driver_of(entry).sheet, entry.limits, leads=entry.leads,
                   expected=expected)
    folder = Path(protocol.folder)
    folder.mkdir(parents=True, exist_ok=True)
    suffix = f"-{number}" if number > 1 else ""
    figure = folder / f"{protocol.name}_stimulus{suffix}.png"
    stimulus_figure(planned, figure, name=protocol.name)
    console = Console()
    console.print(stimulus_table(planned))
    for sentence in stimulus_sentences(planned):
        console.print(sentence, highlight=False, markup=False)
    console.print(f"figure    {figure}", highlight=False, soft_wrap=True)
    return FAILED if any(row.refusals for row in planned) else 0


def _conduct(protocol: Protocol, *, as_json: bool) -> int:
    from ginsen.protocols.signals import stopping

    stop = threading.Event()
    with stopping(stop):
        from ginsen.protocols import Series
        from ginsen.protocols.run import conduct
        from ginsen.records import RecordError, read_record
        from ginsen.report import nothing_recorded
        from ginsen.show import LiveShow

        with LiveShow(protocol.name) as show:
            outcome = conduct(protocol, show=show.update, stop=stop)
        path = protocol.recording_path
        if outcome.state != "finished":
            print(f"ginsen: {outcome}", file=sys.stderr)
        if isinstance(protocol, Series) and protocol.cycles:
            _conclude_series(protocol, as_json=as_json)
            return 0 if outcome.state == "finished" else FAILED
        try:
            files = protocol.recording_files
            record = read_record(*files) if files else None
        except RecordError as problem:
            print(f"ginsen: {problem}", file=sys.stderr)
            record = None
        if record is not None and path is not None:
            _conclude(record, path, path.with_suffix(".png"), as_json=as_json)
        elif as_json:
            print(json.dumps(nothing_recorded(outcome, path), ensure_ascii=False))
    return 0 if outcome.state == "finished" else FAILED


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
    _conclude(record, options.file, options.figure, as_json=options.json)
    return 0


def _study(record: Record, folder: Path) -> None:
    from ginsen.analysis import with_phases
    from ginsen.phase_studies import phase_studies

    for sentence in phase_studies(with_phases(record), folder):
        print(sentence, file=sys.stderr)


def _check_figure(path: Path) -> None:
    """A figure may replace a figure, never data, and needs a folder to stand in."""
    if path.suffix.lower() != ".png":
        raise ValueError(f"--figure {path}: a figure is a PNG; give it a name that ends in .png.")
    if not path.parent.is_dir():
        raise ValueError(f"--figure {path}: there is no folder {path.parent}.")
    if path.exists() and (path.is_dir() or path.read_bytes()[:4] != b"\x89PNG"):
        raise ValueError(f"--figure {path}: something that is no figure has this name.")


def _serve(options: argparse.Namespace) -> int:
    from ginsen.protocols.signals import stopping
    from ginsen.sim_backend.bench_file import load_bench
    from ginsen.sim_backend.server import BenchServer

    stop = threading.Event()
    with stopping(stop), BenchServer(
            load_bench(options.bench), host=options.host, port=options.port, speed=options.speed,
            expose=options.expose) as server:
        for door in server.doors:
            print(f"{door.name:12} {door.address:40} {door.identity}")
        print("At a socket a message ends with a line feed. Ctrl-C stops.", flush=True)
        server.run(stop.is_set)
    return 0


def _station_check(options: argparse.Namespace) -> int:
    from ginsen.station_check import as_lines, check_station

    answers = check_station(options.file)
    print("\n".join(as_lines(answers)))
    return FAILED if any(answer.problem for answer in answers) else 0


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
        print(found.sentence)
        missed = missed or found.path is None
    return FAILED if missed else 0


def _report(options: argparse.Namespace) -> int:
    from ginsen.html_report import html_report
    from ginsen.records.export import write_new

    path = options.to or options.recordings[0].with_suffix(".html")
    write_new(path, html_report(options.recordings).encode("utf-8"))
    print(path)
    return 0


def _conclude(record: Record, path: Path, figure: Path | None, *, as_json: bool) -> None:
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


def _conclude_series(series: Series, *, as_json: bool) -> None:
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


def _help(parser: argparse.ArgumentParser, protocol: Protocol) -> str:
    from inspect import cleandoc

    from ginsen.protocols.protocol import allowed

    lines = [parser.format_usage().strip().replace("[PROTOCOL]", protocol.name), "",
             cleandoc(protocol.__doc__ or ""), "", "Parameters, for --set NAME=VALUE:"]
    for name, parameter in protocol.parameter_objects().items():
        lines += [f"  {name} = {parameter}",
                  f"      {parameter.description}; {allowed(parameter)}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
