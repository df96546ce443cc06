"""The command line: parsing and printing."""

from __future__ import annotations

import argparse
import io
import json
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ginsen.protocols.protocol import Protocol
    from ginsen.types import Record

FAILED, WRONG_USE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, 0 only where all went well."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # µ, Ω and β fail on other consoles
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except (ValueError, OSError, RuntimeError) as problem:
        print(f"ginsen: {problem}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ginsen", description="Measure neuromorphic nanowire networks, real or simulated.")
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
    run.set_defaults(command=_run, parser=run)

    protocols = commands.add_parser("protocols", help="list the protocols")
    protocols.set_defaults(command=_protocols)

    analyse = commands.add_parser(
        "analyse", help="analyse a recording, or a text file of time, voltage, current")
    analyse.add_argument("file", type=Path, metavar="FILE")
    analyse.add_argument("--json", action="store_true",
                         help="last line of output is one JSON object")
    analyse.add_argument("--figure", type=Path, metavar="PNG", help="draw the figure into it")
    for column in ("time", "voltage", "current"):
        analyse.add_argument(f"--{column}", metavar="COLUMN",
                             help=f"the {column} column of a text file, by name or number from 1")
    analyse.set_defaults(command=_analyse)
    return parser


def _protocols(options: argparse.Namespace) -> int:
    from ginsen.protocols import PROTOCOLS

    for name, protocol in sorted(PROTOCOLS.items()):
        print(f"{name:12} {(protocol.__doc__ or '').splitlines()[0]}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from ginsen.protocols import PROTOCOLS

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
    return _conduct(protocol, as_json=options.json)


def _conduct(protocol: Protocol, *, as_json: bool) -> int:
    from ginsen.protocols.run import conduct
    from ginsen.protocols.signals import stopping
    from ginsen.records.reading import read_record
    from ginsen.show import LiveShow

    stop = threading.Event()
    with stopping(stop), LiveShow(protocol.name) as show:
        outcome = conduct(protocol, show=show.update, should_stop=stop.is_set)
    path = protocol.recording_path
    if outcome.state != "finished":
        print(f"ginsen: {outcome}", file=sys.stderr)
    if path is None:
        return FAILED
    _conclude(read_record(path), path, path.with_suffix(".png"), as_json=as_json)
    return 0 if outcome.state == "finished" else FAILED


def _analyse(options: argparse.Namespace) -> int:
    from ginsen.records.reading import read_record
    from ginsen.records.text import read_text

    columns = {name: getattr(options, name) for name in ("time", "voltage", "current")}
    selected = any(column is not None for column in columns.values())
    record = read_text(options.file, **columns) if selected else read_record(options.file)
    _conclude(record, options.file, options.figure, as_json=options.json)
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
